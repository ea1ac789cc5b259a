using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The triplet loss (Weinberger and Saul 2009, "Distance Metric Learning for Large Margin Nearest Neighbor Classification"; Schroff et
/// al. 2015, "FaceNet: A Unified Embedding for Face Recognition and Clustering"): max(0, d_ap - d_an + m), averaged over the triplets
/// whose loss is above zero. As in PyTorch Metric Learning, d is the plain Euclidean distance, not the squared one, between embeddings
/// scaled to length 1.
/// </summary>
/// <example><code>
/// var triplets = new BatchHardMiner().Mine(embeddings, labels);
/// var loss = new TripletMarginLoss(margin: 0.2).forward(embeddings, triplets);
/// </code></example>
public sealed class TripletMarginLoss : IEmbeddingLoss
{
    // Elements of a block of triplets, as in PairMatrix.
    private const long BlockElements = 1 << 17;

    /// <summary>The loss with the given margin.</summary>
    /// <param name="margin">m, by how much the negative has to be farther away than the positive: a distance.</param>
    /// <param name="swap">
    /// Whether the negative's distance to the positive is taken instead where it is smaller (Balntas et al. 2016,
    /// "Learning Local Feature Descriptors with Triplets and Shallow Convolutional Neural Networks").
    /// </param>
    /// <param name="smooth">Whether ln(1 + e^v) replaces max(0, v), where v is d_ap - d_an + m.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is NaN or infinite.</exception>
    public TripletMarginLoss(double margin = 0.05, bool swap = false, bool smooth = false) =>
        (Margin, Swap, Smooth) = (Batch.CheckFinite(margin), swap, smooth);

    /// <summary>By how much the negative has to be farther than the positive.</summary>
    public double Margin { get; }

    /// <summary>Whether the negative is compared with the nearer of anchor and positive.</summary>
    public bool Swap { get; }

    /// <summary>Whether ln(1 + e^v) replaces max(0, v), where v is d_ap - d_an + m.</summary>
    public bool Smooth { get; }

    /// <summary>The loss over given triplets.</summary>
    /// <param name="embeddings">Floating-point, [n, d].</param>
    /// <param name="triplets">Positions in the batch, 0 to n - 1, such as a miner gives. They are not disposed.</param>
    /// <returns>A scalar; 0 for no triplets.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d], or the triplets are not positions in this batch.
    /// </exception>
    public Tensor forward(Tensor embeddings, Triplets triplets)
    {
        Batch.CheckEmbeddings(embeddings);
        using var scope = NewDisposeScope();
        var (a, p, n) = (triplets.Anchors, triplets.Positives, triplets.Negatives);
        foreach (var positions in new[] { a, p, n }) Batch.CheckPositions(positions, a.NumberOfElements, embeddings, nameof(triplets));
        if (triplets.Count == 0) return Batch.ZeroLoss(embeddings).MoveToOuterDisposeScope();
        var distance = Batch.PairDistances(Batch.Normalize(embeddings), triplets.Count);
        var toNegative = Swap ? minimum(distance(a, n), distance(p, n)) : distance(a, n);
        var violation = distance(a, p) - toNegative + Margin;
        var losses = Smooth ? SmoothHinge(violation) : violation.relu();
        return (losses.sum() / losses.gt(0).sum().clamp_min(1)).MoveToOuterDisposeScope();
    }

    /// <summary>The loss over all triplets of a labelled batch, in blocks: the list of triplets is never formed.</summary>
    /// <param name="embeddings">Floating-point, [n, d].</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>A scalar; 0 without triplets. Second derivatives are not available.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d], or the labels are not n integers on the same device.
    /// </exception>
    public Tensor forward(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.Check(embeddings, labels);
        if (embeddings.shape[0] < 3) return Batch.ZeroLoss(embeddings).MoveToOuterDisposeScope();
        var x = Batch.Normalize(embeddings);
        var points = Measurable.ForDistances(x.detach());
        Tensor value, gradient;
        using (no_grad())
        {
            var distances = PairMatrix.Measure(points, points, PairMeasure.EuclideanDistance, start: 0);
            (value, var derivative) = OverAllTriplets(distances, labels);
            gradient = zeros_like(points);
            PairMatrix.AddGradient(gradient, derivative, PairMatrix.Inverse(distances), points, 0);
        }
        return PairMatrix.WithGradient(value, x, gradient).MoveToOuterDisposeScope();
    }

    // The value and its derivative with respect to each distance, [n, n]: for the plain hinge, counts of the active triplets.
    private (Tensor Value, Tensor Derivative) OverAllTriplets(Tensor distances, Tensor labels)
    {
        long n = distances.shape[0];
        var (positive, negative) = new PairMask(labels).Rows(0, n);
        var pairs = positive.nonzero();
        var derivative = zeros_like(distances);
        var sum = zeros(1, dtype: distances.dtype, device: distances.device);
        var count = zeros(1, dtype: ScalarType.Int64, device: distances.device);
        long size = Blocks.Rows(distances, n, BlockElements);
        for (long start = 0; start < pairs.shape[0]; start += size)
        {
            using var scope = NewDisposeScope();
            var block = pairs.narrow(0, start, Math.Min(size, pairs.shape[0] - start));
            var (a, p) = (block.select(1, 0), block.select(1, 1));
            var fromAnchor = distances.index_select(0, a);
            var isNegative = negative.index_select(0, a);
            var toPositive = fromAnchor.gather(1, p.unsqueeze(1));
            var fromPositive = Swap ? distances.index_select(0, p) : null;
            var violation = toPositive + Margin - (fromPositive is null ? fromAnchor : minimum(fromAnchor, fromPositive));
            var active = violation.gt(0).logical_and_(isNegative);
            var slope = Smooth ? violation.sigmoid() * isNegative : active.to_type(violation.dtype);
            sum.add_((Smooth ? SmoothHinge(violation) * isNegative : violation * slope).sum());
            count.add_((Smooth ? isNegative : active).sum());

            derivative.index_put_(slope.sum(1), [a, p]);
            if (fromPositive is not null)
            {
                var swapped = slope * fromPositive.lt(fromAnchor);
                derivative.index_add_(0, p, swapped, -1);
                slope.sub_(swapped);
            }
            derivative.index_add_(0, a, slope, -1);
        }
        count.clamp_min_(1);
        return ((sum / count).squeeze(), derivative.div_(count));
    }

    private static Tensor SmoothHinge(Tensor violation) => nn.functional.softplus(violation, threshold: Batch.SoftplusThreshold);
}
