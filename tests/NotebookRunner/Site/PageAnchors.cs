using AngleSharp.Dom;
using Markdig.Helpers;

namespace NotebookRunner;

/// <summary>A heading of a page; its text as HTML.</summary>
internal sealed record Heading(int Level, string Anchor, string Html);

/// <summary>The places of a page to which links lead: headings, named places, and the first uses of Korean terms.</summary>
/// <param name="taken">Ids that the page itself uses.</param>
internal sealed class PageAnchors(HashSet<string> taken)
{
    private readonly List<Heading> _headings = [];

    public IReadOnlyList<Heading> Headings => _headings;

    /// <summary>The anchor of a Korean term where a page first uses it.</summary>
    public static string OfKorean(string korean) => "ko-" + MarkdownRenderers.Hangul().Match(korean).Value.Replace(' ', '-');

    /// <summary>Gives the elements of a cell ids that are unique on the page, and notes its headings.</summary>
    public void Assign(IElement cell, bool isOutput)
    {
        foreach (var element in cell.Descendants<IElement>().ToArray())
        {
            KeepOwn(element);
            if (element.LocalName is ['h', >= '1' and <= '6'] name) Anchor(element, name[1] - '0', isOutput);
            else if (!isOutput && element.LocalName == "span" && element.GetAttribute("lang") == "ko" && !element.HasAttribute("id")
                && OfKorean(element.TextContent) is var id && taken.Add(id)) element.Id = id;
        }
    }

    // <a name> is the older spelling of an id. Elsewhere a name would be a name of the whole page, for its scripts.
    private void KeepOwn(IElement element)
    {
        string? name = element.LocalName == "a" ? element.GetAttribute("name") : null;
        element.RemoveAttribute("name");
        if ((element.GetAttribute("id") ?? name) is not { Length: > 0 } id) return;
        if (taken.Add(id)) element.Id = id;
        else element.RemoveAttribute("id");
    }

    // VS Code and GitHub link to a heading by its words in lower case, Jupyter by its words as they are.
    private void Anchor(IElement heading, int level, bool isOutput)
    {
        string text = heading.TextContent.Trim();
        string jupyters = text.Replace("\\(", "$", StringComparison.Ordinal).Replace("\\)", "$", StringComparison.Ordinal)
            .Replace(' ', '-');
        string wanted = LinkHelper.UrilizeAsGfm(text) is { Length: > 0 } words ? words : "section";
        string anchor = heading.GetAttribute("id") ?? wanted;
        if (!heading.HasAttribute("id"))
        {
            for (int again = 1; !taken.Add(anchor); again++) anchor = $"{wanted}-{again}";
            heading.Id = anchor;
        }
        if (!isOutput) _headings.Add(new(level, anchor, HtmlOf(heading)));

        var document = heading.Owner!;
        if (jupyters.Length > 0 && taken.Add(jupyters))
        {
            var alias = document.CreateElement("span");
            alias.Id = jupyters;
            heading.Prepend(alias);
        }
        var link = document.CreateElement("a");
        link.ClassName = "anchor";
        link.SetAttribute("href", "#" + anchor);
        link.SetAttribute("aria-label", "Link to this section");
        link.TextContent = "#";
        heading.Append(document.CreateTextNode(" "), link);
    }

    private static string HtmlOf(IElement heading) => string.Concat(heading.Descendants<IText>().Select(text =>
    {
        string encoded = Page.Encode(text.Data);
        return text.ParentElement!.ClassList.Contains("math") ? $"<span class=\"math\">{encoded}</span>" : encoded;
    })).Trim();
}
