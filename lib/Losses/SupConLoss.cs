using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The supervised contrastive loss (Khosla et al. 2020, "Supervised Contrastive Learning", eq. 2): for each anchor the mean over its
/// positives p of -ln(e^(s_ap/t) / Σ_k e^(s_ak/t)), where s is the cosine similarity and k runs over <em>all</em> other items,
/// positives included. The loss is averaged over the anchors whose loss is above zero, as in PyTorch Metric Learning, and is 0 for a
/// batch without a positive or without a negative pair.
/// </summary>
/// <remarks>
/// The value and its gradient are computed for a few anchors at a time, which saves memory. Second derivatives are not available: the
/// gradient cannot itself be differentiated.
/// </remarks>
/// <example><code>
/// var loss = new SupConLoss(temperature: 0.1).forward(embeddings, labels);
/// </code></example>
public sealed class SupConLoss : PairLoss
{
    /// <summary>The loss with the given temperature.</summary>
    /// <param name="temperature">t, what similarities are divided by.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not a positive number.</exception>
    public SupConLoss(double temperature = 0.1) => Temperature = Batch.CheckTemperature(temperature);

    /// <summary>What similarities are divided by.</summary>
    public double Temperature { get; }

    /// <inheritdoc/>
    protected override Tensor Of(Tensor embeddings, PairMask mask)
    {
        var loss = PairMatrix.Loss(Batch.Normalize(embeddings), PairMeasure.CosineSimilarity, mask, rows => [CrossEntropy(rows)]);
        return loss * mask.AnyNegative;
    }

    private PairMatrix.Term CrossEntropy(PairMatrix.Rows rows)
    {
        var logits = rows.Measured / Temperature;
        var positive = rows.Positive.to_type(logits.dtype);
        var positives = positive.sum(1, keepdim: true);
        var hasPositives = positives.gt(0);
        positive.div_(positives.clamp_min(1));
        var meanPositive = (logits * positive).sum(1, keepdim: true);
        // The anchor itself is masked, not subtracted afterwards: e^(1/t) would swallow the other terms.
        logits.masked_fill_(rows.Positive.logical_or(rows.Negative).logical_not_(), double.NegativeInfinity);
        var losses = (logits.logsumexp(1, keepdim: true) - meanPositive).masked_fill_(hasPositives.logical_not(), 0);
        var derivative = logits.softmax(1).sub_(positive).masked_fill_(hasPositives.logical_not(), 0).div_(Temperature);
        return new PairMatrix.Term(losses.sum(), losses.gt(0).sum(), derivative);
    }
}
