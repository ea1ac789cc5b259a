using System.Globalization;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public sealed class CalibrationTests : IDisposable
{
    private static readonly string Helpers = HelpersAssemblies.Folder.Replace('\\', '/');

    private static readonly string Start =
        $"#r \"{Helpers}NotebookHelpers.dll\"\n#r \"{Helpers}FSharp.Core.dll\"\nusing NotebookHelpers;\nusing TorchSharp;\nNotebook.Start(seed: 3);";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static (CalibrationSetting, CalibrationRun) Run(long seed, params (string Name, double Value)[] claims) =>
        (new(seed, 1), Measured(claims));

    // "a" is claimed to be at least 0, "b" at most 0.
    private static CalibrationRun Measured(params (string Name, double Value)[] claims) => new([], [.. claims.Select(claim => claim.Name == "a"
        ? new NotebookRunner.Claim("a", claim.Value, claim.Value >= 0, Low: 0) : new NotebookRunner.Claim(claim.Name, claim.Value, claim.Value <= 0, High: 0))]);

    [Fact]
    public void Mean_deviation_and_worst_run_of_each_claim_are_written_and_read()
    {
        var calibration = Calibration.Of(
            [Run(2, ("a", 1), ("b", -2)), Run(3, ("b", 4), ("a", 4)), Run(5, ("b", -2), ("a", -1.0 / 3))],
            Measured(("a", 1), ("b", -1)) with { EndedAt = "cell 7 (late): Exception" }, ["b"]);
        Assert.Equal(new(1.55556, 2.21944, -0.333333, 5), calibration.Claims["a"]);
        Assert.Equal(new(0, 3.4641, 4, 3), calibration.Claims["b"]);
        Assert.Equal(["b"], calibration.HoldUntrained);

        string path = _folder.File("07.json");
        calibration = calibration with { Runs = [new(2, 1), new(3, 2, "avx2", "AVX2"), new(5, 1, "default", "SSE41")] };
        calibration.Write(path);
        Assert.Contains("""
                {"seed":3,"threads":2,"atenCpuCapability":"avx2","onednnMaxCpuIsa":"AVX2"},
            """ + "\n", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Contains("""
                "b": {"mean":0,"standardDeviation":3.4641,"worst":4,"worstSeed":3}
            """ + "\n", File.ReadAllText(path), StringComparison.Ordinal);
        var read = Calibration.Read(path);
        Assert.Equal(calibration.Runs, read.Runs);
        Assert.Equal(calibration.Claims, read.Claims);
        Assert.Equal(["b"], read.HoldUntrained);
        Assert.Equal("cell 7 (late): Exception", read.UntrainedEndedAt);
    }

    [Theory]
    [InlineData("{ \"runs\": 3 }")]
    [InlineData("{ \"seeds\": [2, 3], \"claims\": {} }")] // the form before
    [InlineData("")]
    public void A_file_of_another_form_is_refused_by_name(string text)
    {
        string path = _folder.Write("07.json", text);
        Assert.Contains("07.json is no calibration", Assert.Throws<InvalidDataException>(() => Calibration.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_values_have_no_spread() =>
        Assert.Equal(new(0.1, 0, 0.1, 2), Calibration.Of([.. Enumerable.Range(2, 10).Select(seed => Run(seed, ("a", 0.1)))], Measured(), []).Claims["a"]);

    [Fact]
    public void Runs_that_make_different_claims_are_refused_by_name()
    {
        var error = Assert.Throws<CalibrationException>(() => Calibration.Of([Run(2, ("a", 1)), Run(3, ("a", 1), ("b", 2))], Measured(), []));
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_runs_have_other_seeds_and_half_of_them_other_kernels_with_one_thread_and_with_two()
    {
        var plan = CalibrationPlan.Of(10, ownSeed: 5);
        Assert.Equal([2, 3, 4, 6, 7, 8, 9, 10, 11, 12], plan.Select(setting => setting.Seed!.Value));
        Assert.Equal(
            [(1, "avx2", "AVX2"), (1, "default", "SSE41"), (2, "avx2", "AVX2"), (2, "default", "SSE41"), (1, "avx2", "AVX2")],
            plan.Where(setting => setting.HasOtherKernels).Select(setting => (setting.Threads, setting.AtenCpuCapability!, setting.OnednnMaxCpuIsa!)));
        Assert.Equal([2, 3, 4, 5], CalibrationPlan.Of(4, ownSeed: 1).Select(setting => setting.Seed!.Value));
    }

    [Theory]
    [InlineData("using NotebookHelpers;\nNotebook.Start(seed: 7);", 7)]
    [InlineData("Notebook.Start(8);", 8)]
    [InlineData("Notebook.Start(charts: ChartDisplay.Offline, seed: 9);", 9)]
    [InlineData("Notebook.Start(charts: ChartDisplay.Offline);", 1)]
    [InlineData("Notebook.Start();", 1)]
    [InlineData("// Notebook.Start(seed: 7);", 1)]
    public void The_own_seed_stands_in_the_first_code_cell(string code, long seed) =>
        Assert.Equal(seed, CalibrationPlan.OwnSeed(_folder.Load(code, "Notebook.Start(seed: 4);")));

    [Fact]
    public void A_stored_run_counts_until_its_code_changes()
    {
        CalibrationSetting setting = new(2, 1), other = new(2, 2, "avx2");
        CalibrationStore Store(params string[] cells) => new(_folder.File("runs"), _folder.Load(cells));
        const string Code = "int x = 1; // one\nconst string Best = \"measured: it is better than that\";";
        const string Two = "Claims.AtLeast(\"a\", x, 0.5, Best);\nClaims.AtMost(\"b\", x + 1, 9, Best);";
        var store = Store(Code, Two);
        Assert.Null(store.Find(setting));
        store.Add(setting, new(store.Calls, [new("a", 1, true, Low: 0.5), new("b", 2, true, High: 9)]));
        Assert.Null(store.Find(other));
        Assert.Equal([1.0, 2], store.Find(setting)!.Claims.Select(claim => claim.Measured));

        // Comments, layout, sources and bounds are not what a run depends on; a claim that is gone is left out.
        var found = Store("int x  =  1;\nconst string Best = \"measured: it is much better than that\";", "Claims.AtLeast(\"a\",\n    x, 2, Best);").Find(setting);
        Assert.Equal([new NotebookRunner.Claim("a", 1, Holds: false, Low: 2)], found!.Claims);

        Assert.Null(Store(Code.Replace("= 1", "= 2", StringComparison.Ordinal), Two).Find(setting));
        Assert.Null(Store(Code, Two.Replace("x + 1", "x + 2", StringComparison.Ordinal)).Find(setting));
        Assert.Null(Store(Code, Two + "Claims.AtLeast(\"c\", x, 0, Best);").Find(setting));
        File.WriteAllText(Directory.GetFiles(_folder.File("runs")).Single(), "{ \"Calls\": [");
        Assert.Null(store.Find(setting)); // cut off
    }

    [Fact]
    public async Task A_notebook_runs_with_its_settings_and_untrained_and_finished_runs_are_not_repeated()
    {
        string path = _folder.Notebook(
            "07-seed.ipynb", Start,
            "Claims.AtMost(\"the seed\", Notebook.Seed, 3.5, \"measured: more than three of them\");\n"
            + "Claims.AtLeast(\"the threads\", torch.get_num_threads(), 0.5, \"measured: at least one of them\");\n"
            + "Claims.AtLeast(\"more than nothing\", 0, 0, \"measured: more than nothing at all\");\n"
            + "Claims.AtMost(\"kernels\", (Environment.GetEnvironmentVariable(\"ATEN_CPU_CAPABILITY\") ?? \"\").Length, 0, \"exact: text\");",
            $"System.IO.File.AppendAllText({Literal(_folder.File("log"))}, \"+\");\nif (Notebook.Untrained) throw new Exception(\"not learned\");\nClaims.Table()");
        async Task<(Calibration, string)> Calibrate()
        {
            var log = new StringWriter(CultureInfo.InvariantCulture);
            return (await new Calibrator(path, _folder.File("runs"), new(2, 1), log).RunAsync(2, default), log.ToString());
        }

        var (calibration, log) = await Calibrate();
        Assert.Equal([2, 4], calibration.Runs.Select(run => run.Seed!.Value));
        Assert.Equal(new(3, 1.41421, 4, 4), calibration.Claims["the seed"]); // a claim that does not hold ended no run
        Assert.Equal(new(2, 2.82843, 4, 4), calibration.Claims["kernels"]);
        Assert.Equal(["the seed", "the threads"], calibration.HoldUntrained); // what lies on its bound is not more
        Assert.StartsWith("cell 3 (code-3): Exception", calibration.UntrainedEndedAt, StringComparison.Ordinal);
        Assert.Contains("not learned", calibration.UntrainedEndedAt, StringComparison.Ordinal);
        Assert.Contains("3 runs, 0 of them are stored", log, StringComparison.Ordinal);
        Assert.Contains("; 0 runs left", log, StringComparison.Ordinal);
        Assert.Equal("+++", File.ReadAllText(_folder.File("log")));

        var (again, nothing) = await Calibrate();
        Assert.Equal(calibration.Claims, again.Claims);
        Assert.Contains("3 runs, 3 of them are stored", nothing, StringComparison.Ordinal);
        Assert.Equal("+++", File.ReadAllText(_folder.File("log")));
    }

    [Fact]
    public async Task A_cell_that_fails_ends_the_calibration_with_its_words()
    {
        string path = _folder.Notebook("08-throws.ipynb", Start, "Claims.AtMost(\"a\", 2, 1, \"exact: 1\");", "throw new Exception(\"broken\");");
        var error = await Assert.ThrowsAsync<CalibrationException>(
            () => new Calibrator(path, _folder.File("runs"), new(1, 1), TextWriter.Null).RunAsync(2, default));
        Assert.Contains("seed 2, one thread, the machine's kernels: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("broken", error.Message, StringComparison.Ordinal);
    }

    private static string Literal(string text) => "@\"" + text + "\"";
}
