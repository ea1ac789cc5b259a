using Spectre.Console;

namespace NotebookRunner;

/// <summary>The runner's one job: run notebooks, write what they put out, say how it went.</summary>
/// <param name="console">Where to say it.</param>
/// <param name="output">Folder for executed notebooks and pages.</param>
/// <param name="timeout">Time for one notebook.</param>
/// <param name="writePages">Whether to write pages, too.</param>
public sealed class RunCommand(IAnsiConsole console, string output, TimeSpan timeout, bool writePages)
{
    public const int Succeeded = 0, Failed = 1, Misused = 2, Interrupted = 130;

    private readonly List<(string Name, string Cells, NotebookResult? Result, string Outcome)> _rows = [];

    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> notebooks, CancellationToken cancellation)
    {
        if (notebooks.FirstOrDefault(path => Target(path) == Path.GetFullPath(path)) is { } own)
        {
            console.WriteLine($"{own}: the output folder is the notebook's own; its source would be overwritten.");
            return Misused;
        }
        Directory.CreateDirectory(output);
        bool interrupted = false;
        foreach (string path in notebooks)
        {
            try
            {
                await RunOneAsync(path, cancellation);
            }
            catch (NotebookFormatException e)
            {
                Fail(Path.GetFileNameWithoutExtension(path), "", null, e.Message);
            }
            catch (OperationCanceledException)
            {
                interrupted = true;
                break;
            }
        }
        bool failed = _rows.Exists(row => row.Result is not { Failure: null });
        try
        {
            if (!interrupted && writePages) WritePages();
        }
        catch (Exception e) when (e is NotebookFormatException or ArgumentException)
        {
            console.Write(new Text($"No pages: {Printable(e.Message)}\n", new Style(Color.Red)));
            failed = true;
        }
        finally
        {
            ShowTable();
        }
        return interrupted ? Interrupted : failed ? Failed : Succeeded;
    }

    private string Target(string path) => Path.GetFullPath(Path.Combine(output, Path.GetFileName(path)));

    private async Task RunOneAsync(string path, CancellationToken cancellation)
    {
        var notebook = NotebookDocument.Load(path);
        NotebookResult result;
        try
        {
            result = await new ProgressDisplay(console).FollowAsync(
                notebook, cellStarted => NotebookExecutor.RunAsync(notebook, timeout, cellStarted, cancellation));
            notebook.Record(result);
        }
        catch (OperationCanceledException)
        {
            _rows.Add((notebook.Name, "", null, "[yellow]interrupted[/]"));
            throw;
        }
        finally
        {
            notebook.Write(Target(path));
        }
        string cells = $"{result.CellsRun}/{notebook.Cells.Count}";
        if (result.Failure is not null)
        {
            Fail(notebook.Name, cells, result, result.Failure);
            return;
        }
        _rows.Add((notebook.Name, cells, result, "[green]ok[/]"));
        console.WriteLine($"{notebook.Name}: ok, {notebook.Cells.Count} cells in {result.Elapsed.TotalSeconds:0.0} s");
    }

    private void WritePages()
    {
        // Also of notebooks that an earlier run left here, so that the index keeps naming them.
        string[] executed = [.. Directory.GetFiles(output, "*.ipynb").Order(StringComparer.Ordinal)];
        if (executed.Length == 0) return;
        SiteWriter.Write(executed, output, Repository.Helpers);
        console.WriteLine($"Pages: {Path.Combine(output, "index.html")}");
    }

    private void Fail(string name, string cells, NotebookResult? result, string message)
    {
        _rows.Add((name, cells, result, "[red]failed[/]"));
        console.Write(new Text(Printable(message) + "\n", new Style(Color.Red)));
    }

    /// <summary>A message may come from a notebook; it must not command the terminal.</summary>
    internal static string Printable(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) && c is not '\n' and not '\t' ? '\uFFFD' : c));

    private void ShowTable()
    {
        var table = new Table().AddColumns("notebook", "cells", "claims", "seconds", "peak MB", "result");
        for (int column = 1; column <= 4; column++) table.Columns[column].RightAligned();
        foreach (var (name, cells, result, outcome) in _rows)
            table.AddRow(
                Markup.Escape(name), cells,
                result is null ? "" : $"{result.Claims.Count(claim => claim.Holds)}/{result.Claims.Count}",
                result is null ? "" : $"{result.Elapsed.TotalSeconds:0.0}",
                result is null ? "" : $"{result.PeakMegabytes:0}",
                outcome);
        console.Write(table);
    }
}
