using CsCheck;

namespace NotebookHelpers.Tests.Axioms;

public class DistancesTests
{
    private static readonly Gen<double[]> Vector = Gen.Double[-5, 5].Array[3];
    private static readonly Gen<double[]> Direction = Gen.Double[0.1, 1].Select(Gen.Double[-1, 1], Gen.Double[-1, 1], (x, y, z) => new[] { x, y, z });
    private static readonly Gen<double[]> Histogram = Gen.Double[0.01, 1].Array[4].Select(values => values.Select(value => value / values.Sum()).ToArray());
    private static readonly Gen<string> Word = Gen.Char["abc"].Array[4].Select(characters => new string(characters));
    private static readonly Gen<IReadOnlySet<string>> Set = Gen.Char["abcde"].Array[0, 5].Select(characters => (IReadOnlySet<string>)characters.Select(c => c.ToString()).ToHashSet());
    private static readonly Gen<(double, double)> Place = Gen.Double[-90, 90].Select(Gen.Double[-180, 180]);

    private static void IsMetric<T>(Func<T, T, double> distance, Gen<T> points, double tolerance = 1e-7) =>
        points.Array[3].Sample(triple =>
        {
            for (int i = 0; i < 27; i++)
            {
                T x = triple[i % 3], y = triple[i / 3 % 3], z = triple[i / 9];
                double xz = distance(x, z), way = distance(x, y) + distance(y, z);
                Assert.True(xz >= 0);
                Assert.True(distance(x, x) <= tolerance);
                Assert.True(Math.Abs(xz - distance(z, x)) <= tolerance * Math.Max(1, xz));
                Assert.True(xz <= way + tolerance * Math.Max(1, xz));
            }
        }, iter: 3000);

    [Fact]
    public void Known_metrics_survive_random_triples()
    {
        IsMetric(Distances.Euclidean, Vector);
        IsMetric(Distances.Manhattan, Vector);
        IsMetric(Distances.Chebyshev, Vector);
        IsMetric(Distances.Minkowski(3), Vector);
        IsMetric(Distances.Angular, Direction);
        IsMetric(Distances.Chordal, Direction);
        IsMetric(Distances.Mahalanobis(new double[,] { { 2, 1, 0 }, { 1, 2, 0 }, { 0, 0, 1 } }), Vector);
        IsMetric(Distances.Mahalanobis(new double[,] { { 1, 0, 0 }, { 0, 0, 0 }, { 0, 0, 0 } }), Vector); // a pseudo-metric keeps all that is asked here
        IsMetric(Distances.JensenShannonRoot, Histogram);
        IsMetric(Distances.Hellinger, Histogram);
        IsMetric(Distances.Wasserstein1, Histogram);
        IsMetric(Distances.Hamming, Word);
        IsMetric(Distances.Levenshtein, Word);
        IsMetric(Distances.Jaccard, Set);
        IsMetric(Distances.Haversine, Place);
    }

    [Fact]
    public void The_catalogue_is_what_it_says()
    {
        Assert.True(DistanceCatalogue.All.Count >= 16);
        Assert.Equal(DistanceCatalogue.All.Count, DistanceCatalogue.All.Select(entry => entry.Name).Distinct().Count());
        foreach (var entry in DistanceCatalogue.All) Assert.True(entry.Known == entry.Check().Kind, $"{entry.Name} is {entry.Check()}");
    }

    [Fact]
    public void Published_witnesses()
    {
        static (double, double) Triangle<T>(Func<T, T, double> d, params T[] points)
        {
            var witness = MetricAxioms.Check(d, points).TriangleInequality.Counterexample!;
            return (witness.Left, witness.Right);
        }
        Assert.Equal((4, 2), Triangle<double[]>(Distances.SquaredEuclidean, [0], [1], [2]));
        var (cosine, way) = Triangle<double[]>(Distances.Cosine, [1, 0], [1, 1], [0, 1]);
        Assert.Equal(1, cosine, 12);
        Assert.Equal(2 - Math.Sqrt(2), way, 12);
        Assert.Equal((4, 2), Triangle<double[]>(Distances.DynamicTimeWarping, [0], [2], [2, 2]));
        Assert.Equal(0, Distances.DynamicTimeWarping([2], [2, 2]));
        var (dice, ways) = Triangle<IReadOnlySet<string>>(Distances.Dice, new HashSet<string> { "a" }, new HashSet<string> { "b" }, new HashSet<string> { "a", "b" });
        Assert.Equal(1, dice, 12);
        Assert.Equal(2.0 / 3, ways, 12);
    }

