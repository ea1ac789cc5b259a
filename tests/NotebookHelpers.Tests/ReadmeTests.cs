using System.Text.RegularExpressions;
using NotebookRunner;

namespace NotebookHelpers.Tests;

/// <summary>Runs the C# that the README shows. Its Python is run by tests/python/check-recipes.py, on the files that this test leaves.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public async Task Recipe_for_taking_it_elsewhere_runs()
    {
        string readme = File.ReadAllText(Path.Combine(HelpersAssemblies.RepositoryRoot, "README.md"));
        string recipe = Recipe().Match(readme).Groups[1].Value;
        string folder = Path.Combine(HelpersAssemblies.RepositoryRoot, "artifacts", "recipes");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        // Batch normalisation, because its running averages and its counter travel with the weights.
        string code = $$"""
            #r "{{HelpersAssemblies.Folder.Replace('\\', '/')}}NotebookHelpers.dll"
            using NotebookHelpers;
            using TorchSharp;
            using static TorchSharp.torch;
            random.manual_seed(1);
            var test = new LabeledImages(randint(0, 256, [60, 28, 28], ScalarType.Byte), arange(60));
            var encoder = nn.Sequential(nn.Conv2d(1, 8, 3, stride: 2, padding: 1, bias: false), nn.BatchNorm2d(8), nn.ReLU(),
                nn.Flatten(), nn.Linear(8 * 14 * 14, 16));
            encoder.forward(test.Pixels());
            """ + "\n" + recipe + "NumpyFile.Write(\"images.npy\", test.Pixels());";
        code = FileName().Replace(code, match => $"@\"{Path.Combine(folder, match.Groups[1].Value)}\"");
        var events = new List<ExecutionEvent>();
        using var kernel = new NotebookKernel();
        Assert.True(await kernel.RunAsync(code, events.Add), string.Join('\n', events));
        Assert.Equal(["embeddings.npy", "encoder.safetensors", "images.npy", "labels.npy"],
            Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_pictures_are_there_small_and_all_shown()
    {
        string readme = File.ReadAllText(Path.Combine(HelpersAssemblies.RepositoryRoot, "README.md"));
        string folder = Path.Combine(HelpersAssemblies.RepositoryRoot, ".github", "images");
        string[] shown = [.. PictureName().Matches(readme).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal)];
        Assert.NotEmpty(shown);
        Assert.Equal(shown, Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        Assert.All(shown, name => Assert.InRange(new FileInfo(Path.Combine(folder, name)).Length, 1000, 50_000));
        // Each names a notebook and a cell of it.
        Assert.All(shown, name => Assert.Contains($"\"id\": \"{name.Split('.')[1]}\"", File.ReadAllText(Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks", name.Split('.')[0] + ".ipynb")), StringComparison.Ordinal));
    }

    [Fact]
    public void Its_links_into_the_repository_lead_to_files_there_and_pages_to_notebooks()
    {
        string root = HelpersAssemblies.RepositoryRoot;
        string[] links = [.. LinkTarget().Matches(File.ReadAllText(Path.Combine(root, "README.md"))).Select(match => match.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal))];
        // A page is written by a run, so that its notebook stands for it.
        const string Pages = "artifacts/site/";
        Assert.All(links.Select(link => !link.StartsWith(Pages, StringComparison.Ordinal) ? link
            : Path.ChangeExtension("notebooks/" + link[Pages.Length..], ".ipynb")), link => Assert.True(File.Exists(Path.Combine(root, link)), link));
        Assert.Equal(Directory.GetFiles(Path.Combine(root, "notebooks"), "*.ipynb").Length, links.Count(link => link.StartsWith(Pages, StringComparison.Ordinal)));
    }

    [Fact]
    public void CI_runs_its_two_commands_and_finds_its_lines_for_Jupyter()
    {
        string root = HelpersAssemblies.RepositoryRoot, readme = File.ReadAllText(Path.Combine(root, "README.md"));
        string ci = File.ReadAllText(Path.Combine(root, ".ci", "run"));
        foreach (string command in (string[])["dotnet run --project tests/NotebookRunner", "dotnet test tests"])
        {
            Assert.Contains(command + "  ", readme, StringComparison.Ordinal);
            Assert.Contains(command + "\n", ci, StringComparison.Ordinal);
        }
        // .ci/run takes the lines from the README, below this heading.
        Assert.Contains(@"/^\*\*Jupyter with the .NET kernel/", ci, StringComparison.Ordinal);
        string[] lines = [.. JupyterLines().Match(readme).Groups[1].Value.Split('\n').Select(line => line.Split(" #")[0].TrimEnd())];
        Assert.Equal(
            ["sudo apt-get update", "sudo apt-get install --yes jupyter-notebook", "dotnet build", "dotnet tool restore",
                "mkdir -p ~/.local/share/jupyter/kernels", "dotnet interactive jupyter install", "jupyter notebook"], lines);
    }

    [GeneratedRegex(@"(?<!!)\[[^\]]*\]\(([^)#]+)\)")]
    private static partial Regex LinkTarget();

    [GeneratedRegex(@"\*\*Jupyter with the \.NET kernel\*\*.*?```bash\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex JupyterLines();

    [GeneratedRegex(@"\(\.github/images/([^)]+)\)")]
    private static partial Regex PictureName();

    [GeneratedRegex("## Taking it elsewhere\n.*?```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Recipe();

    [GeneratedRegex("\"([a-z]+\\.[a-z]+)\"")]
    private static partial Regex FileName();
}
