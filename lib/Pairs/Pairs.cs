using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Pairs of positions in a batch: anchors with positives, and, apart from them, anchors with negatives. All int64, of one length in
/// each half.
/// </summary>
/// <param name="AnchorsPositive">The anchor of each positive pair, [p].</param>
/// <param name="Positives">Its partner of the same class, [p].</param>
/// <param name="AnchorsNegative">The anchor of each negative pair, [q].</param>
/// <param name="Negatives">Its partner of another class, [q].</param>
public sealed record Pairs(Tensor AnchorsPositive, Tensor Positives, Tensor AnchorsNegative, Tensor Negatives) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        AnchorsPositive.Dispose();
        Positives.Dispose();
        AnchorsNegative.Dispose();
        Negatives.Dispose();
    }

    // From masks [n, n].
    internal static Pairs Of(Tensor positive, Tensor negative)
    {
        var (p, q) = (positive.nonzero(), negative.nonzero());
        return new Pairs(
            p.select(1, 0).contiguous(), p.select(1, 1).contiguous(), q.select(1, 0).contiguous(), q.select(1, 1).contiguous());
    }

    internal Pairs MoveToOuterDisposeScope()
    {
        foreach (var positions in new[] { AnchorsPositive, Positives, AnchorsNegative, Negatives }) positions.MoveToOuterDisposeScope();
        return this;
    }
}

/// <summary>Triplets of positions in a batch. All int64 [t].</summary>
/// <param name="Anchors">The anchor of each triplet.</param>
/// <param name="Positives">Its partner of the same class.</param>
/// <param name="Negatives">Its partner of another class.</param>
public sealed record Triplets(Tensor Anchors, Tensor Positives, Tensor Negatives) : IDisposable
{
    /// <summary>The number of triplets.</summary>
    public long Count => Anchors.shape[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        Anchors.Dispose();
        Positives.Dispose();
        Negatives.Dispose();
    }

    internal Triplets MoveToOuterDisposeScope()
    {
        foreach (var positions in new[] { Anchors, Positives, Negatives }) positions.MoveToOuterDisposeScope();
        return this;
    }
}
