using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

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
    /// <summary>How many threads libtorch computes with.</summary>
    public const string ThreadsVariable = "OMP_NUM_THREADS";

    /// <summary>The program whose processes run notebooks: this one, or the runner's own build where this one only links it.</summary>
    internal static string HostAssembly { get; set; } = typeof(NotebookExecutor).Assembly.Location;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly Lock Starting = new();

    /// <summary>Runs all cells, up to the first that fails, and records their outputs in <paramref name="notebook"/>.</summary>
    /// <param name="notebook">The notebook; its outputs are complete up to the point where the run ended, however it ended.</param>
    /// <param name="timeout">Time for the whole notebook.</param>
    /// <param name="cellStarted">Called as each cell begins.</param>
    /// <param name="threads">How many threads its computations may use, unless <see cref="ThreadsVariable"/> is set already; 0 for as many as there are cores.</param>
    /// <param name="cancellation">Ends the notebook's process at once.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static async Task<NotebookResult> RunAsync(
        NotebookDocument notebook, TimeSpan timeout, Action<CodeCell>? cellStarted = null, int threads = 0, CancellationToken cancellation = default)
    {
        var clock = Stopwatch.StartNew();
        var (process, pipe) = Start(notebook, threads);
        using var processEnd = process;
        using var pipeEnd = pipe;
        var nativeOutput = new Tail(process.StandardOutput, process.StandardError).Begin();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        using var killing = limit.Token.Register(() => Kill(process));
        int current = -1, finished = 0;
        CellFailed? failure = null;
        NotebookEnded? ended = null;
        double peak = 0;

        void Handle(ExecutionEvent happened)
        {
            switch (happened)
            {
                case NotebookEnded last:
                    ended = last;
                    return;
                case CellStarted started:
                    current = started.Number;
                    cellStarted?.Invoke(notebook.Cells[current]);
                    break;
                case CellSucceeded:
                case CellFailed when notebook.Cells[current].MayFail:
                    finished++;
                    break;
                case CellFailed failed:
                    failure = failed;
                    break;
            }
            notebook.Record(current, happened);
        }

        try
        {
            using var stopSampling = new CancellationTokenSource();
            var sampling = Sample(process, value => peak = Math.Max(peak, value), stopSampling.Token);
            var reading = Task.Run(() => ReadEvents(pipe, Handle), CancellationToken.None);
            await SendCells(process, notebook);
            var exited = process.WaitForExitAsync(CancellationToken.None);
            await Task.WhenAny(reading, exited);
            // What the process started may still hold the pipe open.
            await Task.WhenAny(reading, Task.Delay(Patience, CancellationToken.None));
            peak = Math.Max(peak, PeakMegabytes(process));
            await stopSampling.CancelAsync();
            await sampling;
        }
        finally
        {
            Kill(process);
        }
        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();

        if (ended is null)
        {
            failure = limit.IsCancellationRequested
                ? new("Timeout", $"The notebook was stopped: it ran longer than {timeout.TotalSeconds:0.##} s.", [])
                : new("ProcessEnded", $"The notebook's process ended by itself, with exit code {process.ExitCode}.", await nativeOutput.LinesAsync());
            if (current >= 0) notebook.Record(current, failure);
        }
        string[] broken = [.. ended?.Claims.Where(claim => !claim.Holds).Select(claim => $"{claim.Name} (measured {claim.Measured:G6})") ?? []];
        string? text = failure is not null ? Describe(failure, notebook, current)
            : broken.Length > 0 ? $"{notebook.Name}: claims that do not hold: {string.Join("; ", broken)}"
            : null;
        return new(finished, ended?.Claims ?? [], clock.Elapsed, peak, text);
    }

    private static string Describe(CellFailed failure, NotebookDocument notebook, int current)
    {
        string place = current < 0 ? "before the first cell" : $"cell {notebook.Cells[current].Position} ({notebook.Cells[current].Id})";
        var lines = failure.Name == "CompilationError" || failure.Traceback.Length == 0 ? [failure.Message] : failure.Traceback;
        if (failure.Name == "ProcessEnded") lines = [failure.Message, .. failure.Traceback];
        return $"{notebook.Name}, {place}: {failure.Name}\n{string.Join('\n', lines)}";
    }

    private static (Process Process, AnonymousPipeServerStream Pipe) Start(NotebookDocument notebook, int threads)
    {
        // The host that runs this process: an apphost may not be there, or not find the runtime.
        string host = Path.GetFullPath(Path.Combine(
            RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        string folder = Path.GetDirectoryName(Path.GetFullPath(notebook.Path))!;
        // One start at a time: a process started in between would inherit this pipe and hold it open.
        lock (Starting)
        {
            var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
            var start = new ProcessStartInfo(host)
            {
                ArgumentList = { HostAssembly, NotebookProcess.Command, folder, pipe.GetClientHandleAsString() },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(false),
            };
            // What somebody set on purpose stands.
            if (threads > 0) start.Environment.TryAdd(ThreadsVariable, threads.ToString(CultureInfo.InvariantCulture));
            var process = Process.Start(start)!;
            pipe.DisposeLocalCopyOfClientHandle();
            return (process, pipe);
        }
    }

    private static async Task SendCells(Process process, NotebookDocument notebook)
    {
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(notebook.Cells));
            await process.StandardInput.FlushAsync();
        }
        catch (IOException) // it ended before it read; the exit code says so
        {
        }
    }

    private static void ReadEvents(Stream pipe, Action<ExecutionEvent> handle)
    {
        using var reader = new StreamReader(pipe);
        while (reader.ReadLine() is { } line)
        {
            ExecutionEvent happened;
            try
            {
                happened = ExecutionEvent.FromLine(line);
            }
            catch (JsonException) // the process died amid this line
            {
                return;
            }
            handle(happened);
            if (happened is NotebookEnded) return;
        }
    }

    private static async Task Sample(Process process, Action<double> seen, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            seen(PeakMegabytes(process));
            await Task.Delay(250, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static double PeakMegabytes(Process process)
    {
        try
        {
            process.Refresh();
            // macOS knows no peak of another process; the largest sample stands for it.
            return Math.Max(process.PeakWorkingSet64, process.WorkingSet64) / 1e6;
        }
        catch (InvalidOperationException) // it has ended
        {
            return 0;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException) // it has ended
        {
        }
    }

    /// <summary>The last lines a process wrote on its own streams: a runtime or native abort says there why.</summary>
    private sealed class Tail(params TextReader[] streams)
    {
        private const int Length = 30;
        private readonly Queue<string> _lines = new();
        private readonly Lock _gate = new();
        private readonly List<Task> _reading = [];

        public async Task<string[]> LinesAsync()
        {
            await Task.WhenAny(Task.WhenAll(_reading), Task.Delay(Patience));
            lock (_gate) return [.. _lines];
        }

        public Tail Begin()
        {
            foreach (var stream in streams) _reading.Add(Task.Run(() => Read(stream)));
            return this;
        }

        private void Read(TextReader stream)
        {
            while (stream.ReadLine() is { } line)
            {
                if (CellErrors.IsHostFrame(line)) continue;
                lock (_gate)
                {
                    _lines.Enqueue(line);
                    if (_lines.Count > Length) _lines.Dequeue();
                }
            }
        }
    }
}
