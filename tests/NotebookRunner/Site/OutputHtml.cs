using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace NotebookRunner;

/// <summary>What cells put out, as HTML of their page, each output in its best form.</summary>
/// <param name="markdown">Renders outputs in Markdown.</param>
/// <param name="links">Where the page's pictures lie.</param>
internal sealed partial class OutputHtml(MarkdownPage markdown, PageLinks links)
{
    private static readonly string[] Pictures =
        ["image/png", "image/jpeg", "image/webp", "image/gif", "image/avif", "image/apng", "image/bmp", "image/svg+xml"];

    // The best first.
    private static readonly string[] Known =
        ["text/html", .. Pictures, "text/latex", "text/markdown", "application/json", "text/csv", "text/plain"];

    private const int MostOpen = 5000;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000,
    };

    /// <summary>Adds one output of a cell.</summary>
    public void Append(StringBuilder body, JsonObject output)
    {
        switch (NotebookPage.TextOf(output["output_type"]))
        {
            case "stream" when NotebookPage.TextOf(output["name"]) == "stderr":
                body.Append("<div class=\"stderr\"><strong class=\"unseen\">Warning</strong>")
                    .Append(Page.Text(NotebookPage.TextOf(output["text"]), "plain")).Append("</div>");
                break;
            case "stream":
                body.Append(Page.Text(NotebookPage.TextOf(output["text"]), "plain"));
                break;
            case "error":
                AppendError(body, output);
                break;
            case "display_data" or "execute_result" when output["data"] is JsonObject data:
                AppendData(body, data);
                break;
        }
    }

    private static void AppendError(StringBuilder body, JsonObject output)
    {
        string message = NotebookPage.TextOf(output["evalue"]);
        // The first line of a .NET trace is the message once more.
        var lines = (output["traceback"] as JsonArray ?? []).Select(NotebookPage.TextOf);
        string trace = string.Join('\n', lines.SkipWhile((line, i) => i == 0 && line.EndsWith(": " + message, StringComparison.Ordinal)));
        body.Append("<div class=\"error\"><strong class=\"unseen\">Error</strong>")
            .Append(Page.Text($"{NotebookPage.TextOf(output["ename"])}: {message}", "plain"));
        if (trace.Length > 0) body.Append(Page.Text(trace, "plain trace"));
        body.Append("</div>");
    }

    // Only what a formatter declared to be HTML is taken as such: code that ran made it, and the library's charts need their scripts.
    private void AppendData(StringBuilder body, JsonObject data)
    {
        string? type = Array.Find(Known, data.ContainsKey) ?? data.Select(pair => pair.Key).FirstOrDefault();
        if (type is null) return;
        string content = NotebookPage.TextOf(data[type]);
        switch (type)
        {
            case "text/html":
                string html = Balanced(Html(content));
                if (html.Trim().Length > 0) body.Append("<div class=\"html\">").Append(html).Append("</div>");
                break;
            case "text/latex":
                body.Append("<div class=\"text\">").Append(Latex(content)).Append("</div>");
                break;
            case "text/markdown":
                body.Append("<div class=\"text\">").Append(markdown.ToHtml(content, isOutput: true)).Append("</div>");
                break;
            case "text/plain":
                if (content.Length > 0) body.Append(Page.Text(content, "plain"));
                break;
            case var _ when Pictures.Contains(type):
                AppendPicture(body, type, content, NotebookPage.TextOf(data["text/plain"]));
                break;
            case var _ when ValueOutput.IsJson(type):
                body.Append(Page.Text(Json(data[type]), "plain"));
                break;
            case var _ when type.StartsWith("text/", StringComparison.Ordinal):
                body.Append(Page.Text(content, "plain"));
                break;
            default:
                body.Append("<p>").Append(Page.Encode($"Output of type {type}; it is in the notebook's file.")).Append("</p>");
                break;
        }
    }

    // One that only holds text may be text that JSON's readers refuse.
    private static string Json(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) ? text : node?.ToJsonString(Indented) ?? "null";

    // A formula, or words with formulas in dollar signs.
    private static string Latex(string content)
    {
        string tex = Delimiters().Replace(content.Trim(), "${formula}");
        var pieces = MathSyntax.Split(tex).ToArray();
        if (!Array.Exists(pieces, piece => piece.IsMath)) pieces = [new(tex, tex, IsMath: true, IsDisplay: true)];
        return string.Concat(pieces.Select(piece => (piece.IsMath, piece.IsDisplay || pieces.Length == 1) switch
        {
            (false, _) => Page.Encode(piece.Text),
            (true, true) => $"<span class=\"math display\">\\[{Page.Encode(piece.Text)}\\]</span>",
            (true, false) => $"<span class=\"math\">\\({Page.Encode(piece.Text)}\\)</span>",
        }));
    }

    // What an output leaves open must not swallow the cells below it, nor what it closes too often end its own cell.
    private static string Balanced(string html)
    {
        if (LeavesOpen(html) > MostOpen) return Page.Text(html, "plain");
        using var document = new HtmlParser().ParseDocument("<body>");
        var box = document.Body!;
        box.InnerHtml = html;
        // Nothing ends this element, not even its own end tag.
        foreach (var element in box.QuerySelectorAll("plaintext").ToArray())
            element.OuterHtml = $"<pre>{Page.Encode(element.TextContent)}</pre>";
        return IsDeep(box) ? Page.Text(html, "plain") : box.InnerHtml;
    }

    // About; not every element has an end tag. The parser takes time that grows with the square of it.
    private static int LeavesOpen(string html)
    {
        int open = 0, most = 0;
        foreach (Match tag in StartOrEnd().Matches(Script().Replace(html, "")))
            most = Math.Max(most, open = Math.Max(0, tag.Value is "</" or "/>" ? open - 1 : open + 1));
        return most;
    }

    // Browsers stop at 512 as well; writing it would overflow the stack.
    private static bool IsDeep(INode root)
    {
        int depth = 0;
        for (var node = root; ;)
        {
            if (node.FirstChild is { } child)
            {
                if (++depth > 512) return true;
                node = child;
                continue;
            }
            while (node != root && node.NextSibling is null)
            {
                node = node.Parent!;
                depth--;
            }
            if (node == root) return false;
            node = node.NextSibling!;
        }
    }

    // An SVG runs nothing inside an img element.
    private static void AppendPicture(StringBuilder body, string type, string content, string text)
    {
        string encoded = type == "image/svg+xml"
            ? Convert.ToBase64String(Encoding.UTF8.GetBytes(content))
            : string.Concat(content.Where(c => !char.IsWhiteSpace(c)));
        string described = text is { Length: > 0 and < 300 } ? text : "Picture put out by the cell above";
        body.Append("<img alt=\"").Append(Page.Encode(described)).Append("\" src=\"data:").Append(type).Append(";base64,")
            .Append(Page.Encode(encoded)).Append("\">");
    }

    // The pages share one plotly.js. Pictures beside the notebook come along; text in a script may look like one and is none.
    private string Html(string content)
    {
        string html = NotebookPage.EmbeddedPlotly().Replace(content, "");
        return html.Contains("<script", StringComparison.OrdinalIgnoreCase) ? html : PictureAddress().Replace(html, Copied);
    }

    private string Copied(Match address) =>
        links.Media(WebUtility.HtmlDecode(address.Value), attachments: null) is { } copy ? Page.Encode(copy) : address.Value;

    [GeneratedRegex("</|/>|<(?!(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\\b)[a-z]", RegexOptions.IgnoreCase)]
    private static partial Regex StartOrEnd();

    [GeneratedRegex("<script.*?</script", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex(@"^\\(\[(?<formula>.*)\\\]|\((?<formula>.*)\\\))$", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Delimiters();

    [GeneratedRegex("""(?<=<img\b[^<>]*\ssrc=")(?!data:)[^"<>]+(?=")""", RegexOptions.IgnoreCase)]
    private static partial Regex PictureAddress();
}
