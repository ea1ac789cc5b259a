namespace NotebookHelpers.Tests.Hosting;

public class ClaimsTests
{
    public ClaimsTests() => Notebook.Start();

    [Theory]
    [InlineData(1.0, 1.0, 0.0, true)]
    [InlineData(1.1, 1.0, 0.2, true)]
    [InlineData(1.3, 1.0, 0.2, false)]
    [InlineData(double.NaN, 1.0, 100.0, false)]
    [InlineData(1.0, double.NaN, 100.0, false)]
    public void A_value_holds_inside_its_band(double measured, double expected, double tolerance, bool holds)
    {
        Claims.Check("value", measured, expected, tolerance, "test");
        Assert.Equal(holds, Assert.Single(Claims.All).Holds);
    }

    [Fact]
    public void Bounds_hold_on_their_side_and_never_for_NaN()
    {
        Claims.AtLeast("a", 0.9, 0.9, "test");
        Claims.AtLeast("b", 0.8, 0.9, "test");
        Claims.AtMost("c", 0.9, 0.9, "test");
        Claims.AtMost("d", 1.0, 0.9, "test");
        Claims.AtLeast("e", double.NaN, 0.9, "test");
        Claims.AtMost("f", double.NaN, 0.9, "test");
        Assert.Equal([true, false, true, false, false, false], Claims.All.Select(claim => claim.Holds));
    }

    [Fact]
    public void A_cell_that_runs_again_replaces_its_claim()
    {
        Claims.AtLeast("a", 1, 2, "test");
        Claims.AtLeast("a", 3, 2, "test");
        Assert.True(Assert.Single(Claims.All).Holds);
    }

    [Fact]
    public void A_reader_sees_a_claim_that_does_not_hold_marked_and_no_exception()
    {
        Claims.Check("errors", 309, 309, 0, "replications");
        Assert.DoesNotContain("not hold", Claims.Table().ToString(), StringComparison.Ordinal);
        Claims.AtLeast("accuracy", 0.5, 0.9, "test");
        string one = Claims.Table().ToString();
        Assert.Contains("1 of 2 does not hold in this session; if you changed something, this is your result.", one, StringComparison.Ordinal);
        Assert.Contains("✗", one.Split('\n').Single(line => line.StartsWith("accuracy", StringComparison.Ordinal)), StringComparison.Ordinal);
        Claims.AtMost("loss", 2, 1, "test");
        Assert.Contains("2 of 3 do not hold in this session", Claims.Table().ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void In_strict_mode_a_claim_that_does_not_hold_is_an_error_that_names_it()
    {
        Claims.Check("errors", 309, 309, 0, "replications");
        Claims.AtLeast("accuracy", 0.5, 0.9, "test");
        Environment.SetEnvironmentVariable(Notebook.StrictVariable, "1");
        try
        {
            string message = Assert.Throws<ClaimFailedException>(() => Claims.Table()).Message;
            Assert.Contains("'accuracy' is 0.5, expected ≥ 0.9", message, StringComparison.Ordinal);
            Assert.DoesNotContain("errors", message, StringComparison.Ordinal);
            Claims.AtLeast("accuracy", 0.95, 0.9, "test");
            Assert.Contains("replications", Claims.Table().ToString(), StringComparison.Ordinal);
        }
        finally { Environment.SetEnvironmentVariable(Notebook.StrictVariable, null); }
    }

    [Fact]
    public void Before_any_claim_the_table_says_to_run_the_cells_above()
    {
        string text = Claims.Table().ToString();
        Assert.Contains("no claim was made in this session yet", text, StringComparison.Ordinal);
        Assert.Contains("run the cells above first (Run All)", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("measured: more than twice as far", "measured: “more than twice as far”")]
    [InlineData("measured, also untrained: raw pixels do better", "measured, also untrained: “raw pixels do better”")]
    [InlineData("exact: ln 4", "exact: ln 4")]
    [InlineData("measured", "measured")]
    public void What_a_measured_claim_quotes_stands_in_quotation_marks(string source, string shown)
    {
        Claims.AtMost("a", 0, 1, source);
        Assert.EndsWith("  " + shown, Claims.Table().ToString().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_knows_the_two_ends_of_its_band()
    {
        Claims.Check("a", 1, 1, 0.25, "test");
        Claims.AtLeast("b", 1, 0.5, "test");
        Claims.AtMost("c", 1, 1.5, "test");
        Assert.Equal(
            [(0.75, 1.25), (0.5, double.PositiveInfinity), (double.NegativeInfinity, 1.5)], Claims.All.Select(claim => (claim.Low, claim.High)));
    }

    [Fact]
    public void A_tolerance_below_zero_is_refused() => Assert.Throws<ArgumentException>(() => Claims.Check("a", 1, 1, -1, "test"));

    [Fact]
    public void A_new_session_starts_without_claims()
    {
        Claims.AtLeast("a", 1, 2, "test");
        Notebook.Start();
        Assert.Empty(Claims.All);
    }
}
