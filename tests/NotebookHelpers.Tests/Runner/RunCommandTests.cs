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
    [InlineData("--nonsense", "There is no option --nonsense", "")]
    [InlineData("--job=2", "There is no option --job=2", "")]
    [InlineData("--job 2", "There is no option --job ", "")]
    [InlineData("-j 2", "There is no option -j ", "")]
    [InlineData("strip --all", "There is no option --all", "")]
    public void Misuse_is_explained(string argument, string message, string more)
    {
        _folder.Notebook("01-first.ipynb", "1");
        var (exitCode, output) = Run(argument.Split(' '));
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
        Assert.Contains("source would be overwritten", output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("link")] // to the folder of the notebooks
    [InlineData("link/../link")]
    [InlineData("real")] // where a notebook lies that is a link
    [InlineData("pages")] // where a page is a link to a notebook
    public void Nor_through_a_link(string into)
    {
        if (OperatingSystem.IsWindows()) return;
        string folder = Directory.CreateDirectory(_folder.File("notebooks")).FullName;
        foreach (string name in new[] { "real", "pages" }) Directory.CreateDirectory(_folder.File(name));
        string path = _folder.Notebook("real/01-first.ipynb", "1"), before = File.ReadAllText(path);
        File.CreateSymbolicLink(Path.Combine(folder, "01-first.ipynb"), path);
        Directory.CreateSymbolicLink(_folder.File("link"), folder);
        File.CreateSymbolicLink(_folder.File("pages/index.html"), path);
        var (exitCode, output) = Run("--notebooks", folder, "--output", _folder.File(into));
        Assert.Equal(2, exitCode);
        Assert.Contains("would be overwritten", output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.File("real")));
    }

    [Fact]
    public void Nor_where_the_notebooks_are_that_another_run_would_take()
    {
        string path = _folder.Notebook("01-first.ipynb", "1"), before = File.ReadAllText(path);
        using var elsewhere = new ScratchFolder();
        var (exitCode, output) = Run(elsewhere.Notebook("01-first.ipynb", "2"), "--output", _folder.Path);
        Assert.Equal(2, exitCode);
        Assert.Contains("source would be overwritten", output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(path));
    }

    [Fact]
    public void An_output_that_is_a_file_is_named()
    {
        _folder.Notebook("01-first.ipynb", "1");
        string file = _folder.Write("taken", "mine");
        foreach (string into in new[] { file, Path.Combine(file, "below") })
        {
            var (exitCode, output) = Run("--output", into);
            Assert.Equal(2, exitCode);
            Assert.Contains($"--output {into}: expected a folder that can be written.", Assert.Single(output.Trim().Split('\n')), StringComparison.Ordinal);
        }
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void What_cannot_be_written_is_told_and_the_others_still_run()
    {
        _folder.Notebook("01-first.ipynb", "1");
        _folder.Notebook("02-second.ipynb", "2");
        Directory.CreateDirectory(_folder.File("out/01-first.ipynb.tmp")); // here its temporary file would be
        var (exitCode, output) = Run();
        Assert.Equal(1, exitCode);
        Assert.Contains("The executed notebook could not be written to", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.Matches("01-first +│.*failed", output);
        Assert.Matches("02-second +│.*ok", output);
        Assert.True(File.Exists(_folder.File("out/02-second.html")));
    }

    [Fact]
    public void A_name_that_was_refused_refuses_no_longer_once_it_is_mended()
    {
        _folder.Notebook("01-first.ipynb", "1");
        Directory.CreateDirectory(_folder.File("out"));
        foreach (string left in new[] { "out/Index.ipynb", "out/01-First.ipynb" }) _folder.Notebook(left, "1");
        var (exitCode, output) = Run();
        Assert.Equal(0, exitCode);
        Assert.Contains("Index.ipynb: left out, because of its name; delete it.", output, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("out/01-first.html")));
    }

    [Fact]
    public void The_first_page_can_be_read_while_others_run()
    {
        // The second waits until the first one's page and the index are there.
        _folder.Notebook("01-first.ipynb", "1");
        _folder.Notebook("02-second.ipynb", $$"""
            string Read(string name) => System.IO.File.Exists(name) ? System.IO.File.ReadAllText(name) : "";
            while (!Read("out/index.html").Contains("Runs or waits to run")) await Task.Delay(20);
            Read("out/index.html").Contains("<a href=\"01-first.html\">") && !Read("out/index.html").Contains("02-second.html") && Read("out/01-first.html").Contains("ran in")
            """);
        var (exitCode, output) = Run("--jobs=1", "--timeout=60");
        Assert.Equal(0, exitCode);
        Assert.Matches("Page to open: .*01-first.html", output);
        Assert.Contains("True", File.ReadAllText(_folder.File("out/02-second.html")), StringComparison.Ordinal);
        Assert.DoesNotContain("Runs or waits to run", File.ReadAllText(_folder.File("out/index.html")), StringComparison.Ordinal);
        Assert.Contains("one notebook at a time", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_scale_is_said_on_the_page_and_below_the_table()
    {
        _folder.Notebook("01-first.ipynb", "1");
        var (exitCode, output) = RunWith(new() { ["NOTEBOOKS_SCALE"] = "small", ["NOTEBOOKS_SEED"] = "7" });
        Assert.Equal(0, exitCode);
        Assert.Contains("small scale, which makes no claims, seed 7; one notebook at a time", output, StringComparison.Ordinal);
        foreach (string page in new[] { "01-first.html", "index.html" })
            Assert.Contains("small scale, which makes no claims, seed 7", File.ReadAllText(_folder.File("out/" + page)), StringComparison.Ordinal);
        (exitCode, output) = RunWith(new() { ["NOTEBOOKS_SCALE"] = "small" }, "--help");
        Assert.Contains("site-small", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_runner_that_is_killed_leaves_no_process_of_a_cell()
    {
        if (OperatingSystem.IsWindows()) return; // no signals
        foreach (string signal in new[] { "KILL", "HUP", "TERM" })
        {
            _folder.Notebook("01-first.ipynb", """
                // One whose parent has ended, and one that has not.
                System.Diagnostics.Process.Start("sh", ["-c", "sleep 300 & echo $! > orphan"]).WaitForExit();
                System.IO.File.WriteAllText("child", $"{System.Diagnostics.Process.Start("sleep", "300").Id}");
                Console.WriteLine("ready");
                """, "while (true) { }");
            using var runner = Start("--no-html");
            while (await runner.StandardOutput.ReadLineAsync() is { } line)
            {
                if (!line.StartsWith("01-first  cell 2/2", StringComparison.Ordinal)) continue;
                using var kill = Process.Start("kill", ["-s", signal, $"{runner.Id}"]);
                await kill.WaitForExitAsync();
                break;
            }
            await runner.WaitForExitAsync();
            foreach (string name in new[] { "orphan", "child" })
            {
                int id = int.Parse(File.ReadAllText(_folder.File(name)), System.Globalization.CultureInfo.InvariantCulture);
                for (int i = 0; i < 200 && Lives(id); i++) await Task.Delay(50);
                Assert.False(Lives(id), $"{signal}: {name}");
            }
        }
    }

    // A process that has ended may still wait for its parent to notice.
    private static bool Lives(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
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

    private (int ExitCode, string Output) Run(params string[] arguments) => RunWith([], arguments);

    private (int ExitCode, string Output) RunWith(Dictionary<string, string> environment, params string[] arguments)
    {
        using var runner = StartWith(environment, arguments);
        var errors = runner.StandardError.ReadToEndAsync();
        string output = runner.StandardOutput.ReadToEnd() + errors.Result;
        runner.WaitForExit();
        return (runner.ExitCode, output);
    }

    private Process Start(params string[] arguments) => StartWith([], arguments);

    private Process StartWith(Dictionary<string, string> environment, params string[] arguments)
    {
        // Options of the run itself come before the name of another command.
        string[] own = [.. arguments.Contains("--notebooks") ? [] : new[] { "--notebooks", _folder.Path },
            .. arguments.Contains("--output") || arguments.Contains("--help") ? [] : new[] { "--output", _folder.File("out") }];
        var start = new ProcessStartInfo("dotnet", [CellProcess.HostAssembly, .. own, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
