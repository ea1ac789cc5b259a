using System.Diagnostics;
using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

/// <summary>The command line, as a reader calls it.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Selected_notebooks_run_in_order_and_end_in_a_table()
    {
        _folder.Notebook("01-first.ipynb", "1", "Console.WriteLine(2);");
        _folder.Notebook("02-second.ipynb", "throw new Exception(\"never run\");");
        var (exitCode, output) = Run("first", "--no-html");
        Assert.Equal(0, exitCode);
        Assert.Contains("01-first  cell 2/2", output, StringComparison.Ordinal);
        Assert.Matches(@"01-first │ +2/2 │ +0/0 │ +[0-9.]+ │ +[1-9][0-9]+ │ ok", output);
        Assert.DoesNotContain("02-second", output, StringComparison.Ordinal);
        Assert.Equal(["01-first.ipynb"], Directory.GetFiles(_folder.File("out")).Select(Path.GetFileName));
    }

    [Fact]
    public void A_failure_is_told_and_the_other_notebooks_still_run()
    {
        _folder.Write("01-malformed.ipynb", "{");
        _folder.Notebook("02-failing.ipynb", "throw new Exception(\"\\u001b[2J no\");");
        _folder.Notebook("03-good.ipynb", "1");
        var (exitCode, output) = Run("--no-html");
        Assert.Equal(1, exitCode);
        Assert.Contains("01-malformed.ipynb: not JSON", output, StringComparison.Ordinal);
        Assert.Contains("02-failing, cell 1 (code-1): Exception", output, StringComparison.Ordinal);
        Assert.Contains("at Submission#1.<<Initialize>>", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
        Assert.Matches("01-malformed │.*failed", output);
        Assert.Matches("02-failing +│ +0/1 │.*failed", output);
        Assert.Matches("03-good +│ +1/1 │.*ok", output);
        var written = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.File("out"), "02-failing.ipynb")))!.AsObject();
        Assert.Empty(NbFormat.Problems(written));
    }

    [Fact]
    public void Notebooks_run_side_by_side_and_the_run_says_so()
    {
        // Each waits for the file that the other one writes.
        static string Meet(string own, string other) =>
            $"System.IO.File.WriteAllText(\"{own}\", \"\");\nwhile (!System.IO.File.Exists(\"{other}\")) await Task.Delay(20);";
        _folder.Notebook("01-left.ipynb", Meet("left", "right"), "Environment.GetEnvironmentVariable(\"OMP_NUM_THREADS\")");
        _folder.Notebook("02-right.ipynb", Meet("right", "left"), "throw new Exception(\"only this one fails\");");
        var (exitCode, output) = Run("--no-html", "--jobs=2", "--timeout=60");
        Assert.Equal(1, exitCode);
        Assert.Matches("01-left +│ +2/2 │.*ok", output);
        Assert.Matches("02-right +│ +1/2 │.*failed", output);
        Assert.Matches(@"2 notebooks at a time, .* each; [0-9.]+ s in all\.", output);
    }

    [Fact]
    public void A_cell_tagged_raises_exception_may_fail()
    {
        var notebook = ScratchNotebook.Json("throw new Exception(\"on purpose\");", "Console.WriteLine(2);");
        notebook["cells"]![0]!["metadata"]!["tags"] = new JsonArray("raises-exception");
        _folder.Write("01-raises.ipynb", notebook.ToJsonString());
        var (exitCode, output) = Run("--no-html");
        Assert.Equal(0, exitCode);
        Assert.Matches("01-raises │ +2/2 │.*ok", output);
        var cells = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.File("out"), "01-raises.ipynb")))!["cells"]!.AsArray();
        Assert.Equal(["error", "stream"], cells.Select(cell => (string)cell!["outputs"]![0]!["output_type"]!));
    }

    [Fact]
    public void Pages_are_written_unless_declined()
    {
        _folder.Notebook("01-first.ipynb", "1");
        var (exitCode, output) = Run();
        Assert.Equal(0, exitCode);
        Assert.Contains("index.html", output, StringComparison.Ordinal);
        string page = File.ReadAllText(Path.Combine(_folder.File("out"), "01-first.html"));
        Assert.Matches("ran in [0-9]+ s", page);
    }

    [Fact]
    public void Pictures_of_notebooks_are_shown_and_missing_ones_told()
    {
        _folder.Write("there.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
        var notebook = ScratchNotebook.Json("1");
        notebook["cells"]!.AsArray().Add(ScratchNotebook.Markdown("text", "![](there.svg) ![](absent.svg)"));
        _folder.Write("01-first.ipynb", notebook.ToJsonString());
        var (exitCode, output) = Run();
        Assert.Equal(0, exitCode);
        Assert.Contains("01-first: the picture absent.svg cannot be shown", output, StringComparison.Ordinal);
        Assert.DoesNotContain("there.svg", output, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder.File("out/assets/pictures"), "*.svg"));
    }

    [Fact]
    public void A_damaged_file_among_the_results_is_named()
    {
        _folder.Notebook("01-first.ipynb", "1");
        Directory.CreateDirectory(_folder.File("out"));
        _folder.Write("out/00-left-over.ipynb", "{");
        var (exitCode, output) = Run();
        Assert.Equal(1, exitCode);
        Assert.Contains("00-left-over.ipynb: not JSON", output, StringComparison.Ordinal);
        Assert.Matches("01-first │ +1/1 │.*ok", output);
    }

    [Theory]
    [InlineData("unknown", "No notebook is called 'unknown'. In ", "there are: 01-first")]
    [InlineData("missing.ipynb", "There is no file missing.ipynb", "")]
    [InlineData("--timeout=0", "--timeout takes a number of seconds greater than 0", "")]
    [InlineData("--timeout=soon", "soon", "")]
    [InlineData("--jobs=0", "--jobs takes a whole number from 1 to 1024, not '0'", "")]
    [InlineData("--jobs=two", "two", "")]
    [InlineData("--nonsense", "nonsense", "")]
    public void Misuse_is_explained(string argument, string message, string more)
    {
        _folder.Notebook("01-first.ipynb", "1");
        var (exitCode, output) = Run(argument);
        Assert.Equal(2, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains(more, output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    [Fact]
    public void A_notebook_is_never_written_over_itself()
    {
        string path = _folder.Notebook("01-first.ipynb", "1");
        string before = File.ReadAllText(path);
        var (exitCode, output) = Run("--no-html", "--output", _folder.Path);
        Assert.Equal(2, exitCode);
        Assert.Contains("its source would be overwritten", output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public async Task Interrupted_it_ends_the_notebook_and_shows_what_ran()
    {
        // A shell that starts tests in the background has them ignore SIGINT, and so do their children: nothing to test there.
        if (File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status").Any(line => line.StartsWith("SigIgn:", StringComparison.Ordinal) && (Convert.ToUInt64(line[7..].Trim(), 16) & 2) != 0)) return;
        if (OperatingSystem.IsWindows()) return; // no signal to send
        // One after the other, the longest file first.
        _folder.Notebook("01-first.ipynb", "// " + new string('-', 200) + "\n1");
        _folder.Notebook("02-endless.ipynb", "while (true) { }");
        _folder.Notebook("03-never.ipynb", "1");
        using var runner = Start("--no-html", "--jobs", "1");
        var output = new System.Text.StringBuilder();
        while (await runner.StandardOutput.ReadLineAsync() is { } line)
        {
            output.AppendLine(line);
            if (!line.StartsWith("02-endless  cell 1/1", StringComparison.Ordinal)) continue;
            using var kill = Process.Start("kill", ["-s", "INT", $"{runner.Id}"]);
            await kill.WaitForExitAsync();
        }
        await runner.WaitForExitAsync();
        Assert.Equal(130, runner.ExitCode);
        Assert.Matches("01-first +│.*ok", output.ToString());
        Assert.Matches("02-endless │.*interrupted", output.ToString());
        Assert.DoesNotContain("03-never", output.ToString(), StringComparison.Ordinal);
    }

    private (int ExitCode, string Output) Run(params string[] arguments)
    {
        using var runner = Start(arguments);
        var errors = runner.StandardError.ReadToEndAsync();
        string output = runner.StandardOutput.ReadToEnd() + errors.Result;
        runner.WaitForExit();
        return (runner.ExitCode, output);
    }

    private Process Start(params string[] arguments)
    {
        string[] output = arguments.Contains("--output") ? [] : ["--output", _folder.File("out")];
        return Process.Start(new ProcessStartInfo("dotnet", [CellProcess.HostAssembly, "--notebooks", _folder.Path, .. output, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
