namespace NotebookHelpers.Tests.Evaluation;

public class MeanAndSpreadTests
{
    [Fact]
    public void It_is_the_mean_and_the_standard_deviation_over_n_minus_1()
    {
        var runs = MeanAndSpread.Of([1, 2, 4, 5]);
        Assert.Equal(3, runs.Mean, 12);
        Assert.Equal(Math.Sqrt(10.0 / 3), runs.Spread, 12);
        Assert.Equal(4, runs.Runs);
        Assert.Equal("3.000 ± 1.826", runs.ToString());
    }

    [Fact]
    public void One_run_has_no_spread_and_none_is_refused()
    {
        Assert.Equal(double.NaN, MeanAndSpread.Of([0.5]).Spread);
        Assert.Equal("0.500", MeanAndSpread.Of([0.5]).ToString());
        Assert.Equal("values", Assert.Throws<ArgumentException>(() => MeanAndSpread.Of([])).ParamName);
    }
}
