using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Chooses for each anchor its farthest positive and its nearest negative (Hermans et al. 2017, "In Defense of the Triplet Loss for
/// Person Re-Identification"), by the Euclidean distance between embeddings scaled to length 1.
/// </summary>
/// <example><code>
/// var triplets = new BatchHardMiner().Mine(embeddings, labels);
/// var loss = new TripletMarginLoss(margin: 0.2).forward(embeddings, triplets);
/// </code></example>
public sealed class BatchHardMiner : IMiner<Triplets>
{
    /// <summary>One triplet for each anchor that has a positive and a negative.</summary>
    /// <param name="embeddings">Floating-point, [n, d]. No gradient is computed through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>Positions in the batch, int64, on the labels' device. The caller disposes them.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d] or hold NaN, or the labels are not n integers on the same device.
    /// </exception>
    public Triplets Mine(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.CheckForMining(embeddings, labels);
        using var noGradient = no_grad();
        if (embeddings.shape[0] == 0) return new Triplets(Empty(), Empty(), Empty()).MoveToOuterDisposeScope();
        var distances = Batch.Distances(Batch.Normalize(embeddings));
        var (positive, negative) = new PairMask(labels).Rows(0, embeddings.shape[0]);
        var (farthest, positives) = distances.masked_fill(positive.logical_not(), double.NegativeInfinity).max(1);
        var (nearest, negatives) = distances.masked_fill_(negative.logical_not(), double.PositiveInfinity).min(1);
        var anchors = farthest.isfinite().logical_and_(nearest.isfinite()).nonzero().flatten();
        return new Triplets(anchors, positives.index_select(0, anchors), negatives.index_select(0, anchors)).MoveToOuterDisposeScope();

        Tensor Empty() => zeros(0, dtype: ScalarType.Int64, device: labels.device);
    }
}
