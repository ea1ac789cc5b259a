using System.IO.Pipes;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace NotebookRunner;

/// <summary>The process in which one notebook runs. It is given the cells on its input and tells what happens through a pipe.</summary>
internal static class NotebookProcess
{
    /// <summary>The hidden subcommand: `run-cells FOLDER PIPE`.</summary>
    public const string Command = "run-cells";

    public static async Task RunAsync(string folder, string pipeHandle)
    {
        ProcessGroup.Begin();
        // On Windows Ctrl+C reaches every process of the terminal; the runner decides what it means.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var pipe = new AnonymousPipeClientStream(PipeDirection.Out, pipeHandle);
        using var writer = new StreamWriter(pipe) { AutoFlush = true };
        var input = Console.In;
        var cells = JsonSerializer.Deserialize<CodeCell[]>(input.ReadLine()!)!;
        Console.SetIn(TextReader.Null);
        EndWithTheRunner(input);

        Environment.CurrentDirectory = folder;
        using var kernel = new NotebookKernel();
        // The lock keeps lines whole when a cell's threads write while the next cell begins.
        void Publish(ExecutionEvent happened)
        {
            string line = happened.ToLine();
            lock (writer) writer.WriteLine(line);
        }

        bool running = true;
        for (int i = 0; i < cells.Length && running; i++)
        {
            Publish(new CellStarted(i));
            running = await kernel.RunAsync(cells[i].Source, Publish) || cells[i].MayFail;
        }
        Publish(new NotebookEnded([.. Claims()]));
        // The runner reads the peak memory and then ends this process.
        await Task.Delay(Timeout.Infinite);
    }

    /// <summary>A runner that was killed leaves no notebook running: its end of our input closes.</summary>
    private static void EndWithTheRunner(TextReader input) => new Thread(() =>
    {
        while (input.Read() >= 0)
        {
        }
        ProcessGroup.KillOwn();
    })
    { IsBackground = true }.Start();

    /// <summary>The claims of NotebookHelpers.Claims.All. By name, because the notebook chooses which library it loads.</summary>
    private static IEnumerable<Claim> Claims() =>
        from assembly in AppDomain.CurrentDomain.GetAssemblies()
        where !assembly.IsDynamic
        let all = assembly.GetType("NotebookHelpers.Claims")?.GetProperty("All", BindingFlags.Public | BindingFlags.Static)
        where all is not null
        from claim in ((System.Collections.IEnumerable)all.GetValue(null)!).Cast<object>()
        select new Claim(
            Value<string>(claim, "Name"), Value<double>(claim, "Measured"), Value<bool>(claim, "Holds"),
            Value(claim, "Low", double.NegativeInfinity), Value(claim, "High", double.PositiveInfinity));

    private static T Value<T>(object claim, string property, T missing = default!) =>
        claim.GetType().GetProperty(property)?.GetValue(claim) is T value ? value : missing;
}
