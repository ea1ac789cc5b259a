using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Losses;

public sealed class NTXentLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // The plain form, by autograd: a softmax over 2N x 2N similarities that has to pick the other view.
    private static Tensor Plain(Tensor a, Tensor b, double temperature)
    {
        long n = a.shape[0];
        var x = nn.functional.normalize(cat([a, b]), dim: 1);
        var logits = (x.mm(x.t()) / temperature).masked_fill(eye(2 * n, dtype: ScalarType.Bool), double.NegativeInfinity);
        return nn.functional.cross_entropy(logits, arange(2 * n).add(n).remainder(2 * n));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 3)]
    [InlineData(50, 8)]
    [InlineData(700, 16)]
    public void Two_views_are_a_softmax_that_picks_the_other_view(int n, int d)
    {
        random.manual_seed(18);
        var (a, b) = (randn(n, d, dtype: ScalarType.Float64), randn(n, d, dtype: ScalarType.Float64));
        var loss = new NTXentLoss(0.2);
        var (value, gradient) = Gradients.Of(x => loss.OfViews(x, b), a);
        var (plainValue, plainGradient) = Gradients.Of(x => n == 1 ? x.sum() * 0 : Plain(x, b, 0.2), a);
        Assert.Equal(plainValue, value, 1e-10);
        Assert.True(gradient.allclose(plainGradient, atol: 1e-12));
        Assert.True(Gradients.Of(x => loss.OfViews(a, x), b).Gradient.allclose(Gradients.Of(x => n == 1 ? x.sum() * 0 : Plain(a, x, 0.2), b).Gradient, atol: 1e-12));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(200)]
    public void At_chance_the_loss_is_the_log_of_the_number_of_candidates(int n)
    {
        // All embeddings alike: the value at which training that learns nothing is stuck.
        var x = ones(n, 8, dtype: ScalarType.Float64);
        Assert.Equal(Math.Log(2 * n - 1), new NTXentLoss(0.1).OfViews(x, x * 2).item<double>(), 1e-9);
        Assert.Equal(Math.Log(2 * n - 1), NTXentLoss.AtChance(n), 1e-12);
    }

    [Fact]
    public void At_the_simplex_the_loss_is_its_smallest()
    {
        // N unit vectors at equal angles, similarity -1/(N - 1); both views coincide.
        const int N = 9;
        var simplex = eye(N, dtype: ScalarType.Float64) - 1.0 / N;
        double expected = Math.Log(1 + (2 * N - 2) * Math.Exp(-N / ((N - 1) * 0.3)));
        var (value, gradient) = Gradients.Of(x => new NTXentLoss(0.3).OfViews(x, simplex), simplex);
        Assert.Equal(expected, value, 1e-9);
        Assert.Equal(expected, new NTXentLoss(0.3).AtSimplex(N), 1e-12);
        Assert.Equal(0, gradient.abs().max().item<double>(), 1e-9);
    }

    // Subtracting the item's own e^(1/t) after the sum loses the other terms to rounding; masking does not.
    [Fact]
    public void The_item_itself_is_masked_not_subtracted()
    {
        random.manual_seed(19);
        // Nearly orthogonal embeddings at a small temperature: e^(1/0.03) is 3e14, the other terms are near 1.
        var (a, b) = (eye(20, 64), randn(20, 64) * 1e-3f + eye(20, 64).roll(20, 1));
        double precise = Plain(a.to_type(ScalarType.Float64), b.to_type(ScalarType.Float64), 0.03).item<double>();
        Assert.Equal(precise, new NTXentLoss(0.03).OfViews(a, b).item<float>(), 1e-4 * precise);

        var x = nn.functional.normalize(cat([a, b]), dim: 1);
        var exponentials = (x.mm(x.t()) / 0.03f).exp();
        var subtracted = exponentials.sum(1) - exponentials.diagonal();
        double mistaken = (subtracted.log() - (x * x.roll(20, 0)).sum(1) / 0.03f).mean().item<float>();
        Assert.False(Math.Abs(mistaken - precise) < 0.1 * precise, "The mistake is too small here to tell.");
    }

    [Fact]
    public void Other_positives_stand_neither_above_nor_below()
    {
        // Anchor 0 with positives 1 and 2: supervised contrastive loss counts the other positive below, NT-Xent does not.
        var x = tensor(new double[,] { { 1, 0 }, { 1, 0 }, { 1, 0 }, { 0, 1 } });
        var labels = tensor(new long[] { 0, 0, 0, 1 });
        Assert.Equal(Math.Log(1 + Math.Exp(-1)), new NTXentLoss(1).forward(x, labels).item<double>(), 1e-9);
        Assert.Equal(Math.Log(2 + Math.Exp(-1)), new SupConLoss(1).forward(x, labels).item<double>(), 1e-9);
    }

    [Fact]
    public void A_temperature_near_zero_overflows_nothing()
    {
        random.manual_seed(20);
        var labels = arange(30).remainder(5);
        Gradients.AssertFinite(x => new NTXentLoss(1e-3).forward(x, labels), randn(30, 4));
        Gradients.AssertFinite(x => new SupConLoss(1e-3).forward(x, labels), randn(30, 4));
    }

    [Fact]
    public void Large_batches_in_blocks_equal_the_plain_form_in_a_fraction_of_its_memory()
    {
        random.manual_seed(21);
        var (a, b) = (randn(1024, 32), randn(1024, 32));
        var gradient = Gradients.Of(x => new NTXentLoss(0.1).OfViews(x, b), a).Gradient;
        var plain = Gradients.Of(x => Plain(x, b, 0.1), a).Gradient;
        Assert.True((gradient - plain).abs().max().item<float>() <= 1e-6 * plain.abs().max().item<float>() + 1e-9);
    }

    [Fact]
    public void Views_of_different_shapes_are_refused() =>
        Assert.Equal("second", Assert.Throws<ArgumentException>(() => new NTXentLoss().OfViews(randn(4, 3), randn(5, 3))).ParamName);

    [Fact]
    public void A_temperature_that_is_not_positive_is_refused()
    {
        Assert.Equal("temperature", Assert.Throws<ArgumentOutOfRangeException>(() => new NTXentLoss(0)).ParamName);
        Assert.Equal("temperature", Assert.Throws<ArgumentOutOfRangeException>(() => new SupConLoss(double.NaN)).ParamName);
    }

    // Two classes of 1,024: a list of positives times negatives would have 2 billion entries, 8.6 GB.
    [Fact]
    public void No_list_of_positives_times_negatives_is_formed()
    {
        random.manual_seed(22);
        Gradients.AssertFinite(x => new NTXentLoss().forward(x, arange(2048).remainder(2)), randn(2048, 16));
    }
}
