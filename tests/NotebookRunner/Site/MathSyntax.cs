using System.Text.RegularExpressions;
using Markdig.Extensions.Mathematics;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace NotebookRunner;

/// <summary>Mathematics where every notebook host sees it and Markdig alone does not.</summary>
internal static partial class MathSyntax
{
    private const string Begin = "\\begin{";

    /// <summary>A piece of text.</summary>
    /// <param name="Source">As it is written.</param>
    /// <param name="Text">As it is shown: mathematics without its dollar signs, a dollar sign without its backslash.</param>
    /// <param name="IsMath">Whether it is mathematics.</param>
    /// <param name="IsDisplay">Whether it stands on a line of its own.</param>
    public readonly record struct Piece(string Source, string Text, bool IsMath, bool IsDisplay);

    /// <summary>
    /// Where the environment that begins at <paramref name="start"/> ends; -1 if none begins there or it does not end before
    /// the next blank line.
    /// </summary>
    public static int EndOfEnvironment(string text, int start, int limit)
    {
        if (string.CompareOrdinal(text, start, Begin, 0, Begin.Length) != 0) return -1;
        int close = text.AsSpan(start, limit - start).IndexOf('}');
        if (close < 0) return -1;
        string name = text[(start + Begin.Length)..(start + close)];
        if (name.Length == 0 || !name.AsSpan().TrimEnd('*').ContainsOnlyLetters()) return -1;
        string begin = Begin + name + "}", end = $"\\end{{{name}}}";
        for (int depth = 1, at = start + close + 1; ;)
        {
            int ends = text.IndexOf(end, at, limit - at, StringComparison.Ordinal);
            if (ends < 0 || text.AsSpan(start, ends - start).HasBlankLine()) return -1;
            depth += text.AsSpan(at, ends - at).Count(begin);
            at = ends + end.Length;
            if (--depth == 0) return at;
        }
    }

    /// <summary>The text of an HTML element, cut where mathematics begins and ends. A dollar sign after a backslash is one.</summary>
    public static IEnumerable<Piece> Split(string text)
    {
        int words = 0;
        for (int at = 0; (at = text.AsSpan(at).IndexOfAny('$', '\\') is >= 0 and var next ? at + next : -1) >= 0;)
        {
            var (piece, end) = At(text, at);
            if (end < 0)
            {
                at++;
                continue;
            }
            if (at > words) yield return Words(text[words..at]);
            yield return piece;
            words = at = end;
        }
        if (words < text.Length) yield return Words(text[words..]);
    }

    /// <summary>The source of HTML in which mathematics holds no signs that would be taken for tags, as in $a&lt;b$.</summary>
    public static string Escaped(string html) => string.Concat(Split(html).Select(piece =>
        piece.IsMath && !Tag().IsMatch(piece.Source) ? piece.Source.Replace("<", "&lt;", StringComparison.Ordinal) : piece.Source));

    private static Piece Words(string text) => new(text, text, IsMath: false, IsDisplay: false);

    private static (Piece Piece, int End) At(string text, int at)
    {
        if (text[at] == '\\')
        {
            if (at + 1 < text.Length && text[at + 1] == '$') return (new("\\$", "$", IsMath: false, IsDisplay: false), at + 2);
            int end = EndOfEnvironment(text, at, text.Length);
            return end < 0 ? (default, -1) : (new(text[at..end], text[at..end], IsMath: true, IsDisplay: true), end);
        }
        bool isDisplay = string.CompareOrdinal(text, at, "$$", 0, 2) == 0;
        int sign = isDisplay ? 2 : 1, start = at + sign, close = start;
        while (close < text.Length && text[close] != '$' && (isDisplay || text[close] != '\n')) close += text[close] == '\\' ? 2 : 1;
        if (close >= text.Length || text[close] != '$' || string.IsNullOrWhiteSpace(text[start..close])) return (default, -1);
        // As in Markdown: "between $5 and $6" holds no formula.
        bool isFormula = isDisplay
            ? string.CompareOrdinal(text, close, "$$", 0, 2) == 0
            : !char.IsWhiteSpace(text[start]) && !char.IsWhiteSpace(text[close - 1])
                && !(close + 1 < text.Length && char.IsAsciiDigit(text[close + 1]));
        return isFormula ? (new(text[at..(close + sign)], text[start..close], IsMath: true, isDisplay), close + sign) : (default, -1);
    }

