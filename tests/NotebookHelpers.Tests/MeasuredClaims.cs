using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookHelpers.Tests;

/// <summary>A claim as a notebook's code makes it.</summary>
/// <param name="Name">Its name; null if it is put together at run time.</param>
/// <param name="Kind">The first word of its source: exact, published or measured.</param>
/// <param name="Low">The lower end of its band; minus infinity for none, NaN if it is not written as numbers.</param>
/// <param name="High">The upper end of its band.</param>
internal sealed record ClaimInCode(string? Name, string Kind, double Low, double High)
{
    /// <summary>The claims that a cell makes.</summary>
    public static IEnumerable<ClaimInCode> In(string cell) =>
        from call in CSharpSyntaxTree.ParseText(cell, new(kind: Microsoft.CodeAnalysis.SourceCodeKind.Script)).GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()
        let arguments = call.ArgumentList.Arguments
        where call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "Claims" } } && arguments.Count >= 4
        let method = ((MemberAccessExpressionSyntax)call.Expression).Name.Identifier.Text
        let bound = Number(arguments[2].Expression)
        let tolerance = method == "Check" ? Number(arguments[3].Expression) : 0
        select new ClaimInCode(
            (arguments[0].Expression as LiteralExpressionSyntax)?.Token.ValueText,
            new string([.. TextOf(arguments[^1].Expression).TakeWhile(char.IsLetter)]),
            method == "AtMost" ? double.NegativeInfinity : bound - tolerance,
            method == "AtLeast" ? double.PositiveInfinity : bound + tolerance);

    /// <summary>Whether the band holds all values seen, and lies no farther from them than they lie apart, or a fifth of their size.</summary>
    public bool Fits(double smallest, double mean, double largest)
    {
        double room = Math.Max(largest - smallest, 0.2 * Math.Abs(mean));
        bool low = double.IsNegativeInfinity(Low) || (Low <= smallest && smallest - Low <= room);
        bool high = double.IsPositiveInfinity(High) || (High >= largest && High - largest <= room);
        return low && high;
    }

    private static string TextOf(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal => literal.Token.ValueText,
        BinaryExpressionSyntax sum => TextOf(sum.Left),
        InterpolatedStringExpressionSyntax { Contents: [InterpolatedStringTextSyntax first, ..] } => first.TextToken.ValueText,
        InterpolatedStringExpressionSyntax { Contents: [InterpolationSyntax first, ..] } => TextOf(first.Expression),
        IdentifierNameSyntax name => ConstantOf(name),
        _ => "",
    };

    // A source that several claims share is a constant of their cell.
    private static string ConstantOf(IdentifierNameSyntax name) =>
        name.SyntaxTree.GetRoot().DescendantNodes().OfType<VariableDeclaratorSyntax>()
            .Where(constant => constant.Identifier.Text == name.Identifier.Text && constant.Initializer is not null)
            .Select(constant => TextOf(constant.Initializer!.Value)).FirstOrDefault("");

    private static double Number(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal => Convert.ToDouble(literal.Token.Value, CultureInfo.InvariantCulture),
        PrefixUnaryExpressionSyntax { OperatorToken.Text: "-" } minus => -Number(minus.Operand),
        _ => double.NaN,
    };
}
