using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace NotebookRunner;

/// <summary>The runner's one job: run notebooks, write what they put out, say how it went.</summary>
/// <param name="console">Where to say it.</param>
/// <param name="output">Folder for executed notebooks and pages.</param>
/// <param name="timeout">Time for one notebook.</param>
/// <param name="writePages">Whether to write pages, too.</param>
/// <param name="schedule">How many notebooks run side by side.</param>
public sealed class RunCommand(IAnsiConsole console, string output, TimeSpan timeout, bool writePages, NotebookSchedule schedule)
{
    public const int Succeeded = 0, Failed = 1, Misused = 2, Interrupted = 130;

    private readonly ProgressDisplay _progress = new(console);
    private readonly List<ResultTable.Row> _rows = [];

    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> notebooks, CancellationToken cancellation)
    {
        if (notebooks.FirstOrDefault(path => Target(path) == Path.GetFullPath(path)) is { } own)
        {
            console.WriteLine($"{own}: the output folder is the notebook's own; its source would be overwritten.");
            return Misused;
        }
        Directory.CreateDirectory(output);
        var clock = Stopwatch.StartNew();
        bool interrupted = await RunAllAsync(NotebookSchedule.LongestFirst(notebooks, output), cancellation);
        var elapsed = clock.Elapsed;
        bool failed = _rows.Exists(row => row.Result is not { Failure: null });
        try
        {
            if (!interrupted && writePages) WritePages(notebooks);
        }
        catch (Exception e) when (e is NotebookFormatException or ArgumentException)
        {
            console.Write(new Text($"No pages: {Printable(e.Message)}\n", new Style(Color.Red)));
            failed = true;
        }
        finally
        {
            console.Write(ResultTable.Of(_rows));
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{schedule}; {elapsed.TotalSeconds:0.0} s in all."));
        }
        return interrupted ? Interrupted : failed ? Failed : Succeeded;
    }

    private string Target(string path) => Path.GetFullPath(Path.Combine(output, Path.GetFileName(path)));

    /// <returns>Whether the run was interrupted.</returns>
    private async Task<bool> RunAllAsync(IReadOnlyList<string> notebooks, CancellationToken cancellation)
    {
        try
        {
            await _progress.FollowAsync(() => schedule.RunAsync(notebooks, RunOneAsync, cancellation));
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    private async Task RunOneAsync(string path, CancellationToken cancellation)
    {
        NotebookDocument notebook;
        try
        {
            notebook = NotebookDocument.Load(path);
        }
        catch (NotebookFormatException e)
        {
            Add(new(Path.GetFileNameWithoutExtension(path), "", null, ResultTable.FailedText), e.Message, Color.Red);
            return;
        }
        _progress.Begin(notebook);
        try
        {
            var result = await NotebookExecutor.RunAsync(
                notebook, timeout, cell => _progress.Cell(notebook, cell), schedule.Threads, cancellation: cancellation);
            notebook.Record(result);
            string cells = $"{result.CellsRun}/{notebook.Cells.Count}";
            if (result.Failure is { } failure) Add(new(notebook.Name, cells, result, ResultTable.FailedText), failure, Color.Red);
            else Add(new(notebook.Name, cells, result, "[green]ok[/]"), Good(notebook, result), Color.Default);
        }
        catch (OperationCanceledException)
        {
            Add(new(notebook.Name, "", null, "[yellow]interrupted[/]"), $"{notebook.Name}: interrupted", Color.Yellow);
            throw;
        }
        finally
        {
            _progress.End(notebook);
            notebook.Write(Target(path));
        }
    }

    private static string Good(NotebookDocument notebook, NotebookResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{notebook.Name}: ok, {notebook.Cells.Count} cells in {result.Elapsed.TotalSeconds:0.0} s");

    private void WritePages(IEnumerable<string> notebooks)
    {
        // Also of notebooks that an earlier run left here, so that the index keeps naming them.
        string[] executed = [.. Directory.GetFiles(output, "*.ipynb").Order(StringComparer.Ordinal)];
        if (executed.Length == 0) return;
        var sources = notebooks.Select(path => Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct();
        foreach (string problem in SiteWriter.Write(executed, output, Repository.Helpers, [.. sources]))
            console.Write(new Text(Printable(problem) + "\n", new Style(Color.Yellow)));
        console.WriteLine($"Pages: {Path.Combine(output, "index.html")}");
    }

    private void Add(ResultTable.Row row, string message, Color color)
    {
        lock (_rows)
        {
            _rows.Add(row);
            console.Write(new Text(Printable(message) + "\n", new Style(color)));
        }
    }

    /// <summary>A message may come from a notebook; it must not command the terminal.</summary>
    internal static string Printable(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) && c is not '\n' and not '\t' ? '\uFFFD' : c));
}
