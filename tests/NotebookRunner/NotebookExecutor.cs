using System.Diagnostics;
using System.Globalization;

namespace NotebookRunner;

/// <summary>How a notebook's run ended.</summary>
/// <param name="CellsRun">Code cells that ran to their end.</param>
/// <param name="Claims">The claims the notebook made; none if its process ended early.</param>
/// <param name="Elapsed">From the start of its process.</param>
/// <param name="PeakMegabytes">The most memory its process held.</param>
/// <param name="Failure">What went wrong, with the cell where it did; null if every cell ran and every claim held.</param>
public sealed record NotebookResult(int CellsRun, IReadOnlyList<Claim> Claims, TimeSpan Elapsed, double PeakMegabytes, string? Failure);

/// <summary>Runs a notebook in a process of its own, so that a crash, a leak or a native abort ends that notebook only.</summary>
public static class NotebookExecutor
{
    /// <summary>Runs all cells, up to the first that fails, and records their outputs in <paramref name="notebook"/>.</summary>
    /// <param name="notebook">The notebook; its outputs are complete up to the point where the run ended, however it ended.</param>
    /// <param name="timeout">Time for the whole notebook.</param>
    /// <param name="cellStarted">Called as each cell begins.</param>
    /// <param name="threads">
    /// How many threads its computations may use, unless <see cref="CellProcess.ThreadsVariable"/> is set already; 0 for one per core.
    /// </param>
    /// <param name="environment">Variables that its process is given on top of this one's; without one whose value is empty.</param>
    /// <param name="cancellation">Ends the notebook's process at once.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static async Task<NotebookResult> RunAsync(
        NotebookDocument notebook, TimeSpan timeout, Action<CodeCell>? cellStarted = null, int threads = 0,
        IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        using var process = CellProcess.Start(notebook, threads, environment);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        using var killing = limit.Token.Register(process.Kill);

        var record = new Record(notebook, cellStarted);
        await process.FollowAsync(record.Handle);
        cancellation.ThrowIfCancellationRequested();

        if (!record.Ended) record.Fail(limit.IsCancellationRequested ? TooLong(timeout) : await EndedByItselfAsync(process));
        return new(record.Finished, record.Claims, clock.Elapsed, process.PeakMegabytes, record.Failure);
    }

    private static CellFailed TooLong(TimeSpan timeout) => new(
        "Timeout", string.Create(
            CultureInfo.InvariantCulture, $"The notebook was stopped: it ran longer than {timeout.TotalSeconds:0.##} s."), []);

    private static async Task<CellFailed> EndedByItselfAsync(CellProcess process) => new(
        CellErrors.ProcessEnded, $"The notebook's process ended by itself, with exit code {process.ExitCode}.",
            await process.LastLinesAsync());

    /// <summary>What one run has done so far, cell by cell.</summary>
    private sealed class Record(NotebookDocument notebook, Action<CodeCell>? cellStarted)
    {
        private int _current = -1;
        private CellFailed? _failure;
        private NotebookEnded? _ended;

        public int Finished { get; private set; }

        public bool Ended => _ended is not null;

        public IReadOnlyList<Claim> Claims => _ended?.Claims ?? [];

        /// <summary>What went wrong, with file and cell; null if nothing did.</summary>
        public string? Failure
        {
            get
            {
                if (_failure is not null) return CellErrors.Place(_failure, notebook, _current);
                var broken = Claims.Where(claim => !claim.Holds).Select(claim => $"{claim.Name} (measured {claim.Measured:G6})").ToArray();
                return broken.Length == 0 ? null : $"{notebook.Name}: claims that do not hold: {string.Join("; ", broken)}";
            }
        }

        public void Handle(ExecutionEvent happened)
        {
            switch (happened)
            {
                case NotebookEnded last:
                    _ended = last;
                    return;
                case CellStarted started:
                    _current = started.Number;
                    cellStarted?.Invoke(notebook.Cells[_current]);
                    break;
                case CellSucceeded:
                case CellFailed when notebook.Cells[_current].MayFail:
                    Finished++;
                    break;
                case CellFailed failed:
                    _failure = failed;
                    break;
            }
            notebook.Record(_current, happened);
        }

        /// <summary>The process ended before it said so.</summary>
        public void Fail(CellFailed failure)
        {
            _failure = failure;
            if (_current >= 0) notebook.Record(_current, failure);
        }
    }
}
