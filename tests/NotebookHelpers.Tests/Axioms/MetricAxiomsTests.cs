using CsCheck;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Axioms;

public class MetricAxiomsTests
{
    private static double Absolute(double x, double y) => Math.Abs(x - y);

    [Fact]
    public void A_metric_holds_on_all_axioms()
    {
        var report = MetricAxioms.Check(Absolute, new[] { 0.0, 1, 2.5, -3 });
        Assert.True(report.IsMetric);
        Assert.All(report.Verdicts, verdict => Assert.True(verdict.Holds));
        Assert.Equal([16, 16, 6, 64], report.Verdicts.Select(verdict => verdict.Tried));
        Assert.All(report.Verdicts, verdict => Assert.Null(verdict.Counterexample));
    }

    [Fact]
    public void Every_kind_has_its_name()
    {
        double[] points = [0, 1, 2, 3.5];
        Assert.Equal(DistanceKind.PseudoMetric, MetricAxioms.Check((x, y) => Math.Abs(Math.Floor(x / 2) - Math.Floor(y / 2)), points).Kind);
        Assert.Equal(DistanceKind.QuasiMetric, MetricAxioms.Check((x, y) => x > y ? x - y : 2 * (y - x), points).Kind);
        Assert.Equal(DistanceKind.SemiMetric, MetricAxioms.Check((x, y) => (x - y) * (x - y), points).Kind);
        Assert.Equal(DistanceKind.Premetric, MetricAxioms.Check((x, y) => (x > y ? 1 : 2) * (x - y) * (x - y), points).Kind);
        Assert.Equal(DistanceKind.None, MetricAxioms.Check((x, y) => x - y, points).Kind);
        Assert.Equal(DistanceKind.None, MetricAxioms.Check((x, y) => Math.Abs(x - y) + 1, points).Kind);
    }

    [Fact]
    public void Witness_names_points_and_both_sides()
    {
        var witness = MetricAxioms.Check((x, y) => (x - y) * (x - y), [0.0, 1, 2]).TriangleInequality.Counterexample!;
        Assert.Equal((4, 2), (witness.Left, witness.Right));
        Assert.Equal("d(x, z) = 4 > 2 = d(x, y) + d(y, z) for x = 0, y = 1, z = 2", witness.Text);
        Assert.Equal([0, 1, 2], witness.Indices);
        Assert.Contains("d(x, y) = -1 < 0 for x = 0, y = 1", MetricAxioms.Check((x, y) => x - y, [0.0, 1]).NonNegativity.Counterexample!.Text, StringComparison.Ordinal);
        Assert.Contains("d(x, x) = 1, not 0", MetricAxioms.Check((x, y) => 1, [0.0, 1]).IdentityOfIndiscernibles.Counterexample!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdicts_agree_with_plain_loops_on_random_matrices() =>
        Gen.Select(Gen.Int[1, 23], Gen.Int[0, 3], Gen.Int[0, 1_000_000]).Sample((n, spoil, seed) =>
        {
            var random = new Random(seed);
            double[][] points = [.. Enumerable.Range(0, n).Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
            var d = new double[n, n];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) d[i, j] = Distances.Euclidean(points[i], points[j]);
            for (int s = 0; s < spoil; s++) d[random.Next(n), random.Next(n)] = random.NextDouble() * 2 - 0.5;

            using var matrix = tensor(d);
            var report = MetricAxioms.Check(matrix, 1e-9);
            double negative = 0, self = 0, asymmetric = 0, longer = 0;
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                {
                    negative = Math.Max(negative, -d[i, j]);
                    asymmetric = Math.Max(asymmetric, Math.Abs(d[i, j] - d[j, i]));
                    if (i == j) self = Math.Max(self, Math.Abs(d[i, j]));
                    for (int k = 0; k < n; k++) longer = Math.Max(longer, d[i, k] - d[i, j] - d[j, k]);
                }
            Assert.Equal(negative, report.NonNegativity.WorstViolation, 12);
            Assert.Equal(asymmetric, report.Symmetry.WorstViolation, 12);
            Assert.Equal(longer, report.TriangleInequality.WorstViolation, 12);
            Assert.Equal(longer <= 1e-9, report.TriangleInequality.Holds);
            Assert.Equal(self > 1e-9 || Enumerable.Range(0, n * n).Any(at => at / n != at % n && Math.Abs(d[at / n, at % n]) <= 1e-9), !report.IdentityOfIndiscernibles.Holds);
            if (report.TriangleInequality.Counterexample is not { } witness) return;
            var (x, y, z) = (witness.Indices[0], witness.Indices[1], witness.Indices[2]);
            Assert.Equal(longer, d[x, z] - d[x, y] - d[y, z], 12);
        }, iter: 400);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(127)]
    [InlineData(130)]
    [InlineData(261)]
    public void A_single_wrong_entry_is_found_at_any_size(int n)
    {
        var d = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) d[i, j] = Math.Abs(i - j);
        using (var good = tensor(d)) Assert.True(MetricAxioms.Check(good).IsMetric);
        if (n < 3) return;
        d[n - 1, 0] = d[0, n - 1] = n - 0.5;
        using var bad = tensor(d);
        var verdict = MetricAxioms.Check(bad).TriangleInequality;
        Assert.Equal(0.5, verdict.WorstViolation, 9);
        Assert.Equal((0, n - 1), (verdict.Counterexample!.Indices[0], verdict.Counterexample.Indices[2]));
        Assert.Equal((long)n * n * n, verdict.Tried);
    }

