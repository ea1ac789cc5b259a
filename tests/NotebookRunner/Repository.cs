using System.Reflection;

namespace NotebookRunner;

/// <summary>Where the runner's own repository keeps things.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot").Value!);

    /// <summary>The built library and what it stands on.</summary>
    public static string Helpers => Path.Combine(Root, "artifacts", "helpers");

    /// <summary>What is downloaded once and kept.</summary>
    public static string Cache => Path.Combine(Root, "artifacts", "cache");
}
