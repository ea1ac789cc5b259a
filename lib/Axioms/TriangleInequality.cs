using System.Numerics;

namespace NotebookHelpers;

/// <summary>Tries the triangle inequality on all triples of a matrix of distances.</summary>
internal static class TriangleInequality
{
    // Rows i that share each load of a row j, and rows j that stay in the cache while the tiles of k pass over them.
    private const int RowsAtOnce = 4, MiddleBlock = 128;

    /// <summary>
    /// For each pair (i, k) the shortest way over one point, min over j of d(i, j) + d(j, k): a matrix product with (+, ×)
    /// replaced by (min, +). A triple violates the triangle inequality exactly if d(i, k) exceeds that minimum.
    /// </summary>
    public static WorstViolation Worst(double[] d, int n, Func<WorstViolation> newWorst)
    {
        var worst = newWorst();
        var gate = new Lock();
        int blocks = (n + RowsAtOnce - 1) / RowsAtOnce;
        Parallel.For(0, blocks, () => (Best: new double[RowsAtOnce * n], Worst: newWorst()), (block, _, local) =>
        {
            int first = block * RowsAtOnce, rows = Math.Min(RowsAtOnce, n - first);
            ShortestWays(d, n, first, rows, local.Best);
            for (int r = 0; r < rows; r++)
                for (int k = 0; k < n; k++)
                {
                    double direct = d[(long)(first + r) * n + k], way = local.Best[r * n + k];
                    local.Worst.Offer(direct - way, direct, way, first + r, k);
                }
            return local;
        }, local =>
        {
            lock (gate) worst.Merge(local.Worst);
        });
        if (worst.Violated)
        {
            // The middle point was not kept along the way; one row and one column give it back.
            int i = worst.Indices[0], k = worst.Indices[1];
            int middle = Enumerable.Range(0, n).MinBy(j => d[(long)i * n + j] + d[(long)j * n + k]);
            worst.Indices = [i, middle, k];
        }
        return worst;
    }

    private static void ShortestWays(double[] d, int n, int first, int rows, double[] best)
    {
        Array.Fill(best, double.PositiveInfinity);
        int width = Vector<double>.Count, tiled = n - n % width;
        // A block at the end may have fewer rows; it repeats its last one.
        int Row(int r) => first + Math.Min(r, rows - 1);
        Span<double> i0 = d.AsSpan(Row(0) * n, n), i1 = d.AsSpan(Row(1) * n, n);
        Span<double> i2 = d.AsSpan(Row(2) * n, n), i3 = d.AsSpan(Row(3) * n, n);
        for (int from = 0; from < n; from += MiddleBlock)
        {
            int to = Math.Min(n, from + MiddleBlock);
            for (int k = 0; k < tiled; k += width)
            {
                Vector<double> b0 = new(best, k), b1 = new(best, n + k), b2 = new(best, 2 * n + k), b3 = new(best, 3 * n + k);
                for (int j = from; j < to; j++)
                {
                    var onwards = new Vector<double>(d, j * n + k);
                    b0 = Vector.Min(b0, onwards + new Vector<double>(i0[j]));
                    b1 = Vector.Min(b1, onwards + new Vector<double>(i1[j]));
                    b2 = Vector.Min(b2, onwards + new Vector<double>(i2[j]));
                    b3 = Vector.Min(b3, onwards + new Vector<double>(i3[j]));
                }
                b0.CopyTo(best, k);
                b1.CopyTo(best, n + k);
                b2.CopyTo(best, 2 * n + k);
                b3.CopyTo(best, 3 * n + k);
            }
            for (int r = 0; r < RowsAtOnce; r++)
                for (int j = from; j < to; j++)
                    for (int k = tiled; k < n; k++)
                        best[r * n + k] = Math.Min(best[r * n + k], d[Row(r) * n + j] + d[j * n + k]);
        }
    }
}
