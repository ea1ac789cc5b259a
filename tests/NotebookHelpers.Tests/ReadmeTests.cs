using System.Text.RegularExpressions;
using NotebookRunner;

namespace NotebookHelpers.Tests;

/// <summary>Runs the C# that the README shows.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Recipe_for_taking_it_elsewhere_runs()
    {
        string readme = File.ReadAllText(Path.Combine(HelpersAssemblies.RepositoryRoot, "README.md"));
        string recipe = Recipe().Match(readme).Groups[1].Value;
        string code = $$"""
            #r "{{HelpersAssemblies.Folder.Replace('\\', '/')}}NotebookHelpers.dll"
            using NotebookHelpers;
            using TorchSharp;
            using static TorchSharp.torch;
            var test = new LabeledImages(zeros(6, 28, 28, dtype: ScalarType.Byte), arange(6));
            var encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 3));
            """ + "\n" + FileName().Replace(recipe, match => $"@\"{_folder.File(match.Groups[1].Value)}\"");
        var events = new List<ExecutionEvent>();
        Assert.True(await new ScriptKernel(_folder.Path).RunAsync("readme", code, events.Add), string.Join('\n', events));
        Assert.Equal(["embeddings.npy", "encoder.safetensors", "labels.npy"], Directory.GetFiles(_folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("## Taking it elsewhere\n.*?```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Recipe();

    [GeneratedRegex("\"([a-z]+\\.[a-z]+)\"")]
    private static partial Regex FileName();
}
