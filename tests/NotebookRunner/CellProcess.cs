using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace NotebookRunner;

/// <summary>The process in which a notebook's cells run (<see cref="NotebookProcess"/>), seen from the runner.</summary>
internal sealed class CellProcess : IDisposable
{
    /// <summary>How many threads libtorch computes with.</summary>
    public const string ThreadsVariable = "OMP_NUM_THREADS";

    /// <summary>The library's Notebook.StrictVariable; the notebook chooses which library it loads.</summary>
    public const string StrictVariable = "NOTEBOOKS_STRICT";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly Lock Starting = new();

    private readonly NotebookDocument _notebook;
    private readonly Process _process;
    private readonly AnonymousPipeServerStream _pipe;
    private readonly OutputTail _nativeOutput;
    private readonly int _id;

    private CellProcess(NotebookDocument notebook, Process process, AnonymousPipeServerStream pipe)
    {
        (_notebook, _process, _pipe, _id) = (notebook, process, pipe, process.Id);
        _nativeOutput = new OutputTail(process.StandardOutput, process.StandardError);
    }

    /// <summary>The program whose processes run notebooks: this one, or the runner's own build where this one only links it.</summary>
    internal static string HostAssembly { get; set; } = typeof(CellProcess).Assembly.Location;

    public int ExitCode => _process.ExitCode;

    /// <summary>The most memory the process held.</summary>
    public double PeakMegabytes { get; private set; }

    /// <summary>Starts a process that waits for the notebook's cells.</summary>
    public static CellProcess Start(NotebookDocument notebook, int threads, IReadOnlyDictionary<string, string>? environment = null)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(notebook.Path))!;
        // One start at a time: a process started in between would inherit this pipe and hold it open.
        lock (Starting)
        {
            var pipe = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
            var start = new ProcessStartInfo(DotNet())
            {
                ArgumentList = { HostAssembly, NotebookProcess.Command, folder, pipe.GetClientHandleAsString() },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardInputEncoding = new UTF8Encoding(false),
            };
            // What somebody set on purpose stands.
            if (threads > 0) start.Environment.TryAdd(ThreadsVariable, threads.ToString(CultureInfo.InvariantCulture));
            start.Environment[StrictVariable] = "1";
            foreach (var (name, value) in environment ?? new Dictionary<string, string>())
                if (value.Length > 0) start.Environment[name] = value;
                else start.Environment.Remove(name);
            var process = Process.Start(start)!;
            pipe.DisposeLocalCopyOfClientHandle();
            return new(notebook, process, pipe);
        }
    }

    /// <summary>Sends the cells and hands on what they do, until the notebook or its process ends; the process has ended then.</summary>
    public async Task FollowAsync(Action<ExecutionEvent> handle)
    {
        try
        {
            using var stopSampling = new CancellationTokenSource();
            var sampling = SampleMemoryAsync(stopSampling.Token);
            var reading = Task.Run(() => ReadEvents(handle));
            await SendCellsAsync();
            await Task.WhenAny(reading, _process.WaitForExitAsync());
            // What the process started may still hold the pipe open.
            await Task.WhenAny(reading, Task.Delay(Patience));
            SampleMemory();
            await stopSampling.CancelAsync();
            await sampling;
        }
        finally
        {
            Kill();
        }
        await _process.WaitForExitAsync();
    }

    /// <summary>The last lines that the process wrote past its cells: a runtime or native abort says there why.</summary>
    public Task<string[]> LastLinesAsync() => _nativeOutput.LinesAsync(Patience);

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException) // it has ended
        {
        }
        // A cell's own processes, also those whose parent has ended.
        ProcessGroup.Kill(_id);
    }

    public void Dispose()
    {
        _pipe.Dispose();
        _process.Dispose();
    }

    // The host that runs this process: an apphost may not be there, or not find the runtime.
    private static string DotNet() => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private async Task SendCellsAsync()
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(_notebook.Cells));
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException) // it ended before it read; the exit code says so
        {
        }
    }

    private void ReadEvents(Action<ExecutionEvent> handle)
    {
        using var reader = new StreamReader(_pipe);
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

    private async Task SampleMemoryAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            SampleMemory();
            await Task.Delay(250, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void SampleMemory()
    {
        try
        {
            _process.Refresh();
            // macOS knows no peak of another process; the largest sample stands for it.
            PeakMegabytes = Math.Max(PeakMegabytes, Math.Max(_process.PeakWorkingSet64, _process.WorkingSet64) / 1e6);
        }
        catch (InvalidOperationException) // it has ended
        {
        }
    }
}
