using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Evaluation;

public sealed class CollapseTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public CollapseTests() => random.manual_seed(8);

    public void Dispose() => _scope.Dispose();

    // Points at ± each axis, stretched by the given factors: these are the singular values, up to one factor.
    private static Tensor Axes(params double[] stretch) => cat([diag(tensor(stretch)), -diag(tensor(stretch))]);

    [Theory]
    [InlineData(new double[] { 1, 1, 1, 1 }, 4)]
    [InlineData(new double[] { 5, 5, 0, 0 }, 2)]
    [InlineData(new double[] { 3, 0, 0, 0 }, 1)]
    public void Equal_singular_values_count_as_one_each(double[] stretch, double rank) =>
        Assert.Equal(rank, Collapse.Diagnose(Axes(stretch)).EffectiveRank, 1e-9);

    [Fact]
    public void Unequal_ones_count_by_their_entropy()
    {
        // p = (2/3, 1/3).
        double entropy = -(2.0 / 3 * Math.Log(2.0 / 3) + 1.0 / 3 * Math.Log(1.0 / 3));
        Assert.Equal(Math.Exp(entropy), Collapse.Diagnose(Axes(2, 1, 0)).EffectiveRank, 1e-9);
    }

    [Fact]
    public void Neither_place_size_nor_rotation_changes_the_rank()
    {
        var x = randn(50, 6, dtype: ScalarType.Float64) * tensor(new double[] { 6, 5, 4, 3, 2, 1 });
        var rotation = linalg.qr(randn(6, 6, dtype: ScalarType.Float64)).Q;
        double rank = Collapse.Diagnose(x).EffectiveRank;
        Assert.InRange(rank, 3, 6);
        Assert.Equal(rank, Collapse.Diagnose(x.mm(rotation) * 1e3 + 17).EffectiveRank, 1e-6);
    }

    [Fact]
    public void One_point_has_collapsed_completely()
    {
        foreach (var x in new[] { ones(20, 5), zeros(20, 5), ones(20, 5) + 1e-3f * randn(20, 5) })
        {
            var found = Collapse.Diagnose(x);
            Assert.Equal(CollapseKind.Complete, found.Kind);
            Assert.InRange(found.Spread, 0, 1e-5);
        }
        Assert.Equal(0, Collapse.Diagnose(ones(20, 5)).EffectiveRank);
    }

    [Fact]
    public void A_line_has_collapsed_in_dimension_and_a_ball_has_not()
    {
        var line = randn(200, 1).mm(randn(1, 64)) + 0.01f * randn(200, 64);
        Assert.Equal(CollapseKind.Dimensional, Collapse.Diagnose(line).Kind);
        var ball = Collapse.Diagnose(randn(500, 64));
        Assert.Equal(CollapseKind.None, ball.Kind);
        Assert.InRange(ball.EffectiveRank, 55, 64);
        Assert.Equal(64, ball.PossibleRank);
        // Ten points take nine dimensions: no collapse, though 64 are to be had.
        Assert.Equal((CollapseKind.None, 9), (Collapse.Diagnose(randn(10, 64)).Kind, Collapse.Diagnose(randn(10, 64)).PossibleRank));
        // In one dimension there is nothing to collapse to but a point.
        Assert.Equal(CollapseKind.None, Collapse.Diagnose(randn(10, 1)).Kind);
    }

    [Fact]
    public void Norm_deviation_and_spread_are_those_of_their_definitions()
    {
        var x = tensor(new double[,] { { 3, 4 }, { 0, 0 }, { 3, -4 } });
        var found = Collapse.Diagnose(x);
        Assert.Equal(10.0 / 3, found.MeanNorm, 1e-12);
        Assert.Equal([Math.Sqrt(2), Math.Sqrt(32.0 / 3)], found.Deviations.Select(value => Math.Round(value, 12)), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal((2 + 32.0 / 3) / (50.0 / 3), found.Spread, 1e-12);
    }

    // What the losses say of a collapse, by their closed forms.
    [Fact]
    public void Losses_of_one_point_are_their_closed_forms()
    {
        var x = ones(12, 5, dtype: ScalarType.Float64);
        Assert.Equal(NTXentLoss.AtChance(12), new NTXentLoss(0.1).OfViews(x, x).item<double>(), 1e-9);
        var contrastive = new ContrastiveLoss(negativeMargin: 0.7);
        Assert.Equal(contrastive.NegativeMargin, contrastive.forward(x, arange(12).remainder(3)).item<double>(), 1e-6);
    }

    [Fact]
    public void Too_few_or_unbounded_embeddings_are_refused()
    {
        Assert.Equal("embeddings", Assert.Throws<ArgumentException>(() => Collapse.Diagnose(ones(1, 5))).ParamName);
        Assert.Equal("embeddings", Assert.Throws<ArgumentException>(() => Collapse.Diagnose(ones(5))).ParamName);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => Collapse.Diagnose(full(3, 2, float.NaN))).Message);
    }
}
