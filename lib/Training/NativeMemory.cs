using System.Runtime.InteropServices;

namespace NotebookHelpers;

/// <summary>How the C library keeps the memory of tensors.</summary>
internal static partial class NativeMemory
{
    /// <summary>
    /// Lets glibc keep blocks of up to 32 MB that are free, up to 2 GB. By itself it gives them back to the system and faults in
    /// fresh, zeroed pages for the next tensor: in training, at every step. On a virtual machine with two cores a step of three small
    /// convolutions took six times as long. Does nothing on other systems and C libraries.
    /// </summary>
    public static void Keep()
    {
        if (!OperatingSystem.IsLinux()) return;
        const int trimThreshold = -1, mmapThreshold = -3; // from malloc.h
        try
        {
            _ = mallopt(mmapThreshold, 32 << 20);
            _ = mallopt(trimThreshold, int.MaxValue);
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            // Not glibc.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
