using System.Text.Json.Nodes;

namespace NotebookHelpers.Tests.Hosting;

/// <summary>The library in the .NET Interactive tool, driven as VS Code drives it.</summary>
public sealed class RealKernelTests
{
    private const string OfflineChart = "class=\"nbh-chart\"", OnlineChart = "renderPlotly_";
    private const string OwnPoints = "Chart.Point<double, double, string>(x: new double[] { 1, 2 }, y: new double[] { 5, 10 })";
    private const string LibraryChart = "Charts.Embedding(\"ours\", randn(5, 2), arange(5))";
    private const string PlotlyPackages = "#r \"nuget: Plotly.NET.Interactive, 6.0.0\"\n#r \"nuget: Plotly.NET.CSharp, 0.14.0\"";
    private const string TorchPackage = "#r \"nuget: TorchSharp, 0.107.0\"";

    private static readonly string Helpers = HelpersAssemblies.Folder.Replace('\\', '/');

    private static readonly string Load = $"""
        #r "{Helpers}NotebookHelpers.dll"
        #r "{Helpers}FSharp.Core.dll"
        using NotebookHelpers;
        using TorchSharp;
        using static TorchSharp.torch;

        """;

    private static async Task<StdioKernel> StartedAsync()
    {
        var kernel = await StdioKernel.StartAsync();
        var first = await kernel.RunAsync(Load + "Notebook.Start();");
        Assert.Null(first.Error);
        Assert.Equal("", first.Notes);
        return kernel;
    }

    [Fact]
    public async Task After_the_first_cell_the_compilers_notes_about_TorchSharp_are_not_shown()
    {
        const string cell = "var x = tensor(new double[] { 1, 2 });";
        using var kernel = await StdioKernel.StartAsync();
        Assert.Null((await kernel.RunAsync(Load)).Error);
        Assert.Contains("CS1701", (await kernel.RunAsync(cell)).Notes, StringComparison.Ordinal);
        Assert.Null((await kernel.RunAsync("Notebook.Start();")).Error);
        var quiet = await kernel.RunAsync(cell);
        Assert.Null(quiet.Error);
        Assert.Equal("", quiet.Notes);
    }

    [Fact]
    public async Task A_readers_own_pictures_load()
    {
        using var kernel = await StartedAsync();
        string plate = DataFolder.Path("house-cat", "house-cat.jpg").Replace('\\', '/');
        var cell = await kernel.RunAsync($$"""
            System.IO.Directory.CreateDirectory("mine/cats");
            System.IO.File.Copy("{{plate}}", "mine/cats/plate.jpg");
            using (var mine = ImageFolder.Load("mine", size: 8)) Console.WriteLine(mine);
            """);
        Assert.Null(cell.Error);
        Assert.Equal("1 pictures in 1 classes.", cell.Output.Trim());
    }

