using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The lifted structure loss (Oh Song et al. 2016, "Deep Metric Learning via Lifted Structured Feature Embedding"): for each
/// positive pair (a, p), max(0, d_ap - m₊ + ln Σ_n e^(m₋ - d))²/2, where the sum runs over the distances d from a to its
/// negatives and from p to its negatives. It is averaged over the positive pairs and is 0 for a batch without a positive or without a
/// negative pair. Distances are Euclidean, between embeddings scaled to length 1, as in PyTorch Metric Learning.
/// </summary>
/// <param name="negativeMargin">m₋, from which the distances to negatives are subtracted.</param>
/// <param name="positiveMargin">m₊, which is subtracted from the distances of positive pairs.</param>
/// <exception cref="ArgumentOutOfRangeException">A margin is NaN or infinite.</exception>
/// <example><code>
/// var loss = new LiftedStructureLoss(negativeMargin: 1).forward(embeddings, labels);
/// </code></example>
public sealed class LiftedStructureLoss(double negativeMargin = 1, double positiveMargin = 0) : PairLoss
{
    private readonly double _negativeMargin = Batch.CheckFinite(negativeMargin), _positiveMargin = Batch.CheckFinite(positiveMargin);

    /// <inheritdoc/>
    protected override Tensor Of(Tensor embeddings, PairMask mask)
    {
        var (positive, negative) = mask.Rows(0, embeddings.shape[0]);
        var pairs = positive.nonzero();
        var (anchors, partners) = (pairs.select(1, 0), pairs.select(1, 1));
        if (anchors.shape[0] == 0) return Batch.ZeroLoss(embeddings);
        var distances = Batch.Distances(Batch.Normalize(embeddings));
        // The negatives of a and of p are two lists: each anchor's sum is formed once, and a pair adds two of them.
        var push = Batch.MaskedLogSumExp(_negativeMargin - distances, negative);
        var pushed = logaddexp(push.index_select(0, anchors), push.index_select(0, partners));
        var pulled = distances.masked_select(positive) - _positiveMargin;
        // With mined pairs both may be without negatives, which then add nothing. Without any negative at all there is no loss.
        return (pulled + pushed.masked_fill(pushed.isinf(), 0)).relu().square().mean() * mask.AnyNegative / 2;
    }
}

/// <summary>
/// The generalised lifted structure loss (Hermans et al. 2017, "In Defense of the Triplet Loss", eq. 10): for each anchor
/// max(0, ln Σ_p e^(d_ap - m₊) + ln Σ_n e^(m₋ - d_an)), averaged over all anchors. Distances are Euclidean, between embeddings scaled
/// to length 1, as in PyTorch Metric Learning. For an anchor without positives or negatives, the logarithm of that sum counts as 0.
/// </summary>
/// <param name="negativeMargin">m₋, from which the distances to negatives are subtracted.</param>
/// <param name="positiveMargin">m₊, which is subtracted from the distances of positive pairs.</param>
/// <exception cref="ArgumentOutOfRangeException">A margin is NaN or infinite.</exception>
/// <remarks>Second derivatives are not available: the gradient cannot itself be differentiated.</remarks>
/// <example><code>
/// var loss = new GeneralizedLiftedStructureLoss().forward(embeddings, labels);
/// </code></example>
public sealed class GeneralizedLiftedStructureLoss(double negativeMargin = 1, double positiveMargin = 0) : PairLoss
{
    private readonly double _negativeMargin = Batch.CheckFinite(negativeMargin), _positiveMargin = Batch.CheckFinite(positiveMargin);

    /// <inheritdoc/>
    protected override Tensor Of(Tensor embeddings, PairMask mask) =>
        PairMatrix.Loss(Batch.Normalize(embeddings), PairMeasure.EuclideanDistance, mask, rows =>
        [
            PairMatrix.MeanOverAnchors(rows, distances =>
                (Soft(distances - _positiveMargin, rows.Positive) + Soft(_negativeMargin - distances, rows.Negative)).relu()),
        ]);

    private static Tensor Soft(Tensor exponents, Tensor mask)
    {
        var soft = Batch.MaskedLogSumExp(exponents, mask);
        return soft.masked_fill(soft.isinf(), 0);
    }
}
