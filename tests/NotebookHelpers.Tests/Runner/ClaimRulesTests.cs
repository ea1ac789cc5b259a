using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public sealed class ClaimRulesTests : IDisposable
{
    private const string Good = "Claims.AtLeast(\"a\", x, 0, \"measured: *batch-hard* ends  Above raw pixels\");";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Notebook(params JsonObject[] cells)
    {
        var notebook = ScratchNotebook.Json();
        notebook["cells"] = new JsonArray([.. cells]);
        return _folder.Write("07-claims.ipynb", notebook.ToJsonString());
    }

    private string With(params string[] code) => Notebook(
        [
            ScratchNotebook.Markdown("text", "## Part\n\nIn every run **batch-hard ends\nabove [raw pixels](#raw)**, and `hard` collapses: nearly one point."),
            ScratchNotebook.Markdown("claims", "### Claims\n\nThese words stand only here."),
            ScratchNotebook.Markdown("claims-more", "More words that only stand here."),
            .. code.Select((source, i) => ScratchNotebook.Code($"code-{i + 1}", source)),
            ScratchNotebook.Markdown("after", "## Sources\n\nThe words of another part."),
        ]);

    [Theory]
    [InlineData(Good)]
    [InlineData("Claims.AtMost(\"a\", x / y, 0.1, \"measured: hard collapses: nearly \" +\n    \"one point\");")]
    [InlineData("const string Best = \"measured: ends above raw pixels\"; Claims.AtLeast(\"a\", x, 0, Best);")]
    [InlineData("Claims.AtLeast(\"a\", x, 0, source: \"measured, also untrained: ends above raw pixels\");")]
    [InlineData("Claims.AtLeast(\"a\", x, 0, \"measured: words of another part\");")]
    [InlineData("Claims.AtMost($\"{n}\", x, y, $\"exact: closed form of {n}\"); Claims.Check(\"b\", x, 0.3, 0.1, \"published: Weng\");")]
    public void A_claim_that_quotes_the_text_keeps_the_rules(string code) => Assert.Empty(ClaimRules.Problems(With(code)));

    [Fact]
    public void A_source_may_be_a_constant_of_an_earlier_cell() =>
        Assert.Empty(ClaimRules.Problems(With("const string Best = \"measured: ends above raw pixels\";", "Claims.AtLeast(\"a\", x, 0, Best);")));

    [Theory]
    [InlineData("Claims.AtLeast(\"a\", x, 0, \"the table\");", "'a': its source begins with 'the'")]
    [InlineData("Claims.AtLeast(\"a\", x, 0, Unknown);", "'a': its source begins with ''")]
    [InlineData("Claims.AtLeast(\"a\", x, 0, \"measured\");", "expected 'measured: ' and words of the text")]
    [InlineData("Claims.AtLeast(\"a\", x, 0, \"measured: above raw pixels\");", "expected at least 4 words")]
    [InlineData("Claims.AtLeast(\"a\", x, 0, \"measured: ends below raw pixels\");", "no text cell above the claims says 'ends below raw pixels'")]
    [InlineData("Claims.AtLeast(\"a\", x, 0, \"measured: these words stand only here\");", "no text cell above the claims says")]
    [InlineData("Claims.AtLeast(\"a\", x, 0, \"measured: words that only stand here\");", "no text cell above the claims says")]
    [InlineData("Claims.AtLeast($\"{n}\", x, 0, \"measured: ends above raw pixels\");", "its name is put together at run time")]
    [InlineData("Claims.AtLeast(\"a\", x, y, \"measured: ends above raw pixels\");", "its bound is computed")]
    [InlineData("Claims.AtLeast(\"a\", x, 0.11, \"measured: ends above raw pixels\");", "the bound ≥ 0.11 is no number that 'ends above raw pixels' names; allowed here: 0, 1.")]
    [InlineData("Claims.AtMost(\"a\", x, 0.00057, \"measured: hard collapses: nearly one point\");", "allowed here: 0, 1, 0.01, 0.1.")]
    public void What_breaks_a_rule_is_named(string code, string problem) =>
        Assert.Contains(problem, Assert.Single(ClaimRules.Problems(With(code))), StringComparison.Ordinal);

    private static Calibration Calibrated(
        ClaimSpread? spread, int runs = 10, long first = 2, bool otherKernels = true, params string[] holdUntrained)
    {
        var claims = new SortedDictionary<string, ClaimSpread>(StringComparer.Ordinal);
        if (spread is not null) claims["a"] = spread;
        var settings = Enumerable.Range(0, runs).Select(i => new CalibrationSetting(first + i, 1, otherKernels && i % 2 == 1 ? "avx2" : null));
        return new([.. settings], claims, holdUntrained);
    }

    [Theory]
    [InlineData(0.61, 0.1, 0.4, null)]
    [InlineData(0, 0, 0, null)] // every run gave the bound itself
    [InlineData(0.59, 0.1, 0.4, "0.59 ± 0.1 is 5.9 standard deviations from ≥ 0, expected 6 or more")]
    [InlineData(-0.7, 0.1, -0.6, "-7.0 standard deviations")]
    [InlineData(0.6, 0.1, -0.01, "seed 9 gave -0.01, which is beyond ≥ 0")]
    [InlineData(double.NaN, double.NaN, 1, "standard deviations")]
    public void The_mean_clears_the_bound_by_six_deviations_and_no_run_lies_beyond(double mean, double deviation, double worst, string? problem)
    {
        var problems = ClaimRules.Problems(With(Good), Calibrated(new(mean, deviation, worst, 9)));
        if (problem is null) Assert.Empty(problems);
        else Assert.Contains(problems, found => found.StartsWith("'a': ", StringComparison.Ordinal) && found.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.5, 0.02, true)]
    [InlineData(0.55, 0.02, false)]
    [InlineData(0.45, 0.02, false)]
    public void Both_sides_of_a_band_are_cleared(double mean, double deviation, bool stands)
    {
        var claim = Assert.Single(ClaimInCode.In("Claims.Check(\"a\", x, 0.5, 0.15, \"measured: it is about half\");"));
        Assert.Equal(stands, !ClaimRules.Problems(claim, new ClaimSpread(mean, deviation, mean, 2)).Any());
    }

    [Fact]
    public void Too_few_runs_the_own_seed_and_claims_without_runs_are_told()
    {
        var good = new ClaimSpread(1, 0.1, 0.9, 3);
        string path = With("Notebook.Start(seed: 5);", Good);
        Assert.Empty(ClaimRules.Problems(path, Calibrated(good, first: 6)));
        string Only(Calibration calibration) => Assert.Single(ClaimRules.Problems(path, calibration));
        Assert.Contains("own seed, 5", Only(Calibrated(good)), StringComparison.Ordinal);
        Assert.Contains("9 seeds", Only(Calibrated(good, runs: 9, first: 6) with { Runs = [.. Calibrated(good, runs: 9, first: 6).Runs, new(14, 2, "avx2")] }), StringComparison.Ordinal);
        Assert.Contains("0 runs with other CPU kernels", Only(Calibrated(good, first: 6, otherKernels: false)), StringComparison.Ordinal);
        Assert.Contains("'a': is not calibrated", Only(Calibrated(null, first: 6)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_that_holds_untrained_says_that_this_is_its_subject()
    {
        var calibration = Calibrated(new(1, 0.1, 0.9, 3), holdUntrained: "a");
        Assert.Contains("holds in an untrained run", Assert.Single(ClaimRules.Problems(With(Good), calibration)), StringComparison.Ordinal);
        Assert.Empty(ClaimRules.Problems(With(Good.Replace("measured: ", "measured, also untrained: ", StringComparison.Ordinal)), calibration));
    }
}
