using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace NotebookHelpers.Tests;

/// <summary>Loads the library and what it stands on from artifacts/helpers, where the notebooks load it from.</summary>
internal static class HelpersAssemblies
{
    public static string Folder { get; } = Metadata("HelpersPath");

    public static string RepositoryRoot { get; } = Path.GetFullPath(Metadata("RepositoryRoot"));

    [ModuleInitializer]
    internal static void Register()
    {
        AssemblyLoadContext.Default.Resolving += (context, name) =>
        {
            // Plotly's part is served by the library itself, as in a notebook.
            if (name.Name is null or "FSharp.Core" || name.Name.StartsWith("Plotly", StringComparison.Ordinal)) return null;
            string path = Path.Combine(Folder, name.Name + ".dll");
            return File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        };
        ChooseDevice();
    }

    // As a notebook does. In a method of its own, because the handler must stand before the library is loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ChooseDevice() => Devices.Best();

    private static string Metadata(string key) =>
        typeof(HelpersAssemblies).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
