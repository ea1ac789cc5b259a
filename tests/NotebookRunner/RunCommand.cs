using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace NotebookRunner;

/// <summary>The runner's one job: run notebooks, write what they put out, say how it went.</summary>
/// <param name="console">Where to say it.</param>
/// <param name="output">Folder for executed notebooks and pages (see <see cref="OutputFolder.Problem"/>).</param>
/// <param name="timeout">Time for one notebook.</param>
/// <param name="writePages">Whether to write pages, too.</param>
/// <param name="schedule">How many notebooks run side by side.</param>
public sealed class RunCommand(IAnsiConsole console, string output, TimeSpan timeout, bool writePages, NotebookSchedule schedule)
{
    public const int Succeeded = 0, Failed = 1, Misused = 2, Interrupted = 130;

    private readonly ProgressDisplay _progress = new(console);
    private readonly List<ResultTable.Row> _rows = [];
    private readonly Lock _pages = new();
    private readonly List<string> _notebooks = [], _unfinished = [];
    private SiteWriter? _site;

    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> notebooks, CancellationToken cancellation)
    {
        _notebooks.AddRange(notebooks);
        _unfinished.AddRange(notebooks);
        var sources = notebooks.Select(path => Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct();
        if (writePages) _site = new(output, Repository.Helpers, [.. sources]);
        var clock = Stopwatch.StartNew();
        bool interrupted = await RunAllAsync(NotebookSchedule.FirstThenLongest(notebooks, output), cancellation);
        var elapsed = clock.Elapsed;
        bool failed = _rows.Exists(row => row.Result is not { Failure: null });
        // Of an interrupted run too, if it has written pages: their index must not say that notebooks still run.
        if (_site is not null && (!interrupted || _unfinished.Count < _notebooks.Count)) failed |= !WritePages(_site);
        console.Write(ResultTable.Of(_rows));
        string changed = RunSettings.Changed is { Length: > 0 } words ? $"{words}; " : "";
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{changed}{schedule.Describe(notebooks.Count)}; {elapsed.TotalSeconds:0.0} s in all."));
        return interrupted ? Interrupted : failed ? Failed : Succeeded;
    }

    private string Target(string path) => Path.Combine(output, Path.GetFileName(path));

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
            lock (_pages) _unfinished.Remove(path);
            return;
        }
        _progress.Begin(notebook);
        try
        {
            var result = await NotebookExecutor.RunAsync(
                notebook, timeout, cell => _progress.Cell(notebook, cell), schedule.Threads, cancellation: cancellation);
            notebook.Record(result);
            if (Write(notebook, path) is { } unwritten) result = result with { Failure = unwritten };
            string cells = $"{result.CellsRun}/{notebook.Cells.Count}";
            if (result.Failure is { } failure) Add(new(notebook.Name, cells, result, ResultTable.FailedText), failure, Color.Red);
            else Add(new(notebook.Name, cells, result, "[green]ok[/]"), Good(notebook, result), Color.Default);
            _progress.End(notebook);
            ShowPage(path);
        }
        catch (OperationCanceledException)
        {
            string said = Write(notebook, path) ?? $"{notebook.Name}: interrupted";
            Add(new(notebook.Name, "", null, "[yellow]interrupted[/]"), said, Color.Yellow);
            throw;
        }
        catch (Win32Exception e) // its process could not be started
        {
            Add(new(notebook.Name, "", null, ResultTable.FailedText), $"{notebook.Name}: {e.Message}", Color.Red);
        }
        finally
        {
            _progress.End(notebook);
        }
    }

    /// <returns>Why the executed notebook could not be written; null if it was.</returns>
    private string? Write(NotebookDocument notebook, string path)
    {
        try
        {
            notebook.Write(Target(path));
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private static string Good(NotebookDocument notebook, NotebookResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{notebook.Name}: ok, {notebook.Cells.Count} cells in {result.Elapsed.TotalSeconds:0.0} s");

    /// <summary>Writes the page of a notebook that has ended, so that it can be read while others run.</summary>
    private void ShowPage(string path)
    {
        if (_site is null) return;
        lock (_pages)
        {
            _unfinished.Remove(path);
            if (_unfinished.Count == 0) return; // now all pages are written
            try
            {
                if (_site.WriteEarly(Target(path), Executed(), _unfinished) is { } page)
                    console.WriteLine($"Page to open: {Short(page)}");
            }
            catch (IOException e)
            {
                Say($"No page yet: {e.Message}", Color.Red);
            }
        }
    }

    /// <returns>Whether every page was written.</returns>
    private bool WritePages(SiteWriter site)
    {
        string[] executed = Executed();
        if (executed.Length == 0) return true;
        foreach (string left in NotebookSelection.In(output).Except(executed))
            Say($"{left}: left out, because of its name; delete it.", Color.Yellow);
        try
        {
            var (failures, problems) = site.WriteAll(executed);
            foreach (string failure in failures) Say($"No page: {failure}", Color.Red);
            foreach (string problem in problems) Say(problem, Color.Yellow);
            console.WriteLine($"Pages: {Short(Path.Combine(output, "index.html"))}");
            return failures.Count == 0;
        }
        catch (IOException e)
        {
            Say($"No pages: {e.Message}", Color.Red);
            return false;
        }
    }

    // Also notebooks that an earlier run left here, so that the index keeps naming them; not those whose page would take the place of
    // another one.
    private string[] Executed()
    {
        var own = _notebooks.Select(Target).ToHashSet();
        return
        [
            .. NotebookSelection.In(output).Where(path => !SiteWriter.IsReserved(Path.GetFileNameWithoutExtension(path)))
                .OrderByDescending(own.Contains).DistinctBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase)
                .Order(StringComparer.Ordinal),
        ];
    }

    // A path as one types it: from here, if it lies below.
    private static string Short(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return Printable(relative.StartsWith("..", StringComparison.Ordinal) ? Path.GetFullPath(path) : relative);
    }

    private void Say(string message, Color color) => console.Write(new Text(Printable(message) + "\n", new Style(color)));

    private void Add(ResultTable.Row row, string message, Color color)
    {
        lock (_rows)
        {
            _rows.Add(row);
            Say(message, color);
        }
    }

    /// <summary>A message may come from a notebook; it must not command the terminal.</summary>
    internal static string Printable(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) && c is not '\n' and not '\t' ? '\uFFFD' : c));
}
