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
        string folder = Path.GetDirectoryName(typeof(PlotlyAssemblies).Assembly.Location)!;
        var context = new PrivateContext(folder);
        AssemblyLoadContext.Default.Resolving += (_, name) => context.Serve(name);
        // Roslyn's scripting host loads #r'd assemblies into a context of its own.
        if (AssemblyLoadContext.GetLoadContext(typeof(PlotlyAssemblies).Assembly) is { } own && own != AssemblyLoadContext.Default)
            own.Resolving += (_, name) => context.Serve(name);
    }

    /// <summary>The file of a Plotly.NET that was loaded before this library could serve its own; null if there is none.</summary>
    public static string? LoadedBefore()
    {
        Assembly[] loaded = [.. AppDomain.CurrentDomain.GetAssemblies().Where(assembly =>
            assembly.GetName().Name is { } name && (name == "Giraffe.ViewEngine" || name.StartsWith("Plotly.NET", StringComparison.Ordinal)))];
        return Array.Exists(loaded, assembly => AssemblyLoadContext.GetLoadContext(assembly) is PrivateContext) ? null : loaded.FirstOrDefault()?.Location;
    }

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
