using System.Runtime.CompilerServices;
using Microsoft.DotNet.Interactive;

namespace NotebookHelpers;

/// <summary>The notebook cell on whose behalf the library is called, where there is one.</summary>
/// <remarks>
/// The library is compiled against .NET Interactive and does not bring it: a program without a kernel has no such assembly. So a
/// method that names one of its types is compiled, and with that the assembly looked for, only where the kernel is loaded.
/// </remarks>
internal static class RunningCell
{
    private const string KernelAssembly = "Microsoft.DotNet.Interactive";

    /// <summary>Whether this process holds a kernel.</summary>
    public static bool KernelIsLoaded => AppDomain.CurrentDomain.GetAssemblies().Any(assembly => assembly.GetName().Name == KernelAssembly);

    /// <summary>Cancelled when the cell is stopped, as by VS Code's stop button; never where no cell runs.</summary>
    public static CancellationToken CancellationToken => KernelIsLoaded ? TokenOfCell() : CancellationToken.None;

    /// <summary>Shows a value below the cell.</summary>
    /// <returns>What replaces the value; null where no cell runs.</returns>
    public static Action<object>? Display(object value) => KernelIsLoaded ? DisplayInCell(value) : null;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CancellationToken TokenOfCell() => KernelInvocationContext.Current?.CancellationToken ?? CancellationToken.None;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Action<object>? DisplayInCell(object value) =>
        KernelInvocationContext.Current is { } cell ? cell.Display(value).Update : null;
}
