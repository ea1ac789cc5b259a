using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Chooses the pairs that violate a margin, as in PyTorch Metric Learning: positives farther apart than the positive margin, and
/// negatives nearer than the negative margin, by the Euclidean distance between embeddings scaled to length 1.
/// </summary>
/// <param name="positiveMargin">Positive pairs farther apart than this distance, 0 to 2, are kept.</param>
/// <param name="negativeMargin">Negative pairs nearer than this distance, 0 to 2, are kept.</param>
/// <exception cref="ArgumentOutOfRangeException">A margin is NaN or infinite.</exception>
/// <example><code>
/// var pairs = new PairMarginMiner(positiveMargin: 0.2, negativeMargin: 0.8).Mine(embeddings, labels);
/// var loss = new ContrastiveLoss().forward(embeddings, pairs);
/// </code></example>
public sealed class PairMarginMiner(double positiveMargin = 0.2, double negativeMargin = 0.8) : IMiner<Pairs>
{
    private readonly double _positiveMargin = Batch.CheckFinite(positiveMargin), _negativeMargin = Batch.CheckFinite(negativeMargin);

    /// <summary>The violating pairs of a labelled batch, ordered by anchor.</summary>
    /// <param name="embeddings">Floating-point, [n, d]. No gradient is computed through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>Positions in the batch, int64, on the labels' device. The caller disposes them.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d] or hold NaN, or the labels are not n integers on the same device.
    /// </exception>
    public Pairs Mine(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.CheckForMining(embeddings, labels);
        using var noGradient = no_grad();
        var distances = Batch.Distances(Batch.Normalize(embeddings));
        var (positive, negative) = new PairMask(labels).Rows(0, embeddings.shape[0]);
        return Pairs.Of(
            positive.logical_and(distances.gt(_positiveMargin)), negative.logical_and(distances.lt(_negativeMargin)))
                .MoveToOuterDisposeScope();
    }
}
