using System.Text.RegularExpressions;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace NotebookRunner;

/// <summary>How the pages write what Markdig writes otherwise.</summary>
internal static partial class MarkdownRenderers
{
    /// <summary>
    /// Stands for a dollar sign that Markdown left as one, so that it is not taken for the start of a formula where text of
    /// HTML blocks is searched for them. A noncharacter: no text holds it.
    /// </summary>
    public const char LiteralDollar = '\uFDD0';

    public static void Replace(HtmlRenderer renderer)
    {
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new CodeRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTableRenderer>(new ScrollingTableRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlBlockRenderer>(new KnownBlockRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<Markdig.Renderers.Html.Inlines.HtmlInlineRenderer>(new KnownInlineRenderer());
        renderer.ObjectRenderers.ReplaceOrAdd<Markdig.Renderers.Html.Inlines.LiteralInlineRenderer>(new LanguageRenderer());
    }

    private sealed class CodeRenderer : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock obj)
        {
            renderer.EnsureLine();
            bool isCSharp = obj is FencedCodeBlock { Info: "csharp" or "cs" or "c#" or "C#" };
            renderer.WriteLine(Page.Code(obj.Lines.ToString(), isCSharp));
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

    // What looks like a tag and is none of those that prose may hold, such as <float>, is shown as the text it is.
    private sealed class KnownInlineRenderer : HtmlObjectRenderer<HtmlInline>
    {
        protected override void Write(HtmlRenderer renderer, HtmlInline obj)
        {
            if (!renderer.EnableHtmlForInline || ProseSanitizer.IsShown(obj.Tag)) renderer.WriteEscape(obj.Tag);
            else renderer.Write(obj.Tag);
        }
    }

    private sealed class KnownBlockRenderer : HtmlObjectRenderer<HtmlBlock>
    {
        protected override void Write(HtmlRenderer renderer, HtmlBlock obj)
        {
            string html = obj.Lines.ToString();
            bool isText = obj.Type == HtmlBlockType.NonInterruptingBlock && ProseSanitizer.IsShown(html);
            if (isText) renderer.Write("<p>").WriteEscape(html).WriteLine("</p>");
            else renderer.WriteLine(MathSyntax.Escaped(html));
        }
    }

    // Screen readers pronounce a Korean term in Korean only if told that it is.
    private sealed class LanguageRenderer : HtmlObjectRenderer<LiteralInline>
    {
        protected override void Write(HtmlRenderer renderer, LiteralInline obj)
        {
            string text = obj.Content.ToString();
            if (!renderer.EnableHtmlForInline)
            {
                renderer.WriteEscape(text);
                return;
            }
            text = text.Replace('$', LiteralDollar);
            int at = 0;
            foreach (Match korean in Hangul().Matches(text))
            {
                renderer.WriteEscape(text[at..korean.Index]).Write("<span lang=\"ko\">").Write(korean.Value).Write("</span>");
                at = korean.Index + korean.Length;
            }
            renderer.WriteEscape(text[at..]);
        }
    }

    [GeneratedRegex(@"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+(\s+[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]+)*")]
    public static partial Regex Hangul();
}
