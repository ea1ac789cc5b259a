using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The multi-similarity loss (Wang et al. 2019, "Multi-Similarity Loss with General Pair Weighting", eq. 15): for each anchor
/// ln(1 + Σ_p e^(-α(s - λ)))/α + ln(1 + Σ_n e^(β(s - λ)))/β with s the cosine similarity; averaged over all anchors, as in PyTorch
/// Metric Learning.
/// </summary>
/// <param name="alpha">α, how sharply positives are weighted, above 0.</param>
/// <param name="beta">β, how sharply negatives are weighted, above 0.</param>
/// <param name="base">λ, the similarity around which pairs start to count.</param>
/// <exception cref="ArgumentOutOfRangeException">α or β is not above 0, or a number is NaN or infinite.</exception>
/// <remarks>Second derivatives are not available: the gradient cannot itself be differentiated.</remarks>
/// <example><code>
/// var pairs = new MultiSimilarityMiner().Mine(embeddings, labels);
/// var loss = new MultiSimilarityLoss().forward(embeddings, pairs);
/// </code></example>
public sealed class MultiSimilarityLoss(double alpha = 2, double beta = 50, double @base = 0.5) : PairLoss
{
    private readonly double _alpha = Batch.CheckPositive(alpha), _beta = Batch.CheckPositive(beta);
    private readonly double _base = Batch.CheckFinite(@base, nameof(@base));

    /// <inheritdoc/>
    protected override Tensor Of(Tensor embeddings, PairMask mask) =>
        PairMatrix.Loss(Batch.Normalize(embeddings), PairMeasure.CosineSimilarity, mask, rows =>
        [
            PairMatrix.MeanOverAnchors(rows, similarity =>
                Soft(similarity, -_alpha, rows.Positive) / _alpha + Soft(similarity, _beta, rows.Negative) / _beta),
        ]);

    // ln(1 + Σ e^(sharpness (s - λ))) over an anchor's pairs.
    private Tensor Soft(Tensor similarity, double sharpness, Tensor mask) =>
        nn.functional.softplus(Batch.MaskedLogSumExp((similarity - _base) * sharpness, mask), threshold: Batch.SoftplusThreshold);
}
