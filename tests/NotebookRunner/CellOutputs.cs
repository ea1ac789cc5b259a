using Microsoft.CodeAnalysis;
using Microsoft.DotNet.Interactive.Events;

namespace NotebookRunner;

/// <summary>What one cell puts out, in the runner's terms, up to a limit.</summary>
/// <param name="displayed">The ids of all displays so far, of earlier cells too.</param>
/// <param name="publish">Where the outputs go.</param>
internal sealed class CellOutputs(HashSet<string> displayed, Action<ExecutionEvent> publish)
{
    /// <summary>Characters one cell may put out. A loop that prints for ever must not fill memory or disk.</summary>
    public const int Limit = 16_000_000;

    private readonly Lock _gate = new();
    private int _charactersLeft = Limit;

    /// <summary>The error of an update that no display belongs to; null if there was none.</summary>
    public CellFailed? Orphan { get; private set; }

    /// <summary>Takes one of the kernel's events; the events of one cell may come from several threads.</summary>
    public void Show(DisplayEvent happened)
    {
        lock (_gate)
        {
            switch (happened)
            {
                case StandardOutputValueProduced:
                    Publish(new StreamWritten("stdout", Text(happened)));
                    break;
                case StandardErrorValueProduced:
                    Publish(new StreamWritten("stderr", Text(happened)));
                    break;
                case ReturnValueProduced:
                    Publish(Value(ShownAs.Result, happened));
                    break;
                case DisplayedValueUpdated when !displayed.Contains(happened.ValueId):
                    Orphan = new(
                        "UpdateWithoutDisplay",
                        "An update was lost: display(x).Update(y) shows nothing in .NET Interactive. "
                        + "Write KernelInvocationContext.Current.Display(x) and update that.",
                        []);
                    break;
                case DisplayedValueUpdated:
                    Publish(Value(ShownAs.Update, happened));
                    break;
                case DisplayedValueProduced:
                    Publish(Value(ShownAs.Display, happened));
                    break;
            }
        }
    }

    /// <summary>Compiler warnings land on the cell's stderr, as in Jupyter; errors are told by the cell's failure.</summary>
    /// <remarks>
    /// CS1702 is of the runner's own making: it pins packages of the kernel a patch version higher than the kernel's own build has.
    /// </remarks>
    public void Warn(DiagnosticsProduced found)
    {
        if (found.Diagnostics.Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)) return;
        lock (_gate)
            foreach (var (warning, text) in found.Diagnostics.Zip(found.FormattedDiagnostics))
                if (warning.Code != "CS1702") Publish(new StreamWritten("stderr", text.Value + "\n"));
    }

    private static string Text(DisplayEvent happened) => string.Concat(happened.FormattedValues.Take(1).Select(value => value.Value));

    private ValueShown Value(ShownAs kind, DisplayEvent happened)
    {
        string id = happened.ValueId ?? Guid.NewGuid().ToString("N");
        displayed.Add(id);
        var data = new Dictionary<string, string>();
        foreach (var formatted in happened.FormattedValues) data[formatted.MimeType] = formatted.Value;
        return new(kind, id, data);
    }

    private void Publish(ExecutionEvent happened)
    {
        if (_charactersLeft < 0) return;
        int size = happened switch
        {
            StreamWritten written => written.Text.Length,
            ValueShown shown => shown.Data.Sum(pair => pair.Value.Length),
            _ => 0,
        };
        // An update takes the place of what it updates; a fresh output adds to the page.
        if (happened is not ValueShown { Kind: ShownAs.Update }) _charactersLeft -= size;
        else if (size > Limit) _charactersLeft = -1;
        if (_charactersLeft >= 0)
        {
            publish(happened);
            return;
        }
        publish(new StreamWritten("stderr", $"\n[the cell's output was cut: it is longer than {Limit:N0} characters]\n"));
        // The kernel keeps every event of a cell; it takes the console back when the cell ends.
        Console.SetOut(TextWriter.Null);
        Console.SetError(TextWriter.Null);
    }
}
