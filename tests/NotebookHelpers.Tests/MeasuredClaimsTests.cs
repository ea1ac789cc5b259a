using NotebookRunner;

namespace NotebookHelpers.Tests;

/// <summary>Every notebook's claims assert sentences of its text, and the runs of tests/calibration bear them out.</summary>
public class MeasuredClaimsTests
{
    private static readonly string Folder = Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks");

    private static readonly string[] Names = [.. Directory.GetFiles(Folder, "*.ipynb").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    public static TheoryData<string> Notebooks => [.. Names];

    private static string PathOf(string notebook) => Path.Combine(Folder, notebook + ".ipynb");

    [Theory]
    [MemberData(nameof(Notebooks))]
    public void Every_measured_claim_quotes_the_text_and_its_bound_is_what_the_words_say(string notebook) =>
        None(ClaimRules.Problems(PathOf(notebook)));

    [Fact]
    public void Ten_runs_with_other_seeds_and_kernels_clear_the_bound_of_every_measured_claim() =>
        None([.. Names.Where(name => File.Exists(Calibration.PathOf(name))).SelectMany(name =>
            ClaimRules.Problems(PathOf(name), Calibration.Read(Calibration.PathOf(name))).Select(problem => $"{name}: {problem}"))]);

    // The others are calibrated with the change that rewrites them.
    [Theory]
    [InlineData("00-what-is-contrast")]
    [InlineData("05-mining")]
    public void A_notebook_that_was_calibrated_stays_so(string notebook) => Assert.True(File.Exists(Calibration.PathOf(notebook)));

    private static void None(IReadOnlyList<string> problems) => Assert.True(problems.Count == 0, string.Join('\n', problems));
}
