using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>One executed notebook as a page.</summary>
internal sealed partial class NotebookPage
{
    private readonly string _path;
    private readonly JsonObject[] _cells;
    private readonly JsonObject? _run;

    private NotebookPage(string path, JsonObject notebook)
    {
        _path = path;
        Name = Path.GetFileNameWithoutExtension(path);
        _cells = [.. (notebook["cells"] as JsonArray ?? []).OfType<JsonObject>()];
        _run = (notebook["metadata"] as JsonObject)?["notebook_runner"] as JsonObject;
        var (heading, paragraph) = _cells.FirstOrDefault(cell => TextOf(cell["cell_type"]) == "markdown") is { } opening
            ? MarkdownPage.Opening(TextOf(opening["source"])) : default;
        Title = heading is { Length: > 0 } ? heading : Name;
        Promise = paragraph ?? "";
        var charts = new List<string>();
        byte[]? image = null;
        foreach (var data in _cells.SelectMany(OutputsOf).Select(output => output["data"]).OfType<JsonObject>())
        {
            string html = TextOf(data["text/html"]);
            if (Plotly is null && EmbeddedPlotly().Match(html) is { Success: true } plotly) Plotly = plotly.Groups[1].Value.Trim();
            foreach (Match chart in StaticChart().Matches(html)) charts.Add(ForCard(chart.Value));
            image ??= FromBase64(TextOf(data["image/png"])) ?? FromBase64(InlinePicture().Match(html).Groups[1].Value);
        }
        // The first chart that has about as many marks as any tells most about its notebook.
        Picture = charts.Find(chart => 2 * chart.Length > charts.Max(other => other.Length)) is { } rich ? new("svg", Encoding.UTF8.GetBytes(rich)) : image is null ? null : new("png", image);
    }

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
    public bool HasCharts => _cells.SelectMany(OutputsOf).Any(output => TextOf((output["data"] as JsonObject)?["text/html"]).Contains("nbh-chart", StringComparison.Ordinal));

