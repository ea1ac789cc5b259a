using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The contrastive loss as PyTorch Metric Learning has it: max(0, d - m₊) for positive and max(0, m₋ - d) for negative
/// pairs, neither squared nor halved; each part is averaged over its pairs above zero, and the two averages are added.
/// With cosine similarity s the signs turn: max(0, m₊ - s) and max(0, s - m₋).
/// </summary>
/// <remarks>Computed a few anchors at a time, gradient included, which cannot itself be differentiated again.</remarks>
/// <example><code>
/// var loss = new ContrastiveLoss(positiveMargin: 0, negativeMargin: 1).forward(embeddings, labels);
/// loss.backward();
/// </code></example>
public sealed class ContrastiveLoss : PairLoss
{
    /// <summary>The loss with the given margins.</summary>
    /// <param name="positiveMargin">m₊, up to which positive pairs are left alone; null for 0 (distance) or 1 (similarity).</param>
    /// <param name="negativeMargin">m₋, from which on negative pairs are left alone; null for 1 (distance) or 0 (similarity).</param>
    /// <param name="measure">Euclidean distance or cosine similarity.</param>
    /// <param name="normalize">
    /// Whether embeddings are scaled to length 1 before their distance is taken; cosine similarity always does so.
    /// </param>
    public ContrastiveLoss(double? positiveMargin =
        null, double? negativeMargin = null, PairMeasure measure = PairMeasure.EuclideanDistance, bool normalize = true)
    {
        bool isDistance = measure == PairMeasure.EuclideanDistance;
        (PositiveMargin, NegativeMargin) = (positiveMargin ?? (isDistance ? 0 : 1), negativeMargin ?? (isDistance ? 1 : 0));
        (Measure, Normalize) = (measure, normalize || !isDistance);
    }

    /// <summary>Up to here positive pairs are left alone.</summary>
    public double PositiveMargin { get; }

    /// <summary>From here on negative pairs are left alone.</summary>
    public double NegativeMargin { get; }

    /// <summary>Euclidean distance or cosine similarity.</summary>
    public PairMeasure Measure { get; }

    /// <summary>Whether embeddings are scaled to length 1 first.</summary>
    public bool Normalize { get; }

    /// <inheritdoc/>
    protected override Tensor Of(Tensor embeddings, PairMask mask)
    {
        int sign = Measure == PairMeasure.EuclideanDistance ? 1 : -1;
        return PairMatrix.Loss(Normalize ? Batch.Normalize(embeddings) : embeddings, Measure, mask, rows =>
            [Hinge(rows.Measured, PositiveMargin, rows.Positive, sign), Hinge(rows.Measured, NegativeMargin, rows.Negative, -sign)],
                mask.Symmetric);
    }

    // max(0, sign (measured - margin)) over the pairs of the mask, to be averaged over those above zero.
    private static PairMatrix.Term Hinge(Tensor measured, double margin, Tensor mask, int sign)
    {
        var active = (sign > 0 ? measured.gt(margin) : measured.lt(margin)).logical_and_(mask);
        var derivative = active.to_type(measured.dtype).mul_(sign);
        // Within a block the number of active pairs is exact in float32, and summed faster than booleans are.
        return new PairMatrix.Term(
            (measured - margin).mul_(derivative).sum(), derivative.sum().abs().to_type(ScalarType.Int64), derivative);
    }
}
