using System.Net;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Mathematics;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookRunner;

/// <summary>A heading of a page.</summary>
internal sealed record Heading(int Level, string Anchor, string Text);

/// <summary>Renders the Markdown of one page: tables, mathematics, anchors that are unique on the page, links between the pages of the series.</summary>
internal sealed class MarkdownPage(ISet<string> pagesOfSeries)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseMathematics().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).UseEmphasisExtras().Build();

    private readonly HashSet<string> _anchors = [];

    public List<Heading> Headings { get; } = [];

    public string ToHtml(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        foreach (var heading in document.Descendants<HeadingBlock>()) Register(heading);
        // $$...$$ inside a paragraph is displayed mathematics in every notebook host.
        foreach (var math in document.Descendants<MathInline>().Where(math => math.DelimiterCount == 2)) math.GetAttributes().AddClass("display");
        foreach (var link in document.Descendants<LinkInline>()) link.Url = PageUrl(link.Url);

        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new HighlightedCodeRenderer());
        renderer.Render(document);
        return writer.ToString();
    }

    private void Register(HeadingBlock heading)
    {
        var attributes = heading.GetAttributes();
        string wanted = attributes.Id is { Length: > 0 } id ? id : "section", anchor = wanted;
        for (int i = 2; !_anchors.Add(anchor); i++) anchor = $"{wanted}-{i}";
        attributes.Id = anchor;
        Headings.Add(new(heading.Level, anchor, PlainText(heading)));
    }

    public static string PlainText(LeafBlock block) =>
        string.Concat(block.Inline?.Descendants().Select(inline => inline switch
        {
            LiteralInline literal => literal.Content.ToString(),
            CodeInline code => code.Content,
            LineBreakInline => " ",
            _ => "",
        }) ?? []);

    // Between notebooks on disk the links name .ipynb files; between pages they name .html files. The README is the index.
    private string? PageUrl(string? url)
    {
        if (url is null) return null;
        if (url == "../README.md") return "index.html";
        var (file, anchor) = url.IndexOf('#') is >= 0 and var at ? (url[..at], url[at..]) : (url, "");
        string name = Path.GetFileNameWithoutExtension(file);
        return file.EndsWith(".ipynb", StringComparison.Ordinal) && pagesOfSeries.Contains(name) ? name + ".html" + anchor : url;
    }

    private sealed class HighlightedCodeRenderer : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock obj)
        {
            string code = obj.Lines.ToString();
            bool csharp = obj is FencedCodeBlock { Info: "csharp" or "cs" or "c#" };
            renderer.EnsureLine();
            renderer.Write("<pre class=\"code\" tabindex=\"0\"><code>").Write(csharp ? CSharpHighlighter.ToHtml(code) : WebUtility.HtmlEncode(code)).WriteLine("</code></pre>");
        }
    }
}
