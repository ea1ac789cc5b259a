using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The normalised, temperature-scaled cross entropy (Sohn 2016, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective";
/// van den Oord et al. 2018, "Representation Learning with Contrastive Predictive Coding", where it is called InfoNCE; Chen et al. 2020,
/// "A Simple Framework for Contrastive Learning of Visual Representations", SimCLR):
/// for each positive pair (a, p), -ln(e^(s_ap/t) / (e^(s_ap/t) + Σ_n e^(s_an/t))) with s the cosine similarity and n the
/// anchor's negatives; the anchor's other positives appear in neither numerator nor denominator. The loss is
/// averaged over the positive pairs, as in PyTorch Metric Learning.
/// </summary>
/// <remarks>
/// The value and its gradient are computed for a few anchors at a time. For a labelled batch or two views the memory needed grows with
/// n, where a list of every positive pair with every negative would take n³; mined pairs take a mask of n² bytes. Second derivatives
/// are not available: the gradient cannot itself be differentiated.
/// </remarks>
/// <example><code>
/// var infoNce = new NTXentLoss(temperature: 0.2);
/// var ofLabels = infoNce.forward(embeddings, labels);
/// // Two views of each image, and no labels:
/// var ofViews = infoNce.OfViews(encoder.forward(firstViews), encoder.forward(secondViews));
/// </code></example>
public sealed class NTXentLoss : PairLoss
{
    /// <summary>The loss with the given temperature.</summary>
    /// <param name="temperature">t, what similarities are divided by.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not a positive number.</exception>
    public NTXentLoss(double temperature = 0.07) => Temperature = Batch.CheckTemperature(temperature);

    /// <summary>What similarities are divided by.</summary>
    public double Temperature { get; }

    /// <summary>
    /// The loss of two views when all similarities are equal, as they are when all embeddings coincide: ln(2N - 1).
    /// </summary>
    /// <param name="pairs">N, the number of pairs of views, at least 1.</param>
    /// <returns>The loss in nats (natural logarithm).</returns>
    /// <exception cref="ArgumentOutOfRangeException">N is below 1.</exception>
    public static double AtChance(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 1);
        return Math.Log(2.0 * pairs - 1);
    }

    /// <summary>
    /// The smallest loss that two views can have, ln(1 + (2N - 2) e^(-N/((N - 1)t))). It is reached if the two views of each image
    /// coincide and the N points are the corners of a regular simplex, each two with similarity -1/(N - 1). That needs at least N - 1
    /// dimensions; in fewer dimensions the loss stays above this value.
    /// </summary>
    /// <param name="pairs">N, the number of pairs of views, at least 2.</param>
    /// <returns>The loss in nats (natural logarithm).</returns>
    /// <exception cref="ArgumentOutOfRangeException">N is below 2.</exception>
    public double AtSimplex(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 2);
        return double.LogP1((2.0 * pairs - 2) * Math.Exp(-pairs / ((pairs - 1.0) * Temperature)));
    }

    /// <summary>The loss of two views of a batch: row i of both is one positive pair, all other rows of both are its negatives.</summary>
    /// <param name="first">The first views, floating-point [N, d].</param>
    /// <param name="second">The second views, [N, d], of the same type and on the same device.</param>
    /// <returns>A scalar; 0 for a single pair, which has no negative. At chance (all similarities equal) ln(2N - 1).</returns>
    /// <exception cref="ArgumentException">
    /// The views are not floating-point [N, d], or they differ in shape, type or device.
    /// </exception>
    public Tensor OfViews(Tensor first, Tensor second)
    {
        Batch.CheckAlike(first, second);
        using var scope = NewDisposeScope();
        var (views, items) = (Measurable.Accumulating(cat([first, second])), arange(first.shape[0], device: first.device));
        var loss = first.shape[0] == 0
            ? Batch.ZeroLoss(views)
            : PairMatrix.Loss(
                Batch.Normalize(views), PairMeasure.CosineSimilarity, new PairMask(cat([items, items])), rows => [OfTwoViews(rows)]);
        return loss.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor Of(Tensor embeddings, PairMask mask) =>
        PairMatrix.Loss(Batch.Normalize(embeddings), PairMeasure.CosineSimilarity, mask, rows => [CrossEntropy(rows)]);

    // With one positive for each anchor, item i's in place i ± N, the loss is the cross entropy of a softmax over all others.
    private PairMatrix.Term OfTwoViews(PairMatrix.Rows rows)
    {
        long count = rows.Measured.shape[0], all = rows.Measured.shape[1];
        var logits = rows.Measured.div_(Temperature);
        logits.diagonal(rows.Start).fill_(double.NegativeInfinity);
        var partner = arange(rows.Start, rows.Start + count, device: logits.device).add_(all / 2).remainder_(all).unsqueeze(1);
        var logarithms = logits.log_softmax(1);
        var loss = logarithms.gather(1, partner).sum().neg();
        var derivative = logarithms.exp_().scatter_add_(1, partner, full_like(partner, -1, dtype: logits.dtype)).div_(Temperature);
        return new PairMatrix.Term(loss, rows.Counted(count), derivative);
    }

    private PairMatrix.Term CrossEntropy(PairMatrix.Rows rows)
    {
        var logits = rows.Measured / Temperature;
        var anchor = rows.Positive.nonzero().select(1, 0);
        var positive = logits.masked_select(rows.Positive);
        // ln Σ e^logit over an anchor's negatives, shifted by the largest; -∞ for an anchor without any.
        logits.masked_fill_(rows.Negative.logical_not(), double.NegativeInfinity);
        var shift = logits.amax([1], keepdim: true);
        shift.masked_fill_(shift.isinf(), 0);
        var exponentials = logits.sub_(shift).exp_();
        var sum = exponentials.sum(1, keepdim: true);
        var excess = (sum.log() + shift).squeeze(1).index_select(0, anchor) - positive;
        // The pair's loss is ln(1 + e^excess); with its slope it is pulled and the anchor's negatives together are pushed.
        var slope = excess.sigmoid() / Temperature;
        var push = zeros_like(sum).squeeze(1).index_add_(0, anchor, slope, 1).unsqueeze(1) / sum.masked_fill(sum.eq(0), 1);
        return new PairMatrix.Term(
            Sum: nn.functional.softplus(excess, threshold: Batch.SoftplusThreshold).sum(),
            Count: rows.Counted(excess.shape[0]),
            Derivative: exponentials.mul_(push).masked_scatter_(rows.Positive, slope.neg()));
    }
}
