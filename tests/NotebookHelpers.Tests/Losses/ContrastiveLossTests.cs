using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Losses;

public sealed class ContrastiveLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x, _labels;

    public ContrastiveLossTests()
    {
        random.manual_seed(5);
        _x = randn(14, 4, dtype: ScalarType.Float64);
        _labels = tensor(Enumerable.Range(0, 14).Select(i => i * i % 5L).ToArray());
    }

    public void Dispose() => _scope.Dispose();

    private static double ByDoubleLoop(ContrastiveLoss loss, Tensor x, Tensor labels)
    {
        var unit = nn.functional.normalize(x, dim: 1);
        var positive = new List<double>();
        var negative = new List<double>();
        bool isDistance = loss.Measure == PairMeasure.EuclideanDistance;
        for (int i = 0; i < x.shape[0]; i++)
            for (int j = 0; j < x.shape[0]; j++)
            {
                if (i == j) continue;
                bool same = labels[i].item<long>() == labels[j].item<long>();
                double measured = isDistance
                    ? (loss.Normalize ? unit[i] - unit[j] : x[i] - x[j]).norm().item<double>()
                    : unit[i].dot(unit[j]).item<double>();
                double violation = (same ? measured - loss.PositiveMargin : loss.NegativeMargin - measured) * (isDistance ? 1 : -1);
                if (violation > 0) (same ? positive : negative).Add(violation);
            }
        return positive.DefaultIfEmpty().Average() + negative.DefaultIfEmpty().Average();
    }

    public static TheoryData<ContrastiveLoss> Losses => [
        new ContrastiveLoss(), new ContrastiveLoss(0.3, 0.9), new ContrastiveLoss(0.5, 3, normalize: false),
        new ContrastiveLoss(measure: PairMeasure.CosineSimilarity), new ContrastiveLoss(0.8, 0.3, PairMeasure.CosineSimilarity)];

    [Theory]
    [MemberData(nameof(Losses), DisableDiscoveryEnumeration = true)]
    public void Is_the_double_loop_over_pairs(ContrastiveLoss loss)
    {
        Assert.Equal(ByDoubleLoop(loss, _x, _labels), loss.forward(_x, _labels).item<double>(), 1e-12);
        Gradients.AssertMatchDifferences(x => loss.forward(x, _labels), _x);
    }

    [Theory]
    [MemberData(nameof(Losses), DisableDiscoveryEnumeration = true)]
    public void Degenerate_batches_have_finite_values_and_gradients(ContrastiveLoss loss) =>
        EdgeCases.AssertFinite(loss.forward);

    [Fact]
    public void A_solved_pair_does_not_dilute_the_others()
    {
        // On a line: the positive pair at distance 2, one of two negative pairs inside the margin.
        var x = tensor(new double[,] { { 0 }, { 2 }, { 2.5 } });
        var loss = new ContrastiveLoss(negativeMargin: 1, normalize: false);
        Assert.Equal(2 + 0.5, loss.forward(x, tensor(new long[] { 0, 0, 1 })).item<double>(), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Losses), DisableDiscoveryEnumeration = true)]
    public void Blocks_of_anchors_add_up_to_the_matrix_form_by_autograd(ContrastiveLoss loss)
    {
        random.manual_seed(7);
        var labels = arange(1100).remainder(40);
        var same = labels.unsqueeze(0).eq(labels.unsqueeze(1));
        var itself = eye(1100, dtype: ScalarType.Bool);
        Tensor MeanOfNonZero(Tensor losses) => losses.sum() / losses.gt(0).sum();
        Tensor Matrix(Tensor x)
        {
            var u = loss.Normalize ? nn.functional.normalize(x, dim: 1) : x;
            bool isDistance = loss.Measure == PairMeasure.EuclideanDistance;
            var measured = isDistance ? cdist(u, u) : u.mm(u.t());
            int sign = isDistance ? 1 : -1;
            return MeanOfNonZero((sign * (measured - loss.PositiveMargin)).relu().masked_fill(same.logical_not().logical_or(itself), 0))
                + MeanOfNonZero((sign * (loss.NegativeMargin - measured)).relu().masked_fill(same, 0));
        }
        var points = randn(1100, 5, dtype: ScalarType.Float64);
        var (value, gradient) = Gradients.Of(x => loss.forward(x, labels), points);
        var (expected, expectedGradient) = Gradients.Of(Matrix, points);
        Assert.Equal(expected, value, 1e-10);
        Assert.True(gradient.allclose(expectedGradient, atol: 1e-12));
    }

    [Fact]
    public void Training_steps_leave_no_tensors_behind() =>
        Gradients.AssertNoLeak(x => new ContrastiveLoss().forward(x, _labels), _x);
}
