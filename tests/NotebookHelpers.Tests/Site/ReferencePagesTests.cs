using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookRunner;

namespace NotebookHelpers.Tests.Site;

public sealed partial class ReferencePagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string[] Series => [.. Directory.GetFiles(Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks"), "*.ipynb").Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_Korean_form_in_the_notebooks_is_in_the_glossary_and_the_other_way_round()
    {
        var used = Series.SelectMany(path => Korean().Matches(string.Join(' ', JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray()
            .Select(cell => string.Concat(cell!["source"]!.AsArray().Select(line => (string?)line)))))).Select(match => match.Value).ToHashSet();
        var listed = GlossaryPage.Terms.SelectMany(term => Korean().Matches(term.Korean)).Select(match => match.Value).ToHashSet();
        Assert.Equal(listed.Order(), used.Order());
        Assert.Equal(GlossaryPage.Terms.OrderBy(term => term.English, StringComparer.Ordinal), GlossaryPage.Terms);
    }

    [Fact]
    public void Glossary_and_library_are_pages_whose_links_lead_somewhere()
    {
        Assert.Empty(SiteWriter.Write(Series, _folder.Path, HelpersAssemblies.Folder));
        string glossary = Read("glossary.html");
        Assert.Equal(GlossaryPage.Terms.Count, Row().Count(glossary));
        foreach (Match link in Link().Matches(glossary))
            Assert.Contains($"id=\"{Uri.UnescapeDataString(link.Groups["anchor"].Value)}\"", Read(link.Groups["page"].Value), StringComparison.Ordinal);

        string api = Read("api.html");
        foreach (string name in new[] { "MetricAxioms", "NTXentLoss", "BatchHardMiner", "TrainingLoop", "TSne", "Augmentations", "Charts" })
            Assert.Contains($"<h3 id=\"{name}\">", api, StringComparison.Ordinal);
        Assert.Contains("<h2 id=\"idea-losses\">Losses</h2>", api, StringComparison.Ordinal);
        Assert.DoesNotContain("idea-other", api, StringComparison.Ordinal); // every type stands in the folder of an idea
        foreach (Match link in Local().Matches(api)) Assert.Contains($"id=\"{link.Groups["anchor"].Value}\"", api, StringComparison.Ordinal);
        Assert.Contains("Check(Tensor distances, double? tolerance)", api, StringComparison.Ordinal);
        Assert.Contains("<a href=\"#NTXentLoss\"><code>NTXentLoss</code></a>", api, StringComparison.Ordinal); // the index
        // What a record's own text names does not come again below it.
        string record = Assert.Single(api.Split("<section>"), part => part.Contains("<h3 id=\"MeanAndSpread\">", StringComparison.Ordinal));
        Assert.Contains("<dt><code>Spread</code></dt>", record, StringComparison.Ordinal);
        Assert.DoesNotContain("<h4><code>Spread</code></h4>", record, StringComparison.Ordinal);
        Assert.Contains("<a href=\"glossary.html\">", Read("index.html"), StringComparison.Ordinal);
        Assert.Contains("<a href=\"api.html\">", Read("index.html"), StringComparison.Ordinal);
    }

    private string Read(string name) => File.ReadAllText(_folder.File(name));

    [GeneratedRegex(@"[\uac00-\ud7a3]+(\s+[\uac00-\ud7a3]+)*", RegexOptions.ExplicitCapture)]
    private static partial Regex Korean();

    [GeneratedRegex("<tr><th scope=\"row\">")]
    private static partial Regex Row();

    [GeneratedRegex("href=\"(?<page>[^\"#]+)#(?<anchor>ko-[^\"]+)\"")]
    private static partial Regex Link();

    [GeneratedRegex("href=\"#(?<anchor>[^\"]+)\"")]
    private static partial Regex Local();
}
