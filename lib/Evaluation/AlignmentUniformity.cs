using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// What contrastive learning trades off on the unit sphere (Wang and Isola 2020, "Understanding Contrastive Representation Learning
/// through Alignment and Uniformity on the Hypersphere"). Embeddings are scaled to length 1 first.
/// </summary>
/// <example><code>
/// double alignment = AlignmentUniformity.Alignment(encoder.forward(firstViews), encoder.forward(secondViews));
/// double uniformity = AlignmentUniformity.Uniformity(embeddings);
/// </code></example>
public static class AlignmentUniformity
{
    private const long BlockElements = 1 << 20;

    /// <summary>E‖x - y‖² over positive pairs: 0 if they coincide, 2 if they are unrelated, at most 4.</summary>
    /// <param name="x">One embedding of each pair, floating-point [n, d], n at least 1.</param>
    /// <param name="y">The other, [n, d].</param>
    /// <exception cref="ArgumentException">The shapes, types or devices do not fit together, or there is no pair.</exception>
    public static double Alignment(Tensor x, Tensor y)
    {
        Batch.CheckAlike(x, y);
        if (x.shape[0] == 0) throw new ArgumentException("Expected at least one pair; got none.", nameof(x));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        (x, y) = Measurable.Of(x, y, nameof(x), nameof(y));
        return (Batch.Normalize(x) - Batch.Normalize(y)).square().sum(ScalarType.Float64).item<double>() / x.shape[0];
    }

    /// <summary>
    /// ln E e^(-t‖x - y‖²) over all pairs of different items, in blocks: 0 if all coincide (collapse), falling to about -2t as they
    /// spread over the sphere in many dimensions.
    /// </summary>
    /// <param name="embeddings">Floating-point, [n, d], n at least 2.</param>
    /// <param name="t">How local the measure is.</param>
    /// <exception cref="ArgumentException">The embeddings are not floating-point [n, d], or there is no pair.</exception>
    public static double Uniformity(Tensor embeddings, double t = 2)
    {
        Batch.CheckEmbeddings(embeddings);
        long n = embeddings.shape[0];
        if (n < 2) throw new ArgumentException($"Expected at least two embeddings; got {n}.", nameof(embeddings));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Collapsed embeddings, all in one place, are what this number is asked about.
        var x = Measurable.ForDistances(Batch.Normalize(Measurable.Of(embeddings)));
        double sum = 0;
        long size = Blocks.Rows(x, n, BlockElements);
        for (long start = 0; start < n; start += size)
        {
            using var blockScope = NewDisposeScope();
            var potentials = cdist(x.narrow(0, start, Math.Min(size, n - start)), x).pow_(2).mul_(-t).exp_();
            // Masked rather than subtracted afterwards: the n ones would swallow small sums.
            potentials.diagonal(start).fill_(0);
            sum += potentials.sum(ScalarType.Float64).item<double>();
        }
        return Math.Log(sum / ((double)n * (n - 1)));
    }
}
