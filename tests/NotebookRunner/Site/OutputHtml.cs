using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>What cells put out, as HTML of their page, each output in its best form.</summary>
/// <param name="markdown">Renders outputs in Markdown.</param>
/// <param name="links">Where the page's pictures lie.</param>
internal sealed partial class OutputHtml(MarkdownPage markdown, PageLinks links)
{
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
        string[] types = ["text/html", "image/png", "image/jpeg", "image/svg+xml", "text/markdown", "text/plain"];
        if (types.FirstOrDefault(data.ContainsKey) is not { } type) return;
        string content = NotebookPage.TextOf(data[type]);
        switch (type)
        {
            case "text/html":
                string html = Html(content);
                if (html.Trim().Length > 0) body.Append("<div class=\"html\">").Append(html).Append("</div>");
                break;
            case "text/markdown":
                body.Append("<div class=\"text\">").Append(markdown.ToHtml(content, isOutput: true)).Append("</div>");
                break;
            case "text/plain":
                if (content.Length > 0) body.Append(Page.Text(content, "plain"));
                break;
            default:
                AppendPicture(body, type, content, NotebookPage.TextOf(data["text/plain"]));
                break;
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

    [GeneratedRegex("""(?<=<img\b[^<>]*\ssrc=")(?!data:)[^"<>]+(?=")""", RegexOptions.IgnoreCase)]
    private static partial Regex PictureAddress();
}
