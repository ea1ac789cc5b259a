using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public sealed class CalibrationTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static CalibrationRun Run(long seed, params (string Name, double Value)[] claims) =>
        new(seed, [.. claims.Select(claim => new NotebookRunner.Claim(claim.Name, claim.Value, true))]);

    [Fact]
    public void The_spread_of_each_claim_over_the_seeds_is_written_and_read()
    {
        var calibration = Calibration.Of([Run(2, ("a", 1), ("b", -2)), Run(3, ("b", -4), ("a", 4))]);
        Assert.Equal(new ClaimSpread(1, 2.5, 4), calibration.Claims["a"]);
        Assert.Equal(new ClaimSpread(-4, -3, -2), calibration.Claims["b"]);
        string path = _folder.File("07.json");
        calibration.Write(path);
        var read = Calibration.Read(path);
        Assert.Equal([2, 3], read.Seeds);
        Assert.Equal(calibration.Claims, read.Claims);
        File.WriteAllText(path, "{ \"seeds\": 3 }");
        Assert.Contains("07.json", Assert.Throws<InvalidDataException>(() => Calibration.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_make_different_claims_are_refused_by_name()
    {
        var error = Assert.Throws<CalibrationException>(() => Calibration.Of([Run(2, ("a", 1)), Run(3, ("a", 1), ("b", 2))]));
        Assert.Contains("'b'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notebook_runs_with_the_seed_it_is_given_and_other_failures_than_claims_are_named()
    {
        string helpers = HelpersAssemblies.Folder.Replace('\\', '/');
        string start = $"#r \"{helpers}NotebookHelpers.dll\"\n#r \"{helpers}FSharp.Core.dll\"\nusing NotebookHelpers;\nNotebook.Start();";
        _folder.Write("07-seed.ipynb", ScratchNotebook.Json(start, "Claims.AtMost(\"the seed\", Notebook.Seed, 1, \"test\");\nClaims.Table()").ToJsonString());
        var run = await CalibrationRun.OfAsync(_folder.File("07-seed.ipynb"), 12, 1, default);
        Assert.Equal([("the seed", 12.0, false)], run.Claims.Select(claim => (claim.Name, claim.Measured, claim.Holds)));
        _folder.Write("08-throws.ipynb", ScratchNotebook.Json(start, "throw new Exception(\"broken\");").ToJsonString());
        var error = await Assert.ThrowsAsync<CalibrationException>(() => CalibrationRun.OfAsync(_folder.File("08-throws.ipynb"), 12, 1, default));
        Assert.Contains("broken", error.Message, StringComparison.Ordinal);
    }
}
