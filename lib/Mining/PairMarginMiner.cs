using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The pairs that violate a margin, as in PyTorch Metric Learning: positives farther apart than one, negatives nearer than the
/// other, by the distance between embeddings of length 1.
/// </summary>
/// <param name="positiveMargin">Positive pairs beyond this distance are kept.</param>
/// <param name="negativeMargin">Negative pairs within this distance are kept.</param>
/// <example><code>
/// var pairs = new PairMarginMiner(positiveMargin: 0.2, negativeMargin: 0.8).Mine(embeddings, labels);
/// var loss = new ContrastiveLoss().forward(embeddings, pairs);
/// </code></example>
public sealed class PairMarginMiner(double positiveMargin = 0.2, double negativeMargin = 0.8) : IMiner<Pairs>
{
    /// <summary>The violating pairs of a labelled batch, ordered by anchor.</summary>
    /// <param name="embeddings">[n, d]; no gradient flows through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    /// <exception cref="ArgumentException">The shapes, types or devices do not fit together.</exception>
    public Pairs Mine(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.Check(embeddings, labels);
        using var noGradient = no_grad();
        var distances = Batch.Distances(Batch.Normalize(embeddings));
        var (positive, negative) = new PairMask(labels).Rows(0, embeddings.shape[0]);
        return Pairs.Of(
            positive.logical_and(distances.gt(positiveMargin)), negative.logical_and(distances.lt(negativeMargin)))
                .MoveToOuterDisposeScope();
    }
}
