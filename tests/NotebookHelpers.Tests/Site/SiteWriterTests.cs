using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Site;

public sealed class SiteWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JsonObject Markdown(string source) => new() { ["cell_type"] = "markdown", ["id"] = Guid.NewGuid().ToString("N"), ["metadata"] = new JsonObject(), ["source"] = source };

    private static JsonObject Code(string source, params JsonNode[] outputs) => new()
    {
        ["cell_type"] = "code",
        ["execution_count"] = 1,
        ["id"] = Guid.NewGuid().ToString("N"),
        ["metadata"] = new JsonObject(),
        ["source"] = source,
        ["outputs"] = new JsonArray(outputs),
    };

    private static JsonObject Stream(string name, string text) => new() { ["output_type"] = "stream", ["name"] = name, ["text"] = text };

    private static JsonObject Data(string type, string content) => new() { ["output_type"] = "display_data", ["metadata"] = new JsonObject(), ["data"] = new JsonObject { [type] = content } };

    private string Write(string name, params JsonNode[] cells)
    {
        string path = _folder.File(name + ".ipynb");
        File.WriteAllText(path, new JsonObject { ["cells"] = new JsonArray(cells), ["metadata"] = new JsonObject(), ["nbformat"] = 4, ["nbformat_minor"] = 5 }.ToJsonString());
        return path;
    }

    private string Page(params JsonNode[] cells)
    {
        SiteWriter.Write([Write("one", cells)], _folder.Path);
        return File.ReadAllText(_folder.File("one.html"));
    }

    [Fact]
    public void Text_never_becomes_markup()
    {
        const string Evil = "<script>alert(1)</script>";
        string page = Page(
            Markdown("# A `" + Evil + "` title\n\npromise"),
            Code($"var evil = \"{Evil}\"; // {Evil}", Stream("stdout", Evil), Stream("stderr", Evil), Data("text/plain", Evil), Data("text/markdown", Evil),
                new JsonObject { ["output_type"] = "error", ["ename"] = Evil, ["evalue"] = Evil, ["traceback"] = new JsonArray(Evil) }));
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", File.ReadAllText(_folder.File("index.html")), StringComparison.Ordinal);
        Assert.Equal(9, page.Split("&lt;script&gt;alert").Length - 1 - 2); // head and contents repeat the title
    }

    [Fact]
    public void Html_output_is_kept_and_plotly_is_shared()
    {
        const string Script = "<script type=\"text/javascript\" data-nbh-plotly=\"2\">window.Plotly = 1;</script>";
        string page = Page(Markdown("# One"), Code("Start();", Data("text/html", Script)), Code("chart", Data("text/html", "<div class=\"nbh-chart\" id=\"c\"><svg><g/></svg></div><script>draw()</script>")));
        Assert.DoesNotContain("window.Plotly = 1", page, StringComparison.Ordinal);
        Assert.Contains("src=\"assets/plotly.js\"", page, StringComparison.Ordinal);
        Assert.Contains("<script>draw()</script>", page, StringComparison.Ordinal);
        Assert.Equal("window.Plotly = 1;", File.ReadAllText(_folder.File("assets/plotly.js")));
        Assert.Contains("<svg><g/></svg>", File.ReadAllText(_folder.File("index.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_between_notebooks_become_links_between_pages()
    {
        string[] paths = [Write("00-first", Markdown("# First\n\n[next](01-second.ipynb#part) [absent](02-third.ipynb) [all](../README.md)")), Write("01-second", Markdown("# Second"))];
        SiteWriter.Write(paths, _folder.Path);
        string page = File.ReadAllText(_folder.File("00-first.html"));
        Assert.Contains("href=\"01-second.html#part\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"02-third.ipynb\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"index.html\"", page, StringComparison.Ordinal);
        Assert.Contains("rel=\"next\" href=\"01-second.html\"", page, StringComparison.Ordinal);
        Assert.Contains("rel=\"prev\" href=\"00-first.html\"", File.ReadAllText(_folder.File("01-second.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Mathematics_reaches_the_page_untouched()
    {
        string page = Page(Markdown("# M\n\nInline $a_1 * b_2 < c$ and\n\n$$\n\\sum_{i} x_i\n$$\n\nand $$p_{ij} = \\frac{e^{x_{ij}}}{z}$$ in line"));
        Assert.Contains("""<span class="math">\(a_1 * b_2 &lt; c\)</span>""", page, StringComparison.Ordinal);
        Assert.Contains("\\sum_{i} x_i", page, StringComparison.Ordinal);
        Assert.Contains("""<span class="math display">\(p_{ij} = \frac{e^{x_{ij}}}{z}\)</span>""", page, StringComparison.Ordinal);
        Assert.Contains("katex.min.js", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Headings_have_anchors_that_differ_and_a_table_of_contents()
    {
        string page = Page(Markdown("# T\n\n## Same\n\n## Same"), Markdown("## Same\n\n### 한국어"));
        foreach (string anchor in new[] { "same", "same-1", "same-2" }) Assert.Single(page.Split($"id=\"{anchor}\"")[1..]);
        Assert.Contains(">한국어</a>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var x = 1;", "<span class=\"k\">var</span> x = <span class=\"n\">1</span>;")]
    [InlineData("#r \"a.dll\"", "<span class=\"k\">#r &quot;a.dll&quot;</span>")]
    [InlineData("// <b>", "<span class=\"c\">// &lt;b&gt;</span>")]
    [InlineData("new Foo<int>()", "<span class=\"k\">new</span> <span class=\"t\">Foo</span>&lt;<span class=\"k\">int</span>&gt;()")]
    [InlineData("this is ] no code", null)]
    public void Code_is_coloured_and_keeps_every_character(string code, string? expected)
    {
        string html = CSharpHighlighter.ToHtml(code);
        if (expected is not null) Assert.Equal(expected, html);
        Assert.Equal(code, System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Replace(html, "<[^>]*>", "")));
    }

    [Fact]
    public void Nothing_is_left_half_written_and_nothing_lies_outside_the_folder()
    {
        Page(Markdown("# One"), Code("1"));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp", SearchOption.AllDirectories));
        Assert.Equal(["index.html", "one.html", "one.ipynb"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }
}
