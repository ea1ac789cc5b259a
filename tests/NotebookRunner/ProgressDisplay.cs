using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NotebookRunner;

/// <summary>Shows which cells run: a line for each running notebook that changes in a terminal, a line for each cell elsewhere.</summary>
public sealed class ProgressDisplay(IAnsiConsole console)
{
    private readonly bool _live = console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal;
    private readonly ConcurrentDictionary<string, (NotebookDocument Notebook, CodeCell? Cell, Stopwatch Clock)> _running = new();

    /// <summary>Shows the running notebooks until <paramref name="work"/> has ended.</summary>
    public async Task FollowAsync(Func<Task> work)
    {
        if (!_live)
        {
            await work();
            return;
        }
        await console.Live(Lines()).AutoClear(true).StartAsync(async display =>
        {
            var working = work();
            while (await Task.WhenAny(working, Task.Delay(100)) != working) display.UpdateTarget(Lines());
            await working;
        });
    }

    /// <summary>A notebook begins.</summary>
    public void Begin(NotebookDocument notebook) => _running[notebook.Name] = (notebook, null, Stopwatch.StartNew());

    /// <summary>One of its cells begins.</summary>
    public void Cell(NotebookDocument notebook, CodeCell cell)
    {
        var now = _running[notebook.Name] = _running[notebook.Name] with { Cell = cell };
        if (!_live) console.WriteLine(Line(now));
    }

    /// <summary>A notebook has ended, one way or another.</summary>
    public void End(NotebookDocument notebook) => _running.TryRemove(notebook.Name, out _);

    private Rows Lines() => new(
        _running.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(IRenderable (entry) => new Text(Line(entry.Value))));

    private static string Line((NotebookDocument Notebook, CodeCell? Cell, Stopwatch Clock) running)
    {
        var (notebook, cell, clock) = running;
        if (cell is null) return $"{notebook.Name}  starting";
        string place = $"cell {notebook.Cells.IndexOf(cell) + 1}/{notebook.Cells.Count}",
            first = RunCommand.Printable(Short(cell.FirstLine));
        return string.Create(CultureInfo.InvariantCulture, $"{notebook.Name}  {place}  {clock.Elapsed.TotalSeconds,6:0.0} s  {first}");
    }

    private static string Short(string line) => line.Length <= 60 ? line : line[..59] + "…";
}
