using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;

namespace NotebookHelpers;

/// <summary>
/// The names whose last definition did not compile. The kernel keeps what they were before, so that a check would judge an earlier answer.
/// </summary>
internal static class SessionNames
{
    private static readonly CSharpParseOptions s_script = new(kind: SourceCodeKind.Script);
    private static readonly HashSet<string> s_outdated = [];

    /// <summary>Notes a cell that did not compile.</summary>
    public static void DidNotCompile(string code) => s_outdated.UnionWith(Defined(Parsed(code)));

    /// <summary>Notes a cell that ran.</summary>
    public static void Ran(string code)
    {
        if (s_outdated.Count > 0) s_outdated.ExceptWith(Defined(Parsed(code)));
    }

    /// <summary>Forgets every name.</summary>
    public static void Clear() => s_outdated.Clear();

    /// <summary>The names that the running cell takes from earlier cells and whose last definition did not compile.</summary>
    public static IReadOnlyList<string> OutdatedInRunningCell() =>
        s_outdated.Count > 0 && RunningCell.KernelIsLoaded && CodeOfCell() is { } code ? OutdatedIn(code) : [];

    /// <summary>The names that a cell takes from earlier ones and whose last definition did not compile.</summary>
    public static IReadOnlyList<string> OutdatedIn(string code)
    {
        var cell = Parsed(code);
        var used = cell.DescendantNodes().OfType<IdentifierNameSyntax>().Select(name => name.Identifier.ValueText);
        return [.. used.Except(Defined(cell)).Where(s_outdated.Contains)];
    }

    private static CompilationUnitSyntax Parsed(string code) => SyntaxFactory.ParseCompilationUnit(code, options: s_script);

    private static IEnumerable<string> Defined(CompilationUnitSyntax cell) => cell.Members.SelectMany(Defined);

    // A definition is what an answer changes: a method, a variable, or a new value for a variable.
    private static IEnumerable<string> Defined(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => [method.Identifier.ValueText],
        FieldDeclarationSyntax field => field.Declaration.Variables.Select(variable => variable.Identifier.ValueText),
        BaseTypeDeclarationSyntax type => [type.Identifier.ValueText],
        GlobalStatementSyntax { Statement: ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment } } =>
            assignment.Left is IdentifierNameSyntax variable
                ? [variable.Identifier.ValueText]
                : assignment.Left.DescendantNodes().OfType<SingleVariableDesignationSyntax>().Select(name => name.Identifier.ValueText),
        _ => [],
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string? CodeOfCell() => (KernelInvocationContext.Current?.Command as SubmitCode)?.Code;
}
