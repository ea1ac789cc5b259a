using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Mathematics;
using Markdig.Extensions.Tables;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookRunner;

/// <summary>A heading of a page; its text as HTML.</summary>
internal sealed record Heading(int Level, string Anchor, string Html);

/// <summary>Renders the Markdown of one page: tables, mathematics, anchors that are unique on the page, links between the pages of the series.</summary>
internal sealed partial class MarkdownPage(ISet<string> pagesOfSeries)
{
    // Some texts take a parser time that grows with the square of their length.
    private const int LongestText = 200_000;

    private static readonly MarkdownPipeline Pipeline = BuildPipeline();

    private readonly HashSet<string> _anchors = [.. Page.Ids];

    /// <summary>The headings so far, in order.</summary>
    public List<Heading> Headings { get; } = [];

    /// <summary>The Markdown as HTML in which nothing runs. Headings are noted, unless <paramref name="isOutput"/>.</summary>
    public string ToHtml(string markdown, bool isOutput = false)
    {
        if (Parse(markdown) is not { } document) return Page.Text(markdown, "plain");
        foreach (var heading in document.Descendants<HeadingBlock>()) Register(heading, isOutput);
        // $$...$$ inside a paragraph is displayed mathematics in every notebook host.
        foreach (var math in document.Descendants<MathInline>().Where(math => math.DelimiterCount == 2)) math.GetAttributes().AddClass("display");
        foreach (var link in document.Descendants<LinkInline>().ToArray()) Resolve(link);

        var html = new SafeHtml(Target);
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new CodeRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<HeadingRenderer>(new AnchoredHeadingRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTableRenderer>(new ScrollingTableRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlBlockRenderer>(new SafeBlockRenderer(html));
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlInlineRenderer>(new SafeInlineRenderer(html));
        renderer.ObjectRenderers.ReplaceOrAdd<LiteralInlineRenderer>(new LanguageRenderer(isOutput ? null : _anchors));
        renderer.Render(document);
        return writer + html.CloseAll();
    }

    /// <summary>The text of the first heading and of the first paragraph.</summary>
    public static (string? Heading, string? Paragraph) Opening(string markdown) => Parse(markdown) is { } document
        ? (document.Descendants<HeadingBlock>().Select(PlainText).FirstOrDefault(), document.Descendants<ParagraphBlock>().Select(PlainText).FirstOrDefault())
        : (null, null);

    private static MarkdownPipeline BuildPipeline()
    {
        var builder = new MarkdownPipelineBuilder()
            .UsePipeTables().UseMathematics().UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
            .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough).UseAutoLinks();
        builder.InlineParsers.Insert(0, new SpacedMathParser());
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

    private void Register(HeadingBlock heading, bool isOutput)
    {
        var attributes = heading.GetAttributes();
        string wanted = attributes.Id is { Length: > 0 } id ? id : "section", anchor = wanted;
        for (int i = 2; !_anchors.Add(anchor); i++) anchor = $"{wanted}-{i}";
        attributes.Id = anchor;
        if (!isOutput) Headings.Add(new(heading.Level, anchor, HtmlOf(heading)));
    }

    private static string PlainText(LeafBlock block) => string.Concat(Inlines(block).Select(TextOf)).Trim();

    private static string HtmlOf(LeafBlock block) => string.Concat(Inlines(block)
        .Select(inline => inline is MathInline math ? $"<span class=\"math\">\\({Page.Encode(math.Content.ToString())}\\)</span>" : Page.Encode(TextOf(inline))));

    private static IEnumerable<Inline> Inlines(LeafBlock block) => block.Inline?.Descendants().OfType<Inline>() ?? [];

    private static string TextOf(Inline inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        MathInline math => math.Content.ToString(),
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        HtmlInline html when SafeHtml.IsShown(html.Tag) => html.Tag,
        LineBreakInline => " ",
        _ => "",
    };

    private void Resolve(LinkInline link)
    {
        if (Target(link.Url ?? "", link.IsImage) is { } target)
        {
            link.Url = target;
            return;
        }
        // A link that leads nowhere from this site is shown as the text it has.
        var text = new ContainerInline();
        while (link.FirstChild is { } child)
        {
            child.Remove();
            text.AppendChild(child);
        }
        link.ReplaceBy(text, copyChildren: false);
    }

    /// <summary>Where a link of a notebook leads from its page; null if it must not or cannot be followed from there.</summary>
    private string? Target(string url, bool isImage)
    {
        // Browsers ignore control characters in "java\nscript:".
        url = string.Concat(url.Where(c => !char.IsControl(c))).Trim();
        if (url.StartsWith('#')) return url;
        if (Scheme().Match(url) is { Success: true } scheme)
            return scheme.Value.ToLowerInvariant() is "http:" or "https:" or "mailto:" || (isImage && url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)) ? url : null;
        if (isImage) return url;
        var (file, anchor) = url.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? (url[..at], url[at..]) : (url, "");
        // Between notebooks on disk the links name .ipynb files; between pages they name .html files. The README is the index.
        if (file == "../README.md") return "index.html";
        string name = Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(file));
        return file.EndsWith(".ipynb", StringComparison.Ordinal) && pagesOfSeries.Contains(name) ? Page.Url(name) + anchor : null;
    }

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9+.-]*:")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+(\s+[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+)*")]
    private static partial Regex Hangul();

    // Every notebook host sets $$ x $$ as mathematics; Markdig alone wants no space inside.
    private sealed class SpacedMathParser : InlineParser
    {
        public SpacedMathParser() => OpeningCharacters = ['$'];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            if (slice.PeekChar() != '$') return false;
            int start = slice.Start + 2, end = slice.Text.IndexOf("$$", start, slice.End + 1 - start, StringComparison.Ordinal);
            if (end < 0) return false;
            var content = new StringSlice(slice.Text, start, end - 1);
            content.Trim();
            if (content.IsEmpty) return false;
            var math = new MathInline { Delimiter = '$', DelimiterCount = 2, Content = content };
            math.GetAttributes().AddClass("math");
            processor.Inline = math;
            slice.Start = end + 2;
            return true;
        }
    }

    private sealed class CodeRenderer : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock obj)
        {
            renderer.EnsureLine();
            renderer.WriteLine(Page.Code(obj.Lines.ToString(), isCSharp: obj is FencedCodeBlock { Info: "csharp" or "cs" or "c#" or "C#" }));
        }
    }

    private sealed class AnchoredHeadingRenderer : HtmlObjectRenderer<HeadingBlock>
    {
        protected override void Write(HtmlRenderer renderer, HeadingBlock obj)
        {
            string id = Page.Encode(obj.GetAttributes().Id!);
            renderer.EnsureLine();
            renderer.Write($"<h{obj.Level} id=\"{id}\">").WriteLeafInline(obj);
            renderer.WriteLine($" <a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to this section\">#</a></h{obj.Level}>");
        }
    }

    private sealed class ScrollingTableRenderer : HtmlTableRenderer
    {
        protected override void Write(HtmlRenderer renderer, Table table)
        {
            renderer.Write("<div class=\"scroll\">");
            base.Write(renderer, table);
            renderer.WriteLine("</div>");
        }
    }

    private sealed class SafeBlockRenderer(SafeHtml html) : HtmlObjectRenderer<HtmlBlock>
    {
        protected override void Write(HtmlRenderer renderer, HtmlBlock obj) => renderer.WriteLine(html.Clean(obj.Lines.ToString()));
    }

    private sealed class SafeInlineRenderer(SafeHtml html) : HtmlObjectRenderer<HtmlInline>
    {
        protected override void Write(HtmlRenderer renderer, HtmlInline obj)
        {
            if (renderer.EnableHtmlForInline) renderer.Write(html.Clean(obj.Tag));
        }
    }

    /// <summary>The anchor of a Korean term where a page first uses it.</summary>
    public static string KoreanAnchor(string korean) => "ko-" + Hangul().Match(korean).Value.Replace(' ', '-');

    // Screen readers pronounce a Korean term in Korean only if told that it is. Its first use has an anchor for the glossary.
    private sealed class LanguageRenderer(HashSet<string>? anchors) : HtmlObjectRenderer<LiteralInline>
    {
        protected override void Write(HtmlRenderer renderer, LiteralInline obj)
        {
            string text = obj.Content.ToString();
            int at = 0;
            if (renderer.EnableHtmlForInline)
                foreach (Match korean in Hangul().Matches(text))
                {
                    string anchor = KoreanAnchor(korean.Value), id = anchors?.Add(anchor) == true ? $" id=\"{anchor}\"" : "";
                    renderer.WriteEscape(text[at..korean.Index]).Write($"<span lang=\"ko\"{id}>").Write(korean.Value).Write("</span>");
                    at = korean.Index + korean.Length;
                }
            renderer.WriteEscape(text[at..]);
        }
    }
}
