using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Events;
using Diagnostic = Microsoft.DotNet.Interactive.Diagnostic;

namespace NotebookRunner;

/// <summary>What a failed cell says: the kernel's own words, less the frames that every trace has, with a hint where one helps.</summary>
internal static class CellErrors
{
    /// <summary>The name of the failure of a process that is gone.</summary>
    public const string ProcessEnded = "ProcessEnded";

    private const string CompilationError = "CompilationError";
    private const string UnknownMagicCommand = "DNI101";

    private static readonly string[] HostFrames =
    [
        "at Microsoft.CodeAnalysis.Scripting.", "at Microsoft.DotNet.Interactive.", "at System.Runtime.CompilerServices.Async",
        "at NotebookRunner.", "at Program", "--- End of stack trace from previous location",
    ];

    /// <summary>Why a cell is not run at all; null where it is.</summary>
    public static CellFailed? Refused(string code)
    {
        string[] lines = code.Split('\n');
        int line = Array.FindIndex(lines, text => text.TrimStart().StartsWith("#!import", StringComparison.Ordinal));
        return line < 0 ? null
            : OfLines([$"({line + 1},1): error: #!import is not used in these notebooks: it swallows the failures of what it runs."]);
    }

    /// <summary>The failure of a cell that did not compile, or threw.</summary>
    public static CellFailed Describe(CommandFailed failed, IReadOnlyCollection<Diagnostic> diagnostics, string code)
    {
        Diagnostic[] errors = [.. diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)];
        if (failed.Exception is CodeSubmissionCompilationErrorException or null)
            return OfLines(errors.Length > 0 ? errors.Select(error => Line(error) + Hint(error, code)) : Lines(failed.Message));
        var lines = Lines(failed.Exception.ToString()).Where(line => !IsHostFrame(line));
        return new(failed.Exception.GetType().Name, failed.Exception.Message, [.. lines]);
    }

    /// <summary>A failure with the place where it happened.</summary>
    /// <param name="failure">What failed.</param>
    /// <param name="notebook">In which notebook.</param>
    /// <param name="cell">In which of its cells; -1 if none had begun.</param>
    public static string Place(CellFailed failure, NotebookDocument notebook, int cell)
    {
        string place = cell < 0 ? "before the first cell" : $"cell {notebook.Cells[cell].Position} ({notebook.Cells[cell].Id})";
        IEnumerable<string> lines = failure.Name switch
        {
            CompilationError => [failure.Message],
            ProcessEnded => [failure.Message, .. failure.Traceback],
            _ => failure.Traceback.Length == 0 ? [failure.Message] : failure.Traceback,
        };
        return $"{notebook.Name}, {place}: {failure.Name}\n{string.Join('\n', lines)}";
    }

    /// <summary>Whether a line of a trace lies below the cell: the host's frames are the same in every trace.</summary>
    public static bool IsHostFrame(string line) => HostFrames.Any(frame => line.TrimStart().StartsWith(frame, StringComparison.Ordinal));

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(line => line.TrimEnd('\r'));

    private static CellFailed OfLines(IEnumerable<string> errors)
    {
        string[] lines = [.. errors];
        return new(CompilationError, string.Join('\n', lines), lines);
    }

    private static string Line(Diagnostic error)
    {
        var at = error.LinePositionSpan.Start;
        return string.Create(CultureInfo.InvariantCulture, $"({at.Line + 1},{at.Character + 1}): error {error.Code}: {error.Message}");
    }

    private static string Hint(Diagnostic error, string code)
    {
        string line = code.Split('\n').ElementAtOrDefault(error.LinePositionSpan.Start.Line)?.TrimStart() ?? "";
        bool isUsing = line.StartsWith("using ", StringComparison.Ordinal) || line.StartsWith("await using ", StringComparison.Ordinal);
        return error.Code switch
        {
            "CS1002" or "CS1519" when isUsing =>
                " (a cell's top level takes no `using var`: write a block `using (...) { }`, or put it inside a method)",
            UnknownMagicCommand =>
                " (this runner has the C# kernel with #r, #i, #!who, #!set and #!share; the rest needs VS Code or Jupyter)",
            _ => "",
        };
    }
}
