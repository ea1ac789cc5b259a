using System.Text;
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
    private static readonly string[] HostFrames =
    [
        "at Microsoft.CodeAnalysis.Scripting.", "at System.Runtime.CompilerServices.Async", "at NotebookRunner.",
        "at Program", "--- End of stack trace from previous location",
    ];

    private readonly ScriptOptions _options = ScriptOptions.Default
        .WithLanguageVersion(LanguageVersion.CSharp14)
        .WithEmitDebugInformation(true) // a trace names cell and line
        .WithFileEncoding(Encoding.UTF8)
        .WithMetadataResolver(ScriptMetadataResolver.Default.WithBaseDirectory(Path.GetFullPath(folder)))
        .AddImports(
            "System", "System.Text", "System.Collections", "System.Collections.Generic", "System.Threading.Tasks", "System.Linq",
            typeof(Kernel).FullName!)
        .AddReferences(typeof(Enumerable).Assembly, typeof(Kernel).Assembly, typeof(Formatter).Assembly, typeof(IHtmlContent).Assembly);

    private ScriptState<object>? _state;

    /// <summary>Runs one cell; <paramref name="name"/> is what traces call it. Every output, and last a <see cref="CellSucceeded"/> or <see cref="CellFailed"/>, goes to <paramref name="publish"/>.</summary>
    /// <returns>Whether the cell compiled and ran to its end.</returns>
    public async Task<bool> RunAsync(string name, string code, Action<ExecutionEvent> publish)
    {
        CellConsole.Install();
        var context = new KernelInvocationContext(publish);
        var failure = await RunAsync(name, code, context);
        context.End(failure ?? (ExecutionEvent)new CellSucceeded());
        return failure is null;
    }

    private async Task<CellFailed?> RunAsync(string name, string code, KernelInvocationContext context)
    {
        try
        {
            if (RefusedDirective(code) is { } refused) return CompilationFailed([refused]);
            var options = _options.WithFilePath(name);
            var script = _state is null ? CSharpScript.Create<object>(code, options) : _state.Script.ContinueWith<object>(code, options);
            var diagnostics = script.Compile();
            if (diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error))
                return CompilationFailed(diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d + Hint(d)));
            // CS1701 and CS1702 say that a package was built for an older .NET than the one that runs; builds leave them out, too.
            foreach (var warning in diagnostics.Where(d => d.Severity == DiagnosticSeverity.Warning && d.Id is not ("CS1701" or "CS1702")))
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
        string line = diagnostic.Location.SourceTree?.GetText().Lines.GetLineFromPosition(diagnostic.Location.SourceSpan.Start).ToString().TrimStart() ?? "";
        bool isUsing = line.StartsWith("using ", StringComparison.Ordinal) || line.StartsWith("await using ", StringComparison.Ordinal);
        return diagnostic.Id switch
        {
            "CS1002" or "CS1519" when isUsing => " (a cell's top level takes no `using var`: write a block `using (...) { }`, or put it inside a method)",
            "CS0006" when line.Contains("nuget:", StringComparison.Ordinal) => " (#r takes a path to an assembly here, no package)",
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
        var lines = exception.ToString().ReplaceLineEndings("\n").Split('\n').Where(line => !IsHostFrame(line));
        return new(exception.GetType().Name, exception.Message, [.. lines]);
    }

    /// <summary>Whether a line of a trace lies below the cell: the scripting host's frames are the same in every trace.</summary>
    internal static bool IsHostFrame(string line) =>
        HostFrames.Any(frame => line.TrimStart().StartsWith(frame, StringComparison.Ordinal));
}
