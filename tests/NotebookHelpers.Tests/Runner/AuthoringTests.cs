using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public sealed class AuthoringTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string[] Series => [.. Directory.GetFiles(Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks"), "*.ipynb").Order(StringComparer.Ordinal)];

    private string CopyOfSeries()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "notebooks")).FullName;
        foreach (string path in Series) File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
        // What the notebooks link to beside each other.
        Directory.CreateDirectory(Path.Combine(_folder.Path, "data"));
        foreach (string linked in new[] { "README.md", "data/README.md" }) File.WriteAllText(Path.Combine(_folder.Path, linked), "");
        return folder;
    }

    [Fact]
    public void What_git_holds_is_stripped_and_linked_already()
    {
        string folder = CopyOfSeries();
        foreach (string path in Directory.GetFiles(folder)) Assert.False(NotebookForm.Strip(path), Path.GetFileName(path));
        NewNotebook.Link(folder);
        foreach (string path in Series) Assert.Equal(File.ReadAllText(path), File.ReadAllText(Path.Combine(folder, Path.GetFileName(path))));
    }

    [Fact]
    public void An_executed_notebook_comes_back_as_it_was_and_a_second_time_unchanged()
    {
        string folder = CopyOfSeries(), path = Directory.GetFiles(folder).Order(StringComparer.Ordinal).First(), before = File.ReadAllText(path);
        var notebook = JsonNode.Parse(before)!.AsObject();
        notebook["metadata"]!["widgets"] = "left behind by an editor";
        foreach (var cell in notebook["cells"]!.AsArray())
        {
            cell!["source"] = NotebookTextOf(cell).ReplaceLineEndings("\r\n");
            cell["metadata"]!["collapsed"] = true;
            if ((string)cell["cell_type"]! != "code") continue;
            cell["execution_count"] = 7;
            cell["outputs"] = new JsonArray(new JsonObject { ["name"] = "stdout", ["output_type"] = "stream", ["text"] = "한국어" });
        }
        File.WriteAllText(path, notebook.ToJsonString());
        Assert.True(NotebookForm.Strip(path));
        Assert.Equal(before, File.ReadAllText(path));
        Assert.False(NotebookForm.Strip(path));
    }

    [Fact]
    public void Missing_and_doubled_ids_are_made_up()
    {
        string path = Path.Combine(_folder.Path, "x.ipynb");
        var notebook = JsonNode.Parse(File.ReadAllText(Series[0]))!.AsObject();
        var cells = notebook["cells"]!.AsArray();
        cells[1]!["id"] = (string)cells[0]!["id"]!;
        cells[2]!.AsObject().Remove("id");
        File.WriteAllText(path, notebook.ToJsonString());
        Assert.True(NotebookForm.Strip(path));
        string[] ids = [.. JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray().Select(cell => (string)cell!["id"]!)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(["cell-2", "cell-3"], ids[1..3]);
    }

    [Fact]
    public void A_new_notebook_keeps_the_rules_and_is_linked_from_its_neighbour()
    {
        string folder = CopyOfSeries(), last = Directory.GetFiles(folder, "*.ipynb").Order(StringComparer.Ordinal).Last();
        string path = NewNotebook.Create(folder, "99-metric-trees", "Metric trees");
        foreach (string each in Directory.GetFiles(folder)) Assert.Empty(NotebookLint.Problems(each));
        Assert.Contains("Next: [99 · Metric trees](99-metric-trees.ipynb)", File.ReadAllText(last));
        Assert.Contains($"Previous: [{Path.GetFileName(last)[..2]} ·", File.ReadAllText(path));
    }

    [Fact]
    public async Task A_new_notebook_runs_and_its_claim_holds()
    {
        string path = NewNotebook.Create(_folder.Path, "99-metric-trees", "Metric trees");
        File.WriteAllText(path, File.ReadAllText(path).Replace("../artifacts/helpers/", HelpersAssemblies.Folder.Replace('\\', '/'), StringComparison.Ordinal));
        var result = await NotebookExecutor.RunAsync(NotebookDocument.Load(path), TimeSpan.FromMinutes(2));
        Assert.Null(result.Failure);
        Assert.True(Assert.Single(result.Claims).Holds);
    }

    [Theory]
    [InlineData("trees", "Trees")]
    [InlineData("7-trees", "Trees")]
    [InlineData("99-Trees", "Trees")]
    [InlineData("99-../trees", "Trees")]
    [InlineData("06-trees", "Trees")]
    [InlineData("99-trees", "")]
    [InlineData("99-trees", "Trees\nand more")]
    public void What_cannot_be_a_notebook_is_refused(string name, string title)
    {
        string folder = CopyOfSeries();
        Assert.Throws<NewNotebookException>(() => NewNotebook.Create(folder, name, title));
        Assert.Equal(Series.Length, Directory.GetFiles(folder).Length);
    }

    private static string NotebookTextOf(JsonNode cell) => string.Concat(cell["source"]!.AsArray().Select(line => (string?)line));
}
