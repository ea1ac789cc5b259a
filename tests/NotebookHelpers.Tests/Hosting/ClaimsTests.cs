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
    public void Table_lists_claims_and_throws_on_a_failed_one()
    {
        Claims.Check("errors", 309, 309, 0, "replications");
        Assert.Contains("replications", Claims.Table().ToString(), StringComparison.Ordinal);
        Claims.AtLeast("accuracy", 0.5, 0.9, "test");
        string message = Assert.Throws<ClaimFailedException>(() => Claims.Table()).Message;
        Assert.Contains("'accuracy' is 0.5, expected ≥ 0.9", message, StringComparison.Ordinal);
        Assert.DoesNotContain("errors", message, StringComparison.Ordinal);
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
