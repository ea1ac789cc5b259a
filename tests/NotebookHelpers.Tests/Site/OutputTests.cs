using System.Text;
using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Site;

/// <summary>What cells put out, on their page.</summary>
public sealed class OutputTests : SiteTests
{
    [Fact]
    public void Terminal_codes_do_not_reach_the_page()
    {
        string page = Page(Code("1", Stream("stdout", "\u001b[31mred\u001b[0m \u001b]0;title\u0007\0\r\n 10 %\r100 %\nend\r\n")));
        Assert.Contains("<pre class=\"plain\">red \n100 %\nend\n</pre>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_and_warnings_are_marked()
    {
        var error = new JsonObject
        {
            ["output_type"] = "error", ["ename"] = "E", ["evalue"] = "m", ["traceback"] = new JsonArray("N.E: m", "   at cell:line 1"),
        };
        string page = Page(Code("1", Stream("stderr", "careful"), error));
        Assert.Contains(
            "<div class=\"stderr\"><strong class=\"unseen\">Warning</strong><pre class=\"plain\">careful</pre></div>",
            page, StringComparison.Ordinal);
        Assert.Contains(
            "<pre class=\"plain\">E: m</pre><pre class=\"plain trace\">   at cell:line 1</pre>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_output_is_kept_and_plotly_is_shared()
    {
        const string Script = "<script type=\"text/javascript\" data-nbh-plotly=\"2\">window.Plotly = 1;</script>";
        string[] paths = [.. new[] { "00-a", "01-b" }.Select(name => Write(
            name, Markdown("# One"), Code("Start();", Data("text/html", Script)), Code("chart", Data("text/html", Chart))))];
        SiteWriter.Write(paths, Folder, helpersFolder: null);
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
        SiteWriter.Write([Write("one", Code("chart", Data("text/html", Chart)))], Folder, HelpersAssemblies.Folder);
        Assert.StartsWith("/**\n* plotly.js v", Read("assets/plotly.min.js"), StringComparison.Ordinal);
        Assert.Null(PlotlyResource.Read(Folder));
    }

    [Fact]
    public void Outputs_are_shown_in_their_best_form()
    {
        const string Svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        string page = Page(
            Code("1", Both("image/png", "AAAA\n", "a digit")),
            Code("2", Data("image/svg+xml", Svg)),
            Code("3", Both("text/html", "<i>html</i>", "plain")),
            Code("4", Data("text/markdown", "*text* $x$\n\n# Not in the contents")));
        Assert.Contains("<img alt=\"a digit\" src=\"data:image/png;base64,AAAA\">", page, StringComparison.Ordinal);
        Assert.Contains($"base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(Svg))}\">", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"html\"><i>html</i></div>", page, StringComparison.Ordinal);
        Assert.DoesNotContain(">plain<", page, StringComparison.Ordinal);
        Assert.Contains("<em>text</em> <span class=\"math\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"toc\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/latex", "$\\frac{a}{b}$", "<span class=\"math display\">\\[\\frac{a}{b}\\]</span>")]
    [InlineData("text/latex", "\\[x < y\\]", "<span class=\"math display\">\\[x &lt; y\\]</span>")]
    [InlineData("text/latex", "x^2", "<span class=\"math display\">\\[x^2\\]</span>")]
    [InlineData("text/latex", "so $a$ <b>", "so <span class=\"math\">\\(a\\)</span> &lt;b&gt;")]
    [InlineData("text/latex", "\\[", "<span class=\"math display\">\\[\\[\\]</span>")]
    [InlineData("image/gif", "R0lG", "<img alt=\"Picture put out by the cell above\" src=\"data:image/gif;base64,R0lG\">")]
    [InlineData("image/webp", "UklG", "src=\"data:image/webp;base64,UklG\">")]
    [InlineData("text/csv", "a,b\n1,<2>\n", "<pre class=\"plain\">a,b\n1,&lt;2&gt;\n</pre>")]
    [InlineData("application/json", "{no json", "<pre class=\"plain\">{no json</pre>")]
    [InlineData("text/x-unknown", "words", "<pre class=\"plain\">words</pre>")]
    [InlineData("application/x-unknown", "AAAA", "<p>Output of type application/x-unknown; it is in the notebook&#39;s file.</p>")]
    public void No_type_of_output_vanishes(string type, string content, string shown) =>
        Assert.Contains(shown, Page(Code("1", Data(type, content))), StringComparison.Ordinal);

    [Fact]
    public void Json_is_shown_as_lines()
    {
        var output = Data("application/json", "");
        output["data"]!["application/json"] = new JsonArray(1, new JsonObject { ["ä"] = "<b>" });
        output["data"]!["text/plain"] = "an object";
        string page = Page(Code("1", output));
        Assert.Contains("<pre class=\"plain\">[\n  1,\n  {\n    &quot;&#228;&quot;: &quot;&lt;b&gt;&quot;\n  }\n]</pre>", page.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<div><b>open")]
    [InlineData("</div></div></main>closed")]
    [InlineData("<!-- open")]
    [InlineData("<script>open")]
    [InlineData("<style>p { color: red }")]
    [InlineData("<textarea>open")]
    [InlineData("<table><tr><td>open")]
    [InlineData("<select><option>open")]
    [InlineData("<svg><g>open")]
    [InlineData("<iframe>open")]
    [InlineData("<template>open")]
    [InlineData("<plaintext>open")]
    [InlineData("<a href=\"open")]
    public void Html_that_is_left_open_ends_with_its_output(string html)
    {
        string page = Page(Code("1", Data("text/html", html)), Markdown("below"));
        using var document = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(page);
        var below = Assert.Single(document.QuerySelectorAll("main > .text"));
        Assert.Equal("below", below.TextContent.Trim());
        Assert.Equal("MAIN", below.ParentElement!.TagName);
        Assert.NotNull(document.QuerySelector("main > nav.around"));
    }

    [Fact]
    public void Html_nested_too_deep_to_be_drawn_is_shown_as_text()
    {
        string page = Page(Code("1", Data("text/html", string.Concat(Enumerable.Repeat("<div>", 100_000)) + "deep")), Markdown("below"));
        Assert.Contains("&lt;div&gt;&lt;div&gt;", page, StringComparison.Ordinal);
        Assert.Contains("<p>below</p>", page, StringComparison.Ordinal);
    }

    private static JsonObject Both(string type, string content, string text)
    {
        var output = Data(type, content);
        output["data"]!["text/plain"] = text;
        return output;
    }

    [Theory]
    [InlineData("abcdef\rxyz", "xyzdef")]
    [InlineData("10 %\r100 %\rdone\u001b[K", "done")]
    [InlineData("10 %\r\n20 %\r\r\n", "10 %\n20 %\n")]
    [InlineData("10 %\b\b\b\b20 %", "20 %")]
    [InlineData("|\b/\b-\b \b", "")]
    [InlineData("ab\b\b\b\bc\n\bd", "c\nd")]
    [InlineData("grün 🐈\b\b.", "grün.")]
    [InlineData("e\u0301x\b\b.", ".")]
    [InlineData("a\tb\a\0\u007f\u0001\u009f", "a\tb")]
    [InlineData("page 1\fpage 2\vpage 3", "page 1\npage 2\npage 3")]
    [InlineData("\u001b[1;31mred\u001b[0m\u001b(B \u001b]8;;https://example.com\u001b\\link\u001b]8;;\u001b\\", "red link")]
    [InlineData("one\ntwo\n\u001b[2A\u001b[2KONE\n\n", "ONE\ntwo\n")]
    [InlineData("12345\u001b[3D|\u001b[1C|\u001b[1G|\u001b[8G|", "|2|4|  |")]
    [InlineData("1234\u001b[2D\u001b[1K", "   4")]
    [InlineData("gone\u001b[2J\u001b[Hnew", "new")]
    [InlineData("one\ntwo\nthree\u001b[2A\u001b[J", "one")]
    [InlineData("one\ntwo\r\u001b[J\u001b[0J.", "one\n.")]
    [InlineData("one\ntwo\u001b[1Jx", "\n   x")]
    [InlineData("gone\u001b[3Jnew", "new")]
    [InlineData("one\ntwo\u001b[F1\u001b[E2", "1ne\n2wo")]
    [InlineData("a\u001b[>4;2mb\u001b[<uc\u001b[=1hd\u001b[ q\u001b#8", "abcd")]
    [InlineData("a\u009b31mb\u001bPpayload\u001b\\c\u001b_x\u0007d\u001bc\u001b~e", "abcde")]
    [InlineData("cut \u001b[31", "cut ")]
    [InlineData("x\u001b[99999999999B\u001b[999999999A\u001b[999999999D.", ".")]
    public void Output_reads_as_on_a_terminal(string output, string shown)
    {
        string page = Page(Code("1", Stream("stdout", output)));
        string text = page.Split("<pre class=\"plain\">")[1].Split("</pre>")[0];
        Assert.Equal(shown, System.Net.WebUtility.HtmlDecode(text));
    }

    [Fact]
    public void What_a_long_progress_bar_overwrote_does_not_count()
    {
        string page = Page(Code("1", Stream("stdout", string.Concat(Enumerable.Range(0, 40_000).Select(i => $"\r{i} of 39999")))));
        Assert.Contains("<pre class=\"plain\">39999 of 39999</pre>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_in_code_are_shown_as_such_and_lines_end_at_line_feeds()
    {
        string page = Page(Code("var a = 1;\r\nvar b = \"\b\";"));
        Assert.Equal(1, Count(page, "\uFFFD"));
        Assert.DoesNotContain('\r', page);
    }
}
