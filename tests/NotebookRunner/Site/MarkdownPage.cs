using System.Text.Json.Nodes;
using AngleSharp.Dom;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookRunner;

/// <summary>
/// Renders the Markdown of one page: tables, mathematics, anchors that are unique on the page, links that lead somewhere.
/// </summary>
/// <param name="links">Where the page's links lead.</param>
/// <param name="ownIds">Ids that the page itself uses.</param>
internal sealed class MarkdownPage(PageLinks links, IEnumerable<string> ownIds)
{
    // Some texts take a parser time that grows with the square of their length.
    private const int LongestText = 200_000;

    private static readonly MarkdownPipeline Pipeline = BuildPipeline();

    private readonly PageAnchors _anchors = new([.. ownIds]);

    /// <summary>The headings of prose so far, in order.</summary>
    public IReadOnlyList<Heading> Headings => _anchors.Headings;

    /// <summary>The Markdown as HTML in which nothing runs.</summary>
    /// <param name="markdown">The text.</param>
    /// <param name="attachments">The files that its cell holds.</param>
    /// <param name="isOutput">Whether a cell put it out: then its headings are none of the page's, and its terms no first uses.</param>
    public string ToHtml(string markdown, JsonObject? attachments = null, bool isOutput = false)
    {
        if (Parse(markdown) is not { } document) return Page.Text(markdown, "plain");
        // $$...$$ inside a paragraph is displayed mathematics in every notebook host.
        foreach (var math in document.Descendants<MathInline>().Where(math => math.DelimiterCount == 2))
            math.GetAttributes().AddClass("display");
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        MarkdownRenderers.Replace(renderer);
        renderer.Render(document);

        using var html = ProseSanitizer.Clean(writer.ToString());
        if (html.Body is not { } body) return "";
        FindMathematics(body);
        foreach (var link in body.QuerySelectorAll("a[href]").ToArray()) Lead(link);
        foreach (var media in body.QuerySelectorAll("img, audio, video, source").ToArray()) Show(media, attachments);
        _anchors.Assign(body, isOutput);
        return body.InnerHtml;
    }

    /// <summary>The text of the first heading and of the first paragraph.</summary>
    public static (string? Heading, string? Paragraph) Opening(string markdown) => Parse(markdown) is { } document
        ? (document.Descendants<HeadingBlock>().Select(PlainText).FirstOrDefault(),
            document.Descendants<ParagraphBlock>().Select(PlainText).FirstOrDefault())
        : (null, null);

    private static MarkdownPipeline BuildPipeline()
    {
        var builder = new MarkdownPipelineBuilder()
            .UsePipeTables().UseMathematics().UseEmphasisExtras(EmphasisExtraOptions.Strikethrough).UseAutoLinks();
        builder.BlockParsers.Insert(0, new MathEnvironmentParser());
        builder.InlineParsers.Insert(0, new DisplayMathParser());
        return builder.Build();
    }

    private static MarkdownDocument? Parse(string markdown)
    {
        if (markdown.Length > LongestText) return null;
        try
        {
            return Markdown.Parse(markdown, Pipeline);
        }
        catch (ArgumentException)
        {
            return null; // nested deeper than Markdig follows
        }
    }

    private static string PlainText(LeafBlock block) =>
        string.Concat((block.Inline?.Descendants().OfType<Inline>() ?? []).Select(PlainText)).Trim();

    private static string PlainText(Inline inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        MathInline math => math.Content.ToString(),
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        HtmlInline html when ProseSanitizer.IsShown(html.Tag) => html.Tag,
        LineBreakInline => " ",
        _ => "",
    };

    // Markdig finds mathematics in Markdown. Hosts find it in the text of HTML blocks, too; not in code.
    private static void FindMathematics(IElement body)
    {
        foreach (var text in body.Descendants<IText>().ToArray())
        {
            if (!text.Data.AsSpan().ContainsAny('$', '\\', MarkdownRenderers.LiteralDollar)) continue;
            if (text.Ancestors<IElement>().Any(element => element.LocalName is "code" or "pre" or "kbd" or "samp" || IsMath(element)))
            {
                text.Data = text.Data.Replace(MarkdownRenderers.LiteralDollar, '$');
                continue;
            }
            foreach (var piece in MathSyntax.Split(text.Data)) text.Parent!.InsertBefore(Node(body.Owner!, piece), text);
            text.Remove();
        }
    }

    private static bool IsMath(IElement element) => element.ClassList.Contains("math");

    private static INode Node(IDocument document, MathSyntax.Piece piece)
    {
        string content = piece.Text.Replace(MarkdownRenderers.LiteralDollar, '$');
        if (!piece.IsMath) return document.CreateTextNode(content);
        var math = document.CreateElement("span");
        math.ClassName = piece.IsDisplay ? "math display" : "math";
        math.TextContent = piece.IsDisplay ? $"\\[{content}\\]" : $"\\({content}\\)";
        return math;
    }

    private void Lead(IElement link)
    {
        string? target = links.Target(link.GetAttribute("href")!);
        if (target is not null)
        {
            link.SetAttribute("href", target);
            if (!PageLinks.IsExternal(target)) return;
            link.SetAttribute("target", "_blank");
            link.SetAttribute("rel", "noopener");
            return;
        }
        // A link that leads nowhere from this site is shown as the text it has; what leads to it still does.
        link.RemoveAttribute("href");
        if (link.Attributes.Length == 0) Unwrap(link);
    }

    private void Show(IElement media, JsonObject? attachments)
    {
        if (media.LocalName != "img" && !media.HasAttribute("src")) return; // audio and video have their sources in elements
        if (links.Media(media.GetAttribute("src") ?? "", attachments) is { } address) media.SetAttribute("src", address);
        else if (media.LocalName != "img") media.Remove();
        else media.Parent!.ReplaceChild(media.Owner!.CreateTextNode(media.GetAttribute("alt") ?? ""), media);
    }

    private static void Unwrap(IElement element)
    {
        while (element.FirstChild is { } child) element.Parent!.InsertBefore(child, element);
        element.Remove();
    }
}
