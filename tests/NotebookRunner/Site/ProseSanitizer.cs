using AngleSharp.Html.Dom;
using Ganss.Xss;

namespace NotebookRunner;

/// <summary>
/// The HTML of prose as far as it is harmless: text, tables, details, pictures. Nothing in it runs, and it closes what it opens.
/// What cells put out as HTML does not come here: it is the product of code that ran, and charts need their scripts.
/// </summary>
internal static class ProseSanitizer
{
    private static readonly HashSet<string> Elements = Set(
        "a abbr address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup data dd del details dfn div "
        + "dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small source "
        + "span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var video wbr");

    private static readonly HashSet<string> WithoutProse = Set(
        "applet base canvas embed frame frameset head iframe link meta noembed noframes noscript object param script "
        + "select style template");

    private static readonly HtmlSanitizer Sanitizer = Build();

    /// <summary>Whether this tag is none of those that prose may hold, and is shown as the text it is.</summary>
    public static bool IsShown(string tag)
    {
        string name = string.Concat(tag.TrimStart('<', '/').TakeWhile(char.IsAsciiLetterOrDigit));
        return name.Length > 0 && !Elements.Contains(name);
    }

    /// <summary>The harmless part of HTML, as a document that is to be disposed.</summary>
    public static IHtmlDocument Clean(string html) => Sanitizer.SanitizeDom(html);

    private static HtmlSanitizer Build()
    {
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = Elements,
            AllowedAttributes = Set(
                "align alt aria-hidden aria-label class color colspan controls datetime dir height href id lang loop muted name open "
                + "reversed rowspan scope span src start style title type valign value width"),
            AllowedSchemes = Set("attachment data http https mailto"),
            UriAttributes = Set("href src"),
            AllowedCssProperties = Set(
                "background-color color float font-style font-weight height max-width text-align vertical-align width"),
            // The classes that the pages' own renderers write.
            AllowedClasses = Set("c code display f k math n s scroll t"),
        });
        sanitizer.RemovingTag += Unwrap;
        return sanitizer;
    }

    // What stands in an element that prose may not hold is prose still, unless it is code or a drawing. Inside a block of HTML, too,
    // <float> is more likely a type than an element.
    private static void Unwrap(object? sender, RemovingTagEventArgs removing)
    {
        if (removing.Tag is not IHtmlElement { ParentElement: { } parent } element || WithoutProse.Contains(element.LocalName)) return;
        if (element is IHtmlUnknownElement) parent.InsertBefore(element.Owner!.CreateTextNode($"<{element.LocalName}>"), element);
        while (element.FirstChild is { } child) parent.InsertBefore(child, element);
        element.Remove();
        removing.Cancel = true;
    }

    private static HashSet<string> Set(string words) => new(words.Split(' '), StringComparer.OrdinalIgnoreCase);
}
