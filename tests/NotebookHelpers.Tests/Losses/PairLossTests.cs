using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Losses;

/// <summary>What holds for every loss over pairs, and each loss against loops over its definition.</summary>
public sealed class PairLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x, _labels;
    private readonly double[][] _similarity, _distance;
    private readonly int[][] _positives, _negatives;

    public PairLossTests()
    {
        random.manual_seed(16);
        _x = randn(15, 4, dtype: ScalarType.Float64);
        // Classes of 6, 5, 3 and 1.
        _labels = tensor(new long[] { 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 0, 9 });
        var unit = nn.functional.normalize(_x, dim: 1);
        long[] labels = _labels.data<long>().ToArray();
        double[][] Matrix(Func<int, int, double> of) => [.. Enumerable.Range(0, 15).Select(i => Enumerable.Range(0, 15).Select(j => of(i, j)).ToArray())];
        _similarity = Matrix((i, j) => unit[i].dot(unit[j]).item<double>());
        _distance = Matrix((i, j) => (unit[i] - unit[j]).norm().item<double>());
        int[][] Partners(bool same) => [.. Enumerable.Range(0, 15).Select(i => Enumerable.Range(0, 15).Where(j => j != i && labels[i] == labels[j] == same).ToArray())];
        (_positives, _negatives) = (Partners(true), Partners(false));
    }

    public void Dispose() => _scope.Dispose();

    private static readonly Dictionary<string, PairLoss> Losses = new()
    {
        ["contrastive"] = new ContrastiveLoss(0.2, 0.9),
        ["contrastive, cosine"] = new ContrastiveLoss(measure: PairMeasure.CosineSimilarity),
        ["NT-Xent"] = new NTXentLoss(0.3),
        ["supervised contrastive"] = new SupConLoss(0.3),
        ["multi-similarity"] = new MultiSimilarityLoss(2, 10),
        ["lifted structure"] = new LiftedStructureLoss(),
        ["generalized lifted structure"] = new GeneralizedLiftedStructureLoss(1, 0.1),
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Pairs_that_are_no_positions_in_the_batch_are_refused(string name)
    {
        var (some, more) = (tensor(new[] { 0L, 3L }), tensor(new[] { 1L, 2L, 5L }));
        foreach (var (a, p) in new[] { (some, some + 12), (some - 1, some), (some, more), (some, more[..1]), (some.to_type(ScalarType.Int32), some) })
        {
            Assert.Equal("pairs", Assert.Throws<ArgumentException>(() => Losses[name].forward(_x, new Pairs(a, p, some, some + 1))).ParamName);
            Assert.Equal("pairs", Assert.Throws<ArgumentException>(() => Losses[name].forward(_x, new Pairs(some, some + 1, a, p))).ParamName);
        }
    }

    public static TheoryData<string, Func<IEmbeddingLoss>> WrongParameters => new()
    {
        { "positiveMargin", () => new ContrastiveLoss(positiveMargin: double.NaN) },
        { "negativeMargin", () => new ContrastiveLoss(negativeMargin: double.PositiveInfinity) },
        { "measure", () => new ContrastiveLoss(measure: (PairMeasure)7) },
        { "margin", () => new TripletMarginLoss(double.NaN) },
        { "alpha", () => new MultiSimilarityLoss(alpha: 0) },
        { "beta", () => new MultiSimilarityLoss(beta: -1) },
        { "base", () => new MultiSimilarityLoss(@base: double.NaN) },
        { "negativeMargin", () => new LiftedStructureLoss(double.NaN) },
        { "positiveMargin", () => new LiftedStructureLoss(positiveMargin: double.NaN) },
        { "negativeMargin", () => new GeneralizedLiftedStructureLoss(double.NaN) },
        { "positiveMargin", () => new GeneralizedLiftedStructureLoss(positiveMargin: double.NegativeInfinity) },
        { "temperature", () => new NTXentLoss(1e-39) },
        { "temperature", () => new SupConLoss(1e-39) },
        { "margin", () => new RankedListLoss(double.NaN) },
        { "temperature", () => new RankedListLoss(temperature: -1) },
        { "temperature", () => new RankedListLoss(temperature: double.PositiveInfinity) },
        { "boundary", () => new RankedListLoss(boundary: double.NaN) },
    };

    [Theory]
    [MemberData(nameof(WrongParameters))]
    public void A_parameter_out_of_range_is_refused_by_name(string parameter, Func<IEmbeddingLoss> make) =>
        Assert.Equal(parameter, Assert.Throws<ArgumentOutOfRangeException>(make).ParamName);

    private static double LogSumExp(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? 0 : Math.Log(all.Sum(Math.Exp));
    }

    private double ByLoops(string name)
    {
        var anchors = Enumerable.Range(0, 15);
        var pairs = anchors.SelectMany(a => _positives[a].Select(p => (A: a, P: p)));
        switch (name)
        {
            case "contrastive":
                return pairs.Select(pair => _distance[pair.A][pair.P] - 0.2).Where(v => v > 0).Average()
                    + anchors.SelectMany(a => _negatives[a].Select(n => 0.9 - _distance[a][n])).Where(v => v > 0).Average();
            case "contrastive, cosine":
                return pairs.Select(pair => 1 - _similarity[pair.A][pair.P]).Where(v => v > 0).Average()
                    + anchors.SelectMany(a => _negatives[a].Select(n => _similarity[a][n])).Where(v => v > 0).Average();
            case "NT-Xent":
                return pairs.Average(pair =>
                {
                    double positive = Math.Exp(_similarity[pair.A][pair.P] / 0.3);
                    return -Math.Log(positive / (positive + _negatives[pair.A].Sum(n => Math.Exp(_similarity[pair.A][n] / 0.3))));
                });
            case "supervised contrastive":
                return anchors.Where(a => _positives[a].Length > 0).Average(a => _positives[a].Average(p =>
                    -Math.Log(Math.Exp(_similarity[a][p] / 0.3) / anchors.Where(k => k != a).Sum(k => Math.Exp(_similarity[a][k] / 0.3)))));
            case "multi-similarity":
                return anchors.Average(a => Math.Log(1 + _positives[a].Sum(p => Math.Exp(-2 * (_similarity[a][p] - 0.5)))) / 2
                    + Math.Log(1 + _negatives[a].Sum(n => Math.Exp(10 * (_similarity[a][n] - 0.5)))) / 10);
            case "lifted structure":
                return pairs.Average(pair => Math.Pow(Math.Max(0, _distance[pair.A][pair.P]
                    + LogSumExp(_negatives[pair.A].Select(n => 1 - _distance[pair.A][n]).Concat(_negatives[pair.P].Select(n => 1 - _distance[pair.P][n])))), 2) / 2);
            default:
                return anchors.Average(a => Math.Max(0, LogSumExp(_positives[a].Select(p => _distance[a][p] - 0.1)) + LogSumExp(_negatives[a].Select(n => 1 - _distance[a][n]))));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_the_loop_over_its_definition(string name)
    {
        Assert.Equal(ByLoops(name), Losses[name].forward(_x, _labels).item<double>(), 1e-10);
        Gradients.AssertMatchDifferences(x => Losses[name].forward(x, _labels), _x);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void All_pairs_named_one_by_one_give_the_same_loss(string name)
    {
        Tensor Column(int[][] partners, Func<int, int, long> of) => tensor(partners.SelectMany((row, a) => row.Select(j => of(a, j))).ToArray());
        var pairs = new Pairs(Column(_positives, (a, _) => a), Column(_positives, (_, p) => p), Column(_negatives, (a, _) => a), Column(_negatives, (_, n) => n));
        var (value, gradient) = Gradients.Of(x => Losses[name].forward(x, _labels), _x);
        var (minedValue, minedGradient) = Gradients.Of(x => Losses[name].forward(x, pairs), _x);
        Assert.Equal(value, minedValue, 1e-12);
        Assert.True(gradient.allclose(minedGradient, atol: 1e-12));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Few_mined_pairs_have_the_gradient_of_finite_differences(string name)
    {
        // Anchor 2 has a positive and no negative, anchor 4 a negative and no positive; the pairs are not symmetric.
        var pairs = new Pairs(tensor(new long[] { 0, 2, 3 }), tensor(new long[] { 3, 5, 6 }), tensor(new long[] { 0, 0, 4, 3 }), tensor(new long[] { 1, 7, 0, 4 }));
        Gradients.AssertMatchDifferences(x => Losses[name].forward(x, pairs), _x);
        var none = new Pairs(arange(0), arange(0), arange(0), arange(0));
        var (value, gradient) = Gradients.Of(x => Losses[name].forward(x, none), _x);
        Assert.Equal((0, 0), (value, gradient.abs().sum().item<double>()));
    }

    // With millions of pairs some cross a margin within any step: the contrastive loss is checked by ContrastiveLossTests.
    public static TheoryData<string> SmoothNames => [.. Losses.Keys.Where(name => !name.StartsWith("contrastive"))];

    [Theory]
    [MemberData(nameof(SmoothNames))]
    public void Blocks_of_anchors_add_up_to_the_whole(string name)
    {
        // 2,100 embeddings make several blocks; of the first 12 classes only 3 items each, the rest are one class each.
        random.manual_seed(17);
        var x = randn(2100, 3, dtype: ScalarType.Float64);
        var labels = arange(2100);
        labels[..36] = arange(36).remainder(12);
        var (_, gradient) = Gradients.Of(v => Losses[name].forward(v, labels), x);
        // Along a random direction, since 6,300 differences would take long.
        var direction = randn_like(x);
        double Value(double step) => Losses[name].forward(x + direction * step, labels).item<double>();
        double expected = (Value(1e-6) - Value(-1e-6)) / 2e-6;
        Assert.Equal(expected, (gradient * direction).sum().item<double>(), 1e-6 * (1 + Math.Abs(expected)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Degenerate_batches_have_finite_values_and_gradients(string name) => EdgeCases.AssertFinite(Losses[name].forward);

    [Theory]
    [InlineData("NT-Xent")]
    [InlineData("supervised contrastive")]
    [InlineData("lifted structure")]
    public void Without_a_single_negative_there_is_nothing_to_contrast(string name)
    {
        var all = arange(15);
        foreach (Func<Tensor, Tensor> loss in new Func<Tensor, Tensor>[]
        {
            x => Losses[name].forward(x, zeros_like(_labels)),
            x => Losses[name].forward(x, new Pairs(all, all.roll(1), arange(0), arange(0))),
        })
        {
            var (value, gradient) = Gradients.Of(loss, _x);
            Assert.Equal((0, 0), (value, gradient.abs().sum().item<double>()));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Training_steps_leave_no_tensors_behind(string name) =>
        Gradients.AssertNoLeak(x => Losses[name].forward(x, _labels), _x);

    [Theory]
    [MemberData(nameof(Names))]
    public void Without_gradients_the_value_is_the_same(string name)
    {
        using var noGradient = no_grad();
        Assert.Equal(ByLoops(name), Losses[name].forward(_x, _labels).item<double>(), 1e-10);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_reaches_the_parameters_behind_the_embeddings_scaled_as_the_loss_is(string name)
    {
        var weights = randn(4, 3, dtype: ScalarType.Float64);
        Gradients.AssertMatchDifferences(w => 3 * Losses[name].forward(_x.mm(w).tanh(), _labels), weights);
    }
}
