using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using TorchSharp;

namespace NotebookHelpers;

/// <summary>The files beside the library, which it stands on, and copies of them that come from elsewhere.</summary>
internal static class LibraryFiles
{
    /// <summary>The folder of the library and what it stands on.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(typeof(LibraryFiles).Assembly.Location)!;

    /// <summary>Whether a file lies beside the library.</summary>
    public static bool IsOurs(string path) => string.Equals(Path.GetDirectoryName(path), Folder, StringComparison.Ordinal);

    /// <summary>A file of TorchSharp or Plotly.NET that was loaded before the library could serve its own; null if none was.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static string? LoadedBefore()
    {
        string torch = typeof(torch).Assembly.Location;
        if (!IsOurs(torch)) return torch;
        Assembly[] plotly =
        [
            .. AppDomain.CurrentDomain.GetAssemblies().Where(assembly => assembly.GetName().Name is { } name
                && (name == "Giraffe.ViewEngine" || name.StartsWith("Plotly.NET", StringComparison.Ordinal))),
        ];
        // Where the library serves its own already, a later copy is of no account.
        return Array.Exists(plotly, assembly => PlotlyAssemblies.Serves(AssemblyLoadContext.GetLoadContext(assembly)))
            ? null
            : plotly.Select(assembly => assembly.Location).FirstOrDefault(path => !IsOurs(path));
    }
}
