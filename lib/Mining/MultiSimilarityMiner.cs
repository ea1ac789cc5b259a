using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The pairs that the anchor's other pairs make informative (Wang et al. 2019, "Multi-Similarity Loss with General Pair Weighting",
/// eq. 10 and 11): negatives more similar than the least similar positive, positives less similar than the most similar negative,
/// both by cosine similarity and give or take ε.
/// </summary>
/// <param name="epsilon">ε.</param>
/// <example><code>
/// var pairs = new MultiSimilarityMiner(epsilon: 0.1).Mine(embeddings, labels);
/// var loss = new MultiSimilarityLoss().forward(embeddings, pairs);
/// </code></example>
public sealed class MultiSimilarityMiner(double epsilon = 0.1) : IMiner<Pairs>
{
    /// <summary>The informative pairs of a labelled batch, ordered by anchor.</summary>
    /// <param name="embeddings">[n, d]; no gradient flows through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    /// <exception cref="ArgumentException">The shapes, types or devices do not fit together.</exception>
    public Pairs Mine(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.Check(embeddings, labels);
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
        return (positive.logical_and((similarity - epsilon).lt(mostNegative)).MoveToOuterDisposeScope(),
            negative.logical_and((similarity + epsilon).gt(leastPositive)).MoveToOuterDisposeScope());
    }
}
