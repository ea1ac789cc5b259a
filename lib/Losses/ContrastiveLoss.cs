using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>How a loss compares two embeddings.</summary>
public enum PairMeasure
{
    /// <summary>Euclidean distance: small for what belongs together.</summary>
    EuclideanDistance,

    /// <summary>Cosine similarity, -1 to 1: large for what belongs together.</summary>
    CosineSimilarity,
}

/// <summary>
/// The contrastive loss as PyTorch Metric Learning has it: max(0, d - m₊) for positive and max(0, m₋ - d) for negative
/// pairs, neither squared nor halved; each part is averaged over its pairs above zero, and the two averages are added.
/// With cosine similarity s the signs turn: max(0, m₊ - s) and max(0, s - m₋).
/// </summary>
public sealed class ContrastiveLoss
{
    /// <summary>The loss with the given margins.</summary>
    /// <param name="positiveMargin">m₊, up to which positive pairs are left alone; null for 0 (distance) or 1 (similarity).</param>
    /// <param name="negativeMargin">m₋, from which on negative pairs are left alone; null for 1 (distance) or 0 (similarity).</param>
    /// <param name="measure">Euclidean distance or cosine similarity.</param>
    /// <param name="normalize">Whether embeddings are scaled to length 1 before their distance is taken; cosine similarity always does so.</param>
    public ContrastiveLoss(double? positiveMargin = null, double? negativeMargin = null, PairMeasure measure = PairMeasure.EuclideanDistance, bool normalize = true)
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

    /// <summary>The loss over all pairs of a batch.</summary>
    /// <param name="embeddings">[n, d].</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>A scalar.</returns>
    /// <exception cref="ArgumentException">The shapes, types or devices do not fit together.</exception>
    public Tensor forward(Tensor embeddings, Tensor labels)
    {
        Batch.Check(embeddings, labels);
        using var scope = NewDisposeScope();
        if (embeddings.shape[0] < 2) return Batch.ZeroLoss(embeddings).MoveToOuterDisposeScope();
        var x = Normalize ? Batch.Normalize(embeddings) : embeddings;
        var measured = Measure == PairMeasure.EuclideanDistance ? Batch.Distances(x) : x.mm(x.t());
        // One hinge per pair, of the kind its labels ask for: violation = ±(measured - margin).
        var different = Batch.DifferentLabel(labels);
        var same = Batch.SameLabel(labels);
        var positive = Violation(measured, PositiveMargin, pull: true).masked_fill(same.logical_not(), 0);
        var negative = Violation(measured, NegativeMargin, pull: false).masked_fill(different.logical_not(), 0);
        return (Batch.MeanOfNonZero(positive) + Batch.MeanOfNonZero(negative)).MoveToOuterDisposeScope();
    }

    private Tensor Violation(Tensor measured, double margin, bool pull) =>
        (pull == (Measure == PairMeasure.EuclideanDistance) ? measured - margin : margin - measured).relu();
}
