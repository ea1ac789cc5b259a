using System.Diagnostics;
using Spectre.Console;

namespace NotebookRunner;

/// <summary>Shows which cell runs: one line that changes in a terminal, a line for each cell elsewhere.</summary>
public sealed class ProgressDisplay(IAnsiConsole console)
{
    private readonly bool _live = console.Profile.Capabilities.Interactive && console.Profile.Out.IsTerminal;

    /// <summary>Runs <paramref name="work"/>, which reports each cell as it begins.</summary>
    public async Task<T> FollowAsync<T>(NotebookDocument notebook, Func<Action<CodeCell>, Task<T>> work)
    {
        var clock = Stopwatch.StartNew();
        string Line(CodeCell? cell) => cell is null
            ? $"{notebook.Name}  starting"
            : $"{notebook.Name}  cell {notebook.Cells.IndexOf(cell) + 1}/{notebook.Cells.Count}  {clock.Elapsed.TotalSeconds,6:0.0} s  {RunCommand.Printable(Short(cell.FirstLine))}";

        if (!_live)
            return await work(cell => console.WriteLine(Line(cell)));

        return await console.Status().StartAsync(Markup.Escape(Line(null)), async status =>
        {
            CodeCell? current = null;
            var working = work(cell => current = cell);
            while (await Task.WhenAny(working, Task.Delay(100)) != working) status.Status(Markup.Escape(Line(current)));
            return await working;
        });
    }

    private static string Short(string line) => line.Length <= 60 ? line : line[..59] + "…";
}
