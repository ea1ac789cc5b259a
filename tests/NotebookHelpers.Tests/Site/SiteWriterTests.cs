using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using NotebookRunner;

namespace NotebookHelpers.Tests.Site;

public sealed partial class SiteWriterTests : IDisposable
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
        File.WriteAllText(path, new JsonObject { ["cells"] = new JsonArray(cells), ["metadata"] = Metadata(), ["nbformat"] = 4, ["nbformat_minor"] = 5 }.ToJsonString());
        return path;
    }

    private Func<JsonObject> Metadata { get; set; } = () => [];

    private string Page(params JsonNode[] cells)
    {
        SiteWriter.Write([Write("one", cells)], _folder.Path, helpersFolder: null);
        return Read("one.html");
    }

    private string Read(string name) => File.ReadAllText(_folder.File(name));

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private static string[] ScriptTags(string html) => [.. ScriptTag().Matches(html).Select(tag => tag.Value)];

    [GeneratedRegex("<script[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex ScriptTag();

    [GeneratedRegex("""(?<key>[^\s="'/]+)(="(?<value>[^"]*)")?""", RegexOptions.ExplicitCapture)]
    private static partial Regex Attribute();

    [GeneratedRegex("""<(?<name>/?[a-zA-Z!][^\s>]*)(?<attributes>[^>]*)>""")]
    private static partial Regex Tag();

    private const string Chart = """<div class="nbh-chart" id="c" style="x"><svg viewBox="0 0 720 440" role="img" aria-label="A &lt;chart&gt;"><text x="1">label</text><path d="M50 388V60" stroke="x"/><path d="M60 80.5H700"/></svg></div><script>draw()</script>""";

    [Fact]
    public void Text_never_becomes_markup()
    {
        const string Evil = "<script>alert(1)</script>";
        string page = Page(
            Markdown("# A `" + Evil + "` title " + Evil + "\n\npromise " + Evil),
            Code($"var evil = \"{Evil}\"; // {Evil}", Stream("stdout", Evil), Stream("stderr", Evil), Data("text/plain", Evil), Data("text/markdown", Evil + "\n\n" + Evil),
                new JsonObject { ["output_type"] = "error", ["ename"] = Evil, ["evalue"] = Evil, ["traceback"] = new JsonArray(Evil) }));
        Assert.Equal(["<script src=\"assets/site.js\">"], ScriptTags(page));
        Assert.Equal(["<script src=\"assets/site.js\">"], ScriptTags(Read("index.html")));
        Assert.Contains("<title>A &lt;script&gt;alert(1)&lt;/script&gt; title &lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<img src=x onerror=alert(1)>", "<img src=\"x\">")]
    [InlineData("a <b onclick='alert(1)' title=\"a'b\">bold</b>", "<b title=\"a&#39;b\">bold</b>")]
    [InlineData("[x](javascript:alert(1)) [y](JaVa\tScript:alert(1)) <a href=' javascript:alert(1)'>z</a>", ">z</a>")]
    [InlineData("[x](data:text/html,<script>alert(1)</script>)", ">x")]
    [InlineData("<svg onload=alert(1)>", "&lt;svg onload=alert(1)&gt;")]
    [InlineData("<iframe src=\"https://example.com\"></iframe>", "&lt;iframe")]
    [InlineData("<details><summary>s</summary>\n\n*in*\n\n</details>", "<details><summary>s</summary>\n<p><em>in</em></p>\n</details>")]
    [InlineData("<details>\n\nnever closed", "<p>never closed</p>\n</details>")]
    [InlineData("x\n\n</div></main></body>", "&lt;/main&gt;&lt;/body&gt;")]
    [InlineData("# h {onclick=alert(1)}", "h {onclick=alert(1)}")]
    [InlineData("<script\n>alert(1)</script\n>", "&lt;/script")]
    [InlineData("<kbd>Ctrl</kbd> H<sub>2</sub>O <!-- <script> -->", "<kbd>Ctrl</kbd> H<sub>2</sub>O")]
    public void Html_in_prose_is_kept_as_far_as_it_is_harmless(string markdown, string expected)
    {
        string html = new MarkdownPage(new HashSet<string>()).ToHtml(markdown);
        Assert.Contains(expected, html, StringComparison.Ordinal);
        AssertHarmless(html);
    }

    private static void AssertHarmless(string html)
    {
        int open = 0;
        foreach (Match tag in Tag().Matches(html))
        {
            string name = tag.Groups["name"].Value.ToLowerInvariant(), attributes = tag.Groups["attributes"].Value;
            Assert.DoesNotContain(name.TrimStart('/').TrimEnd('/'), new[] { "script", "style", "svg", "iframe", "object", "embed", "base", "form", "main", "body", "html", "meta", "link" });
            foreach (Match attribute in Attribute().Matches(attributes))
            {
                string key = attribute.Groups["key"].Value, value = System.Net.WebUtility.HtmlDecode(attribute.Groups["value"].Value);
                Assert.False(key.StartsWith("on", StringComparison.OrdinalIgnoreCase), tag.Value);
                Assert.False(key is "href" or "src" && Regex.IsMatch(value, @"^[\s\x00-\x1f]*(javascript|vbscript|data:(?!image/))", RegexOptions.IgnoreCase), tag.Value);
            }
            open += name switch { "div" => 1, "/div" => -1, _ => 0 };
            Assert.True(open >= 0, "an end tag closes more than the cell opened");
        }
        Assert.Equal(0, open);
    }

    [Fact]
    public void No_mixture_of_fragments_breaks_out_of_prose()
    {
        string[] fragments =
        [
            "<script>", "</script>", "<img src=x onerror=alert(1)", "<svg/onload=", ">", "<", "\"", "'", "=", "<!--", "-->", "](javascript:alert(1))", "[x", "<div ", "</div>", "<details>", "</details>",
            "$", "$$", "`", "```\n", "\n", "\n\n", "|", "---|---\n", "# ", "> ", "- ", "*", "~~", "\\", "&lt;", "&#60;", "{onclick=x}", "<b title='", "href=\"", "java\u0000script:", "word ", "대조", "https://example.com", "<https://x>", "    ",
        ];
        Gen.OneOfConst(fragments).Array[0, 24].Select(string.Concat).Sample(markdown => AssertHarmless(new MarkdownPage(new HashSet<string>()).ToHtml(markdown)), iter: 20_000);
    }

    [Fact]
    public void Deep_nesting_and_long_texts_end_in_a_readable_page()
    {
        string page = Page(
            Markdown(new string('>', 20_000) + " deep"), Markdown(new string('[', 300_000)),
            Code(new string('(', 100_000), Stream("stdout", new string('x', 5_000_000))), Code("1", Data("text/plain", new string('<', 1_000_000))));
        Assert.True(page.Length < 3_000_000, $"{page.Length} characters");
        Assert.Contains("… 4,900,000 more characters in the notebook file", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Terminal_codes_do_not_reach_the_page()
    {
        string page = Page(Code("1", Stream("stdout", "\u001b[31mred\u001b[0m \u001b]0;title\u0007\0\r\n 10 %\r100 %\nend\r\n")));
        Assert.Contains("<pre class=\"plain\">red \uFFFD\n100 %\nend\n</pre>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_and_warnings_are_marked()
    {
        string page = Page(Code("1", Stream("stderr", "careful"), new JsonObject { ["output_type"] = "error", ["ename"] = "E", ["evalue"] = "m", ["traceback"] = new JsonArray("N.E: m", "   at cell:line 1") }));
        Assert.Contains("<div class=\"stderr\"><strong class=\"unseen\">Warning</strong><pre class=\"plain\">careful</pre></div>", page, StringComparison.Ordinal);
        Assert.Contains("<pre class=\"plain\">E: m</pre><pre class=\"plain trace\">   at cell:line 1</pre>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_output_is_kept_and_plotly_is_shared()
    {
        const string Script = "<script type=\"text/javascript\" data-nbh-plotly=\"2\">window.Plotly = 1;</script>";
        string[] paths = [.. new[] { "00-a", "01-b" }.Select(name => Write(name, Markdown("# One"), Code("Start();", Data("text/html", Script)), Code("chart", Data("text/html", Chart))))];
        SiteWriter.Write(paths, _folder.Path, helpersFolder: null);
        foreach (string name in new[] { "00-a.html", "01-b.html" })
        {
            string page = Read(name);
            Assert.DoesNotContain("window.Plotly = 1", page, StringComparison.Ordinal);
            Assert.Contains("<script defer src=\"assets/plotly.min.js\">", page, StringComparison.Ordinal);
            Assert.Contains("<script>draw()</script>", page, StringComparison.Ordinal);
        }
        Assert.Equal("window.Plotly = 1;", Read("assets/plotly.min.js"));
    }

    [Fact]
    public void Plotly_comes_from_the_assembly_where_no_notebook_brings_it()
    {
        SiteWriter.Write([Write("one", Code("chart", Data("text/html", Chart)))], _folder.Path, HelpersAssemblies.Folder);
        Assert.StartsWith("/**\n* plotly.js v", Read("assets/plotly.min.js"), StringComparison.Ordinal);
        Assert.Null(PlotlyResource.Read(_folder.Path));
    }

    [Fact]
    public void Outputs_are_shown_in_their_best_form()
    {
        const string Svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        string page = Page(
            Code("1", new JsonObject { ["output_type"] = "display_data", ["data"] = new JsonObject { ["text/plain"] = "a digit", ["image/png"] = "AAAA\n" } }),
            Code("2", Data("image/svg+xml", Svg)),
            Code("3", new JsonObject { ["output_type"] = "execute_result", ["data"] = new JsonObject { ["text/plain"] = "plain", ["text/html"] = "<i>html</i>" } }),
            Code("4", Data("text/markdown", "*text* $x$\n\n# Not in the contents")));
        Assert.Contains("<img alt=\"a digit\" src=\"data:image/png;base64,AAAA\">", page, StringComparison.Ordinal);
        Assert.Contains($"base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(Svg))}\">", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"html\"><i>html</i></div>", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">plain<", page, StringComparison.Ordinal);
        Assert.Contains("<em>text</em> <span class=\"math\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"toc\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_between_notebooks_become_links_between_pages()
    {
        string[] paths = [Write("00-first", Markdown("# First\n\n[next](01-second.ipynb#part) [absent](02-third.ipynb) [all](../README.md) <a href=\"01-second.ipynb\">raw</a> [out](https://example.com/01-second.ipynb)")), Write("01-second", Markdown("# Second"))];
        SiteWriter.Write(paths, _folder.Path, helpersFolder: null);
        string page = Read("00-first.html");
        Assert.Contains("<a href=\"01-second.html#part\">next</a> absent <a href=\"index.html\">all</a> <a href=\"01-second.html\">raw</a> <a href=\"https://example.com/01-second.ipynb\">", page, StringComparison.Ordinal);
        Assert.Contains("rel=\"next\" href=\"01-second.html\"", page, StringComparison.Ordinal);
        Assert.Contains("rel=\"prev\" href=\"00-first.html\"", Read("01-second.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Mathematics_reaches_the_page_untouched()
    {
        string page = Page(Markdown("# M\n\nInline $a_1 * b_2 < c$ and\n\n$$\n\\sum_{i} x_i \\\\ y\n$$\n\nand $$p_{ij} = \\frac{e^{x_{ij}}}{z}$$ in line\n\n<details><summary>of $a<b$</summary></details>\n\n| a |\n|---|\n| $d_{ij}$ |"));
        Assert.Contains("""<span class="math">\(a_1 * b_2 &lt; c\)</span>""", page, StringComparison.Ordinal);
        Assert.Contains("\\sum_{i} x_i \\\\ y", page, StringComparison.Ordinal);
        Assert.Contains("""<span class="math display">\(p_{ij} = \frac{e^{x_{ij}}}{z}\)</span>""", page, StringComparison.Ordinal);
        Assert.Contains("""<summary>of <span class="math">\(a&lt;b\)</span></summary>""", page, StringComparison.Ordinal);
        Assert.Contains("""<span class="math">\(d_{ij}\)</span>""", page, StringComparison.Ordinal);
        Assert.Contains("katex.min.js", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$$ p_{i} = \\sum_{j:\\,y_j} x_j$$")]
    [InlineData("$$p_{i} = \\sum_{j:\\,y_j} x_j $$")]
    [InlineData("$$\np_{i} = \\sum_{j:\\,y_j} x_j\n$$")]
    [InlineData("$$ p_{i} =\n\\sum_{j:\\,y_j} x_j $$")]
    [InlineData("so $$p_{i} = \\sum_{j:\\,y_j} x_j$$.")]
    [InlineData("- so\n\n  $$ p_{i} = \\sum_{j:\\,y_j} x_j $$")]
    [InlineData("| a |\n|---|\n| $$ p_{i} = \\sum_{j:\\,y_j} x_j $$ |")]
    public void Displayed_mathematics_is_found_however_it_is_spaced(string markdown)
    {
        string html = new MarkdownPage(new HashSet<string>()).ToHtml(markdown);
        string tex = Assert.Single(Regex.Matches(html, """<(div|span) class="math[^>]*>([^<]*)</"""))!.Groups[2].Value;
        Assert.Equal("p_{i} = \\sum_{j:\\,y_j} x_j", Regex.Replace(tex.Trim(), @"^\\[(\[]|\\[)\]]$", "").Trim().Replace('\n', ' '));
        Assert.DoesNotContain("$$", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Headings_have_anchors_that_differ_and_a_table_of_contents()
    {
        string page = Page(Markdown("# T\n\n## Same\n\n## Same"), Markdown("## Same\n\n### 한국어 $x$\n\n## Content"));
        foreach (string anchor in new[] { "same", "same-1", "same-2", "content", "content-2" }) Assert.Equal(1, Count(page, $" id=\"{anchor}\""));
        Assert.Contains("<a class=\"anchor\" href=\"#same\" aria-label=\"Link to this section\">", page, StringComparison.Ordinal);
        Assert.Contains(">한국어 <span class=\"math\">\\(x\\)</span></a>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_has_landmarks_a_language_and_one_title()
    {
        string page = Page(Code("1"));
        foreach (string part in new[] { "<html lang=\"en\">", "<main id=\"content\"", "<header", "<a class=\"skip\" href=\"#content\">", "<h1>one</h1>", "id=\"theme\"" }) Assert.Equal(1, Count(page, part));
        Assert.Contains("(<span lang=\"ko\" id=\"ko-상호-정보량\">상호 정보량</span>)", Page(Markdown("# T\n\ninformation (상호 정보량)")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_index_shows_title_promise_picture_and_facts()
    {
        Metadata = () => new() { ["notebook_runner"] = new JsonObject { ["seconds"] = 12.3, ["claims"] = 7, ["failedClaims"] = 1, ["cells"] = 30 } };
        Page(Markdown("# 00 - A & B\n\n**You will see.**"), Code("1", Data("text/html", Chart)));
        string index = Read("index.html");
        Assert.Contains("<a href=\"one.html\">00 - A &amp; B</a></h2><p>You will see.</p><p class=\"facts\">ran in 12 s &#183; 6 of 7 claims hold</p>", index, StringComparison.Ordinal);
        Assert.Contains("<img src=\"assets/pictures/one.svg\" alt=\"\"", index, StringComparison.Ordinal);
        Assert.Contains("viewBox=\"50 50 660 348\"", Read("assets/pictures/one.svg"), StringComparison.Ordinal);
        Assert.DoesNotContain("<text", Read("assets/pictures/one.svg"), StringComparison.Ordinal);
        Assert.Contains("ran in 12 s", Read("one.html"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var x = 1;", "<span class=\"k\">var</span> x = <span class=\"n\">1</span>;")]
    [InlineData("#r \"a.dll\"", "<span class=\"k\">#r &quot;a.dll&quot;</span>")]
    [InlineData("// <b>", "<span class=\"c\">// &lt;b&gt;</span>")]
    [InlineData("new Foo<int>()", "<span class=\"k\">new</span> <span class=\"t\">Foo</span>&lt;<span class=\"k\">int</span>&gt;()")]
    [InlineData("Tensor Flip(Tensor x) => x.flip(2);", "<span class=\"t\">Tensor</span> <span class=\"f\">Flip</span>(<span class=\"t\">Tensor</span> x) =&gt; x.<span class=\"f\">flip</span>(<span class=\"n\">2</span>);")]
    [InlineData("this is ] no code", null)]
    [InlineData("if (((((((((((((((((((((((((((((((((((((((((((((((((((((((((( $\"{$\"{", null)]
    public void Code_is_coloured_and_keeps_every_character(string code, string? expected)
    {
        string html = CSharpHighlighter.ToHtml(code);
        if (expected is not null) Assert.Equal(expected, html);
        Assert.Equal(code, System.Net.WebUtility.HtmlDecode(Regex.Replace(html, "<[^>]*>", "")));
    }

    [Fact]
    public void Only_what_the_site_wrote_is_removed_and_nothing_is_left_half_written()
    {
        string outside = Path.Combine(Path.GetDirectoryName(_folder.Path)!, Path.GetRandomFileName());
        File.WriteAllText(outside, "mine");
        SiteWriter.Write([Write("old", Code("1", Data("text/html", Chart)))], _folder.Path, helpersFolder: null);
        File.AppendAllText(_folder.File("assets/files.txt"), $"../{Path.GetFileName(outside)}\n");
        File.WriteAllText(_folder.File("mine.html"), "mine");
        Page(Markdown("# One"), Code("1"));
        Assert.Equal(["index.html", "mine.html", "old.ipynb", "one.html", "one.ipynb"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
        Assert.False(File.Exists(_folder.File("assets/pictures/old.svg")));
        Assert.True(File.Exists(outside));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp", SearchOption.AllDirectories));
        File.Delete(outside);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"cells": [], "cells": []}""")]
    public void A_damaged_notebook_is_named(string json)
    {
        File.WriteAllText(_folder.File("bad.ipynb"), json);
        Assert.Contains("bad.ipynb", Assert.Throws<NotebookFormatException>(() => SiteWriter.Write([_folder.File("bad.ipynb")], _folder.Path, helpersFolder: null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Odd_shapes_inside_a_notebook_do_no_harm()
    {
        File.WriteAllText(_folder.File("one.ipynb"), """{"cells": [1, null, {}, {"cell_type": 3}, {"cell_type": "code", "source": [1, null], "outputs": [7, {}, {"output_type": "error"}, {"output_type": "display_data", "data": {"text/html": {"a": 1}}}]}, {"cell_type": "code", "outputs": 3}], "metadata": []}""");
        SiteWriter.Write([_folder.File("one.ipynb")], _folder.Path, helpersFolder: null);
        Assert.Contains("<h1>one</h1>", Read("one.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_notebook_cannot_take_the_place_of_the_index()
    {
        Assert.Throws<ArgumentException>(() => SiteWriter.Write([Write("Index", Code("1"))], _folder.Path, helpersFolder: null));
    }
}
