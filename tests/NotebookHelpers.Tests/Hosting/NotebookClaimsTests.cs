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

    [Theory]
    [InlineData("""Claims.Check("odd \u{41} \x \q", 1, 1, 0, "s");""", """odd \u{41} \x \q""")]
    [InlineData("""Claims.Check("\u0041 \x42 \U00000043 \U0001F600", 1, 1, 0, "s");""", "A B C \U0001F600")]
    [InlineData("""Claims.Check("\UFFFFFFFF", 1, 1, 0, "s");""", """\UFFFFFFFF""")]
    [InlineData("""Claims.Check("a\tb\\", 1, 1, 0, "s");""", "a\tb\\")]
    [InlineData("""Claims.Check(@"C:\x ""y"" z", 1, 1, 0, "s");""", """C:\x "y" z""")]
    [InlineData("""Claims.Check($@"N\{n}", 1, 1, 0, "s");""", """N\…""")]
    [InlineData(""""Claims.Check("""a "raw" \name""", 1, 1, 0, "s");"""", """a "raw" \name""")]
    [InlineData("""Claims.Check("never closed, 1, 1, 0, s);""", null)]
    [InlineData("""Claims.Check($"{f("x")}", 1, 1, 0, "s");""", null)]
    public void A_name_is_read_however_it_is_written(string code, string? name)
    {
        Notebook("00-a.ipynb", "Claims.Check(\"one\", 1, 1, 0, \"s\");", code);
        Notebook("01-b.ipynb", "Claims.Check(\"other\", 1, 1, 0, \"s\");", code);
        Assert.Equal(name is null ? [] : [name], NotebookClaims.NotMade(["one"], _folder.Path));
    }

    [Fact]
    public void A_neighbour_that_is_no_notebook_is_passed_over()
    {
        Notebook("00-a.ipynb", "Claims.Check(\"one\", 1, 1, 0, \"s\");", "Claims.Check(\"two\", 1, 1, 0, \"s\");");
        string[] odd = ["", "[]", "1", "{\"cells\": [[1], 2, null]}", "{\"cells\": 3}", "{\"cells\": [], \"cells\": []}", "{\"cells\": [{\"cell_type\": 7}]}"];
        foreach (var (i, text) in odd.Index()) File.WriteAllText(_folder.File($"1{i}-odd.ipynb"), text);
        Assert.Equal(["two"], NotebookClaims.NotMade(["one"], _folder.Path));
        Assert.Empty(NotebookClaims.NotMade(["one"], _folder.File("no such folder")));
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
