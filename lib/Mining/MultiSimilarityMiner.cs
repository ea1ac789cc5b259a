using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Chooses the informative pairs of each anchor (Wang et al. 2019, "Multi-Similarity Loss with General Pair Weighting", eq. 10 and 11):
/// a negative is chosen if its cosine similarity plus ε is above that of the anchor's least similar positive, a positive if its
/// similarity minus ε is below that of the anchor's most similar negative.
/// </summary>
/// <param name="epsilon">ε, a difference of cosine similarities. A larger ε chooses more pairs.</param>
/// <exception cref="ArgumentOutOfRangeException">ε is NaN or infinite.</exception>
/// <example><code>
/// var pairs = new MultiSimilarityMiner(epsilon: 0.1).Mine(embeddings, labels);
/// var loss = new MultiSimilarityLoss().forward(embeddings, pairs);
/// </code></example>
public sealed class MultiSimilarityMiner(double epsilon = 0.1) : IMiner<Pairs>
{
    private readonly double _epsilon = Batch.CheckFinite(epsilon);

    /// <summary>The informative pairs of a labelled batch, ordered by anchor.</summary>
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
        var (positive, negative) = new PairMask(labels).Rows(0, embeddings.shape[0]);
        if (embeddings.shape[0] == 0) return Pairs.Of(positive, negative).MoveToOuterDisposeScope();
        var (chosenPositive, chosenNegative) = Informative(Batch.Normalize(embeddings), positive, negative);
        return Pairs.Of(chosenPositive, chosenNegative).MoveToOuterDisposeScope();
    }

    // In a scope of its own: what it computes is gone before the lists of pairs, which may be long, are made.
    private (Tensor Positive, Tensor Negative) Informative(Tensor x, Tensor positive, Tensor negative)
    {
        using var scope = NewDisposeScope();
        var similarity = x.mm(x.t());
        var leastPositive = similarity.masked_fill(positive.logical_not(), double.PositiveInfinity).amin([1], keepdim: true);
        var mostNegative = similarity.masked_fill(negative.logical_not(), double.NegativeInfinity).amax([1], keepdim: true);
        return (positive.logical_and((similarity - _epsilon).lt(mostNegative)).MoveToOuterDisposeScope(),
            negative.logical_and((similarity + _epsilon).gt(leastPositive)).MoveToOuterDisposeScope());
    }
}
