using System.Text.Json.Nodes;

namespace NotebookHelpers.Tests.Hosting;

public sealed class NotebookClaimsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private void Notebook(string name, params string[] cells) => File.WriteAllText(
        _folder.File(name),
        new JsonObject
        {
            ["cells"] = new JsonArray([.. cells.Select(cell => new JsonObject { ["cell_type"] = "code", ["source"] = new JsonArray([.. cell.Split('\n').Select(line => (JsonNode)(line + "\n"))]) })]),
        }.ToJsonString());

    [Fact]
    public void Claims_that_were_not_made_in_this_session_are_named_in_the_notebooks_order()
    {
        Notebook("00-a.ipynb", "Claims.Check(\"one\", 1, 1, 0, \"s\");\nClaims.AtLeast(\n    \"the \\\"second\\\"\", 2, 1, \"s\");", "Claims.AtMost($\"N = {n}: loss\", 1, 2, \"s\");\nClaims.Table()");
        Notebook("01-b.ipynb", "Claims.Check(\"other\", 1, 1, 0, \"s\");");
        Assert.Equal(["the \"second\"", "N = …: loss"], NotebookClaims.NotMade(["one"], _folder.Path));
        Assert.Equal(["one"], NotebookClaims.NotMade(["the \"second\"", "N = 64: loss"], _folder.Path));
        Assert.Empty(NotebookClaims.NotMade(["one", "the \"second\"", "N = 64: loss", "N = 128: loss"], _folder.Path));
    }

    [Fact]
    public void Nothing_is_said_where_it_is_not_clear_which_notebook_runs()
    {
        Notebook("00-a.ipynb", "Claims.Check(\"one\", 1, 1, 0, \"s\");", "Claims.Check(\"two\", 1, 1, 0, \"s\");");
        Notebook("00-changed.ipynb", "Claims.Check(\"one\", 1, 1, 0, \"s\");", "Claims.Check(\"three\", 1, 1, 0, \"s\");");
        File.WriteAllText(_folder.File("02-damaged.ipynb"), "{");
        Assert.Empty(NotebookClaims.NotMade(["one"], _folder.Path));
        Assert.Empty(NotebookClaims.NotMade(["of no notebook"], _folder.Path));
        Assert.Empty(NotebookClaims.NotMade([], _folder.Path));
    }

    [Fact]
    public void A_copy_beside_the_notebook_does_not_make_it_silent()
    {
        foreach (string name in new[] { "00-a.ipynb", "00-a-Copy1.ipynb" })
            Notebook(name, "Claims.Check(\"one\", 1, 1, 0, \"s\");", "Claims.Check(\"two\", 1, 1, 0, \"s\");");
        Assert.Equal(["two"], NotebookClaims.NotMade(["one"], _folder.Path));
    }

    [Fact]
    public void Claims_of_a_cell_that_asks_for_the_scale_are_not_missed()
    {
        Notebook("00-a.ipynb", "Claims.Check(\"one\", 1, 1, 0, \"s\");", "if (Notebook.FullScale) Claims.Check(\"large\", 1, 1, 0, \"s\");");
        Assert.Empty(NotebookClaims.NotMade(["one"], _folder.Path));
        Assert.Equal(["one"], NotebookClaims.NotMade(["large"], _folder.Path));
    }

    [Fact]
    public void The_table_names_them()
    {
        Notebook("00-a.ipynb", "Claims.Check(\"one\", 1, 1, 0, \"s\");", "Claims.Check(\"two\", 1, 1, 0, \"s\");");
        string before = Environment.CurrentDirectory;
        Claims.Clear();
        try
        {
            Environment.CurrentDirectory = _folder.Path;
            Claims.Check("one", 1, 1, 0, "s");
            string text = Claims.Table().ToHtml();
            Assert.Contains("two", text, StringComparison.Ordinal);
            Assert.Contains("not in this session", text, StringComparison.Ordinal);
            Claims.Check("two", 1, 1, 0, "s");
            Assert.DoesNotContain("not in this session", Claims.Table().ToHtml(), StringComparison.Ordinal);
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Claims.Clear();
        }
    }
}
