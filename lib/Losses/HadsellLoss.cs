using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The contrastive loss of DrLIM (Hadsell, Chopra, LeCun 2006, "Dimensionality Reduction by Learning an Invariant Mapping",
/// eq. 4): the mean over pairs of (1 - Y)/2 D² + Y/2 max(0, m - D)², with D the Euclidean distance and Y = 1 for a
/// <em>dissimilar</em> pair.
/// </summary>
/// <remarks>Two embeddings that coincide have no direction to be pushed in: their gradient is zero.</remarks>
/// <example><code>
/// // y is 1 where a pair is dissimilar.
/// var y = tensor(new[] { 0f, 1f });
/// var loss = new HadsellLoss(margin: 1).forward(embeddings[..2], embeddings[2..4], y);
/// </code></example>
public sealed class HadsellLoss : IEmbeddingLoss
{
    /// <summary>The loss with the given margin.</summary>
    /// <param name="margin">m: dissimilar pairs at this distance or farther have no loss; in the units of the embeddings.</param>
    /// <exception cref="ArgumentOutOfRangeException">The margin is not a positive number.</exception>
    public HadsellLoss(double margin) => Margin = Batch.CheckPositive(margin);

    /// <summary>m: dissimilar pairs at this distance or farther have no loss.</summary>
    public double Margin { get; }

    /// <summary>The loss over given pairs.</summary>
    /// <param name="x1">The first embedding of each pair, floating-point [n, d].</param>
    /// <param name="x2">The second embedding of each pair, [n, d], of the same type.</param>
    /// <param name="y">0 for a similar, 1 for a dissimilar pair, [n], of any type. The values are not checked.</param>
    /// <returns>A scalar; 0 for no pairs.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point, they differ in shape, type or device, or there is not one y for each pair on their device.
    /// </exception>
    public Tensor forward(Tensor x1, Tensor x2, Tensor y)
    {
        Batch.CheckAlike(x1, x2);
        Batch.CheckPairTargets(x1, y);
        using var scope = NewDisposeScope();
        (x1, x2) = (Measurable.Accumulating(x1), Measurable.Accumulating(x2));
        var dissimilar = y.to_type(x1.dtype);
        var squared = (x1 - x2).square().sum(1);
        // The root of exactly zero is taken as a constant, since its derivative is infinite.
        var distance = squared.masked_fill(squared.eq(0), 1).sqrt() * squared.ne(0);
        var losses = (1 - dissimilar) * squared + dissimilar * (Margin - distance).relu().square();
        return (losses.sum() / (2.0 * Math.Max(1, x1.shape[0]))).MoveToOuterDisposeScope();
    }

    /// <summary>The loss over all n(n - 1)/2 pairs of a batch; a pair is dissimilar if its labels differ.</summary>
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
        long n = embeddings.shape[0];
        if (n < 2) return Batch.ZeroLoss(embeddings).MoveToOuterDisposeScope();
        var distance = Batch.Distances(embeddings);
        // The matrix holds every pair twice, so the sum is divided by the n(n - 1) ordered pairs; the factor 2 is the loss's own one half.
        var force = where(Batch.DifferentLabel(labels), (Margin - distance).relu(), distance);
        // The diagonal carries the distance of an item to itself, up to rounding: not a pair.
        var losses = force.square().masked_fill(eye(n, dtype: ScalarType.Bool, device: embeddings.device), 0);
        return (losses.sum() / (2.0 * n * (n - 1))).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// The exponential contrastive loss (Chopra, Hadsell, LeCun 2005, "Learning a Similarity Metric Discriminatively, with
/// Application to Face Verification", eq. 8): the mean over pairs of (1 - Y)(2/Q)E² + 2 Y Q exp(-2.77 E/Q), with E the L1
/// distance and Y = 1 for a <em>dissimilar</em> pair. There is no margin: dissimilar pairs are pushed apart at any distance.
/// </summary>
/// <example><code>
/// // y is 1 where a pair is dissimilar.
/// var y = tensor(new[] { 0f, 1f });
/// var loss = new ChopraLoss(10).forward(embeddings[..2], embeddings[2..4], y);
/// </code></example>
public sealed class ChopraLoss
{
    /// <summary>The loss for embeddings whose L1 distance is at most <paramref name="upperBound"/>.</summary>
    /// <param name="upperBound">Q, the upper bound of the L1 distance; for d components between 0 and 1 it is d.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not a positive number.</exception>
    public ChopraLoss(double upperBound) => UpperBound = Batch.CheckPositive(upperBound);

    /// <summary>Q, the upper bound of the L1 distance.</summary>
    public double UpperBound { get; }

    /// <summary>The loss over given pairs.</summary>
    /// <param name="x1">The first embedding of each pair, floating-point [n, d].</param>
    /// <param name="x2">The second embedding of each pair, [n, d], of the same type.</param>
    /// <param name="y">0 for a similar, 1 for a dissimilar pair, [n], of any type. The values are not checked.</param>
    /// <returns>A scalar; 0 for no pairs.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point, they differ in shape, type or device, or there is not one y for each pair on their device.
    /// </exception>
    public Tensor forward(Tensor x1, Tensor x2, Tensor y)
    {
        Batch.CheckAlike(x1, x2);
        Batch.CheckPairTargets(x1, y);
        using var scope = NewDisposeScope();
        (x1, x2) = (Measurable.Accumulating(x1), Measurable.Accumulating(x2));
        var dissimilar = y.to_type(x1.dtype);
        var energy = (x1 - x2).abs().sum(1);
        var losses = (1 - dissimilar) * (2 / UpperBound) * energy.square()
            + dissimilar * (2 * UpperBound) * (energy * (-2.77 / UpperBound)).exp();
        return (losses.sum() / Math.Max(1, x1.shape[0])).MoveToOuterDisposeScope();
    }
}