    /// <summary>How long the notebook ran and how its claims fared, as far as the runner noted it.</summary>
    public string Facts => string.Join(" · ", new[]
    {
        RealOf(_run?["seconds"]) is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"ran in {seconds:0} s") : "",
        RealOf(_run?["claims"]) is { } claims and > 0 ? string.Create(CultureInfo.InvariantCulture, $"{claims - (RealOf(_run?["failedClaims"]) ?? 0):0} of {claims:0} claims hold") : "",
    }.Where(fact => fact.Length > 0));

    /// <exception cref="NotebookFormatException">The file is no notebook.</exception>
    public static NotebookPage Load(string path) => new(path, NotebookFile.ReadJson(path));

    /// <summary>The page.</summary>
    /// <param name="series">All pages of the site, in order.</param>
    /// <param name="katex">What stands before "katex.min.js" in links.</param>
    /// <param name="folder">Where the page will lie.</param>
    public string ToHtml(IReadOnlyList<NotebookPage> series, string katex, string folder)
    {
        var markdown = new MarkdownPage(series.Select(page => page.Name).ToHashSet());
        var body = new StringBuilder();
        foreach (var cell in _cells) AppendCell(body, cell, markdown);
        string contents = body.ToString();

        var toc = new StringBuilder();
        foreach (var heading in markdown.Headings.Where(heading => heading.Level is 2 or 3))
            toc.Append(CultureInfo.InvariantCulture, $"<li class=\"level-{heading.Level}\"><a href=\"#{Page.Encode(heading.Anchor)}\">{heading.Html}</a></li>");
        string nav = toc.Length == 0 ? "<div></div>" : $"<nav class=\"toc\" aria-label=\"On this page\"><details open><summary>On this page</summary><ul>{toc}</ul></details></nav>";

        string plotly = HasCharts ? "<script defer src=\"assets/plotly.min.js\"></script>" : "";
        string math = contents.Contains("class=\"math", StringComparison.Ordinal)
            ? $"<link rel=\"stylesheet\" href=\"{katex}katex.min.css\"><script defer src=\"{katex}katex.min.js\"></script>" : "";
        int at = series.ToList().IndexOf(this);
        return Page.Html(Title, Promise, plotly + math, series, this, $"""
            <div class="page">
            {nav}
            <main id="content" tabindex="-1">
            {(markdown.Headings.Exists(heading => heading.Level == 1) ? "" : $"<h1>{Page.Encode(Title)}</h1>")}
            {contents}
            {About(folder)}
            <nav class="around" aria-label="Previous and next notebook">{Neighbour(series.ElementAtOrDefault(at - 1), "prev", "Previous")}{Neighbour(series.ElementAtOrDefault(at + 1), "next", "Next")}</nav>
            </main>
            </div>
            """);
    }

    private string About(string folder)
    {
        string file = Path.GetFileName(_path);
        bool beside = Path.GetFullPath(folder) == Path.GetDirectoryName(Path.GetFullPath(_path));
        string[] facts = [Page.Encode(Facts), beside ? $"<a href=\"{Uri.EscapeDataString(file)}\" download>the notebook with its outputs</a>" : ""];
        string about = string.Join(" · ", facts.Where(fact => fact.Length > 0));
        return about.Length == 0 ? "" : $"<p class=\"about\">This page: {about}</p>";
    }

    private static string Neighbour(NotebookPage? page, string relation, string label) => page is null
        ? "<span></span>"
        : $"<a rel=\"{relation}\" href=\"{Page.Url(page.Name)}\"><small>{label}</small> {Page.Encode(page.Title)}</a>";

    private static void AppendCell(StringBuilder body, JsonObject cell, MarkdownPage markdown)
    {
        string source = TextOf(cell["source"]), type = TextOf(cell["cell_type"]);
        if (type == "markdown") body.Append("<div class=\"text\">").Append(markdown.ToHtml(source)).Append("</div>\n");
        if (type != "code") return;
        body.Append("<div class=\"cell\" id=\"cell-").Append(Page.Encode(TextOf(cell["id"]))).Append("\">");
        if (!string.IsNullOrWhiteSpace(source)) body.Append(Page.Code(source, isCSharp: true));
        var shown = new StringBuilder();
        foreach (var output in OutputsOf(cell)) AppendOutput(shown, output, markdown);
        if (shown.Length > 0) body.Append("<div class=\"outputs\" role=\"group\" aria-label=\"Output\">").Append(shown).Append("</div>");
        body.Append("</div>\n");
    }

    private static void AppendOutput(StringBuilder body, JsonObject output, MarkdownPage markdown)
    {
        switch (TextOf(output["output_type"]))
        {
            case "stream" when TextOf(output["name"]) == "stderr":
                body.Append("<div class=\"stderr\"><strong class=\"unseen\">Warning</strong>").Append(Page.Text(TextOf(output["text"]), "plain")).Append("</div>");
                break;
            case "stream":
                body.Append(Page.Text(TextOf(output["text"]), "plain"));
                break;
            case "error":
                string message = TextOf(output["evalue"]);
                // The first line of a .NET trace is the message once more.
                string trace = string.Join('\n', (output["traceback"] as JsonArray ?? []).Select(TextOf).SkipWhile((line, i) => i == 0 && line.EndsWith(": " + message, StringComparison.Ordinal)));
                body.Append("<div class=\"error\"><strong class=\"unseen\">Error</strong>").Append(Page.Text($"{TextOf(output["ename"])}: {message}", "plain"));
                if (trace.Length > 0) body.Append(Page.Text(trace, "plain trace"));
                body.Append("</div>");
                break;
            case "display_data" or "execute_result" when output["data"] is JsonObject data:
                AppendData(body, data, markdown);
                break;
        }
    }

    // Only what a formatter declared to be HTML is taken as such. An SVG runs nothing inside an img element.
    private static void AppendData(StringBuilder body, JsonObject data, MarkdownPage markdown)
    {
        string[] types = ["text/html", "image/png", "image/jpeg", "image/svg+xml", "text/markdown", "text/plain"];
        if (types.FirstOrDefault(data.ContainsKey) is not { } type) return;
        string content = TextOf(data[type]);
        switch (type)
        {
            case "text/html":
                string html = EmbeddedPlotly().Replace(content, "");
                if (html.Trim().Length > 0) body.Append("<div class=\"html\">").Append(html).Append("</div>");
                break;
            case "text/markdown":
                body.Append("<div class=\"text\">").Append(markdown.ToHtml(content, isOutput: true)).Append("</div>");
                break;
            case "text/plain":
                if (content.Length > 0) body.Append(Page.Text(content, "plain"));
                break;
            default:
                string encoded = type == "image/svg+xml" ? Convert.ToBase64String(Encoding.UTF8.GetBytes(content)) : string.Concat(content.Where(c => !char.IsWhiteSpace(c)));
                string described = TextOf(data["text/plain"]) is { Length: > 0 and < 300 } text ? text : "Picture put out by the cell above";
                body.Append("<img alt=\"").Append(Page.Encode(described)).Append("\" src=\"data:").Append(type).Append(";base64,").Append(Page.Encode(encoded)).Append("\">");
                break;
        }
    }

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

    // On a card the picture is too small to be read: its texts go, and the margins beyond its grid.
    private static string ForCard(string svg)
    {
        svg = ChartText().Replace(svg, "").Replace("<svg ", "<svg color=\"#808080\" ", StringComparison.Ordinal);
        if (GridLineUp().Match(svg) is not { Success: true } up || GridLineAcross().Match(svg) is not { Success: true } across) return svg;
        double left = Real(across, "from") - 10, right = Real(across, "to") + 10, top = Real(up, "to") - 10, bottom = Real(up, "from") + 10;
        return ViewBox().Replace(svg, string.Create(CultureInfo.InvariantCulture, $"viewBox=\"{left} {top} {right - left} {bottom - top}\""), 1);
    }

    private static double Real(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static byte[]? FromBase64(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int written) && written > 0 ? bytes[..written] : null;
    }

    [GeneratedRegex("""<script[^>]*\bdata-nbh-plotly="[^"]*"[^>]*>(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex EmbeddedPlotly();

    [GeneratedRegex("""(?<=<div class="nbh-chart"[^>]*>)<svg.*?</svg>""", RegexOptions.Singleline)]
    internal static partial Regex StaticChart();

    [GeneratedRegex("viewBox=\"[^\"]*\"")]
    private static partial Regex ViewBox();

    [GeneratedRegex("""<path d="M[0-9.]+ (?<from>[0-9.]+)V(?<to>[0-9.]+)(?=\D)""")]
    private static partial Regex GridLineUp();

    [GeneratedRegex("""<path d="M(?<from>[0-9.]+) [0-9.]+H(?<to>[0-9.]+)(?=\D)""")]
    private static partial Regex GridLineAcross();

    [GeneratedRegex("<text[^>]*>[^<]*</text>")]
    private static partial Regex ChartText();

    [GeneratedRegex("""<img[^>]*\bsrc="data:image/png;base64,([A-Za-z0-9+/=]+)""")]
    private static partial Regex InlinePicture();

    [GeneratedRegex("^[0-9]+")]
    private static partial Regex LeadingNumber();
}

/// <summary>A picture for the index.</summary>
/// <param name="Extension">Its kind: svg or png.</param>
/// <param name="Bytes">The file.</param>
internal sealed record Picture(string Extension, byte[] Bytes);