    [Fact]
    public void Tolerance_is_relative_to_the_sides_above_one()
    {
        double[] points = [0, 1, 2];
        Assert.True(MetricAxioms.Check((x, y) => Math.Abs(x - y) * (Math.Abs(x - y) > 1.5 ? 1.01 : 1), points, tolerance: 0.02).IsMetric);
        Assert.False(MetricAxioms.Check((x, y) => Math.Abs(x - y) * (Math.Abs(x - y) > 1.5 ? 1.05 : 1), points, tolerance: 0.02).IsMetric);
        // A large pair that the tolerance excuses must not hide a small one that it does not.
        double[,] d = { { 0, 1000, 0.1, 5 }, { 1000, 0, 999.89, 999 }, { 0.1, 999.89, 0, 0.01 }, { 5, 999, 0.01, 0 } };
        using var matrix = tensor(d);
        Assert.Equal(5, MetricAxioms.Check(matrix, 1e-2).TriangleInequality.Counterexample!.Left);
    }

    [Fact]
    public void Equal_arrays_are_one_point_and_a_comparer_decides_otherwise()
    {
        double[][] points = [[1, 2], [1, 2], [3, 4]];
        Assert.True(MetricAxioms.Check(Distances.Euclidean, points).IsMetric);
        Assert.Equal(DistanceKind.PseudoMetric, MetricAxioms.Check<double[]>(Distances.Euclidean, points, equality: ReferenceEqualityComparer.Instance).Kind);
    }

    [Fact]
    public void What_is_no_distance_is_refused_with_its_place()
    {
        Assert.Contains("at least one point", Assert.Throws<ArgumentException>(() => MetricAxioms.Check(Absolute, Array.Empty<double>())).Message, StringComparison.Ordinal);
        Assert.Contains("of 1 and 0 is NaN", Assert.Throws<ArgumentException>(() => MetricAxioms.Check((x, y) => x > y ? double.NaN : 0, [0.0, 1])).Message, StringComparison.Ordinal);
        using var square = tensor(new[,] { { 0, 1 }, { double.PositiveInfinity, 0 } });
        Assert.Contains("points 1 and 0 is Infinity", Assert.Throws<ArgumentException>(() => MetricAxioms.Check(square)).Message, StringComparison.Ordinal);
        using var oblong = zeros(2, 3);
        Assert.Contains("[2, 3]", Assert.Throws<ArgumentException>(() => MetricAxioms.Check(oblong)).Message, StringComparison.Ordinal);
        using var none = zeros(0, 0);
        Assert.Throws<ArgumentException>(() => MetricAxioms.Check(none));
        Assert.Throws<ArgumentException>(() => MetricAxioms.Check(Absolute, new[] { 1.0 }, tolerance: double.NaN));
    }

    [Fact]
    public void One_point_is_enough() => Assert.True(MetricAxioms.Check(Absolute, new[] { 3.0 }).IsMetric);

    [Fact]
    public void Search_shrinks_to_the_smallest_witness()
    {
        static IEnumerable<int> Smaller(int value) => value == 0 ? [] : [0, value / 2, value - Math.Sign(value)];
        var report = MetricAxioms.Search((int x, int y) => (double)(x - y) * (x - y), random => random.Next(-1000, 1000), Smaller)!;
        var witness = report.TriangleInequality.Counterexample!;
        int[] values = [.. witness.Points.Select(point => int.Parse(point, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(2, values.Max() - values.Min()); // no shorter line of three whole numbers violates it
        Assert.Contains(0, values);
        Assert.Null(MetricAxioms.Search((int x, int y) => Math.Abs(x - y), random => random.Next(-1000, 1000), Smaller, trials: 500));
    }

    [Fact]
    public void Search_ends_where_the_simpler_points_are_the_points_themselves()
    {
        var numbers = MetricAxioms.Search((int x, int y) => (double)(x - y) * (x - y), random => random.Next(-1000, 1000), x => [x / 2]);
        Assert.NotNull(numbers);
        var vectors = MetricAxioms.Search<double[]>(
            (x, y) => (x[0] - y[0]) * (x[0] - y[0]), random => [random.Next(-9, 9)], x => [[Math.Truncate(x[0] / 2)]]);
        Assert.NotNull(vectors);
    }

    [Fact]
    public void Search_shrinks_two_points_that_hang_together()
    {
        static IEnumerable<int> Smaller(int value) => value == 0 ? [] : [0, value / 2, value - Math.Sign(value)];
        var report = MetricAxioms.Search((int x, int y) => Math.Abs((double)x * x - (double)y * y), random => random.Next(-50, 51), Smaller)!;
        Assert.Equal(["-1", "1"], report.IdentityOfIndiscernibles.Counterexample!.Points.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Rounding_of_float32_is_no_violation()
    {
        using var scope = NewDisposeScope();
        var line = randn(200, 1, ScalarType.Float32);
        var distances = (line - line.t()).abs();
        Assert.True(MetricAxioms.Check(distances).TriangleInequality.Holds);
        Assert.False(MetricAxioms.Check(distances, 1e-9).TriangleInequality.Holds);
    }

    [Fact]
    public void Report_reads_as_a_table()
    {
        string text = MetricAxioms.Check((x, y) => (x - y) * (x - y), [0.0, 1, 2]).ToString();
        Assert.StartsWith("Semi-metric on 3 points", text, StringComparison.Ordinal);
        Assert.Contains("triangle inequality", text, StringComparison.Ordinal);
        Assert.Contains("violated", text, StringComparison.Ordinal);
    }
}
