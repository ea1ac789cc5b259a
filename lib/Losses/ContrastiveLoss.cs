using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The contrastive loss (after Hadsell, Chopra, LeCun 2006, "Dimensionality Reduction by Learning an Invariant Mapping") in the form
/// of PyTorch Metric Learning (Musgrave, Belongie, Lim 2020): max(0, d - m₊) for a positive pair and max(0, m₋ - d) for a negative
/// pair at distance d, neither squared nor halved. Each part is averaged over those of its pairs whose loss is above zero, and the two
/// averages are added. With cosine similarity s the signs are reversed: max(0, m₊ - s) and max(0, s - m₋).
/// </summary>
/// <remarks>
/// The value and its gradient are computed for a few anchors at a time, which saves memory. Second derivatives are not available: the
/// gradient cannot itself be differentiated.
/// </remarks>
/// <example><code>
/// var loss = new ContrastiveLoss(positiveMargin: 0, negativeMargin: 1).forward(embeddings, labels);
/// loss.backward();
/// </code></example>
public sealed class ContrastiveLoss : PairLoss
{
    /// <summary>The loss with the given margins.</summary>
    /// <param name="positiveMargin">
    /// m₊: a positive pair has no loss at a distance up to m₊, or at a similarity from m₊ on. Null for 0 (distance) or 1 (similarity).
    /// </param>
    /// <param name="negativeMargin">
    /// m₋: a negative pair has no loss at a distance from m₋ on, or at a similarity up to m₋. Null for 1 (distance) or 0 (similarity).
    /// </param>
    /// <param name="measure">Euclidean distance or cosine similarity.</param>
    /// <param name="normalize">
    /// Whether embeddings are scaled to length 1 before their distance is taken; cosine similarity always does so.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A margin is NaN or infinite, or the measure is no value of its type.</exception>
    public ContrastiveLoss(double? positiveMargin =
        null, double? negativeMargin = null, PairMeasure measure = PairMeasure.EuclideanDistance, bool normalize = true)
    {
        if (!Enum.IsDefined(measure))
            throw new ArgumentOutOfRangeException(
                nameof(measure), measure, $"Expected one of {string.Join(", ", Enum.GetNames<PairMeasure>())}; got {measure}.");
        bool isDistance = measure == PairMeasure.EuclideanDistance;
        PositiveMargin = Batch.CheckFinite(positiveMargin ?? (isDistance ? 0 : 1), nameof(positiveMargin));
        NegativeMargin = Batch.CheckFinite(negativeMargin ?? (isDistance ? 1 : 0), nameof(negativeMargin));
        (Measure, Normalize) = (measure, normalize || !isDistance);
    }

    /// <summary>m₊, the distance or similarity at which the loss of a positive pair begins.</summary>
    public double PositiveMargin { get; }

    /// <summary>m₋, the distance or similarity at which the loss of a negative pair ends.</summary>
    public double NegativeMargin { get; }

    /// <summary>Euclidean distance or cosine similarity.</summary>
    public PairMeasure Measure { get; }

    /// <summary>Whether embeddings are scaled to length 1 first; always true for cosine similarity.</summary>
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
