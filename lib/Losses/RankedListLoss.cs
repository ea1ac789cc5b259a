using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The ranked list loss (Wang et al. 2019, "Ranked List Loss for Deep Metric Learning", the simpler form): positives are pulled into
/// a sphere of radius α - m around the anchor, and negatives are pushed out to distance α. For each anchor
/// (1 - λ) mean_p max(0, d - (α - m)) + λ Σ_n w_n (α - d) / Σ_n w_n with w_n = e^(T(α - d)), over the pairs that violate their bound.
/// The loss is averaged over all anchors. Distances are Euclidean, between embeddings scaled to length 1.
/// </summary>
/// <remarks>
/// As in PyTorch Metric Learning 2.8, the gradient flows through the weights too, and 1e-5 n is added to the number of violating
/// positives and to the sum of weights that the two parts are divided by. Second derivatives are not available: the gradient cannot itself
/// be differentiated.
/// </remarks>
/// <example><code>
/// var loss = new RankedListLoss().forward(embeddings, labels);
/// </code></example>
public sealed class RankedListLoss : IEmbeddingLoss
{
    /// <summary>The loss with the given margin and weighting.</summary>
    /// <param name="margin">m, the gap between the two radii, a distance.</param>
    /// <param name="temperature">T, how much more a nearer negative weighs; 0 weighs all alike.</param>
    /// <param name="imbalance">λ, the share of the negatives' part, 0 to 1.</param>
    /// <param name="boundary">α, the distance that negatives are pushed to; null for 1 + m/2.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The imbalance is outside 0 to 1, the temperature is negative, or a number is NaN or infinite.
    /// </exception>
    public RankedListLoss(double margin = 0.4, double temperature = 10, double imbalance = 0.5, double? boundary = null)
    {
        if (!(imbalance >= 0 && imbalance <= 1))
            throw new ArgumentOutOfRangeException(nameof(imbalance), imbalance, "Expected a share between 0 and 1.");
        if (!(temperature >= 0 && double.IsFinite(temperature)))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"Expected at least 0; got {temperature}.");
        (Margin, Temperature, Imbalance) = (Batch.CheckFinite(margin), temperature, imbalance);
        Boundary = Batch.CheckFinite(boundary ?? 1 + margin / 2, nameof(boundary));
    }

    /// <summary>m, the gap between the two radii.</summary>
    public double Margin { get; }

    /// <summary>T, how much more a nearer negative weighs.</summary>
    public double Temperature { get; }

    /// <summary>λ, the share of the negatives' part.</summary>
    public double Imbalance { get; }

    /// <summary>α, the distance that negatives are pushed to.</summary>
    public double Boundary { get; }

    /// <summary>The loss of a labelled batch.</summary>
    /// <param name="embeddings">Floating-point, [n, d].</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>A scalar; 0 for fewer than two embeddings.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d], or the labels are not n integers on the same device.
    /// </exception>
    public Tensor forward(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.Check(embeddings, labels);
        if (embeddings.shape[0] < 2) return Batch.ZeroLoss(embeddings).MoveToOuterDisposeScope();
        return PairMatrix.Loss(Batch.Normalize(embeddings), PairMeasure.EuclideanDistance, new PairMask(labels),
            rows => [PairMatrix.MeanOverAnchors(rows, distances => OfAnchors(distances, rows))]).MoveToOuterDisposeScope();
    }

    private Tensor OfAnchors(Tensor distances, PairMatrix.Rows rows)
    {
        // Each of the n entries of a row adds this to the sum of its weights, which so is never zero.
        double floor = 1e-5 * distances.shape[1];
        var tooFar = rows.Positive.logical_and(distances.gt(Boundary - Margin));
        var pull = ((distances - (Boundary - Margin)) * tooFar).sum(1) / (tooFar.sum(1).to_type(distances.dtype) + floor);
        // Coinciding negatives have no direction to be pushed in and are left out.
        var tooNear = rows.Negative.logical_and(distances.lt(Boundary)).logical_and_(distances.gt(0));
        var gap = (Boundary - distances) * tooNear;
        var weights = (gap * Temperature).exp() * tooNear;
        var push = (weights * gap).sum(1) / (weights.sum(1) + floor);
        return (1 - Imbalance) * pull + Imbalance * push;
    }
}
