using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookRunner;

namespace NotebookHelpers.Tests.Site;

public sealed partial class SiteWriterTests : SiteTests
{
    private static string[] ScriptTags(string html) => [.. ScriptTag().Matches(html).Select(tag => tag.Value)];

    [GeneratedRegex("<script[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex ScriptTag();

    [Fact]
    public void Text_never_becomes_markup()
    {
        const string Evil = "<script>alert(1)</script>";
        string page = Page(
            Markdown("# A `" + Evil + "` title " + Evil + "\n\npromise " + Evil),
            Code(
                $"var evil = \"{Evil}\"; // {Evil}", Stream("stdout", Evil), Stream("stderr", Evil), Data("text/plain", Evil),
                Data("text/markdown", Evil + "\n\n" + Evil),
                new JsonObject { ["output_type"] = "error", ["ename"] = Evil, ["evalue"] = Evil, ["traceback"] = new JsonArray(Evil) }));
        Assert.Equal(["<script src=\"assets/site.js\">"], ScriptTags(page));
        Assert.Equal(["<script src=\"assets/site.js\">"], ScriptTags(Read("index.html")));
        Assert.Contains("<title>A &lt;script&gt;alert(1)&lt;/script&gt; title &lt;script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_nesting_and_long_texts_end_in_a_readable_page()
    {
        string page = Page(
            Markdown(new string('>', 20_000) + " deep"), Markdown(new string('[', 300_000)),
            Code(new string('(', 100_000), Stream("stdout", new string('x', 5_000_000))),
            Code("1", Data("text/plain", new string('<', 1_000_000))));
        Assert.True(page.Length < 3_000_000, $"{page.Length} characters");
        Assert.Contains("… 4,900,000 more characters in the notebook file", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_has_landmarks_a_language_and_one_title()
    {
        string page = Page(Code("1"));
        string[] parts =
        [
            "<html lang=\"en\">", "<main id=\"content\"", "<header", "<a class=\"skip\" href=\"#content\">", "<h1>one</h1>", "id=\"theme\"",
        ];
        foreach (string part in parts) Assert.Equal(1, Count(page, part));
        page = Page(Markdown("# T\n\ninformation (상호 정보량)"));
        Assert.Contains("(<span lang=\"ko\" id=\"ko-상호-정보량\">상호 정보량</span>)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_index_shows_title_promise_picture_and_facts()
    {
        Metadata = () => new()
        {
            ["notebook_runner"] = new JsonObject { ["seconds"] = 12.3, ["claims"] = 7, ["failedClaims"] = 1, ["cells"] = 30 },
        };
        Page(Markdown("# 00 - A & B\n\n**You will see.**"), Code("1", Data("text/html", Chart)));
        string index = Read("index.html");
        Assert.Contains(
            "<a href=\"one.html\">00 - A &amp; B</a></h2><p>You will see.</p><p class=\"facts\">ran in 12 s &#183; 6 of 7 claims hold</p>",
            index, StringComparison.Ordinal);
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
    [InlineData(
        "Tensor Flip(Tensor x) => x.flip(2);",
        "<span class=\"t\">Tensor</span> <span class=\"f\">Flip</span>(<span class=\"t\">Tensor</span> x) =&gt; "
        + "x.<span class=\"f\">flip</span>(<span class=\"n\">2</span>);")]
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
        string outside = Path.Combine(Path.GetDirectoryName(Folder)!, Path.GetRandomFileName());
        File.WriteAllText(outside, "mine");
        SiteWriter.Write([Write("old", Code("1", Data("text/html", Chart)))], Folder, helpersFolder: null);
        File.AppendAllText(At("assets/files.txt"), $"../{Path.GetFileName(outside)}\n");
        File.WriteAllText(At("mine.html"), "mine");
        Page(Markdown("# One"), Code("1"));
        var left = Directory.GetFiles(Folder).Select(Path.GetFileName).Order();
        Assert.Equal(["index.html", "mine.html", "old.ipynb", "one.html", "one.ipynb"], left);
        Assert.False(File.Exists(At("assets/pictures/old.svg")));
        Assert.True(File.Exists(outside));
        Assert.Empty(Directory.GetFiles(Folder, "*.tmp", SearchOption.AllDirectories));
        File.Delete(outside);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"cells": [], "cells": []}""")]
    public void A_damaged_notebook_is_named(string json)
    {
        File.WriteAllText(At("bad.ipynb"), json);
        var refused = Assert.Throws<NotebookFormatException>(() => SiteWriter.Write([At("bad.ipynb")], Folder, helpersFolder: null));
        Assert.Contains("bad.ipynb", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Odd_shapes_inside_a_notebook_do_no_harm()
    {
        File.WriteAllText(At("one.ipynb"), """
            {"cells": [1, null, {}, {"cell_type": 3}, {"cell_type": "markdown", "source": "![](attachment:a)", "attachments": {"a": [1]}},
            {"cell_type": "code", "source": [1, null],
            "outputs": [7, {}, {"output_type": "error"}, {"output_type": "display_data", "data": {"text/html": {"a": 1}}}]},
            {"cell_type": "code", "outputs": 3}], "metadata": []}
            """);
        SiteWriter.Write([At("one.ipynb")], Folder, helpersFolder: null);
        Assert.Contains("<h1>one</h1>", Read("one.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_notebook_cannot_take_the_place_of_the_index()
    {
        Assert.Throws<ArgumentException>(() => SiteWriter.Write([Write("Index", Code("1"))], Folder, helpersFolder: null));
    }

    [Fact]
    public void One_bad_notebook_costs_no_other_page()
    {
        File.WriteAllText(At("00-bad.ipynb"), "{");
        string[] paths = [At("00-bad.ipynb"), Write("01-good", Markdown("# Good"))];
        var (failures, problems) = new SiteWriter(Folder, helpersFolder: null).WriteAll(paths);
        Assert.Contains("00-bad.ipynb: not JSON", Assert.Single(failures), StringComparison.Ordinal);
        Assert.Empty(problems);
        Assert.Contains("<title>Good", Read("01-good.html"), StringComparison.Ordinal);
        Assert.DoesNotContain("00-bad", Read("index.html"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7.0, 1, true, "6 of 7 claims hold")]
    [InlineData(7.0, 0, false, "7 of 7 claims hold &#183; stopped by a cell that failed")]
    [InlineData(0.0, 0, false, "ran in 1 s &#183; stopped by a cell that failed")]
    public void The_index_says_why_a_run_failed(double claims, int failed, bool complete, string said)
    {
        Metadata = () => new()
        {
            ["notebook_runner"] = new JsonObject { ["seconds"] = 1, ["claims"] = claims, ["failedClaims"] = failed, ["complete"] = complete },
        };
        Page(Code("1"));
        Assert.Contains(said + "</p>", Read("index.html"), StringComparison.Ordinal);
    }
}
