using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NotebookRunner;

/// <summary>
/// A notebook's process and all that its cells start: on Unix a session of its own, which ends as one. On Windows only what the
/// runner ends by itself takes its children with it.
/// </summary>
internal static class ProcessGroup
{
    private const int SigKill = 9;

    /// <summary>Makes this process the first of a new group, to which what it starts belongs.</summary>
    public static void Begin()
    {
        if (!OperatingSystem.IsWindows()) _ = setsid();
    }

    /// <summary>Ends all processes of the group that a process began.</summary>
    /// <param name="leader">The process's id.</param>
    public static void Kill(int leader)
    {
        if (!OperatingSystem.IsWindows()) _ = kill(-leader, SigKill);
    }

    /// <summary>Ends this process, and all of its group.</summary>
    public static void KillOwn()
    {
        Kill(Environment.ProcessId);
        Process.GetCurrentProcess().Kill();
    }

    [DllImport("libc")]
    private static extern int setsid();

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
