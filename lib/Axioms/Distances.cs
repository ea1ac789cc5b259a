using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Distances, each with its definition, unit and source. <see cref="DistanceCatalogue"/> lists which axioms each of them satisfies.
/// </summary>
/// <remarks>
/// All distances between vectors throw <see cref="ArgumentException"/> if the two vectors differ in length, except dynamic time warping.
/// </remarks>
/// <example><code>
/// double length = Distances.Euclidean([0, 0], [3, 4]); // 5
/// </code></example>
public static class Distances
{
    /// <summary>√Σ(xᵢ - yᵢ)², in the coordinates' unit (Euclid, Elements I.47).</summary>
    public static double Euclidean(double[] x, double[] y)
    {
        double squared = SquaredEuclidean(x, y);
        // Squares of numbers beyond 1e154 or below 1e-154 leave float64; the distance itself does not.
        return squared is > 1e-290 and < 1e290 ? Math.Sqrt(squared) : Length([.. Pairs(x, y).Select(pair => pair.First - pair.Second)]);
    }

    /// <summary>Σ(xᵢ - yᵢ)², in the square of the coordinates' unit: what least squares minimises.</summary>
    public static double SquaredEuclidean(double[] x, double[] y) =>
        Pairs(x, y).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second));

    /// <summary>Σ|xᵢ - yᵢ|, in the coordinates' unit (Minkowski 1910, p = 1).</summary>
    public static double Manhattan(double[] x, double[] y) => Pairs(x, y).Sum(pair => Math.Abs(pair.First - pair.Second));

    /// <summary>max|xᵢ - yᵢ|, in the coordinates' unit (Minkowski 1910, p = ∞).</summary>
    public static double Chebyshev(double[] x, double[] y) => Pairs(x, y).Max(pair => Math.Abs(pair.First - pair.Second));

    /// <summary>(Σ|xᵢ - yᵢ|ᵖ)^(1/p), in the coordinates' unit (Minkowski 1910); a metric for p ≥ 1 only.</summary>
    /// <param name="p">Above 0; infinity for <see cref="Chebyshev"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">p is not above 0.</exception>
    public static Func<double[], double[], double> Minkowski(double p) => double.IsPositiveInfinity(p) ? Chebyshev
        : p > 0 ? (x, y) => OfLargest(
            [.. Pairs(x, y).Select(pair => Math.Abs(pair.First - pair.Second))],
            shares => Math.Pow(shares.Sum(share => Math.Pow(share, p)), 1 / p))
        : throw new ArgumentOutOfRangeException(nameof(p), p, "Expected p above 0.");

    /// <summary>The cosine of the angle between x and y, without unit, -1 to 1.</summary>
    /// <exception cref="ArgumentException">A vector is zero: it has no direction.</exception>
    public static double CosineSimilarity(double[] x, double[] y)
    {
        double lengthX = Length(x), lengthY = Length(y);
        if (lengthX == 0 || lengthY == 0)
            throw new ArgumentException("Expected vectors other than zero, which has no direction.", lengthX == 0 ? nameof(x) : nameof(y));
        return Math.Clamp(Pairs(x, y).Sum(pair => pair.First / lengthX * (pair.Second / lengthY)), -1, 1);
    }

    /// <summary>1 - cos(x, y), without unit, 0 to 2 (Salton and McGill 1983, as a similarity).</summary>
    /// <exception cref="ArgumentException">A vector is zero, which has no direction, or the lengths differ.</exception>
    public static double Cosine(double[] x, double[] y) => 1 - CosineSimilarity(x, y);

    /// <summary>arccos(cos(x, y)), the angle in radians, 0 to π: the geodesic distance on the unit sphere.</summary>
    /// <exception cref="ArgumentException">A vector is zero, which has no direction, or the lengths differ.</exception>
    public static double Angular(double[] x, double[] y) => 2 * Math.Asin(Chordal(x, y) / 2);

    /// <summary>√(2 - 2 cos(x, y)), without unit, 0 to 2: the straight-line distance of x and y scaled to length 1.</summary>
    /// <exception cref="ArgumentException">A vector is zero, which has no direction, or the lengths differ.</exception>
    public static double Chordal(double[] x, double[] y)
    {
        // From the difference of the directions: 2 - 2cos of nearly equal vectors would lose half of the digits.
        double lengthX = Length(x), lengthY = Length(y);
        if (lengthX == 0 || lengthY == 0)
            throw new ArgumentException("Expected vectors other than zero, which has no direction.", lengthX == 0 ? nameof(x) : nameof(y));
        return Math.Min(2, Euclidean([.. x.Select(value => value / lengthX)], [.. y.Select(value => value / lengthY)]));
    }

    /// <summary>
    /// √((x - y)ᵀ M (x - y)), without unit if M is an inverse covariance (Mahalanobis 1936); a metric if M is positive definite, a
    /// pseudo-metric if M is singular.
    /// </summary>
    /// <param name="matrix">M, symmetric and positive semi-definite, d x d.</param>
    /// <exception cref="ArgumentException">M is not square.</exception>
    public static Func<double[], double[], double> Mahalanobis(double[,] matrix)
    {
        int d = matrix.GetLength(0);
        if (matrix.GetLength(1) != d)
            throw new ArgumentException($"Expected a square matrix; got {d} x {matrix.GetLength(1)}.", nameof(matrix));
        return (x, y) =>
        {
            double[] difference = [.. Pairs(x, y).Select(pair => pair.First - pair.Second)];
            if (difference.Length != d)
                throw new ArgumentException($"Expected vectors of length {d}, the size of the matrix; got {difference.Length}.", nameof(x));
            return OfLargest(difference, shares => Math.Sqrt(Math.Max(0, QuadraticForm([.. shares], matrix))));
        };
    }

    private static double QuadraticForm(double[] x, double[,] matrix)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            for (int j = 0; j < x.Length; j++) sum += x[i] * matrix[i, j] * x[j];
        return sum;
    }

    /// <summary>
    /// Σ pᵢ ln(pᵢ/qᵢ), in nats (Kullback and Leibler 1951), of two probability vectors; infinite where q is zero and p is not.
    /// </summary>
    public static double KullbackLeibler(double[] p, double[] q) =>
        Pairs(p, q).Sum(pair => pair.First == 0 ? 0 : pair.First * LogRatio(pair.First, pair.Second));

    // A ratio may be too large for float64 while its logarithm is not.
    private static double LogRatio(double p, double q) => double.IsInfinity(p / q) ? Math.Log(p) - Math.Log(q) : Math.Log(p / q);

    /// <summary>The mean of the Kullback-Leibler divergences of p and q from their mean, in nats, 0 to ln 2 (Lin 1991).</summary>
    public static double JensenShannon(double[] p, double[] q)
    {
        double[] mean = [.. Pairs(p, q).Select(pair => (pair.First + pair.Second) / 2)];
        return Math.Max(0, (KullbackLeibler(p, mean) + KullbackLeibler(q, mean)) / 2);
    }

    /// <summary>The root of the Jensen-Shannon divergence, in √nats (Endres and Schindelin 2003).</summary>
    public static double JensenShannonRoot(double[] p, double[] q) => Math.Sqrt(JensenShannon(p, q));

    /// <summary>√(½ Σ(√pᵢ - √qᵢ)²), without unit, 0 to 1 (Hellinger 1909).</summary>
    public static double Hellinger(double[] p, double[] q) =>
        Math.Sqrt(Pairs(p, q).Sum(pair => Math.Pow(Math.Sqrt(pair.First) - Math.Sqrt(pair.Second), 2)) / 2);

    /// <summary>
    /// Σ|Pᵢ - Qᵢ| of the cumulated vectors, in bins: the minimum total mass × distance needed to turn one histogram into the other
    /// (Vaserstein 1969, in one dimension).
    /// </summary>
    public static double Wasserstein1(double[] p, double[] q)
    {
        double moved = 0, sum = 0;
        foreach (var (first, second) in Pairs(p, q)) sum += Math.Abs(moved += first - second);
        return sum;
    }

    /// <summary>
    /// The number of places in which two texts of equal length differ (Hamming 1950). A character is what a reader sees as one, such as
    /// an emoji or a letter with its accents.
    /// </summary>
    /// <exception cref="ArgumentException">The texts differ in length.</exception>
    public static double Hamming(string x, string y)
    {
        string[] first = Characters(x), second = Characters(y);
        return first.Length == second.Length
            ? first.Zip(second).Count(pair => pair.First != pair.Second)
            : throw new ArgumentException($"Expected a text of {first.Length} characters like the first; got {second.Length}.", nameof(y));
    }

    private static string[] Characters(string text)
    {
        int[] starts = [.. StringInfo.ParseCombiningCharacters(text), text.Length];
        return [.. starts.Zip(starts.Skip(1), (from, to) => text[from..to])];
    }

    /// <summary>
    /// The least number of insertions, deletions and replacements of characters that turn one text into the other (Levenshtein 1965). A
    /// character is what a reader sees as one, such as an emoji or a letter with its accents.
    /// </summary>
    public static double Levenshtein(string x, string y)
    {
        string[] first = Characters(x), second = Characters(y);
        int[] row = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 1; i <= first.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= second.Length; j++)
                (diagonal, row[j]) = (
                    row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (first[i - 1] == second[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }

    /// <summary>1 - |X ∩ Y| / |X ∪ Y|, without unit, 0 to 1 (Jaccard 1901); 0 for two empty sets.</summary>
    public static double Jaccard(IReadOnlySet<string> x, IReadOnlySet<string> y)
    {
        int common = x.Count(y.Contains), all = x.Count + y.Count - common;
        return all == 0 ? 0 : 1 - (double)common / all;
    }

    /// <summary>1 - 2|X ∩ Y| / (|X| + |Y|), without unit, 0 to 1 (Dice 1945); 0 for two empty sets.</summary>
    public static double Dice(IReadOnlySet<string> x, IReadOnlySet<string> y) =>
        x.Count + y.Count == 0 ? 0 : 1 - 2.0 * x.Count(y.Contains) / (x.Count + y.Count);

    /// <summary>
    /// Dynamic time warping: the least sum of |xᵢ - yⱼ| over monotone alignments of two series, in the values' unit (Sakoe and Chiba
    /// 1978).
    /// </summary>
    /// <exception cref="ArgumentException">A series is empty.</exception>
    public static double DynamicTimeWarping(double[] x, double[] y)
    {
        if (x.Length == 0 || y.Length == 0)
            throw new ArgumentException("Expected series of at least one value.", x.Length == 0 ? nameof(x) : nameof(y));
        double[] row = [0, .. Enumerable.Repeat(double.PositiveInfinity, y.Length)];
        foreach (double value in x)
        {
            double diagonal = row[0];
            row[0] = double.PositiveInfinity;
            for (int j = 1; j <= y.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Abs(value - y[j - 1]) + Math.Min(diagonal, Math.Min(row[j], row[j - 1])));
        }
        return row[^1];
    }

    /// <summary>
    /// The great-circle distance of two places in kilometres on a sphere of radius 6371 km (haversine formula; Sinnott 1984).
    /// </summary>
    /// <param name="x">Latitude and longitude in degrees.</param>
    /// <param name="y">Latitude and longitude in degrees.</param>
    public static double Haversine((double Latitude, double Longitude) x, (double Latitude, double Longitude) y)
    {
        const double Radius = 6371, Degree = Math.PI / 180;
        double north = Math.Sin((y.Latitude - x.Latitude) * Degree / 2), east = Math.Sin((y.Longitude - x.Longitude) * Degree / 2);
        double h = north * north + Math.Cos(x.Latitude * Degree) * Math.Cos(y.Latitude * Degree) * east * east;
        return 2 * Radius * Math.Asin(Math.Sqrt(Math.Clamp(h, 0, 1)));
    }

    /// <summary>
    /// The Euclidean distance of a network's outputs for two inputs, ‖f(x) - f(y)‖, in the embedding's unit (Chopra, Hadsell, LeCun
    /// 2005): a pseudo-metric, a metric only if f never maps two inputs to one point.
    /// </summary>
    /// <param name="network">
    /// Takes [n, d], gives [n, e]; run in evaluation mode, without dropout, on the device and in the type of its
    /// parameters, or in float32 on the CPU if it has none.
    /// </param>
    public static Func<double[], double[], double> OfNetwork(nn.Module<Tensor, Tensor> network) => (x, y) =>
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var modes = ModuleModes.Evaluating(network);
        var weights = network.parameters().FirstOrDefault();
        var inputs = stack([tensor(x), tensor(y)]).to_type(weights?.dtype ?? ScalarType.Float32);
        if (weights is not null) inputs = inputs.to(weights.device);
        // Not every device has float64.
        var embeddings = network.forward(inputs).cpu().to_type(ScalarType.Float64);
        return (embeddings[0] - embeddings[1]).norm().item<double>();
    };

    private static double Length(double[] x) => OfLargest(x, shares => Math.Sqrt(shares.Sum(share => share * share)));

    // A norm of x by its largest magnitude, so that no power of a share overflows or vanishes.
    private static double OfLargest(double[] x, Func<IEnumerable<double>, double> norm)
    {
        double largest = x.Select(Math.Abs).DefaultIfEmpty(0).Max();
        return largest == 0 || !double.IsFinite(largest) ? largest : largest * norm(x.Select(value => value / largest));
    }

    private static IEnumerable<(double First, double Second)> Pairs(double[] x, double[] y) => x.Length == y.Length
        ? x.Zip(y)
        : throw new ArgumentException(
            string.Create(
                CultureInfo.InvariantCulture, $"Expected a vector of length {x.Length} like the first; got {y.Length}."), nameof(y));
}
