using NotebookRunner;

namespace NotebookHelpers.Tests;

/// <summary>A measured claim's band follows from runs with other seeds (tests/calibration).</summary>
public class MeasuredClaimsTests
{
    private static readonly string[] Kinds = ["exact", "published", "measured"];

    public static TheoryData<string> Calibrated =>
        [.. Directory.GetFiles(Path.Combine(HelpersAssemblies.RepositoryRoot, "tests", "calibration"), "*.json").Select(path => Path.GetFileNameWithoutExtension(path))];

    private static ClaimInCode[] ClaimsOf(string number)
    {
        string folder = Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks");
        return [.. NotebookDocument.Load(Directory.GetFiles(folder, number + "-*.ipynb").Single()).Cells.SelectMany(cell => ClaimInCode.In(cell.Source))];
    }

    [Theory]
    [MemberData(nameof(Calibrated))]
    public void Every_claim_of_a_calibrated_notebook_says_its_kind(string number) =>
        Assert.Empty(ClaimsOf(number).Where(claim => !Kinds.Contains(claim.Kind)).Select(claim => $"{claim.Name}: '{claim.Kind}'"));

    [Theory]
    [MemberData(nameof(Calibrated))]
    public void The_band_of_a_measured_claim_is_near_to_what_other_seeds_gave(string number)
    {
        var calibration = Calibration.Read(Path.Combine(HelpersAssemblies.RepositoryRoot, "tests", "calibration", number + ".json"));
        Assert.True(calibration.Seeds.Length >= 5);
        foreach (var claim in ClaimsOf(number).Where(claim => claim.Kind == "measured"))
        {
            Assert.NotNull(claim.Name);
            Assert.True(calibration.Claims.TryGetValue(claim.Name, out var seen), $"'{claim.Name}' is not calibrated.");
            Assert.True(
                claim.Fits(seen!.Smallest, seen.Mean, seen.Largest),
                $"'{claim.Name}' claims {claim.Low} to {claim.High}; the seeds gave {seen.Smallest} to {seen.Largest}.");
        }
    }

    [Theory]
    [InlineData("Claims.AtMost(\"a\", x, 1, \"exact: closed form\");", "exact")]
    [InlineData("Claims.AtMost($\"{a}\", x, 1, $\"published: {who}\");", "published")]
    [InlineData("const string Who = \"published: them\"; Claims.AtMost(\"a\", x, 1, $\"{Who}, first\");", "published")]
    [InlineData("Claims.AtMost(\"a\", x, 1, \"the text\");", "the")]
    public void The_kind_is_the_first_word_of_the_source(string code, string kind) =>
        Assert.Equal(kind, Assert.Single(ClaimInCode.In(code)).Kind);

    [Theory]
    [InlineData("Claims.AtLeast(\"a\", x, 0.8, \"measured\");", true)]
    [InlineData("Claims.AtLeast(\"a\", x, 0.91, \"measured\");", false)] // a seed lies below
    [InlineData("Claims.AtLeast(\"a\", x, 0.1, \"measured\");", false)] // anything would pass
    [InlineData("Claims.AtMost(\"a\", x, 1.1, \"measured\");", true)]
    [InlineData("Claims.AtMost(\"a\", x, 0.99, \"measured\");", false)]
    [InlineData("Claims.Check(\"a\", x, 0.95, 0.06, \"measured\");", true)]
    [InlineData("Claims.Check(\"a\", x, 0.95, 0.04, \"measured\");", false)]
    [InlineData("Claims.Check(\"a\", x, -0.95, 0.04, \"measured\");", false)]
    [InlineData("Claims.AtLeast(\"a\", x, y, \"measured\");", false)] // not a number that a test could hold
    public void A_band_fits_what_was_seen_from_0_9_to_1(string code, bool fits)
    {
        var claim = Assert.Single(ClaimInCode.In(code));
        Assert.Equal(("a", "measured", fits), (claim.Name, claim.Kind, claim.Fits(0.9, 0.95, 1)));
    }
}
