using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Axioms;

public class TolerancesTests
{
    [Theory]
    [InlineData(1e-200)]
    [InlineData(1e-10)]
    [InlineData(1)]
    [InlineData(1e12)]
    public void The_unit_of_a_distance_makes_no_difference(double unit)
    {
        double[] points = [0, 1e-3, 0.5, 1, 2, 7];
        Assert.Equal(DistanceKind.Metric, MetricAxioms.Check((x, y) => Math.Abs(x - y) * unit, points).Kind);
        Assert.Equal(DistanceKind.SemiMetric, MetricAxioms.Check((x, y) => (x - y) * (x - y) * unit, points).Kind);
        Assert.Equal(DistanceKind.PseudoMetric, MetricAxioms.Check((x, y) => Math.Abs(Math.Floor(x) - Math.Floor(y)) * unit, points).Kind);
        Assert.Equal(DistanceKind.QuasiMetric, MetricAxioms.Check((x, y) => Math.Max(y - x, 2 * (x - y)) * unit, points).Kind);
        Assert.Equal(DistanceKind.None, MetricAxioms.Check((x, y) => (Math.Abs(x - y) + 0.01) * unit, points).Kind);
    }

    [Fact]
    public void Points_of_very_different_distances_are_different_points() =>
        Assert.Equal(DistanceKind.Metric, MetricAxioms.Check((x, y) => Math.Abs(x - y), [0, 1e-6, 1.0, 1e5]).Kind);

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Distances_by_matrix_products_are_a_metric_in_every_type(ScalarType type)
    {
        random.manual_seed(7);
        using var scope = NewDisposeScope();
        var x = randn(60, 128, ScalarType.Float64);
        var distances = type == ScalarType.Float64 ? cdist(x, x) : cdist(x.to_type(ScalarType.Float32), x.to_type(ScalarType.Float32)).to_type(type);
        Assert.Equal(DistanceKind.Metric, MetricAxioms.Check(distances).Kind);
        Assert.Equal(DistanceKind.SemiMetric, MetricAxioms.Check(arange(9).sub(arange(9).unsqueeze(1)).to_type(type).square()).Kind);
    }

    [Fact]
    public void A_tolerance_that_is_given_is_taken_at_its_word()
    {
        using var matrix = tensor(new[] { 1e-4f, 1, 1, 0 }, 2, 2);
        Assert.Equal(DistanceKind.Metric, MetricAxioms.Check(matrix).Kind);
        Assert.Equal(DistanceKind.None, MetricAxioms.Check(matrix, 1e-6).Kind);
    }

    [Fact]
    public void The_report_says_which_tolerance_judged()
    {
        Assert.Contains("differences up to 1E-9 of the larger side", MetricAxioms.Check((x, y) => Math.Abs(x - y), [0.0, 1]).ToString(), StringComparison.Ordinal);
        using var matrix = zeros(1, 1);
        Assert.Contains("1E-5", MetricAxioms.Check(matrix).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_witness_of_tiny_distances_shows_them() => Assert.Contains(
        "4E-10 > 2E-10", MetricAxioms.Check((x, y) => (x - y) * (x - y) * 1e-10, [0.0, 1, 2]).TriangleInequality.Counterexample!.Text, StringComparison.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(1e200)]
    [InlineData(1e-200)]
    public void Lengths_neither_overflow_nor_vanish(double size)
    {
        double[] x = [3 * size, 0, 0], y = [0, 4 * size, 0];
        Assert.Equal(5, Distances.Euclidean(x, y) / size, 1e-12);
        Assert.Equal(4, Distances.Minkowski(double.PositiveInfinity)(x, y) / size, 1e-12);
        Assert.Equal(5, Distances.Minkowski(2)(x, y) / size, 1e-12);
        Assert.Equal(1, Distances.Cosine(x, y), 1e-12);
        Assert.Equal(Math.Sqrt(2), Distances.Chordal(x, y), 1e-12);
        Assert.Equal(Math.PI / 2, Distances.Angular(x, y), 1e-12);
        Assert.Equal(5, Distances.Mahalanobis(new double[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } })(x, y) / size, 1e-12);
    }

    [Fact]
    public void A_ratio_of_probabilities_may_leave_float64() =>
        Assert.Equal(0.5 * (Math.Log(0.5) - Math.Log(1e-320)), Distances.KullbackLeibler([0.5, 0.5], [1e-320, 0.5]), 1e-9);

    [Fact]
    public void A_network_is_asked_in_its_own_type()
    {
        using var network = TorchSharp.torch.nn.Linear(2, 2, hasBias: false, dtype: ScalarType.Float64);
        network.weight!.detach().copy_(eye(2, dtype: ScalarType.Float64));
        Assert.Equal(5, Distances.OfNetwork(network)([1e8 + 3, 0], [1e8, 4]), 1e-9);
    }
}
