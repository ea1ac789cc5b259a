using Microsoft.AspNetCore.Html;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace NotebookRunner;

/// <summary>Runs cells one after another with the semantics of the .NET Interactive C# kernel.</summary>
/// <param name="folder">The notebook's folder; paths of #r are relative to it.</param>
public sealed class ScriptKernel(string folder)
{
    private readonly ScriptOptions _options = ScriptOptions.Default
        .WithLanguageVersion(LanguageVersion.CSharp14)
        .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory(Path.GetFullPath(folder)))
        .AddImports(
            "System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq",
            typeof(Kernel).FullName!)
        .AddReferences(typeof(Enumerable).Assembly, typeof(Kernel).Assembly, typeof(Formatter).Assembly, typeof(IHtmlContent).Assembly);

    private ScriptState<object>? _state;

    /// <summary>Runs one cell. Every output, and last a <see cref="CellSucceeded"/> or <see cref="CellFailed"/>, goes to <paramref name="publish"/>.</summary>
    /// <returns>Whether the cell compiled and ran to its end.</returns>
    public async Task<bool> RunAsync(string code, Action<ExecutionEvent> publish)
    {
        CellConsole.Install();
        var context = new KernelInvocationContext(publish);
        var failure = await RunAsync(code, context);
        context.End(failure ?? (ExecutionEvent)new CellSucceeded());
        return failure is null;
    }

    private async Task<CellFailed?> RunAsync(string code, KernelInvocationContext context)
    {
        try
        {
            if (RefusedDirective(code) is { } refused) return CompilationFailed([refused]);
            var script = _state is null ? CSharpScript.Create<object>(code, _options) : _state.Script.ContinueWith<object>(code, _options);
            var diagnostics = script.Compile();
            if (diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error))
                return CompilationFailed(diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d + Hint(d)));
            foreach (var warning in diagnostics.Where(d => d.Severity == DiagnosticSeverity.Warning))
                context.Publish(new StreamWritten("stderr", warning + "\n"));

            _state = await (_state is null
                ? script.RunAsync(catchException: _ => true)
                : script.RunFromAsync(_state, catchException: _ => true));
            if (_state.Exception is { } thrown) return Failed(thrown);
            if (_state.ReturnValue is not null || EndsInNullExpression(script.GetCompilation()))
                context.Show(_state.ReturnValue, [], ShownAs.Result);
            return null;
        }
        catch (Exception exception) // of a formatter, or of loading an assembly
        {
            return Failed(exception);
        }
    }

    /// <summary>Roslyn takes a `#!` in the first line for a shebang and skips it; the kernel takes every such line for a magic command.</summary>
    private static string? RefusedDirective(string code)
    {
        string[] lines = code.Split('\n');
        int line = Array.FindIndex(lines, text => text.TrimStart().StartsWith("#!", StringComparison.Ordinal));
        return line < 0 ? null : $"({line + 1},1): error: magic commands ({lines[line].Trim()}) are not used in these notebooks: not every host has them, and some swallow failures.";
    }

    private static string Hint(Diagnostic diagnostic)
    {
        var node = diagnostic.Location.SourceTree?.GetRoot().FindToken(diagnostic.Location.SourceSpan.Start).Parent?.FirstAncestorOrSelf<CompilationUnitSyntax>();
        bool usingDeclaration = diagnostic.Id is "CS1002" or "CS1519" && node is not null && node.Usings.Any(u => u.SemicolonToken.IsMissing);
        return diagnostic.Id switch
        {
            _ when usingDeclaration => " (a cell's top level takes no `using var`: write a block `using (...) { }`, or put it inside a method)",
            "CS0006" when diagnostic.GetMessage().Contains("nuget:", StringComparison.Ordinal) => " (#r takes a path to an assembly here, no package)",
            _ => "",
        };
    }

    private static bool EndsInNullExpression(Compilation compilation)
    {
        var tree = compilation.SyntaxTrees.Single();
        return tree.GetCompilationUnitRoot().Members.LastOrDefault() is GlobalStatementSyntax
            { Statement: ExpressionStatementSyntax { SemicolonToken.IsMissing: true } last }
            && compilation.GetSemanticModel(tree).GetTypeInfo(last.Expression).Type?.SpecialType != SpecialType.System_Void;
    }

    private static CellFailed CompilationFailed(IEnumerable<string> errors)
    {
        string[] lines = [.. errors];
        return new("CompilationError", string.Join('\n', lines), lines);
    }

    private static CellFailed Failed(Exception exception)
    {
        // The frames below the cell are the scripting host's, the same in every trace.
        var lines = exception.ToString().ReplaceLineEndings("\n").Split('\n')
            .Where(line => !line.Contains("at Microsoft.CodeAnalysis.Scripting.", StringComparison.Ordinal)
                && !line.Contains("at NotebookRunner.ScriptKernel.", StringComparison.Ordinal)
                && !line.StartsWith("--- End of stack trace from previous location", StringComparison.Ordinal));
        return new(exception.GetType().Name, exception.Message, [.. lines]);
    }
}
