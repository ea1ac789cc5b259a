using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>What every page of the site is made of.</summary>
internal static partial class Page
{
    /// <summary>The site's name.</summary>
    public const string SiteTitle = "Contrastive learning in C#";

    // Longer texts are cut: a page is to be read, and the executed notebook beside it holds all.
    private const int LongestText = 100_000, LongestOverwritten = 1_000_000;

    /// <summary>Ids that the page itself uses.</summary>
    public static readonly string[] Ids = ["content", "theme", "status"];

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>The address of a notebook's page, seen from another page.</summary>
    public static string Url(string name) => Uri.EscapeDataString(name) + ".html";

    /// <summary>A whole page.</summary>
    /// <param name="title">The page's own title.</param>
    /// <param name="description">One sentence, for search engines.</param>
    /// <param name="head">What only this page has in its head, as HTML.</param>
    /// <param name="series">The pages to choose from in the header.</param>
    /// <param name="current">Which of them this is; null for none.</param>
    /// <param name="body">The contents, as HTML.</param>
    public static string Html(
        string title, string description, string head, IReadOnlyList<NotebookPage> series, NotebookPage? current, string body)
    {
        var chapters = new StringBuilder();
        foreach (var page in series)
        {
            string name = Encode(page.Title), mark = page == current ? " aria-current=\"page\"" : "";
            chapters.Append(
                CultureInfo.InvariantCulture,
                $"<li><a href=\"{Url(page.Name)}\" title=\"{name}\" aria-label=\"{name}\"{mark}>{Encode(page.Number)}</a></li>");
        }
        string nav = series.Count > 1 ? $"<nav class=\"series\" aria-label=\"Notebooks of the series\"><ol>{chapters}</ol></nav>" : "";
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="description" content="{Encode(description)}">
            <title>{Encode(title == SiteTitle ? title : $"{title} – {SiteTitle}")}</title>
            <link rel="icon" href="assets/icon.svg">
            <link rel="stylesheet" href="assets/style.css">
            <script src="assets/site.js"></script>
            {head}
            </head>
            <body>
            <a class="skip" href="#content">Skip to the content</a>
            <header class="top">
            <a class="home" href="index.html"><img src="assets/icon.svg" alt="" width="24" height="24"><span>{SiteTitle}</span></a>
            {nav}
            <button id="theme" type="button" hidden><svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            <circle cx="12" cy="12" r="8.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/></svg></button>
            </header>
            {body}
            <div id="status" role="status" class="unseen"></div>
            </body>
            </html>

            """;
    }

    /// <summary>A block of code.</summary>
    public static string Code(string code, bool isCSharp)
    {
        string shown = Unprintable().Replace(NotebookForm.UnixLines(Shortened(code)), "\uFFFD");
        return $"<pre class=\"code\"><code>{(isCSharp ? CSharpHighlighter.ToHtml(shown) : Encode(shown))}</code></pre>";
    }

    /// <summary>A block of text that a program put out, as a terminal shows it.</summary>
    public static string Text(string text, string kind)
    {
        // What was overwritten does not count, as long as there is not too much to follow.
        string shown = text.Length > LongestOverwritten ? TerminalText.Shown(Shortened(text)) : Shortened(TerminalText.Shown(text));
        return $"<pre class=\"{kind}\">{Encode(shown)}</pre>";
    }

    private static string Shortened(string text) => text.Length <= LongestText
        ? text
        : string.Create(
            CultureInfo.InvariantCulture, $"{text[..LongestText]}\n… {text.Length - LongestText:N0} more characters in the notebook file");

    [GeneratedRegex(@"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")]
    private static partial Regex Unprintable();
}
