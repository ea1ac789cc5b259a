using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Clusters embeddings by k-means, and measures how well a clustering agrees with labels.</summary>
/// <example><code>
/// var clusters = Clustering.KMeans(embeddings, clusters: 4);
/// double information = Clustering.AdjustedMutualInformation(labels, clusters);
/// </code></example>
public static class Clustering
{
    // Elements in one block of distances between points and centres.
    private const long BlockElements = 1 << 22;

    /// <summary>
    /// Clusters points by k-means: Lloyd's iterations from k-means++ starts (Arthur and Vassilvitskii 2007, "k-means++: The Advantages of
    /// Careful Seeding"). Of several starts, the clustering with the smallest sum of squared distances to the centres is returned.
    /// </summary>
    /// <param name="points">Floating-point, [n, d].</param>
    /// <param name="clusters">k, 1 to n.</param>
    /// <param name="seed">The seed of the random starts. The same seed gives the same result on the same machine.</param>
    /// <param name="starts">How many starts are tried, at least 1.</param>
    /// <param name="iterations">
    /// The largest number of iterations per start, at least 0; a start ends earlier once no point changes its cluster.
    /// </param>
    /// <returns>The cluster of each point, 0 to k - 1, int64 [n], on the points' device.</returns>
    /// <exception cref="ArgumentException">The points are not floating-point [n, d], or a value is NaN or infinite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is outside 1 to n, there are no starts, or the iterations are negative.</exception>
    public static Tensor KMeans(Tensor points, int clusters, int seed = 0, int starts = 5, int iterations = 100)
    {
        Batch.CheckEmbeddings(points);
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        if (clusters < 1 || clusters > points.shape[0])
            throw new ArgumentOutOfRangeException(nameof(clusters), clusters, $"Expected 1 to {points.shape[0]}, the number of points.");
        ArgumentOutOfRangeException.ThrowIfLessThan(starts, 1);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var device = points.device;
        points = Measurable.Of(points.detach());
        // The mean is subtracted first: where all points lie close together, float32 would round their distances away.
        points = Measurable.Centred(points, points);
        double squaredLength = SquaredDistances(points, zeros_like(points[0])).sum().item<double>();
        var random = new Random(seed);
        Tensor? best = null;
        double least = double.PositiveInfinity;
        for (int start = 0; start < starts; start++)
        {
            using var startScope = NewDisposeScope();
            var (assigned, spread) = Lloyd(points, squaredLength, Start(points, clusters, random), iterations);
            if (best is not null && !(spread < least)) continue;
            (best, least) = (assigned.MoveToOuterDisposeScope(), spread);
        }
        return best!.to(device).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// NMI: the mutual information of two partitions of the same items, divided by the arithmetic mean of their entropies. It is 1 if both
    /// partitions are the same, whatever the clusters are called, and near 0 if they are unrelated. For unrelated partitions it grows with
    /// the number of clusters; <see cref="AdjustedMutualInformation"/> corrects for that.
    /// </summary>
    /// <param name="labels">Integers, [n].</param>
    /// <param name="clusters">Integers, [n].</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">The two are not integers [n] of one length, or they are empty.</exception>
    public static double NormalizedMutualInformation(Tensor labels, Tensor clusters)
    {
        var table = new Contingency(labels, clusters);
        return table.SamePartition ? 1 : Math.Max(0, table.MutualInformation) / table.MeanEntropy;
    }

    /// <summary>
    /// AMI: the mutual information of two partitions, minus what random partitions with clusters of the same sizes share on average, and
    /// scaled so that chance gives 0 and full agreement gives 1 (Vinh, Epps, Bailey 2010, "Information Theoretic Measures for Clusterings
    /// Comparison", with the arithmetic mean of the entropies).
    /// </summary>
    /// <param name="labels">Integers, [n].</param>
    /// <param name="clusters">Integers, [n].</param>
    /// <returns>At most 1. It is below 0 if the partitions agree less than chance gives.</returns>
    /// <exception cref="ArgumentException">The two are not integers [n] of one length, or they are empty.</exception>
    public static double AdjustedMutualInformation(Tensor labels, Tensor clusters)
    {
        var table = new Contingency(labels, clusters);
        if (table.SamePartition) return 1;
        double chance = table.ExpectedMutualInformation(), room = table.MeanEntropy - chance;
        // Where chance alone reaches the entropy (every item a cluster of its own) there is no room to divide by.
        return (table.MutualInformation - chance) / (Math.Abs(room) < 1e-15 ? Math.CopySign(1e-15, room) : room);
    }

    // Centres drawn one by one, each point with a chance proportional to its squared distance from those already drawn.
    private static Tensor Start(Tensor points, int clusters, Random random)
    {
        long n = points.shape[0];
        var chosen = new List<Tensor> { points[random.NextInt64(n)] };
        var nearest = SquaredDistances(points, chosen[0]);
        while (chosen.Count < clusters)
        {
            using var drawScope = NewDisposeScope();
            var cumulative = nearest.cumsum(0);
            double total = cumulative[n - 1].item<double>();
            // All points may coincide with centres already; then any is as good.
            long next = total > 0
                ? searchsorted(
                    cumulative, tensor([random.NextDouble() * total], device: points.device), right: true).clamp_max(n - 1).item<long>()
                : random.NextInt64(n);
            chosen.Add(points[next].MoveToOuterDisposeScope());
            nearest.copy_(minimum(nearest, SquaredDistances(points, chosen[^1])));
        }
        return stack(chosen);
    }

    private static (Tensor Assigned, double Spread) Lloyd(Tensor points, double squaredLength, Tensor centres, int iterations)
    {
        var (assigned, spread) = Assign(points, squaredLength, centres);
        for (int i = 0; i < iterations; i++)
        {
            using var iterationScope = NewDisposeScope();
            var sums = zeros_like(centres).index_add_(0, assigned, points, 1);
            var counts = assigned.bincount(null!, centres.shape[0]).unsqueeze(1);
            // A centre that has lost all its points stays where it is.
            centres.copy_(where(counts.gt(0), sums / counts.clamp_min(1), centres));
            var (next, nextSpread) = Assign(points, squaredLength, centres);
            bool settled = next.eq(assigned).all().item<bool>();
            assigned.copy_(next);
            spread = nextSpread;
            if (settled) break;
        }
        return (assigned, spread);
    }

    private static (Tensor Assigned, double Spread) Assign(Tensor points, double squaredLength, Tensor centres)
    {
        using var scope = NewDisposeScope();
        var assigned = new List<Tensor>();
        double spread = squaredLength;
        var squaredNorms = centres.square().sum(1);
        foreach (var block in BlocksOf(points, centres.shape[0]))
        {
            using var blockScope = NewDisposeScope();
            var (relative, nearest) = squaredNorms.addmm(block, centres.t(), alpha: -2).min(1);
            spread += relative.sum(ScalarType.Float64).item<double>();
            assigned.Add(nearest.MoveToOuterDisposeScope());
        }
        return (cat(assigned).MoveToOuterDisposeScope(), spread);
    }

    private static Tensor SquaredDistances(Tensor points, Tensor centre)
    {
        using var scope = NewDisposeScope();
        var distances = new List<Tensor>();
        foreach (var block in BlocksOf(points, points.shape[1]))
        {
            using var blockScope = NewDisposeScope();
            distances.Add((block - centre).square().sum(1, type: ScalarType.Float64).MoveToOuterDisposeScope());
        }
        return cat(distances).MoveToOuterDisposeScope();
    }

    // Blocks of rows. A block is so small that its result, with the given number of columns, has at most BlockElements elements.
    private static IEnumerable<Tensor> BlocksOf(Tensor points, long width)
    {
        long size = Blocks.Rows(points, width, BlockElements);
        for (long start = 0; start < points.shape[0]; start += size)
        {
            using var block = points.narrow(0, start, Math.Min(size, points.shape[0] - start));
            yield return block;
        }
    }

    // How many items each pair of a label and a cluster shares.
    private sealed class Contingency
    {
        private readonly long[] _rows, _columns;
        private readonly Dictionary<(int, int), long> _cells = [];
        private readonly long _count;

        public Contingency(Tensor labels, Tensor clusters)
        {
            if (labels.dim() != 1 || labels.is_floating_point() || labels.shape[0] == 0)
                throw new ArgumentException($"Expected at least one integer label; got {Batch.Describe(labels)}.", nameof(labels));
            if (clusters.dim() != 1 || clusters.is_floating_point() || clusters.shape[0] != labels.shape[0])
                throw new ArgumentException(
                    $"Expected one integer cluster for each of the {labels.shape[0]} labels; got {Batch.Describe(clusters)}.",
                    nameof(clusters));
            var (row, column) = (Numbers(labels, out _rows), Numbers(clusters, out _columns));
            _count = row.Length;
            foreach (var cell in row.Zip(column))
                _cells[cell] = _cells.GetValueOrDefault(cell) + 1;
        }

        // Each label goes with one cluster and each cluster with one label.
        public bool SamePartition => _cells.Count == _rows.Length && _cells.Count == _columns.Length;

        public double MeanEntropy => (Entropy(_rows) + Entropy(_columns)) / 2;

        public double MutualInformation => _cells.Sum(cell =>
            (double)cell.Value / _count * Math.Log(
                (double)cell.Value * _count / ((double)_rows[cell.Key.Item1] * _columns[cell.Key.Item2])));

        // Over all ways to share out the items with these cluster sizes: a cell then follows the hypergeometric distribution.
        public double ExpectedMutualInformation()
        {
            var logFactorial = new double[_count + 1];
            for (long i = 2; i <= _count; i++) logFactorial[i] = logFactorial[i - 1] + Math.Log(i);
            double expected = 0;
            // Clusters of equal size give equal terms.
            foreach (var (a, times) in _rows.CountBy(size => size))
                foreach (var (b, timesB) in _columns.CountBy(size => size))
                    for (long shared = Math.Max(1, a + b - _count); shared <= Math.Min(a, b); shared++)
                    {
                        double logProbability = logFactorial[a] + logFactorial[b] + logFactorial[_count - a] + logFactorial[_count - b]
                            - logFactorial[_count] - logFactorial[shared] - logFactorial[a - shared] - logFactorial[b - shared]
                                - logFactorial[_count - a - b + shared];
                        expected += times * timesB * (double)shared / _count * Math.Log(
                            (double)_count * shared / ((double)a * b)) * Math.Exp(logProbability);
                    }
            return expected;
        }

        private double Entropy(long[] sizes) => -sizes.Sum(size => (double)size / _count * Math.Log((double)size / _count));

        private static int[] Numbers(Tensor labels, out long[] sizes)
        {
            using var scope = NewDisposeScope();
            long[] values = labels.to_type(ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
            var numbers = new Dictionary<long, int>();
            int[] result = [.. values.Select(value => numbers.TryGetValue(value, out int known) ? known : numbers[value] = numbers.Count)];
            sizes = new long[numbers.Count];
            foreach (int number in result) sizes[number]++;
            return result;
        }
    }
}
