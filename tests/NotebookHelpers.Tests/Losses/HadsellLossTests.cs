using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Losses;

public sealed class HadsellLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x1, _x2, _y;

    public HadsellLossTests()
    {
        random.manual_seed(4);
        (_x1, _x2) = (randn(12, 3, dtype: ScalarType.Float64), randn(12, 3, dtype: ScalarType.Float64));
        _y = tensor(Enumerable.Range(0, 12).Select(i => i % 2L).ToArray());
    }

    public void Dispose() => _scope.Dispose();

    private static double Distance(Tensor a, Tensor b, int p) =>
        Math.Pow((a - b).abs().data<double>().ToArray().Sum(v => Math.Pow(v, p)), 1.0 / p);

    private double OverPairs(Func<double, bool, double> loss, int p) =>
        Enumerable.Range(0, 12).Average(i => loss(Distance(_x1[i], _x2[i], p), _y[i].item<long>() == 1));

    private static double Hadsell(double d, bool dissimilar, double margin) =>
        dissimilar ? Math.Pow(Math.Max(0, margin - d), 2) / 2 : d * d / 2;

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Is_the_papers_mean_over_pairs(double margin)
    {
        Assert.Equal(OverPairs((d, y) => Hadsell(d, y, margin), 2), new HadsellLoss(margin).forward(_x1, _x2, _y).item<double>(), 1e-12);
        Gradients.AssertMatchDifferences(x => new HadsellLoss(margin).forward(x, _x2, _y), _x1);
        Gradients.AssertMatchDifferences(x => new HadsellLoss(margin).forward(_x1, x, _y), _x2);
    }

    [Fact]
    public void Over_a_batch_it_is_the_mean_over_all_unordered_pairs()
    {
        var labels = tensor(new long[] { 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 9 });
        var losses = from i in Enumerable.Range(0, 12)
                     from j in Enumerable.Range(0, i)
                     select Hadsell(Distance(_x1[i], _x1[j], 2), labels[i].item<long>() != labels[j].item<long>(), 2);
        Assert.Equal(losses.Average(), new HadsellLoss(2).forward(_x1, labels).item<double>(), 1e-12);
        Gradients.AssertMatchDifferences(x => new HadsellLoss(2).forward(x, labels), _x1);
    }

    [Fact]
    public void One_means_dissimilar()
    {
        var (near, far) = (zeros(1, 2), ones(1, 2) * 3);
        Assert.Equal(9, new HadsellLoss(1).forward(near, far, zeros(1)).item<float>(), 1e-5);
        Assert.Equal(0, new HadsellLoss(1).forward(near, far, ones(1)).item<float>());
        Assert.Equal(0.5, new HadsellLoss(1).forward(near, near, ones(1)).item<float>(), 1e-6);
    }

    // The square root of a zero distance has an infinite derivative: times zero it makes NaN.
    [Fact]
    public void Coinciding_embeddings_have_a_finite_gradient()
    {
        var x = cat([_x1, _x1]);
        var y = cat([zeros(12), ones(12)]);
        Gradients.AssertFinite(v => new HadsellLoss(1).forward(v, x, y), x);
        Gradients.AssertFinite(v => new HadsellLoss(1).forward(v, y.to_type(ScalarType.Int64)), x);
        Gradients.AssertFinite(v => new HadsellLoss(1).forward(v, arange(40)), zeros(40, 4));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Without_pairs_the_loss_is_zero_and_still_differentiable(int n)
    {
        var (value, gradient) = Gradients.Of(x => new HadsellLoss(1).forward(x, zeros(n, dtype: ScalarType.Int64)), randn(n, 3));
        Assert.Equal(0, value);
        Assert.Equal(0, gradient.abs().sum().item<float>());
        Gradients.AssertFinite(x => new HadsellLoss(1).forward(x, x.detach() + 1, zeros(n)), randn(n, 3));
    }

    [Fact]
    public void A_collapsed_embedding_sticks_at_half_the_squared_margin_per_dissimilar_pair()
    {
        // Of the 12 x 11 ordered pairs each item has 8 with the other two classes.
        var labels = arange(12).remainder(3);
        double dissimilar = 12 * 8 / (12.0 * 11);
        var (value, gradient) = Gradients.Of(x => new HadsellLoss(1.5).forward(x, labels), ones(12, 2, dtype: ScalarType.Float64));
        Assert.Equal(dissimilar * 1.5 * 1.5 / 2, value, 1e-12);
        Assert.Equal(0, gradient.abs().max().item<double>(), 1e-12);
    }

    // With a sigmoid for a distance and margin 1 the loss is the squared error of a classifier: no geometry is left in it.
    [Fact]
    public void A_distance_squashed_to_0_to_1_under_margin_1_makes_it_plain_squared_error()
    {
        var p = rand(12, 1, dtype: ScalarType.Float64);
        double squaredError = (_y - p.squeeze(1)).square().mean().item<double>() / 2;
        Assert.Equal(squaredError, new HadsellLoss(1).forward(p, zeros_like(p), _y).item<double>(), 1e-12);
    }

    [Fact]
    public void Chopras_loss_is_the_papers_mean_over_pairs()
    {
        const double Q = 6;
        Assert.Equal(OverPairs((e, y) => y ? 2 * Q * Math.Exp(-2.77 * e / Q) : 2 / Q * e * e, 1), new ChopraLoss(Q).forward(_x1, _x2, _y).item<double>(), 1e-12);
        Gradients.AssertMatchDifferences(x => new ChopraLoss(Q).forward(x, _x2, _y), _x1);
        Gradients.AssertFinite(x => new ChopraLoss(Q).forward(x, _x1, _y), _x1);
        Gradients.AssertFinite(x => new ChopraLoss(Q).forward(x, zeros(0, 3), zeros(0)), zeros(0, 3));
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        Assert.Equal("margin", Assert.Throws<ArgumentOutOfRangeException>(() => new HadsellLoss(0)).ParamName);
        Assert.Equal("margin", Assert.Throws<ArgumentOutOfRangeException>(() => new HadsellLoss(double.NaN)).ParamName);
        Assert.Equal("upperBound", Assert.Throws<ArgumentOutOfRangeException>(() => new ChopraLoss(-1)).ParamName);
        var loss = new HadsellLoss(1);
        Assert.Equal("x1", Assert.Throws<ArgumentException>(() => loss.forward(_y, _x2, _y)).ParamName);
        Assert.Equal("x2", Assert.Throws<ArgumentException>(() => loss.forward(_x1, _x2[..3], _y)).ParamName);
        Assert.Equal("y", Assert.Throws<ArgumentException>(() => loss.forward(_x1, _x2, _y[..3])).ParamName);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => loss.forward(_x1, _y[..3])).ParamName);
        Assert.Equal("embeddings", Assert.Throws<ArgumentException>(() => loss.forward(tensor(1f), _y)).ParamName);
    }

    [Fact]
    public void Training_steps_leave_no_tensors_behind()
    {
        Gradients.AssertNoLeak(x => new HadsellLoss(1).forward(x, _x2, _y), _x1);
        Gradients.AssertNoLeak(x => new HadsellLoss(1).forward(x, _y), _x1);
    }
}
