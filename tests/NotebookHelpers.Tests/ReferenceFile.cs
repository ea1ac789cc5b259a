using System.Text.Json;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests;

/// <summary>
/// The cases of a file of reference values, in tests/reference or the folder that the environment variable
/// NOTEBOOKHELPERS_REFERENCE names.
/// </summary>
public static class ReferenceFile
{
    public static JsonElement[] Cases(string name)
    {
        string folder = Environment.GetEnvironmentVariable("NOTEBOOKHELPERS_REFERENCE") is { Length: > 0 } other
            ? other : Path.Combine(HelpersAssemblies.RepositoryRoot, "tests", "reference");
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name)));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    /// <summary>One number per case, for a theory.</summary>
    public static TheoryData<int> Numbers(string name) => [.. Enumerable.Range(0, Cases(name).Length)];

    public static Tensor Matrix(this JsonElement rows, ScalarType type = ScalarType.Float64) =>
        stack([.. rows.EnumerateArray().Select(row => tensor(row.EnumerateArray().Select(v => v.GetDouble()).ToArray(), dtype: type))]);

    public static long[] Integers(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetInt64())];

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();
}
