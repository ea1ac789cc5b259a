namespace NotebookHelpers.Tests.Training;

public sealed class LearningRatesTests
{
    [Fact]
    public void The_cosine_falls_from_one_to_zero()
    {
        Assert.Equal(1, LearningRates.Cosine(0), 1e-12);
        Assert.Equal(0.5, LearningRates.Cosine(0.5), 1e-12);
        Assert.Equal(0, LearningRates.Cosine(1), 1e-12);
    }

    [Fact]
    public void The_warm_up_rises_evenly_and_meets_the_cosine_at_one()
    {
        var schedule = LearningRates.WarmupCosine(0.2);
        Assert.Equal(0, schedule(0), 1e-12);
        Assert.Equal(0.5, schedule(0.1), 1e-12);
        Assert.Equal(1, schedule(0.2), 1e-12);
        Assert.Equal(0.5, schedule(0.6), 1e-12);
        Assert.Equal(0, schedule(1), 1e-12);
        Assert.Equal(1, LearningRates.WarmupCosine(0)(0), 1e-12);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_warm_up_outside_the_run_is_refused(double warmup) =>
        Assert.Equal("warmup", Assert.Throws<ArgumentOutOfRangeException>(() => LearningRates.WarmupCosine(warmup)).ParamName);
}
