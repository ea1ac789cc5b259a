using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Measures the two properties that contrastive learning trades off on the unit sphere
/// (Wang and Isola 2020, "Understanding Contrastive Representation Learning
/// through Alignment and Uniformity on the Hypersphere"). Embeddings are scaled to length 1 first.
/// </summary>
/// <example><code>
/// double alignment = AlignmentUniformity.Alignment(encoder.forward(firstViews), encoder.forward(secondViews));
/// double uniformity = AlignmentUniformity.Uniformity(embeddings);
/// </code></example>
public static class AlignmentUniformity
{
    private const long BlockElements = 1 << 20;

    /// <summary>
    /// Alignment: the mean of ‖x - y‖² over positive pairs. It is 0 if the two of each pair coincide, about 2 if they are unrelated, and
    /// at most 4.
    /// </summary>
    /// <param name="x">One embedding of each pair, floating-point [n, d], n at least 1.</param>
    /// <param name="y">The other embedding of each pair, [n, d], of the same type and on the same device.</param>
    /// <returns>A squared distance, 0 to 4; smaller is better.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings differ in shape, type or device, there is no pair, or a value is NaN or infinite.
    /// </exception>
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
    /// Uniformity: the logarithm of the mean of e^(-t‖x - y‖²) over all pairs of different items. It is 0 if all embeddings coincide
    /// (collapse), and falls to about -2t as they spread over a sphere of many dimensions. It is computed in blocks of rows.
    /// </summary>
    /// <param name="embeddings">Floating-point, [n, d], n at least 2.</param>
    /// <param name="t">
    /// The larger t is, the more the result depends on near pairs alone; the paper uses 2.
    /// </param>
    /// <returns>A natural logarithm, at most 0 for a positive t; smaller is better.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d], there are fewer than two, or a value is NaN or infinite.
    /// </exception>
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
