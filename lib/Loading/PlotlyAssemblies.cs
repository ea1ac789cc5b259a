using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace NotebookHelpers;

/// <summary>
/// Serves Plotly.NET and what it stands on from one private load context over the library's own folder.
/// </summary>
/// <remarks>
/// Plotly.NET 6 needs FSharp.Core 10.1. The .NET Interactive kernel has loaded FSharp.Core 10.0 into the default
/// context before the first cell, and scripting hosts may load a second copy: both end in MissingMethodException.
/// One context that resolves all of these names to the files beside this library keeps them consistent.
/// A cell may name Plotly types only after an earlier cell has called into this library.
/// </remarks>
internal static class PlotlyAssemblies
{
    private static readonly HashSet<string> Names =
    [
        "FSharp.Core", "Giraffe.ViewEngine", "DynamicObj", "Fable.Core", "Plotly.NET", "Plotly.NET.CSharp", "Plotly.NET.Interactive",
        "Newtonsoft.Json",
    ];

    // A module initializer, because the handler must stand before the first method that mentions a Plotly type is compiled.
#pragma warning disable CA2255 // The library is loaded by notebooks, not linked into an application: this is the earliest moment there is.
    [ModuleInitializer]
    internal static void Register()
#pragma warning restore CA2255
    {
        var context = new PrivateContext(LibraryFiles.Folder);
        AssemblyLoadContext.Default.Resolving += (_, name) => context.Serve(name);
        // Roslyn's scripting host loads #r'd assemblies into a context of its own.
        if (AssemblyLoadContext.GetLoadContext(typeof(PlotlyAssemblies).Assembly) is { } own && own != AssemblyLoadContext.Default)
            own.Resolving += (_, name) => context.Serve(name);
    }

    /// <summary>Whether a load context is the private one.</summary>
    public static bool Serves(AssemblyLoadContext? context) => context is PrivateContext;

    /// <summary>Whether a file is another copy of what the private context serves and what every cell can name without an `#r`.</summary>
    public static bool Repeats(string path) =>
        Path.GetFileNameWithoutExtension(path) is var name
        && Names.Contains(name)
        && name != "Plotly.NET.CSharp" // the library does not use it, so that cells do need an `#r`
        && !LibraryFiles.IsOurs(path);

    private sealed class PrivateContext(string folder) : AssemblyLoadContext("NotebookHelpers.Plotly")
    {
        public Assembly? Serve(AssemblyName name)
        {
            if (name.Name is null || !Names.Contains(name.Name)) return null;
            string path = Path.Combine(folder, name.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }

        protected override Assembly? Load(AssemblyName assemblyName) => Serve(assemblyName);
    }
}
