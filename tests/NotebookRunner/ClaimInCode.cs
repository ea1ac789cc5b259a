using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookRunner;

/// <summary>A claim as a notebook's code makes it.</summary>
/// <param name="Call">The call that makes it.</param>
/// <param name="Name">Its name; null if it is put together at run time.</param>
/// <param name="Method">Check, AtLeast or AtMost.</param>
/// <param name="Bound">The bound, or the expected value; NaN if it is not written as a number.</param>
/// <param name="Tolerance">The tolerance of Check, else 0; NaN if it is not written as a number.</param>
/// <param name="Source">Its source; what is put together at run time is an ellipsis there.</param>
internal sealed record ClaimInCode(
    InvocationExpressionSyntax Call, string? Name, string Method, double Bound, double Tolerance, string Source)
{
    private const string AlsoUntrainedKind = "measured, also untrained";

    /// <summary>The first word of the source: exact, published or measured.</summary>
    public string Kind => new([.. Source.TakeWhile(char.IsLetter)]);

    /// <summary>Whether the claim is about what an untrained network does, too.</summary>
    public bool AlsoUntrained => Source.StartsWith(AlsoUntrainedKind + ": ", StringComparison.Ordinal);

    /// <summary>The words of the text that a measured claim asserts; empty if the source quotes none.</summary>
    public string Quotation => AlsoUntrained || Source.StartsWith("measured: ", StringComparison.Ordinal)
        ? Source[(Source.IndexOf(": ", StringComparison.Ordinal) + 2)..].Trim() : "";

    /// <summary>The lower end of the band; minus infinity for none, NaN if it is not written as a number.</summary>
    public double Low => Method == "AtMost" ? double.NegativeInfinity : Bound - Tolerance;

    /// <summary>The upper end of the band.</summary>
    public double High => Method == "AtLeast" ? double.PositiveInfinity : Bound + Tolerance;

    /// <summary>The band as the claims table shows it.</summary>
    public string Band => string.Create(CultureInfo.InvariantCulture, $"{Method switch
    {
        "AtMost" => $"≤ {Bound}",
        "AtLeast" => $"≥ {Bound}",
        _ => Tolerance == 0 ? $"{Bound}" : $"{Bound} ± {Tolerance}",
    }}");

    /// <summary>The claims that a notebook's cells make, in order.</summary>
    public static IReadOnlyList<ClaimInCode> In(params IEnumerable<string> cells)
    {
        SyntaxNode[] roots = [.. cells.Select(Parse)];
        // A source that several claims share is a constant, perhaps of an earlier cell.
        var constants = roots.SelectMany(root => root.DescendantNodes()).OfType<VariableDeclaratorSyntax>()
            .Where(variable => variable.Initializer is not null)
            .GroupBy(variable => variable.Identifier.Text)
            .ToDictionary(same => same.Key, same => same.Last().Initializer!.Value);
        return [.. roots.SelectMany(CallsIn).Select(call => Of(call, constants))];
    }

    /// <summary>A cell's syntax tree.</summary>
    public static SyntaxNode Parse(string cell) =>
        CSharpSyntaxTree.ParseText(cell, new CSharpParseOptions(kind: SourceCodeKind.Script)).GetRoot();

    /// <summary>The calls of a syntax tree that make claims.</summary>
    public static IEnumerable<InvocationExpressionSyntax> CallsIn(SyntaxNode root) =>
        from call in root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax
        {
            Expression: IdentifierNameSyntax { Identifier.Text: "Claims" }, Name.Identifier.Text: "Check" or "AtLeast" or "AtMost",
        }
        select call;

    private static ClaimInCode Of(InvocationExpressionSyntax call, Dictionary<string, ExpressionSyntax> constants)
    {
        string method = ((MemberAccessExpressionSyntax)call.Expression).Name.Identifier.Text;
        ExpressionSyntax? Argument(string name, int place) =>
            call.ArgumentList.Arguments.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.Text == name)?.Expression
            ?? call.ArgumentList.Arguments.ElementAtOrDefault(place)?.Expression;
        bool checks = method == "Check";
        return new(
            call, (Argument("name", 0) as LiteralExpressionSyntax)?.Token.ValueText, method,
            Number(Argument(checks ? "expected" : "bound", 2)), checks ? Number(Argument("tolerance", 3)) : 0,
            TextOf(Argument("source", checks ? 4 : 3), constants));
    }

    private static string TextOf(ExpressionSyntax? expression, Dictionary<string, ExpressionSyntax> constants) => expression switch
    {
        LiteralExpressionSyntax literal => literal.Token.ValueText,
        ParenthesizedExpressionSyntax inner => TextOf(inner.Expression, constants),
        BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => TextOf(sum.Left, constants) + TextOf(sum.Right, constants),
        InterpolatedStringExpressionSyntax text => string.Concat(text.Contents.Select(part => part switch
        {
            InterpolatedStringTextSyntax constant => constant.TextToken.ValueText,
            InterpolationSyntax hole => TextOf(hole.Expression, constants),
            _ => "…",
        })),
        IdentifierNameSyntax name when constants.Remove(name.Identifier.Text, out var value) => WithConstant(name, value, constants),
        _ => "…",
    };

    // Taken out meanwhile: a variable that is made from itself is no text.
    private static string WithConstant(IdentifierNameSyntax name, ExpressionSyntax value, Dictionary<string, ExpressionSyntax> constants)
    {
        string text = TextOf(value, constants);
        constants[name.Identifier.Text] = value;
        return text;
    }

    private static double Number(ExpressionSyntax? expression) => expression switch
    {
        LiteralExpressionSyntax { Token.Value: int or long or double or float } literal =>
            Convert.ToDouble(literal.Token.Value, CultureInfo.InvariantCulture),
        PrefixUnaryExpressionSyntax { OperatorToken.Text: "-" } minus => -Number(minus.Operand),
        BinaryExpressionSyntax ratio when ratio.IsKind(SyntaxKind.DivideExpression) => Number(ratio.Left) / Number(ratio.Right),
        _ => double.NaN,
    };
}
