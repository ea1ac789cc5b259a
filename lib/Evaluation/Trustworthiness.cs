using TorchSharp;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Measures how far the nearest neighbours in an embedding are those in the data (Venna and Kaski 2001, "Neighborhood Preservation in
/// Nonlinear Projection Methods: An Experimental Study"), by scikit-learn's definition.
/// </summary>
/// <example><code>
/// var map = PrincipalComponents.Fit(embeddings, 2);
/// double trusted = Trustworthiness.Of(embeddings, map.Transform(embeddings), neighbors: 5);
/// </code></example>
public static class Trustworthiness
{
    // Elements in one block of distances (32 MB in float64).
    private const long BlockElements = 1 << 22;

    /// <summary>
    /// 1 - 2 / (n k (2n - 3k - 1)) Σ max(0, r(i, j) - k) over the k nearest neighbours j of each point i in the embedding, where
    /// r(i, j) is the rank of j among the neighbours of i in the data. It is 1 if every neighbour in the embedding is one
    /// in the data, too.
    /// </summary>
    /// <param name="points">The data, [n, d], finite. Equally far points are ranked in the order in which scikit-learn ranks them.</param>
    /// <param name="embedding">[n, e], finite.</param>
    /// <param name="neighbors">k, at least 1 and below n/2.</param>
    /// <returns>At most 1; larger is better.</returns>
    /// <exception cref="ArgumentException">A matrix has another shape, or NaN in it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1, or n/2 or more.</exception>
    public static double Of(Tensor points, Tensor embedding, int neighbors = 5)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var data = PointMatrix.Checked(points, nameof(points), atLeast: 3);
        var map = PointMatrix.Checked(embedding, nameof(embedding), atLeast: 3);
        long n = data.shape[0];
        if (map.shape[0] != n)
            throw new ArgumentException($"Expected an embedding of the {n} points; got {Batch.Describe(embedding)}.", nameof(embedding));
        if (neighbors < 1 || 2 * neighbors >= n)
            throw new ArgumentOutOfRangeException(
                nameof(neighbors), neighbors, $"Expected at least 1 neighbour and fewer than {n / 2.0}, half the points.");

        var (_, nearest) = NearestNeighbors.Search(map, neighbors);
        long excess = 0;
        long rows = Blocks.Rows(data, n, BlockElements);
        for (long start = 0; start < n; start += rows)
        {
            using var blockScope = NewDisposeScope();
            long length = Math.Min(rows, n - start);
            var distances = cdist(data.narrow(0, start, length), data, compute_mode: compute_mode.donot_use_mm_for_euclid_dist);
            NearestNeighbors.Exclude(arange(start, start + length), distances);
            double[] far = distances.data<double>().ToArray();
            long[] shown = nearest.narrow(0, start, length).contiguous().data<long>().ToArray();
            Parallel.For(0, (int)length, i =>
                Interlocked.Add(ref excess, Excess(far.AsSpan(i * (int)n, (int)n), shown.AsSpan(i * neighbors, neighbors))));
        }
        return 1 - 2.0 * excess / (n * (double)neighbors * (2.0 * n - 3.0 * neighbors - 1));
    }

    /// <summary>
    /// Trustworthiness with data and embedding exchanged: 1 if every neighbour in the data is one in the embedding, too. It is lower where
    /// the embedding puts neighbours of the data far apart.
    /// </summary>
    /// <param name="points">The data, [n, d], finite.</param>
    /// <param name="embedding">[n, e], finite.</param>
    /// <param name="neighbors">k, at least 1 and below n/2.</param>
    /// <returns>At most 1; larger is better.</returns>
    /// <exception cref="ArgumentException">A matrix has another shape, or NaN in it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1, or n/2 or more.</exception>
    public static double Continuity(Tensor points, Tensor embedding, int neighbors = 5) => Of(embedding, points, neighbors);

    // Σ max(0, rank - k) over the points shown near one point; ranks count from 1.
    private static long Excess(ReadOnlySpan<double> distances, ReadOnlySpan<long> shown)
    {
        int[] order = new int[distances.Length], rank = new int[distances.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        Quicksort(distances, order);
        for (int i = 0; i < order.Length; i++) rank[order[i]] = i + 1;
        long excess = 0;
        foreach (long j in shown) excess += Math.Max(0, rank[j] - shown.Length);
        return excess;
    }

    // Whole-number data have ties, and their order shows in the fifth decimal. scikit-learn leaves it to numpy's argsort, a
    // quicksort (Sedgewick 1978) with the median of three as pivot and insertion below 17: the same choices give the same order.
    private static void Quicksort(ReadOnlySpan<double> key, Span<int> order)
    {
        while (order.Length > 17)
        {
            int middle = (order.Length - 1) / 2, last = order.Length - 1;
            if (key[order[middle]] < key[order[0]]) Swap(order, middle, 0);
            if (key[order[last]] < key[order[middle]]) Swap(order, last, middle);
            if (key[order[middle]] < key[order[0]]) Swap(order, middle, 0);
            double pivot = key[order[middle]];
            Swap(order, middle, last - 1);
            int left = 0, right = last - 1;
            while (true)
            {
                do left++; while (key[order[left]] < pivot);
                do right--; while (pivot < key[order[right]]);
                if (left >= right) break;
                Swap(order, left, right);
            }
            Swap(order, left, last - 1);
            // The smaller part by recursion, so that the stack stays shallow.
            Span<int> before = order[..left], after = order[(left + 1)..];
            Quicksort(key, before.Length < after.Length ? before : after);
            order = before.Length < after.Length ? after : before;
        }
        for (int i = 1; i < order.Length; i++)
        {
            int moved = order[i], at = i;
            for (; at > 0 && key[moved] < key[order[at - 1]]; at--) order[at] = order[at - 1];
            order[at] = moved;
        }
    }

    private static void Swap(Span<int> order, int a, int b) => (order[a], order[b]) = (order[b], order[a]);
}
