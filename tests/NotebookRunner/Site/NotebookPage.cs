using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Syntax;

namespace NotebookRunner;

/// <summary>One executed notebook as a page.</summary>
internal sealed partial class NotebookPage
{
    private readonly JsonArray _cells;

    private NotebookPage(string name, JsonArray cells)
    {
        (Name, _cells) = (name, cells);
        string first = _cells.Select(cell => cell!).FirstOrDefault(cell => (string?)cell["cell_type"] == "markdown") is { } opening ? SourceOf(opening) : "";
        var document = Markdown.Parse(first);
        Title = document.Descendants<HeadingBlock>().FirstOrDefault() is { } heading ? MarkdownPage.PlainText(heading) : name;
        Promise = document.Descendants<ParagraphBlock>().FirstOrDefault() is { } paragraph ? MarkdownPage.PlainText(paragraph) : "";
        foreach (string html in Outputs().Select(output => (output["data"] as JsonObject)?["text/html"]).OfType<JsonNode>().Select(TextOf))
        {
            PlotlyScript ??= EmbeddedPlotly().Match(html) is { Success: true } match ? match.Groups[1].Value.Trim() : null;
            Picture ??= StaticChart().Match(html) is { Success: true } chart ? chart.Value : null;
        }
    }

    /// <summary>The notebook's file name without extension.</summary>
    public string Name { get; }

    public string Title { get; }

    /// <summary>The sentence under the title.</summary>
    public string Promise { get; }

    /// <summary>plotly.js as the notebook's first cell brought it along; null if it did not.</summary>
    public string? PlotlyScript { get; }

    /// <summary>The static picture of the first chart; null if there is none.</summary>
    public string? Picture { get; }

    public static NotebookPage Load(string path) =>
        new(Path.GetFileNameWithoutExtension(path), JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray());

    public string ToHtml(string katex, ISet<string> pagesOfSeries, NotebookPage? previous, NotebookPage? next)
    {
        var markdown = new MarkdownPage(pagesOfSeries);
        var body = new StringBuilder();
        foreach (var cell in _cells) AppendCell(body, cell!, markdown);

        var toc = new StringBuilder();
        foreach (var heading in markdown.Headings.Where(heading => heading.Level is 2 or 3))
            toc.Append(CultureInfo.InvariantCulture, $"<li class=\"level-{heading.Level}\"><a href=\"#{Encode(heading.Anchor)}\">{Encode(heading.Text)}</a></li>");

        string plotly = PlotlyScript is null ? "" : "<script defer src=\"assets/plotly.js\"></script>";
        string math = body.ToString().Contains("class=\"math", StringComparison.Ordinal)
            ? $"<link rel=\"stylesheet\" href=\"{katex}katex.min.css\"><script defer src=\"{katex}katex.min.js\"></script>" : "";
        return Shell(Title, plotly + math, $"""
            <div class="page">
            <nav class="toc" aria-label="On this page"><details open><summary>On this page</summary><ul>{toc}</ul></details></nav>
            <main id="content">
            {body}
            <nav class="around" aria-label="Previous and next notebook">{Around(previous, "prev", "← ")}{Around(next, "next", "", " →")}</nav>
            </main>
            </div>
            """);
    }

    /// <summary>What all pages of the site share around their contents.</summary>
    public static string Shell(string title, string head, string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encode(title)}</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="assets/style.css">
        <script src="assets/site.js"></script>
        {head}
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top"><a href="index.html">Contrastive learning in C#</a><button id="theme" type="button">Dark or light</button></header>
        {body}
        </body>
        </html>

        """;

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Around(NotebookPage? page, string relation, string before, string after = "") =>
        page is null ? "<span></span>" : $"<a rel=\"{relation}\" href=\"{Encode(page.Name)}.html\">{before}{Encode(page.Title)}{after}</a>";

    private void AppendCell(StringBuilder body, JsonNode cell, MarkdownPage markdown)
    {
        string source = SourceOf(cell);
        if ((string?)cell["cell_type"] == "markdown")
        {
            body.Append("<section class=\"text\">").Append(markdown.ToHtml(source)).Append("</section>\n");
            return;
        }
        if ((string?)cell["cell_type"] != "code") return;
        body.Append("<section class=\"cell\" id=\"cell-").Append(Encode((string?)cell["id"] ?? "")).Append("\"><pre class=\"code\" tabindex=\"0\"><code>");
        body.Append(CSharpHighlighter.ToHtml(source)).Append("</code></pre>");
        var shown = new StringBuilder();
        foreach (var output in cell["outputs"] as JsonArray ?? []) AppendOutput(shown, output!);
        if (shown.Length > 0) body.Append("<div class=\"outputs\">").Append(shown).Append("</div>");
        body.Append("</section>\n");
    }

    private static void AppendOutput(StringBuilder body, JsonNode output)
    {
        switch ((string?)output["output_type"])
        {
            case "stream":
                string kind = (string?)output["name"] == "stderr" ? "stderr" : "stdout";
                body.Append("<pre class=\"").Append(kind).Append("\" tabindex=\"0\">").Append(Encode(TextOf(output["text"]))).Append("</pre>");
                break;
            case "error":
                string trace = string.Join('\n', (output["traceback"] as JsonArray ?? []).Select(line => (string?)line));
                body.Append("<pre class=\"error\" role=\"alert\" tabindex=\"0\">").Append(Encode($"{output["ename"]}: {output["evalue"]}\n{AnsiCodes().Replace(trace, "")}")).Append("</pre>");
                break;
            case "display_data" or "execute_result":
                if (output["data"] is JsonObject data) AppendData(body, data);
                break;
        }
    }

    // Only what a formatter declared to be HTML or SVG is taken as such; every text is encoded.
    private static void AppendData(StringBuilder body, JsonObject data)
    {
        string[] types = ["text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain"];
        if (types.FirstOrDefault(data.ContainsKey) is not { } type) return;
        string content = TextOf(data[type]);
        switch (type)
        {
            case "text/html":
                string html = EmbeddedPlotly().Replace(content, "");
                if (html.Trim().Length > 0) body.Append("<div class=\"html\">").Append(html).Append("</div>");
                break;
            case "image/svg+xml":
                body.Append(content);
                break;
            case "text/plain" or "text/markdown":
                if (content.Length > 0) body.Append("<pre class=\"plain\" tabindex=\"0\">").Append(Encode(content)).Append("</pre>");
                break;
            default:
                body.Append("<img alt=\"output\" src=\"data:").Append(type).Append(";base64,").Append(Encode(content.Trim())).Append("\">");
                break;
        }
    }

    private IEnumerable<JsonNode> Outputs() => _cells.SelectMany(cell => cell!["outputs"] as JsonArray ?? []).OfType<JsonNode>();

    private static string SourceOf(JsonNode cell) => TextOf(cell["source"]);

    // nbformat stores a text as one string or as a list of lines.
    private static string TextOf(JsonNode? node) => node switch
    {
        JsonArray lines => string.Concat(lines.Select(line => (string?)line)),
        JsonValue value when value.TryGetValue(out string? text) => text,
        null => "",
        _ => node.ToJsonString(),
    };

    [GeneratedRegex("""<script[^>]*\bdata-nbh-plotly="[^"]*"[^>]*>(.*?)</script>""", RegexOptions.Singleline)]
    private static partial Regex EmbeddedPlotly();

    [GeneratedRegex("""(?<=<div class="nbh-chart"[^>]*>)<svg.*?</svg>""", RegexOptions.Singleline)]
    private static partial Regex StaticChart();

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex AnsiCodes();
}