    [Fact]
    public async Task The_stop_button_ends_a_training_and_its_rerun_resumes()
    {
        const string train = """
            var net = nn.Linear(2, 2);
            var loop = new TrainingLoop(net, optim.SGD(net.parameters(), 0.01), new ShuffledBatches(8, 4), batch =>
            {
                System.IO.File.AppendAllText("steps.txt", ".");
                System.Threading.Thread.Sleep(20);
                return net.forward(ones(4, 2)).square().mean();
            }) { CheckpointPath = "run.ckpt", AfterEpoch = epoch => Console.WriteLine($"epoch {epoch} done") };
            """;
        using var kernel = await StartedAsync();
        string training = await kernel.SubmitAsync(train + "\nloop.Run(100_000);");
        await kernel.ReadAsync(happened => happened.Text.Contains("epoch 3 done", StringComparison.Ordinal));
        await kernel.CancelAsync();
        Assert.NotNull((await kernel.EndAsync(training)).Error);

        // The next cell runs, and the training does not go on behind it.
        long Steps() => new FileInfo(Path.Combine(kernel.Folder, "steps.txt")).Length;
        Assert.Equal("next\n", (await kernel.RunAsync("Console.WriteLine(\"next\");")).Output.ReplaceLineEndings("\n"));
        await Task.Delay(100);
        long stopped = Steps();
        await Task.Delay(300);
        Assert.Equal(stopped, Steps());
        Assert.True(File.Exists(Path.Combine(kernel.Folder, "run.ckpt")));

        var again = await kernel.RunAsync(train + "\nConsole.WriteLine(loop.Run(8).FirstEpoch > 3);");
        Assert.Null(again.Error);
        Assert.Contains("True", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cells_tensors_live_until_the_cell_has_ended_and_no_longer()
    {
        using var kernel = await StartedAsync();
        const string make = """
            WeakReference Make() => new(ones(3) + 1);
            void Collect() { GC.Collect(); GC.WaitForPendingFinalizers(); }
            var (made, held) = (Make(), ones(2));
            Collect();
            Console.Write(made.IsAlive);
            """;
        Assert.Equal("True", (await kernel.RunAsync(make)).Output);
        Assert.Equal("False 2", (await kernel.RunAsync("Collect(); Console.Write($\"{made.IsAlive} {held.sum().item<float>()}\");")).Output);
        // A cell that fails keeps nothing either, and a scope of the reader's own may be left open in one cell and closed in another.
        Assert.NotNull((await kernel.RunAsync("made = Make(); throw new Exception();")).Error);
        Assert.Equal("False", (await kernel.RunAsync("Collect(); Console.Write(made.IsAlive);")).Output);
        Assert.Null((await kernel.RunAsync("var scope = NewDisposeScope(); var inside = ones(4);")).Error);
        Assert.Equal("True", (await kernel.RunAsync("scope.Dispose(); Console.Write(inside.IsInvalid);")).Output);
    }

    // After the await the cell goes on on another thread.
    [Fact]
    public async Task A_cells_tensors_live_on_a_thread_that_it_continues_on_too()
    {
        using var kernel = await StartedAsync();
        var cell = await kernel.RunAsync("""
            WeakReference Make() => new(ones(3) + 1);
            int before = Environment.CurrentManagedThreadId, after = before;
            for (int i = 0; i < 100 && after == before; i++)
            {
                await Task.Delay(1).ConfigureAwait(false);
                after = Environment.CurrentManagedThreadId;
            }
            var made = Make();
            GC.Collect(); GC.WaitForPendingFinalizers();
            Console.Write($"{before != after} {made.IsAlive}");
            """);
        Assert.Equal("True True", cell.Output);
        Assert.Equal("False", (await kernel.RunAsync("GC.Collect(); GC.WaitForPendingFinalizers(); Console.Write(made.IsAlive);")).Output);
    }

    [Fact]
    public async Task What_a_training_by_hand_leaves_is_gone_in_the_next_cell_also_after_a_failure()
    {
        using var kernel = await StartedAsync();
        var training = await kernel.RunAsync("""
            var net = nn.Linear(100, 100);
            var optimizer = optim.SGD(net.parameters(), 0.01);
            long before = Tensor.TotalCount;
            for (int step = 0; step < 100; step++)
            {
                optimizer.zero_grad();
                net.forward(ones(10, 100)).square().mean().backward();
                optimizer.step();
            }
            Console.Write(Tensor.TotalCount - before > 200);
            throw new Exception("stop");
            """);
        Assert.NotNull(training.Error);
        Assert.Equal("True", training.Output);
        Assert.Equal("True", (await kernel.RunAsync("GC.WaitForPendingFinalizers(); Console.Write(Tensor.TotalCount - before < 50);")).Output);
    }

    [Fact]
    public async Task A_product_of_wrong_shapes_is_an_error_of_the_cell()
    {
        using var kernel = await StartedAsync();
        Assert.Contains("Float32 [2, 3] on cpu by Float32 [4, 5]", (await kernel.RunAsync("_ = ones(2, 3).matmul(ones(4, 5));")).Error, StringComparison.Ordinal);
        Assert.Equal("on", (await kernel.RunAsync("Console.Write(\"on\");")).Output);
    }

    [Fact]
    public async Task Scale_and_seed_of_the_environment_are_taken_and_nonsense_is_refused_by_name()
    {
        using var kernel = await StartedAsync();
        async Task<string> With(string variable, string value, string code)
        {
            var run = await kernel.RunAsync(
                $"Environment.SetEnvironmentVariable(\"{variable}\", \"{value}\"); Notebook.Start();\n{code}\n"
                + $"Environment.SetEnvironmentVariable(\"{variable}\", null);");
            return run.Error ?? run.Output;
        }
        Assert.EndsWith("seed 7\n1 7", await With("NOTEBOOKS_SEED", "7", "Console.Write($\"{Notebook.Scale(1, 2, 3)} {Notebook.Seed}\");"), StringComparison.Ordinal);
        Assert.Contains("NOTEBOOKS_SEED is 'x'; expected an integer", await With("NOTEBOOKS_SEED", "x", ""), StringComparison.Ordinal);
        Assert.Null((await kernel.RunAsync("Environment.SetEnvironmentVariable(\"NOTEBOOKS_SEED\", null);")).Error);
        string small = await With("NOTEBOOKS_SCALE", "small",
            "Claims.AtLeast(\"a\", 0, 1, \"exact\"); Console.Write($\"{Notebook.Scale(1, 2, 3)} {Notebook.Scale(1, 2)} {Claims.All.Count} {Claims.Table()}\");");
        Assert.Contains("scale small", small, StringComparison.Ordinal);
        Assert.Contains("3 1 0", small, StringComparison.Ordinal);
        Assert.Contains("none at the small scale", small, StringComparison.Ordinal);
        Assert.Contains("NOTEBOOKS_SCALE is 'tiny'; expected full, default or small", await With("NOTEBOOKS_SCALE", "tiny", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plotlys_packages_after_the_first_cell_draw_and_leave_the_librarys_charts_offline()
    {
        using var kernel = await StartedAsync();
        Assert.Null((await kernel.RunAsync($"var before = {LibraryChart};")).Error);
        Assert.Null((await kernel.RunAsync(PlotlyPackages)).Error);
        foreach (string cell in new[] { $"using Plotly.NET.CSharp;\n{OwnPoints}", LibraryChart, $"Chart.Combine([before, {OwnPoints}])" })
        {
            string html = (await kernel.RunAsync(cell)).Shown();
            Assert.Contains(OfflineChart, html, StringComparison.Ordinal);
            Assert.DoesNotContain(OnlineChart, html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_reader_may_choose_Plotlys_own_display_with_and_without_its_packages()
    {
        using var kernel = await StartedAsync();
        Assert.Contains(OfflineChart, (await kernel.RunAsync(LibraryChart)).Shown(), StringComparison.Ordinal);
        var start = await kernel.RunAsync("Notebook.Start(charts: ChartDisplay.PlotlyInteractive);");
        Assert.Null(start.Error);
        // The 3.6 MB of plotly.js stay out.
        Assert.DoesNotContain(start.Events, happened => happened.Text.Contains("<script", StringComparison.Ordinal));
        Assert.Contains(OnlineChart, (await kernel.RunAsync(LibraryChart)).Shown(), StringComparison.Ordinal);
        Assert.Null((await kernel.RunAsync(PlotlyPackages)).Error);
        Assert.Contains(OnlineChart, (await kernel.RunAsync(LibraryChart)).Shown(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PlotlyPackages)]
    [InlineData(TorchPackage)]
    public async Task Packages_before_the_first_cell_are_told_in_one_line(string packages)
    {
        using var kernel = await StdioKernel.StartAsync();
        Assert.Null((await kernel.RunAsync(packages)).Error);
        string line = (await kernel.RunAsync(Load + "Notebook.Start();")).Error!.Split('\n')[0];
        Assert.Contains("Restart the kernel and run this cell first", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TorchPackage)]
    [InlineData("#r \"HELPERS/TorchSharp.dll\"")]
    [InlineData("#r \"HELPERS/SkiaSharp.dll\"")]
    public async Task A_second_TorchSharp_is_named_at_the_next_call_of_the_library(string reference)
    {
        using var kernel = await StartedAsync();
        Assert.Null((await kernel.RunAsync(reference.Replace("HELPERS/", Helpers, StringComparison.Ordinal))).Error);
        var call = await kernel.RunAsync("AlignmentUniformity.Uniformity(randn(5, 3))");
        Assert.NotNull(call.Error);
        Assert.Contains("restart the kernel and leave that `#r` out.\n", call.Notes.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_after_an_answer_that_did_not_compile_says_so_until_the_answer_runs()
    {
        const string check = "Exercise.Check(\"twice\", () => Twice(2) == 4 && size == 1, \"add\")";
        const string unanswered = "did not compile, so there is no answer to judge";
        using var kernel = await StartedAsync();
        async Task<string> Checked(string answer, bool compiles)
        {
            Assert.Equal(compiles, (await kernel.RunAsync(answer)).Error is null);
            return (await kernel.RunAsync(check)).Shown();
        }
        Assert.Contains("solved", await Checked("int Twice(int x) => 2 * x;\nint? size = 1;", true), StringComparison.Ordinal);
        Assert.Contains("defines Twice and size " + unanswered, await Checked("int Twice(int x) => 3 * y;\nint? size = 1;", false), StringComparison.Ordinal);
        // What else fails or runs in between tells nothing about the answer.
        Assert.Contains("defines Twice and size " + unanswered, await Checked("int Other() => z;", false), StringComparison.Ordinal);
        Assert.Contains("defines Twice and size " + unanswered, await Checked("int Another() => 1;", true), StringComparison.Ordinal);
        Assert.Contains("not right yet", await Checked("int Twice(int x) => 3 * x;\nint? size = 1;", true), StringComparison.Ordinal);
        Assert.Contains("defines size " + unanswered, await Checked("size = \"1\";", false), StringComparison.Ordinal);
        Assert.Contains("not right yet", await Checked("size = 1;", true), StringComparison.Ordinal);
        Assert.Contains("defines Twice " + unanswered, await Checked("int Twice(int x) { return 2 * x", false), StringComparison.Ordinal);
        Assert.Contains("solved", await Checked("int Twice(int x) => x + x;", true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_answer_changes_in_place_is_given_back_after_the_check()
    {
        using var kernel = await StartedAsync();
        Assert.Null((await kernel.RunAsync("""
            var pixels = tensor(new float[] { 1, float.NaN, 3 });
            var view = pixels[..2];
            var weights = ones(2).requires_grad_();
            var gone = ones(3);
            double[] grid = [3, 1, 2];
            double[][] rows = [[3, 1], [2]];
            int[,] table = { { 1, 2 } };
            var expanded = ones(1).expand(4);
            var untouched = arange(3);
            """)).Error);
        var check = await kernel.RunAsync("""
            Exercise.Check("all of it", () =>
            {
                pixels.mul_(2);
                using (no_grad()) weights.zero_();
                gone.Dispose();
                Array.Sort(grid);
                Array.Sort(rows[0]);
                rows[1] = [7];
                table[0, 1] = 5;
                pixels = zeros(1);
                return true;
            }, "hint")
            """);
        // The view shares the numbers of its pixels, and was given back with them.
        Assert.Contains(
            "solved. Your answer changed pixels and weights and gone and grid and rows and table in place; the check has put the old values back.",
            check.Shown(), StringComparison.Ordinal);
        Assert.Equal("1,NaN,3 1,NaN 1,1 True 1,1,1 3,1,2 3,1;2 1,2", (await kernel.RunAsync("""
            string Of(Tensor x) => string.Join(",", x.data<float>().ToArray());
            Console.Write($"{Of(pixels)} {Of(view)} {Of(weights)} {weights.requires_grad} {Of(gone)} {string.Join(",", grid)} "
                + $"{string.Join(";", rows.Select(row => string.Join(",", row)))} {string.Join(",", table.Cast<int>())}");
            """)).Output);
        Assert.DoesNotContain("in place", (await kernel.RunAsync("Exercise.Check(\"again\", () => true, \"hint\")")).Shown(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_of_libtorch_says_what_is_wrong_without_its_frames_in_cells_and_exercises()
    {
        const string wrong = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0";
        using var kernel = await StartedAsync();
        string error = (await kernel.RunAsync("var sum = ones(3) + ones(4);")).Error!;
        Assert.Contains(wrong, error, StringComparison.Ordinal);
        Assert.DoesNotContain("frame #", error, StringComparison.Ordinal);
        Assert.Contains("Submission#", error, StringComparison.Ordinal); // where in the cell
        string shown = (await kernel.RunAsync("Exercise.Check(\"a sum\", () => (ones(3) + ones(4)).sum().item<float>() > 0, \"Look at the shapes.\")")).Shown();
        Assert.Contains($"your answer throws ExternalException: {wrong}. Hint: Look at the shapes.", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_cell_before_the_build_fails_below_the_line_that_says_what_to_do()
    {
        string path = Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks", "00-what-is-contrast.ipynb");
        var first = JsonNode.Parse(File.ReadAllText(path))!["cells"]!.AsArray().First(cell => (string?)cell!["cell_type"] == "code")!;
        string code = string.Concat(first["source"]!.AsArray().Select(line => (string)line!));
        using var kernel = await StdioKernel.StartAsync(); // in a folder that has no ../artifacts/helpers
        Assert.StartsWith("(3,1): error CS0006:", (await kernel.RunAsync(code)).Error, StringComparison.Ordinal);
        Assert.StartsWith(NotebookLint.Advice + "\n#r ", code, StringComparison.Ordinal);
    }
}
