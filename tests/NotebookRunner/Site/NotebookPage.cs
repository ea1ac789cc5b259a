using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>One executed notebook as a page.</summary>
internal sealed partial class NotebookPage
{
    private readonly JsonObject[] _cells;
    private readonly JsonObject? _run;

    private NotebookPage(string path, JsonObject notebook)
    {
        Path = path;
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        _cells = [.. (notebook["cells"] as JsonArray ?? []).OfType<JsonObject>()];
        CellIds.MakeValid(_cells); // they become ids of the page
        _run = (notebook["metadata"] as JsonObject)?["notebook_runner"] as JsonObject;
        var (heading, paragraph) = _cells.FirstOrDefault(cell => TextOf(cell["cell_type"]) == "markdown") is { } opening
            ? MarkdownPage.Opening(TextOf(opening["source"])) : default;
        Title = heading is { Length: > 0 } ? heading : Name;
        Promise = paragraph ?? "";
        JsonObject[] data = [.. _cells.SelectMany(OutputsOf).Select(output => output["data"]).OfType<JsonObject>()];
        var plotly = data.Select(each => EmbeddedPlotly().Match(TextOf(each["text/html"]))).FirstOrDefault(match => match.Success);
        Plotly = plotly?.Groups[1].Value.Trim();
        Picture = Picture.Of(data);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The notebook's file name without extension.</summary>
    public string Name { get; }

    /// <summary>Its number in the series; the first letters of its name if it has none.</summary>
    public string Number => LeadingNumber().Match(Name) is { Success: true } number ? number.Value : Name[..Math.Min(2, Name.Length)];

    public string Title { get; }

    /// <summary>The sentence under the title.</summary>
    public string Promise { get; }

    /// <summary>plotly.js as the notebook's first cell brought it along; null if it did not.</summary>
    public string? Plotly { get; }

    /// <summary>The static picture of a chart, or else the first image; null if there is neither.</summary>
    public Picture? Picture { get; }

    /// <summary>Whether a chart is among the outputs.</summary>
    public bool HasCharts => _cells.SelectMany(OutputsOf)
        .Any(output => TextOf((output["data"] as JsonObject)?["text/html"]).Contains("nbh-chart", StringComparison.Ordinal));

    /// <summary>How long the notebook ran and how its claims fared, as far as the runner noted it.</summary>
    public string Facts
    {
        get
        {
            List<string> facts = [];
            if (RealOf(_run?["seconds"]) is { } seconds) facts.Add(string.Create(CultureInfo.InvariantCulture, $"ran in {seconds:0} s"));
            double failed = RealOf(_run?["failedClaims"]) ?? 0;
            if (RealOf(_run?["claims"]) is { } claims and > 0)
                facts.Add(string.Create(CultureInfo.InvariantCulture, $"{claims - failed:0} of {claims:0} claims hold"));
            if (_run?["complete"] is JsonValue value && value.TryGetValue(out bool complete) && !complete) 
                facts.Add("stopped by a cell that failed");
            if (TextOf(_run?["changed"]) is { Length: > 0 } changed) facts.Add(changed);
            return string.Join(" · ", facts);
        }
    }

    /// <exception cref="NotebookFormatException">The file is no notebook.</exception>
    public static NotebookPage Load(string path) => new(path, NotebookFile.ReadJson(path));

    /// <summary>The page.</summary>
    /// <param name="series">All pages of the site, in order.</param>
    /// <param name="katex">What stands before "katex.min.js" in links.</param>
    /// <param name="folder">Where the page will lie.</param>
    /// <param name="links">Where its links lead; filled with what it links to.</param>
    public string ToHtml(IReadOnlyList<NotebookPage> series, string katex, string folder, PageLinks links)
    {
        var markdown = new MarkdownPage(links, [.. Page.Ids, .. _cells.Select(AnchorOf)]);
        var outputs = new OutputHtml(markdown, links);
        var body = new StringBuilder();
        foreach (var cell in _cells) AppendCell(body, cell, markdown, outputs);
        string contents = body.ToString();

        string plotly = HasCharts ? "<script defer src=\"assets/plotly.min.js\"></script>" : "";
        string math = contents.Contains("class=\"math", StringComparison.Ordinal)
            ? $"<link rel=\"stylesheet\" href=\"{katex}katex.min.css\"><script defer src=\"{katex}katex.min.js\"></script>" : "";
        int at = series.ToList().IndexOf(this);
        string before = Neighbour(series.ElementAtOrDefault(at - 1), "prev", "Previous");
        string after = Neighbour(series.ElementAtOrDefault(at + 1), "next", "Next");
        return Page.Html(Title, Promise, plotly + math, series, this, $"""
            <div class="page">
            {Contents(markdown.Headings)}
            <main id="content" tabindex="-1">
            {(markdown.Headings.Any(heading => heading.Level == 1) ? "" : $"<h1>{Page.Encode(Title)}</h1>")}
            {contents}
            {About(folder)}
            <nav class="around" aria-label="Previous and next notebook">{before}{after}</nav>
            </main>
            </div>
            """);
    }

    private static string Contents(IReadOnlyList<Heading> headings)
    {
        string items = string.Concat(headings.Where(heading => heading.Level is 2 or 3).Select(heading =>
            $"<li class=\"level-{heading.Level}\"><a href=\"#{Page.Encode(heading.Anchor)}\">{heading.Html}</a></li>"));
        return items.Length == 0
            ? "<div></div>"
            : "<nav class=\"toc\" aria-label=\"On this page\"><details open><summary>On this page</summary>"
                + $"<ul>{items}</ul></details></nav>";
    }

    private string About(string folder)
    {
        string file = System.IO.Path.GetFileName(Path);
        bool beside = System.IO.Path.GetFullPath(folder) == System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path));
        string download = beside ? $"<a href=\"{Uri.EscapeDataString(file)}\" download>the notebook with its outputs</a>" : "";
        string about = string.Join(" · ", new[] { Page.Encode(Facts), download }.Where(fact => fact.Length > 0));
        return about.Length == 0 ? "" : $"<p class=\"about\">This page: {about}</p>";
    }

    private static string Neighbour(NotebookPage? page, string relation, string label) => page is null
        ? "<span></span>"
        : $"<a rel=\"{relation}\" href=\"{Page.Url(page.Name)}\"><small>{label}</small> {Page.Encode(page.Title)}</a>";

    private static void AppendCell(StringBuilder body, JsonObject cell, MarkdownPage markdown, OutputHtml outputs)
    {
        string source = TextOf(cell["source"]), type = TextOf(cell["cell_type"]);
        if (type is not ("markdown" or "code")) return;
        body.Append("<div class=\"").Append(type == "code" ? "cell" : "text").Append("\" id=\"").Append(AnchorOf(cell)).Append("\">");
        if (type == "markdown")
        {
            body.Append(markdown.ToHtml(source, cell["attachments"] as JsonObject)).Append("</div>\n");
            return;
        }
        if (!string.IsNullOrWhiteSpace(source)) body.Append(Page.Code(source, isCSharp: true));
        var shown = new StringBuilder();
        foreach (var output in OutputsOf(cell)) outputs.Append(shown, output);
        if (shown.Length > 0) body.Append("<div class=\"outputs\" role=\"group\" aria-label=\"Output\">").Append(shown).Append("</div>");
        body.Append("</div>\n");
    }

    private static string AnchorOf(JsonObject cell) => "cell-" + TextOf(cell["id"]);

    internal static IEnumerable<JsonObject> OutputsOf(JsonObject cell) => (cell["outputs"] as JsonArray ?? []).OfType<JsonObject>();

    // nbformat stores a text as one string or as a list of lines.
    internal static string TextOf(JsonNode? node) => node switch
    {
        null => "",
        JsonArray lines => string.Concat(lines.Select(TextOf)),
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => node.ToJsonString(),
    };

    private static double? RealOf(JsonNode? node) => node is JsonValue value && value.TryGetValue(out double number) ? number : null;

    [GeneratedRegex("""<script[^>]*\bdata-nbh-plotly="[^"]*"[^>]*>(.*?)</script>""", RegexOptions.Singleline)]
    internal static partial Regex EmbeddedPlotly();

    /// <summary>The pictures (SVG) of the library's charts in an output.</summary>
    internal static IEnumerable<string> StaticCharts(string html) =>
        StaticChart().Matches(html).Select(match => Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value)));

    [GeneratedRegex("""<div class="nbh-chart"[^>]*>\s*<img[^>]*\bsrc="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)""")]
    private static partial Regex StaticChart();

    [GeneratedRegex("^[0-9]+")]
    private static partial Regex LeadingNumber();
}
