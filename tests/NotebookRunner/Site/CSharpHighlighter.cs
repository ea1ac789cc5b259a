using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookRunner;

/// <summary>Colours C# by the compiler's own reading of it: keywords, texts, numbers, comments, types and calls.</summary>
internal static class CSharpHighlighter
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.CSharp14, kind: SourceCodeKind.Script);

    // Far beyond what people write. The compiler's parser takes exponential time on some deeply nested code and exhausts the stack on
    // other.
    private const int LongestCode = 5_000, DeepestNesting = 32, StackSize = 16 << 20;

    /// <summary>The code as HTML: encoded, its parts in spans with one-letter classes (k, s, n, c, t, f).</summary>
    public static string ToHtml(string code)
    {
        if (code.Length > LongestCode || Nesting(code) > DeepestNesting) return WebUtility.HtmlEncode(code);
        string html = "";
        var parser = new Thread(() => html = Colored(code), StackSize);
        parser.Start();
        parser.Join();
        return html;
    }

    private static int Nesting(string code)
    {
        int depth = 0, deepest = 0;
        foreach (char c in code)
        {
            depth += c is '(' or '[' or '{' ? 1 : c is ')' or ']' or '}' ? -1 : 0;
            deepest = Math.Max(deepest, depth);
        }
        return deepest;
    }

    private static string Colored(string code)
    {
        var html = new StringBuilder();
        foreach (var token in CSharpSyntaxTree.ParseText(code, Options).GetRoot().DescendantTokens(descendIntoTrivia: false))
        {
            AppendTrivia(html, token.LeadingTrivia);
            Append(html, token.Text, ClassOf(token));
            AppendTrivia(html, token.TrailingTrivia);
        }
        return html.ToString();
    }

    private static void AppendTrivia(StringBuilder html, SyntaxTriviaList list)
    {
        foreach (var trivia in list)
            Append(
                html, trivia.ToFullString(),
                trivia.IsKind(SyntaxKind.WhitespaceTrivia) || trivia.IsKind(SyntaxKind.EndOfLineTrivia) ? null : trivia.IsDirective ? "k"
                    : "c");
    }

    private static string? ClassOf(SyntaxToken token)
    {
        if (token.IsKeyword() || SyntaxFacts.IsContextualKeyword(token.Kind())) return "k";
        switch (token.Kind())
        {
            case SyntaxKind.NumericLiteralToken:
                return "n";
            case SyntaxKind.IdentifierToken:
                if (token.Parent is IdentifierNameSyntax { Identifier.Text: "var" or "dynamic" }) return "k";
                if (token.Parent is BaseTypeDeclarationSyntax) return "t";
                if (token.Parent is GenericNameSyntax { Parent: not InvocationExpressionSyntax and not MemberAccessExpressionSyntax })
                    return "t";
                if (token.Parent is MethodDeclarationSyntax or LocalFunctionStatementSyntax) return "f";
                return token.Parent is SimpleNameSyntax name ? ClassOf(name) : null;
            default:
                return IsText(token.Kind()) ? "s" : null;
        }
    }

    private static bool IsText(SyntaxKind kind) => kind
        is SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken
        or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
        or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedVerbatimStringStartToken
        or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedStringEndToken;

    private static string? ClassOf(SimpleNameSyntax name) => name.Parent switch
    {
        ObjectCreationExpressionSyntax => "t",
        VariableDeclarationSyntax declaration when declaration.Type == name => "t",
        ParameterSyntax or TypeArgumentListSyntax or ArrayTypeSyntax or NullableTypeSyntax or TupleElementSyntax => "t",
        MethodDeclarationSyntax or LocalFunctionStatementSyntax => "t",
        InvocationExpressionSyntax => "f",
        MemberAccessExpressionSyntax access when access.Name == name => access.Parent is InvocationExpressionSyntax ? "f" : null,
        // A capital before a dot is a type more often than anything else.
        MemberAccessExpressionSyntax when char.IsUpper(name.Identifier.Text[0]) => "t",
        _ => null,
    };

    private static void Append(StringBuilder html, string text, string? kind)
    {
        string encoded = WebUtility.HtmlEncode(text);
        if (kind is null || text.Length == 0) html.Append(encoded);
        else html.Append("<span class=\"").Append(kind).Append("\">").Append(encoded).Append("</span>");
    }
}