    private static bool ContainsOnlyLetters(this ReadOnlySpan<char> text)
    {
        foreach (char c in text)
            if (!char.IsAsciiLetter(c)) return false;
        return text.Length > 0;
    }

    private static bool HasBlankLine(this ReadOnlySpan<char> text)
    {
        for (int end = text.IndexOf('\n'), next; end >= 0 && (next = text[(end + 1)..].IndexOf('\n')) >= 0; end += next + 1)
            if (text.Slice(end + 1, next).IsWhiteSpace()) return true;
        return false;
    }

    [GeneratedRegex(@"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>")]
    private static partial Regex Tag();
}

/// <summary>Displayed mathematics: Markdig's own wants no space inside the dollar signs, and knows no bare environments.</summary>
internal sealed class DisplayMathParser : InlineParser
{
    private static readonly (string Open, string Close, int Delimiters)[] Brackets =
        [("$$", "$$", 2), (@"\\[", @"\\]", 2), (@"\\(", @"\\)", 1)];

    public DisplayMathParser() => OpeningCharacters = ['$', '\\'];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        int limit = slice.End + 1, end = MathSyntax.EndOfEnvironment(slice.Text, slice.Start, limit);
        if (end >= 0) return Found(processor, ref slice, new(slice.Text, slice.Start, end - 1), 2, end);
        foreach (var (open, close, delimiters) in Brackets)
        {
            if (limit - slice.Start < open.Length || string.CompareOrdinal(slice.Text, slice.Start, open, 0, open.Length) != 0) continue;
            int start = slice.Start + open.Length, found = slice.Text.IndexOf(close, start, limit - start, StringComparison.Ordinal);
            if (found >= 0) return Found(processor, ref slice, new(slice.Text, start, found - 1), delimiters, found + close.Length);
        }
        return false;
    }

    private static bool Found(InlineProcessor processor, ref StringSlice slice, StringSlice content, int delimiters, int end)
    {
        content.Trim();
        if (content.IsEmpty) return false;
        var math = new MathInline { Delimiter = '$', DelimiterCount = delimiters, Content = content };
        math.GetAttributes().AddClass("math");
        processor.Inline = math;
        slice.Start = end;
        return true;
    }
}

/// <summary>\begin{align} … \end{align} on lines of its own: what looks like a list or a heading in there is none.</summary>
internal sealed class MathEnvironmentParser : BlockParser
{
    public MathEnvironmentParser() => OpeningCharacters = ['\\'];

    public override BlockState TryOpen(BlockProcessor processor)
    {
        if (processor.IsCodeIndent) return BlockState.None;
        string text = processor.Line.Text;
        int end = MathSyntax.EndOfEnvironment(text, processor.Line.Start, text.Length);
        if (end < 0) return BlockState.None;
        int newLine = text.IndexOf('\n', end);
        if (!text.AsSpan(end, (newLine < 0 ? text.Length : newLine) - end).IsWhiteSpace()) return BlockState.None;
        var block = new EnvironmentBlock(this) { End = end, Column = processor.Column };
        block.GetAttributes().AddClass("math");
        processor.NewBlocks.Push(block);
        return State(processor, block);
    }

    public override BlockState TryContinue(BlockProcessor processor, Block block) => State(processor, (EnvironmentBlock)block);

    private static BlockState State(BlockProcessor processor, EnvironmentBlock block) =>
        processor.Line.End + 1 >= block.End ? BlockState.Break : BlockState.Continue;

    private sealed class EnvironmentBlock(BlockParser parser) : MathBlock(parser)
    {
        public required int End { get; init; }
    }
}
