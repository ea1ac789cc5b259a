using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>
/// The HTML written inside Markdown, as far as it is harmless: text, tables, details, pictures. Every other tag is shown
/// as the text it is, so that nothing in a notebook's prose runs. One instance per Markdown cell: what it opens, it closes.
/// </summary>
internal sealed partial class SafeHtml(Func<string, bool, string?> target)
{
    private static readonly HashSet<string> Elements = new(
        ("a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark " +
        "ol p pre q rp rt ruby s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var wbr").Split(' '), StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Void = new(["br", "col", "hr", "img", "wbr"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Attributes = new(
        "align alt colspan height href id lang open rowspan scope src start title width".Split(' '), StringComparer.OrdinalIgnoreCase);

    // As CommonMark defines tags. Not backtracking: the text is anybody's.
    private static readonly Regex Tag = new(
        """<!--.*?-->|<(?<end>/?)(?<name>[a-zA-Z][a-zA-Z0-9]*)(?<attributes>(\s+[^\s"'<>/=]+(\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*/?>""",
        RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.ExplicitCapture);

    private readonly Stack<string> _open = new();

    /// <summary>Whether this tag is shown as the text it is.</summary>
    public static bool IsShown(string tag) => Tag.Match(tag).Groups["name"] is { Success: true } name && !Elements.Contains(name.Value);

    /// <summary>A piece of HTML source, made safe.</summary>
    public string Clean(string html)
    {
        var clean = new StringBuilder();
        int at = 0;
        foreach (Match tag in Tag.Matches(html))
        {
            clean.Append(Text(html[at..tag.Index]));
            at = tag.Index + tag.Length;
            if (!tag.Groups["name"].Success) continue; // a comment
            string name = tag.Groups["name"].Value.ToLowerInvariant();
            if (!Elements.Contains(name)) clean.Append(WebUtility.HtmlEncode(tag.Value));
            else if (tag.Groups["end"].Length > 0) Close(clean, name);
            else Open(clean, name, tag.Groups["attributes"].Value);
        }
        return clean.Append(Text(html[at..])).ToString();
    }

    /// <summary>The end tags of all that is still open.</summary>
    public string CloseAll()
    {
        var clean = new StringBuilder();
        while (_open.TryPop(out string? name)) clean.Append("</").Append(name).Append('>');
        return clean.ToString();
    }

    private void Open(StringBuilder clean, string name, string attributes)
    {
        clean.Append('<').Append(name);
        foreach (Match attribute in Attribute().Matches(attributes))
        {
            string key = attribute.Groups["key"].Value.ToLowerInvariant();
            string? value = WebUtility.HtmlDecode(attribute.Groups["value"].Value.Trim('"', '\''));
            if (!Attributes.Contains(key)) continue;
            if (key is "href" or "src") value = target(value, key == "src");
            if (value is not null) clean.Append(' ').Append(key).Append("=\"").Append(WebUtility.HtmlEncode(value)).Append('"');
        }
        clean.Append('>');
        if (!Void.Contains(name)) _open.Push(name);
    }

    // An end tag that closes nothing of this cell would close something of the page.
    private void Close(StringBuilder clean, string name)
    {
        if (!_open.Contains(name)) return;
        string closed;
        do clean.Append("</").Append(closed = _open.Pop()).Append('>');
        while (closed != name);
    }

    // Between tags stands HTML source: entities are kept. Hosts set mathematics there, too.
    private static string Text(string html) => Mathematics().Replace(
        html.Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal),
        math => math.Groups["display"].Success
            ? $"<span class=\"math display\">\\[{math.Groups["display"].Value}\\]</span>"
            : $"<span class=\"math\">\\({math.Groups["inline"].Value}\\)</span>");

    [GeneratedRegex("""(?<key>[^\s"'<>/=]+)(\s*=\s*(?<value>"[^"]*"|'[^']*'|[^\s"'=<>`]+))?""", RegexOptions.ExplicitCapture)]
    private static partial Regex Attribute();

    [GeneratedRegex("""\$\$(?<display>[^$]+)\$\$|\$(?<inline>(?!\s)[^$\n]+(?<!\s))\$(?!\d)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Mathematics();
}
