using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>What <see cref="Isomap"/> does with a neighbour graph in several parts.</summary>
public enum DisconnectedGraph
{
    /// <summary>An exception is thrown, which says how many parts there are.</summary>
    Refuse,

    /// <summary>Every two parts are joined by the shortest edge between them.</summary>
    Join,
}

/// <summary>
/// Isometric feature mapping (Tenenbaum, de Silva and Langford 2000, "A Global Geometric Framework for Nonlinear Dimensionality
/// Reduction"): distances are measured along the graph that joins each point to its nearest neighbours, then laid out by
/// <see cref="ClassicalScaling"/>.
/// </summary>
/// <param name="Embedding">[n, k]; the entry of the largest magnitude of each column is positive.</param>
/// <param name="GeodesicDistances">The lengths of the shortest paths, [n, n].</param>
public sealed record Isomap(Tensor Embedding, Tensor GeodesicDistances) : IDisposable
{
    /// <summary>Places points in few dimensions so that their distances are like those along the neighbour graph.</summary>
    /// <param name="points">[n, d], n at least 2, finite.</param>
    /// <param name="neighbors">How many nearest neighbours each point is joined to, 1 to n - 1; an edge counts in both directions.</param>
    /// <param name="components">k, 1 to n.</param>
    /// <param name="disconnected">What to do if the graph falls into parts.</param>
    /// <param name="cancellation">Stops between two sources of shortest paths.</param>
    /// <returns>
    /// Tensors on the points' device, float64 for float64 points, else float32. The caller disposes them.
    /// </returns>
    /// <exception cref="ArgumentException">The points are no matrix of finite numbers, or fewer than 2.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k or the number of neighbours is outside its range.</exception>
    /// <exception cref="InvalidOperationException">
    /// The graph is in several parts and <paramref name="disconnected"/> refuses that.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> asked to stop.</exception>
    /// <example><code>
    /// var roll = SwissRoll.Sample(500);
    /// var isomap = Isomap.Fit(roll.Points, neighbors: 8);
    /// var map = isomap.Embedding; // [500, 2]
    /// </code></example>
    public static Isomap Fit(Tensor points, int neighbors, int components =
        2, DisconnectedGraph disconnected = DisconnectedGraph.Refuse, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var exact = PointMatrix.Checked(points, nameof(points));
        int n = (int)exact.shape[0];
        if (neighbors < 1 || neighbors > n - 1)
            throw new ArgumentOutOfRangeException(
                nameof(neighbors), neighbors, $"Expected 1 to {n - 1} neighbours, the number of other points.");
        PointMatrix.CheckComponents(components, n);

        var graph = NeighborGraph.Of(exact, neighbors);
        int[] parts = graph.Parts();
        int count = parts.Max() + 1;
        if (count > 1)
        {
            if (disconnected == DisconnectedGraph.Refuse)
                throw new InvalidOperationException(
                    $"The graph of {neighbors} nearest neighbours falls into {count} parts, between which there is no "
                    + $"path. Use more neighbours, or {nameof(DisconnectedGraph)}.{nameof(DisconnectedGraph.Join)}.");
            graph.Join(exact, parts, count);
        }
        var geodesics = tensor(graph.ShortestPaths(cancellation), n, n, dtype: ScalarType.Float64);
        return new(PointMatrix.Like(ClassicalScaling.Embed(geodesics, components), points).MoveToOuterDisposeScope(),
            PointMatrix.Like(geodesics, points).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Embedding.Dispose();
        GeodesicDistances.Dispose();
    }
}
