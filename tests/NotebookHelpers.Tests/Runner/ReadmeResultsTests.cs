using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public sealed class ReadmeResultsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public ReadmeResultsTests() => Notebook.Start(1);

    public void Dispose() => _folder.Dispose();

    private ReadmeResults Results(string readme, object? accuracy = null, double seconds = 1.5)
    {
        _folder.Write("README.md", readme);
        var table = new ReportTable("method", "right|wrong", "time").Row("<one>", accuracy ?? 0.9312, TimeSpan.FromSeconds(seconds)).Row("two", null, null);
        var chart = Charts.Curves("Rising", "x", "y", [("a", [1, 2], [1, 4])]);
        var notebook = ScratchNotebook.Json("chart", "table", "nothing");
        Show(notebook, 0, ChartFormatter.ToHtml(chart));
        Show(notebook, 1, table.ToHtml());
        _folder.Write("01-first.ipynb", notebook.ToJsonString());
        return new(_folder.File("README.md"), _folder.Path);
    }

    private static void Show(JsonObject notebook, int cell, string html) => notebook["cells"]![cell]!["outputs"] = new JsonArray(new JsonObject
    {
        ["data"] = new JsonObject { ["text/html"] = new JsonArray([.. html.Split('\n').Select(line => (JsonNode)(line + "\n"))]) },
        ["metadata"] = new JsonObject(),
        ["output_type"] = "display_data",
    });

    private const string Before = "# A\n\n![a](.github/images/01-first.code-1.svg)\n\n<!-- table 01-first.code-2 -->\n| old |\n<!-- end -->\n\nEnd.\n";

    [Fact]
    public void Page_links_lead_to_the_site_that_is_named()
    {
        const string row = "| 01 | [First](notebooks/01-first.ipynb), [page](artifacts/site/01-first.html) | [page](elsewhere) |\n";
        var results = Results(row);
        Assert.Equal([_folder.File("README.md")], results.LinkPages(new("https://a.github.io/b/")));
        Assert.Equal(
            "| 01 | [First](notebooks/01-first.ipynb), [page](https://a.github.io/b/01-first.html), [local page](artifacts/site/01-first.html) | [page](elsewhere) |\n",
            File.ReadAllText(_folder.File("README.md")));
        Assert.Empty(results.LinkPages(new("https://a.github.io/b")));
        Assert.NotEmpty(results.LinkPages(new("https://c.github.io/d")));
        Assert.Contains(
            "ipynb), [page](https://c.github.io/d/01-first.html), [local page](artifacts/site/01-first.html) |",
            File.ReadAllText(_folder.File("README.md")), StringComparison.Ordinal);
        Assert.Throws<NotebookFormatException>(() => Results("No link.").LinkPages(new("https://a.github.io/b")));
    }

    [Fact]
    public void Pictures_and_tables_are_taken_from_the_notebook_and_a_second_time_nothing_changes()
    {
        var results = Results(Before);
        string picture = Path.Combine(_folder.Path, ".github", "images", "01-first.code-1.svg");
        Assert.Equal([picture, _folder.File("README.md")], results.Renew());
        Assert.Equal("""
            # A

            ![a](.github/images/01-first.code-1.svg)

            <!-- table 01-first.code-2 -->
            | method | right\|wrong | time |
            | --- | --: | --: |
            | &lt;one> | 0.9312 | 1.5 s |
            | two | | |
            <!-- end -->

            End.

            """, File.ReadAllText(_folder.File("README.md")));
        Assert.Matches("(?s)^<svg [^>]*><rect [^>]*fill=\"#fff\"/>.*Rising.*</svg>\n$", File.ReadAllText(picture));
        Assert.Empty(results.Renew());
        Assert.Empty(results.Problems());
    }

    [Fact]
    public void Of_a_mean_and_its_spread_each_may_differ_in_the_last_digits()
    {
        Results(Before, new MeanAndSpread(0.771, 0.007, 3)).Renew();
        string renewed = File.ReadAllText(_folder.File("README.md"));
        Assert.Contains("| 0.771 ± 0.007 |", renewed, StringComparison.Ordinal);
        Assert.Empty(Results(renewed, new MeanAndSpread(0.785, 0.02, 3)).Problems());
        Assert.Single(Results(renewed, new MeanAndSpread(0.83, 0.007, 3)).Problems());
        Assert.Single(Results(renewed, new MeanAndSpread(0.771, 0.05, 3)).Problems());
        Assert.NotEmpty(Results(renewed, 0.771).Problems());
    }

    [Fact]
    public void Times_and_last_digits_may_differ_and_nothing_else()
    {
        Results(Before).Renew();
        string renewed = File.ReadAllText(_folder.File("README.md"));
        Assert.Empty(Results(renewed, accuracy: 0.9401, seconds: 99).Problems());
        Assert.Contains("'0.9312' in the README, '0.83' in the notebook", Assert.Single(Results(renewed, accuracy: 0.83).Problems()), StringComparison.Ordinal);
        Assert.Contains("'one more'", Assert.Single(Results(renewed.Replace("| two |", "| one more |", StringComparison.Ordinal)).Problems()), StringComparison.Ordinal);
        Assert.Contains("cells", Assert.Single(Results(renewed.Replace("| two | | |\n", "", StringComparison.Ordinal)).Problems()), StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder.Path, ".github", "images", "01-first.code-1.svg"));
        Assert.Contains("missing", Assert.Single(Results(renewed).Problems()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("![a](.github/images/02-second.code-1.svg)", "02-second.ipynb")]
    [InlineData("![a](.github/images/01-first.code-9.svg)", "no cell code-9")]
    [InlineData("![a](.github/images/01-first.code-3.svg)", "shows no chart")]
    [InlineData("<!-- table 01-first.code-1 -->\n<!-- end -->", "shows no table")]
    public void What_was_not_shown_is_named_and_nothing_is_written(string readme, string named)
    {
        var results = Results(readme);
        Assert.Contains(named, Assert.Throws<NotebookFormatException>(() => results.Renew()).Message, StringComparison.Ordinal);
        Assert.Contains(named, Assert.Throws<NotebookFormatException>(() => results.Problems()).Message, StringComparison.Ordinal);
        Assert.Equal(readme, File.ReadAllText(_folder.File("README.md")));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, ".github")));
    }
}
