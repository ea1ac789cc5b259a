using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Site;

/// <summary>Where links lead, and what pictures show.</summary>
public sealed class LinkTests : SiteTests
{
    // A picture of one pixel.
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    private IReadOnlyList<string> Problems(params JsonNode[] cells) => SiteWriter.Write([Write("one", cells)], Folder, helpersFolder: null);

    [Fact]
    public void Links_between_notebooks_become_links_between_pages()
    {
        string[] paths = [Write("00-first", Markdown(
            "# First\n\n[next](01-second.ipynb#part) [absent](02-third.ipynb) [all](../README.md) <a href=\"01-second.ipynb\">raw</a> "
            + "[out](https://example.com/01-second.ipynb)")), Write("01-second", Markdown("# Second"))];
        SiteWriter.Write(paths, Folder, helpersFolder: null);
        string page = Read("00-first.html");
        Assert.Contains(
            "<a href=\"01-second.html#part\">next</a> absent <a href=\"index.html\">all</a> <a href=\"01-second.html\">raw</a> "
            + "<a href=\"https://example.com/01-second.ipynb\" target=\"_blank\" rel=\"noopener\">", page, StringComparison.Ordinal);
        Assert.Contains("rel=\"next\" href=\"01-second.html\"", page, StringComparison.Ordinal);
        Assert.Contains("rel=\"prev\" href=\"00-first.html\"", Read("01-second.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Headings_have_anchors_that_differ_and_a_table_of_contents()
    {
        string page = Page(Markdown("# T\n\n## Same\n\n## Same"), Markdown("## Same\n\n### 한국어 $x$\n\n## Content"));
        foreach (string anchor in new[] { "same", "same-1", "same-2", "content", "content-1", "Same", "Content" })
            Assert.Equal(1, Count(page, $" id=\"{anchor}\""));
        Assert.Contains("<a class=\"anchor\" href=\"#same\" aria-label=\"Link to this section\">", page, StringComparison.Ordinal);
        Assert.Contains(">한국어 <span class=\"math\">\\(x\\)</span></a>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("## Second Part", "second-part", "Second-Part")]
    [InlineData("## What's *next*?", "whats-next", "What's-next?")]
    [InlineData("## The loss $x_1$", "the-loss-x_1", "The-loss-$x_1$")]
    [InlineData("<h2>Second Part</h2>", "second-part", "Second-Part")]
    [InlineData("<h2 id=\"own\">Second Part</h2>", "own", "Second-Part")]
    [InlineData("<a name=\"own\"></a>\n\ntext", "own", null)]
    [InlineData("<div><a name=\"own\">x</a></div>", "own", null)]
    [InlineData("text <a name='own'/>", "own", null)]
    [InlineData("<span id=\"own\">text</span>", "own", null)]
    public void Every_spelling_of_a_place_leads_there(string markdown, string own, string? jupyters)
    {
        string[] ids = [.. new[] { own, jupyters }.OfType<string>()];
        string links = string.Concat(ids.Select(id => $"<a href=\"#{Uri.EscapeDataString(id)}\">x</a> "));
        Assert.Empty(Problems(Markdown("# T\n\n" + links), Markdown(markdown)));
        foreach (string id in ids) Assert.Equal(1, Count(Read("one.html"), $" id=\"{id}\""));
    }

    [Fact]
    public void A_link_to_a_place_that_is_nowhere_is_reported()
    {
        string[] paths =
        [
            Write("00-a", Markdown("[x](#nowhere) [y](01-b.ipynb#gone) [z](01-b.ipynb#there)")), Write("01-b", Markdown("# There")),
        ];
        Assert.Equal(
            [
                "00-a: a link leads to #nowhere of 00-a, which has no such heading or id.",
                "00-a: a link leads to #gone of 01-b, which has no such heading or id.",
            ],
            SiteWriter.Write(paths, Folder, helpersFolder: null));
    }

    [Fact]
    public void A_link_to_a_cell_in_JupyterLabs_spelling_leads_there()
    {
        var cell = Code("1");
        cell["id"] = "start";
        Assert.Empty(Problems(Markdown("[x](#cell-id=start)"), cell));
        Assert.Contains("<a href=\"#cell-start\">x</a>", Read("one.html"), StringComparison.Ordinal);
        Assert.Equal(1, Count(Read("one.html"), " id=\"cell-start\""));
    }

    [Fact]
    public void Ids_are_unique_even_where_cells_or_elements_repeat_them()
    {
        const string Text = "<b id=\"twice\">x</b> <b id=\"twice\">y</b>\n\n# Cell start\n\n<a name=\"theme\">z</a>";
        JsonObject[] cells = [Code("1"), Code("2"), Markdown(Text)];
        foreach (var cell in cells[..2]) cell["id"] = "start";
        string page = Page(cells);
        foreach (string id in new[] { "twice", "cell-start", "theme", "cell-start-1" }) Assert.Equal(1, Count(page, $" id=\"{id}\""));
    }

    [Theory]
    [InlineData("[x](https://example.com/a)", "https://example.com/a")]
    [InlineData("<https://example.com/a>", "https://example.com/a")]
    [InlineData("https://example.com/a", "https://example.com/a")]
    [InlineData("<div><a href=\"//example.com/a\" target=\"_top\">x</a></div>", "https://example.com/a")]
    public void Links_out_of_the_site_open_beside_it(string markdown, string address) =>
        Assert.Contains($"<a href=\"{address}\" target=\"_blank\" rel=\"noopener\">", Prose(markdown), StringComparison.Ordinal);

    [Theory]
    [InlineData("![a picture](pictures/a%20b.png)")]
    [InlineData("![a picture](<pictures/a b.png>)")]
    [InlineData("![a picture](./pictures/../pictures/a%20b.png?raw=1#top)")]
    [InlineData("<div><img alt=\"a picture\" src=\"pictures/a b.png\"></div>")]
    public void Pictures_beside_the_notebook_come_along(string markdown)
    {
        string source = Directory.CreateDirectory(At("source")).FullName;
        string pictures = Directory.CreateDirectory(Path.Combine(source, "pictures")).FullName;
        File.WriteAllBytes(Path.Combine(pictures, "a b.png"), Convert.FromBase64String(Pixel));
        Assert.Empty(SiteWriter.Write([Write("one", Markdown(markdown))], At("site"), helpersFolder: null, source));
        string address = Shown(File.ReadAllText(At("site/one.html")), "a picture");
        Assert.Equal(Convert.FromBase64String(Pixel), File.ReadAllBytes(At("site/" + address)));

        SiteWriter.Write([Write("one", Markdown("none"))], At("site"), helpersFolder: null, source);
        Assert.False(File.Exists(At("site/" + address)));
    }

    [Fact]
    public void Pictures_in_outputs_come_along()
    {
        File.WriteAllBytes(At("a.png"), Convert.FromBase64String(Pixel));
        var html = Data("text/html", "<p><img alt=\"one\" src=\"a.png\"></p>");
        Assert.Empty(Problems(Code("1", html, Data("text/markdown", "![two](a.png)"))));
        foreach (string alt in new[] { "one", "two" })
            Assert.Equal(Convert.FromBase64String(Pixel), File.ReadAllBytes(At(Shown(Read("one.html"), alt))));
    }

    [Theory]
    [InlineData("![a picture](absent.png)", "absent.png")]
    [InlineData("![a picture](/etc/hostname)", "/etc/hostname")]
    [InlineData("![a picture](data.csv)", "data.csv")]
    [InlineData("<div>a picture<img src=\"absent.png\"></div>", "absent.png")]
    [InlineData("![a picture](attachment:absent.png)", "attachment:absent.png")]
    [InlineData("![a picture](attachment:text.txt)", "attachment:text.txt")]
    public void A_picture_that_cannot_be_shown_is_reported_and_its_text_remains(string markdown, string address)
    {
        var attachments = new JsonObject { ["text.txt"] = new JsonObject { ["text/plain"] = "aGk=" } };
        string problem = Assert.Single(Problems(Markdown(markdown, attachments)));
        Assert.StartsWith($"one: the picture {address} cannot be shown", problem, StringComparison.Ordinal);
        Assert.Contains("a picture", Read("one.html"), StringComparison.Ordinal);
        Assert.DoesNotContain(address + "\"", Read("one.html"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("![a picture](file:///absent.png)")]
    [InlineData("![a picture](C:\\\\absent.png)")]
    [InlineData("![a picture](javascript:alert(1))")]
    [InlineData("<b><img alt=\"a picture\"></b>")]
    public void A_picture_without_an_address_for_pages_is_reported(string markdown)
    {
        Assert.StartsWith("one: a picture cannot be shown", Assert.Single(Problems(Markdown(markdown))), StringComparison.Ordinal);
        Assert.Contains(">a picture</", Read("one.html"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("![a picture](attachment:my%20picture.png)")]
    [InlineData("<img alt=\"a picture\" src=\"attachment:my picture.png\">")]
    [InlineData("<div><img alt=\"a picture\" src=\"attachment:my%20picture.png\"></div>")]
    public void Attachments_are_shown(string markdown)
    {
        var attachments = new JsonObject { ["my picture.png"] = new JsonObject { ["image/png"] = Pixel } };
        Assert.Empty(Problems(Markdown(markdown, attachments)));
        Assert.Equal("data:image/png;base64," + Pixel, Shown(Read("one.html"), "a picture"));
    }

    /// <summary>The address of the picture with this text.</summary>
    private static string Shown(string page, string alt)
    {
        string tag = page[page.LastIndexOf('<', page.IndexOf($"alt=\"{alt}\"", StringComparison.Ordinal))..];
        tag = tag[..tag.IndexOf('>')];
        return Uri.UnescapeDataString(tag.Split("src=\"")[1].Split('"')[0]);
    }
}
