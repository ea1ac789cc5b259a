namespace NotebookRunner;

/// <summary>What the environment changes about a run, so that its results are not taken for those of the series as it stands.</summary>
internal static class RunSettings
{
    // The library's Notebook.ScaleVariable and SeedVariable; the notebook chooses which library it loads.
    private const string ScaleVariable = "NOTEBOOKS_SCALE", SeedVariable = "NOTEBOOKS_SEED";

    private static readonly string? Scale = Array.Find(["small", "full"], name => name.Equals(
        Environment.GetEnvironmentVariable(ScaleVariable), StringComparison.OrdinalIgnoreCase));

    /// <summary>Where executed notebooks and pages go: each scale has a folder of its own, for its results are other ones.</summary>
    public static string Output { get; } = Path.Combine(Repository.Root, "artifacts", Scale is null ? "site" : "site-" + Scale);

    /// <summary>What is not as by default, in words; empty if nothing is.</summary>
    public static string Changed { get; } = string.Join(", ", new[]
    {
        Scale == "small" ? "small scale, which makes no claims" : Scale is null ? "" : Scale + " scale",
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } seed ? $"seed {seed}" : "",
    }.Where(words => words.Length > 0));
}
