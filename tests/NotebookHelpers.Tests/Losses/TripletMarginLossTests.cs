using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Losses;

public sealed class TripletMarginLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x, _labels;

    public TripletMarginLossTests()
    {
        random.manual_seed(22);
        _x = randn(13, 4, dtype: ScalarType.Float64);
        _labels = tensor(Enumerable.Range(0, 13).Select(i => i * i % 5L).ToArray());
    }

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Triplets_of_another_batch_or_of_unequal_lengths_are_refused()
    {
        var (few, many) = (tensor(new[] { 0L, 1L }), tensor(Enumerable.Range(0, 400).Select(i => i % 13L).ToArray()));
        var loss = new TripletMarginLoss();
        foreach (var (a, p, n) in new[] { (few, few + 12, few), (few, few, few - 1), (many, many, many + 1), (few, few, many), (few, few[..1], few) })
            Assert.Equal("triplets", Assert.Throws<ArgumentException>(() => loss.forward(_x, new Triplets(a, p, n))).ParamName);
        Assert.Equal("triplets", Assert.Throws<ArgumentException>(
            () => loss.forward(_x, new Triplets(few.to_type(ScalarType.Int32), few, few))).ParamName);
    }

    private (double Value, Triplets All) ByTripleLoop(TripletMarginLoss loss)
    {
        var unit = nn.functional.normalize(_x, dim: 1);
        double Distance(int i, int j) => (unit[i] - unit[j]).norm().item<double>();
        long[] labels = _labels.data<long>().ToArray();
        var losses = new List<double>();
        var (anchors, positives, negatives) = (new List<long>(), new List<long>(), new List<long>());
        for (int a = 0; a < 13; a++)
            for (int p = 0; p < 13; p++)
                for (int n = 0; n < 13; n++)
                {
                    if (a == p || labels[a] != labels[p] || labels[a] == labels[n]) continue;
                    double toNegative = loss.Swap ? Math.Min(Distance(a, n), Distance(p, n)) : Distance(a, n);
                    double violation = Distance(a, p) - toNegative + loss.Margin;
                    losses.Add(loss.Smooth ? Math.Log(1 + Math.Exp(violation)) : Math.Max(0, violation));
                    anchors.Add(a);
                    positives.Add(p);
                    negatives.Add(n);
                }
        return (losses.Where(v => v > 0).Average(), new Triplets(tensor(anchors.ToArray()), tensor(positives.ToArray()), tensor(negatives.ToArray())));
    }

    [Theory]
    [InlineData(0.05, false, false)]
    [InlineData(0.4, false, false)]
    [InlineData(0.2, true, false)]
    [InlineData(0.2, false, true)]
    [InlineData(0.2, true, true)]
    public void Is_the_triple_loop_with_all_triplets_or_named_ones(double margin, bool swap, bool smooth)
    {
        var loss = new TripletMarginLoss(margin, swap, smooth);
        var (expected, all) = ByTripleLoop(loss);
        var (value, gradient) = Gradients.Of(x => loss.forward(x, _labels), _x);
        var (namedValue, namedGradient) = Gradients.Of(x => loss.forward(x, all), _x);
        Assert.Equal(expected, value, 1e-10);
        Assert.Equal(expected, namedValue, 1e-10);
        Assert.True(gradient.allclose(namedGradient, atol: 1e-12));
        Gradients.AssertMatchDifferences(x => loss.forward(x, _labels), _x);
    }

    [Fact]
    public void Blocks_of_triplets_add_up_to_the_whole()
    {
        // 600 items of 30 classes: 11,400 positive pairs x 600, several blocks; against the list of all triplets, mined.
        random.manual_seed(23);
        var x = randn(600, 3, dtype: ScalarType.Float64);
        var labels = arange(600).remainder(200);
        var triplets = new TripletMarginMiner(0.1, TripletKind.All).Mine(x, labels);
        var loss = new TripletMarginLoss(0.1);
        var (value, gradient) = Gradients.Of(v => loss.forward(v, labels), x);
        var (minedValue, minedGradient) = Gradients.Of(v => loss.forward(v, triplets), x);
        Assert.Equal(minedValue, value, 1e-10);
        Assert.True(gradient.allclose(minedGradient, atol: 1e-12));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Degenerate_batches_have_finite_values_and_gradients(bool swap, bool smooth)
    {
        EdgeCases.AssertFinite(new TripletMarginLoss(0.2, swap, smooth).forward);
        EdgeCases.AssertFinite((x, labels) => new TripletMarginLoss(0.2, swap, smooth).forward(x, new BatchHardMiner().Mine(x, labels)));
    }

    // With the negative as near as the positive every triplet has the margin as its loss, and no way out: collapse.
    [Fact]
    public void A_collapsed_embedding_sticks_at_the_margin()
    {
        var labels = arange(40).remainder(4);
        var (value, gradient) = Gradients.Of(x => new TripletMarginLoss(0.2).forward(x, labels), ones(40, 3, dtype: ScalarType.Float64));
        Assert.Equal(0.2, value, 1e-7);
        Assert.Equal(0, gradient.abs().max().item<double>(), 1e-7);
    }

    [Fact]
    public void All_triplets_of_1024_items_need_no_list_of_them()
    {
        // 8 classes of 128: 116 million triplets, whose indices alone would take 2.8 GB.
        random.manual_seed(24);
        Gradients.AssertFinite(x => new TripletMarginLoss().forward(x, arange(1024).remainder(8)), randn(1024, 16));
    }

    [Fact]
    public void Training_steps_leave_no_tensors_behind()
    {
        Gradients.AssertNoLeak(x => new TripletMarginLoss(0.2, swap: true).forward(x, _labels), _x);
        Gradients.AssertNoLeak(x =>
        {
            using var triplets = new BatchHardMiner().Mine(x, _labels);
            return new TripletMarginLoss(0.2).forward(x, triplets);
        }, _x);
    }
}
