using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Axioms;

public class RoundingOfMatricesTests
{
    [Fact]
    public void Near_duplicates_by_matrix_products_in_float32_are_a_metric()
    {
        random.manual_seed(7);
        using var scope = NewDisposeScope();
        var centres = randn(6, 128).repeat(10, 1);
        foreach (double spread in new[] { 1e-3, 1e-4, 1e-5 })
        {
            var x = centres + spread * randn(60, 128);
            Assert.True(MetricAxioms.Check(cdist(x, x)).TriangleInequality.Holds);
            Assert.True(MetricAxioms.Check(cdist(x, x)).Symmetry.Holds);
        }
    }

    [Fact]
    public void Points_as_near_to_each_other_as_to_themselves_are_not_told_apart()
    {
        random.manual_seed(7);
        using var scope = NewDisposeScope();
        var x = randn(30, 128).repeat(2, 1);
        var distances = cdist(x, x);
        Assert.True(distances.diagonal().max().item<float>() > 0);
        Assert.Equal(DistanceKind.PseudoMetric, MetricAxioms.Check(distances).Kind);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Cosines_rounded_beyond_one_are_no_negative_distances(ScalarType type)
    {
        random.manual_seed(7);
        using var scope = NewDisposeScope();
        var z = nn.functional.normalize(randn(200, 2, ScalarType.Float64), dim: 1).to_type(type);
        var distances = 1 - z.mm(z.t());
        Assert.True(distances.min().to_type(ScalarType.Float64).item<double>() < 0);
        var report = MetricAxioms.Check(distances);
        Assert.True(report.NonNegativity.Holds, report.NonNegativity.Counterexample?.Text);
        Assert.True(report.Symmetry.Holds, report.Symmetry.Counterexample?.Text);
        // Of 200 directions in the plane some are nearer to each other than rounding tells; none is far from itself.
        Assert.NotEqual(DistanceKind.None, report.Kind);
        Assert.False(MetricAxioms.Check(distances - 0.2).NonNegativity.Holds);
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-310)]
    [InlineData(ScalarType.Float32, 1e-42)]
    [InlineData(ScalarType.Float16, 1e-6)]
    [InlineData(ScalarType.BFloat16, 1e-38)]
    public void Subnormal_distances_are_rounded_to_multiples_of_the_least(ScalarType type, double unit)
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 0, 1, 1.7, 3.1, 5, 9.3 });
        Assert.Equal(DistanceKind.Metric, MetricAxioms.Check(((x - x.unsqueeze(1)).abs() * unit).to_type(type)).Kind);
    }

    [Fact]
    public void An_angle_by_arccos_is_zero_of_a_direction_and_itself()
    {
        static double Angle(double[] x, double[] y) => Math.Acos(Distances.CosineSimilarity(x, y));
        double[][] points = [.. Enumerable.Range(1, 20).Select(i => new[] { Math.Cos(i * 0.07), Math.Sin(i * 0.07) })];
        Assert.Contains(points, x => Angle(x, x) > 1e-8);
        Assert.Equal(DistanceKind.Metric, MetricAxioms.Check(Angle, points).Kind);
        Assert.Equal(DistanceKind.None, MetricAxioms.Check(Angle, points, tolerance: 1e-9).Kind);
    }

    [Fact]
    public void Complex_numbers_are_no_distances()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("real", Assert.Throws<ArgumentException>(() => MetricAxioms.Check(zeros(2, 2, ScalarType.ComplexFloat32))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_says_what_counts_as_zero_and_what_the_diagonal_showed()
    {
        using var scope = NewDisposeScope();
        var report = MetricAxioms.Check(tensor(new[] { 0.5f, 1000, 1000, 0 }, 2, 2));
        Assert.Equal(1e-5, report.Tolerance);
        Assert.Equal(4000 * Math.Sqrt(Math.Pow(2, -23)), report.ZeroTolerance, 1e-9);
        Assert.Equal(3 * 0.5 + 64 * Math.Pow(2, -23) * 1000, report.Rounding, 1e-9);
        Assert.Contains("up to 1E-5 of the larger side plus 1.5E+0 count as rounding, and up to 1.4E+0 for d(x, x)",
            report.ToString(), StringComparison.Ordinal);
        Assert.Equal(64 * Math.Pow(2, -52) * 7, MetricAxioms.Check((x, y) => Math.Abs(x - y), [0.0, 7]).Rounding, 1e-20);
    }

    [Fact]
    public void Distances_whose_sum_leaves_float64_are_compared() =>
        Assert.Equal(DistanceKind.Metric, MetricAxioms.Check((x, y) => x == y ? 0 : 1e308, [0, 1, 2, 3]).Kind);
}
