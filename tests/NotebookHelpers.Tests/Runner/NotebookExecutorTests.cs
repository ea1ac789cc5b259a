using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

/// <summary>Notebooks in processes of their own.</summary>
public sealed class NotebookExecutorTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(3);
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_fixture_of_everything_runs()
    {
        List<string> started = [];
        var (result, written) = await Run(Fixture("everything.ipynb"), Long, cell => started.Add(cell.Id));
        Assert.Null(result.Failure);
        Assert.Equal(result.CellsRun, started.Count);
        Assert.InRange(result.PeakMegabytes, 40, 2000);
        Assert.InRange(result.Elapsed.TotalSeconds, 0.05, Long.TotalSeconds);
        var outputs = written["cells"]!.AsArray().ToDictionary(cell => (string)cell!["id"]!, cell => cell!["outputs"]?.AsArray());
        Assert.Equal("100 %", Text(Assert.Single(outputs["update"]!), "text/plain"));
        Assert.Equal("<b>bold</b>", Text(Assert.Single(outputs["html"]!), "text/html"));
        Assert.Equal(["stdout", "stderr", "stdout"], outputs["console"]!.Select(output => (string)output!["name"]!));
        Assert.Equal("everything.ipynb", Text(Assert.Single(outputs["folder"]!), "text/plain"));
    }

    [Fact]
    public async Task The_library_its_natives_and_a_chart_load()
    {
        var (result, written) = await Run(Fixture("library.ipynb"), Long);
        Assert.Null(result.Failure);
        Assert.Equal("9 10000x28x28\n", string.Concat(Outputs(written, 2).Single()!["text"]!.AsArray()));
        Assert.Contains("\"y\":[1,4,9]", Text(Outputs(written, 3).Single(), "text/html"), StringComparison.Ordinal);
        Assert.Equal("100 %", Text(Outputs(written, 4).Single(), "text/plain"));
        // One instance of what host and library share, and of what the library serves to cells.
        Assert.Equal(
            "FSharp.Core, Microsoft.DotNet.Interactive.Formatting, NotebookHelpers, Plotly.NET, TorchSharp",
            Text(Outputs(written, 5).Single(), "text/plain"));
        Assert.True(Assert.Single(result.Claims).Holds);
    }

    [Fact]
    public async Task Dependencies_beside_a_referenced_assembly_are_found()
    {
        string below = Directory.CreateDirectory(_folder.File("below")).FullName;
        var inner = Compile(below, "Inner", "namespace Inside; public class Core { public int Seven => 7; }");
        Compile(below, "Outer", "public static class Shell { public static Inside.Core Core => new(); }", inner);
        var (result, written) = await Run(_folder.Notebook("references.ipynb", "#r \"below/Outer.dll\"\nusing Inside;\nShell.Core.Seven.ToString() + new Core().Seven"));
        Assert.Null(result.Failure);
        Assert.Equal("77", Text(Outputs(written, 0).Single()!, "text/plain"));
    }

    [Fact]
    public async Task A_failing_cell_stops_the_notebook()
    {
        var (result, written) = await Run(_folder.Notebook("failing.ipynb", "Console.WriteLine(1);", "Console.WriteLine(2);\nthrow new Exception(\"no\");", "Console.WriteLine(3);"));
        Assert.Equal(1, result.CellsRun);
        Assert.StartsWith("failing, cell 2 (code-2): Exception\nSystem.Exception: no", result.Failure, StringComparison.Ordinal);
        Assert.Equal(["stream", "error"], Outputs(written, 1).Select(output => (string)output!["output_type"]!));
        Assert.Empty(Outputs(written, 2));
        Assert.Null(written["cells"]![2]!["execution_count"]);
    }

    [Theory]
    [InlineData("Environment.FailFast(\"the native library gave up\");", "the native library gave up")]
    [InlineData("Environment.Exit(0);", "exit code 0")]
    [InlineData("new System.Threading.Thread(() => throw new Exception(\"on a thread\")).Start();\nawait Task.Delay(60_000);", "on a thread")]
    [InlineData("System.Diagnostics.Process.GetCurrentProcess().Kill();\nawait Task.Delay(60_000);", "ended by itself")]
    public async Task A_process_that_ends_fails_its_notebook_and_leaves_its_outputs(string code, string reason)
    {
        var (result, written) = await Run(_folder.Notebook("crash.ipynb", "1", "Console.WriteLine(\"until here\");\n" + code, "3"));
        Assert.Equal(1, result.CellsRun);
        Assert.StartsWith("crash, cell 2 (code-2): ProcessEnded", result.Failure, StringComparison.Ordinal);
        Assert.Contains(reason, result.Failure, StringComparison.Ordinal);
        Assert.Equal(["stream", "error"], Outputs(written, 1).Select(output => (string)output!["output_type"]!));
    }

    [Fact]
    public async Task A_notebook_that_takes_too_long_is_stopped()
    {
        var (result, written) = await Run(_folder.Notebook("slow.ipynb", "Console.WriteLine(\"begun\");\nwhile (true) { }"), TimeSpan.FromSeconds(5));
        Assert.Contains("longer than 5 s", result.Failure, StringComparison.Ordinal);
        Assert.InRange(result.Elapsed.TotalSeconds, 4.5, 15);
        Assert.Equal(["stream", "error"], Outputs(written, 0).Select(output => (string)output!["output_type"]!));
    }

    [Fact]
    public async Task Cancelling_ends_the_process_and_keeps_the_outputs()
    {
        using var cancellation = new CancellationTokenSource();
        var document = NotebookDocument.Load(_folder.Notebook("cancelled.ipynb", "Console.Write(Environment.ProcessId);", "while (true) { }"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => NotebookExecutor.RunAsync(document, Long, cell =>
        {
            if (cell.Position == 2) cancellation.Cancel();
        }, cancellation: cancellation.Token));
        document.Write(_folder.File("written.ipynb"));
        int id = int.Parse(string.Concat(Outputs(Written(), 0).Single()!["text"]!.AsArray()), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(id));
    }

    [Fact]
    public async Task Claims_are_counted_and_a_failed_one_fails_the_notebook()
    {
        Compile(_folder.Path, "Claiming", """
            using System.Collections.Generic;
            namespace NotebookHelpers;
            public record Row(string Name, double Measured, double Expected, bool Holds);
            public static class Claims
            {
                private static readonly List<Row> Rows = new();
                public static IReadOnlyList<Row> All => Rows;
                public static void Add(string name, double measured, bool holds) => Rows.Add(new(name, measured, 0, holds));
            }
            """);
        const string Start = "#r \"Claiming.dll\"\nusing NotebookHelpers;\nClaims.Add(\"first\", 0.5, true);";
        var (kept, _) = await Run(_folder.Notebook("kept.ipynb", Start, "1"));
        Assert.Null(kept.Failure);
        Assert.Equal([new NotebookRunner.Claim("first", 0.5, true)], kept.Claims);

        var (broken, _) = await Run(_folder.Notebook("broken.ipynb", Start, "Claims.Add(\"recall at 1\", double.NaN, false);"));
        Assert.Equal(2, broken.Claims.Count);
        Assert.Equal(2, broken.CellsRun);
        Assert.Equal("broken: claims that do not hold: recall at 1 (measured NaN)", broken.Failure);
    }

    [Fact]
    public async Task A_notebook_runs_in_strict_mode_unless_its_environment_takes_it_away()
    {
        string path = _folder.Notebook("strict.ipynb", "Console.Write(Environment.GetEnvironmentVariable(\"NOTEBOOKS_STRICT\") ?? \"none\");");
        var (_, written) = await Run(path);
        Assert.Equal("1", string.Concat(Outputs(written, 0).Single()!["text"]!.AsArray()));
        var document = NotebookDocument.Load(path);
        await NotebookExecutor.RunAsync(
            document, TimeSpan.FromMinutes(1), environment: new Dictionary<string, string> { ["NOTEBOOKS_STRICT"] = "" });
        document.Write(_folder.File("written.ipynb"));
        Assert.Equal("none", string.Concat(Outputs(Written(), 0).Single()!["text"]!.AsArray()));
    }

    private static string Fixture(string name) => Path.Combine(HelpersAssemblies.RepositoryRoot, "tests", "NotebookHelpers.Tests", "fixtures", name);

    /// <summary>Runs a notebook and checks that what is written is nbformat 4.5, and that the source stays as it was.</summary>
    private async Task<(NotebookResult Result, JsonObject Written)> Run(string path, TimeSpan? timeout = null, Action<CodeCell>? cellStarted = null)
    {
        byte[] before = await File.ReadAllBytesAsync(path);
        var document = NotebookDocument.Load(path);
        var result = await NotebookExecutor.RunAsync(document, timeout ?? Long, cellStarted);
        document.Write(_folder.File("written.ipynb"));
        var written = Written();
        Assert.Empty(NbFormat.Problems(written));
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
        return (result, written);
    }

    private JsonObject Written() => JsonNode.Parse(File.ReadAllText(_folder.File("written.ipynb")))!.AsObject();

    private static JsonArray Outputs(JsonObject notebook, int cell) => notebook["cells"]![cell]!["outputs"]!.AsArray();

    private static string Text(JsonNode? output, string mimeType) => string.Concat(output!["data"]![mimeType]!.AsArray().Select(line => (string)line!));

    private static PortableExecutableReference Compile(string folder, string name, string code, params MetadataReference[] references)
    {
        string path = Path.Combine(folder, name + ".dll");
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var platform = new[] { "System.Private.CoreLib.dll", "System.Runtime.dll", "System.Collections.dll" }.Select(file => MetadataReference.CreateFromFile(Path.Combine(runtime, file)));
        var emitted = CSharpCompilation.Create(
            name, [CSharpSyntaxTree.ParseText(code)], [.. platform, .. references], new(OutputKind.DynamicallyLinkedLibrary)).Emit(path);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return MetadataReference.CreateFromFile(path);
    }
}