    [Fact]
    public void Known_values()
    {
        Assert.Equal(3, Distances.Levenshtein("kitten", "sitting"));
        // A family is seven code points in eleven UTF-16 units, and one character; so is a letter with its accent after it.
        Assert.Equal(1, Distances.Levenshtein("a👨‍👩‍👧‍👦b", "ab"));
        Assert.Equal(1, Distances.Levenshtein("😀", "😁"));
        Assert.Equal(1, Distances.Hamming("e\u0301t", "et"));
        Assert.Equal(Math.PI / 2, Distances.Angular([1, 0], [0, 3]), 12);
        Assert.Equal(Math.PI, Distances.Angular([1, 0], [-2, 0]), 7);
        Assert.Equal(Math.PI * 6371, Distances.Haversine((90, 0), (-90, 0)), 6);
        Assert.Equal(Math.Log(2), Distances.JensenShannon([1, 0], [0, 1]), 12);
        Assert.Equal(1, Distances.Hellinger([1, 0], [0, 1]), 12);
        Assert.Equal(2, Distances.Wasserstein1([1, 0, 0], [0, 0, 1]), 12);
        Assert.Equal(double.PositiveInfinity, Distances.KullbackLeibler([1, 0], [0, 1]));
        Assert.Equal(4, Distances.Minkowski(0.5)([0, 0], [1, 1]), 12);
    }

    [Fact]
    public void Levenshtein_and_warping_agree_with_their_recursions() =>
        Gen.Select(Gen.Char["ab"].Array[1, 5], Gen.Char["ab"].Array[1, 5]).Sample((x, y) =>
        {
            static double Edit(ReadOnlySpan<char> x, ReadOnlySpan<char> y) => x.Length == 0 ? y.Length : y.Length == 0 ? x.Length
                : Math.Min(Math.Min(Edit(x[1..], y), Edit(x, y[1..])) + 1, Edit(x[1..], y[1..]) + (x[0] == y[0] ? 0 : 1));
            static double Warp(double[] x, double[] y, int i, int j) => Math.Abs(x[i] - y[j]) + (i == 0 && j == 0 ? 0
                : Math.Min(Math.Min(i > 0 ? Warp(x, y, i - 1, j) : double.PositiveInfinity, j > 0 ? Warp(x, y, i, j - 1) : double.PositiveInfinity), i > 0 && j > 0 ? Warp(x, y, i - 1, j - 1) : double.PositiveInfinity));
            Assert.Equal(Edit(x, y), Distances.Levenshtein(new(x), new(y)));
            double[] a = [.. x.Select(c => (double)c)], b = [.. y.Select(c => (double)c)];
            Assert.Equal(Warp(a, b, a.Length - 1, b.Length - 1), Distances.DynamicTimeWarping(a, b));
        }, iter: 300);

    [Fact]
    public void Bad_input_is_named()
    {
        Assert.Contains("length 2", Assert.Throws<ArgumentException>(() => Distances.Euclidean([1, 2], [1])).Message, StringComparison.Ordinal);
        Assert.Contains("zero", Assert.Throws<ArgumentException>(() => Distances.Cosine([0, 0], [1, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Distances.Hamming("ab", "a"));
        Assert.Throws<ArgumentException>(() => Distances.DynamicTimeWarping([], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Distances.Minkowski(0));
        Assert.Throws<ArgumentException>(() => Distances.Mahalanobis(new double[1, 2]));
    }
}
