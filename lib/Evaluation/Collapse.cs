using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Whether, and in which way, embeddings have collapsed, so that they no longer tell items apart.</summary>
public enum CollapseKind
{
    /// <summary>No collapse: the embeddings spread over a fair share of their dimensions.</summary>
    None,

    /// <summary>All embeddings are (nearly) one point.</summary>
    Complete,

    /// <summary>
    /// The embeddings spread, but along few of their dimensions (Jing et al. 2022, "Understanding Dimensional Collapse in Contrastive
    /// Self-supervised Learning").
    /// </summary>
    Dimensional,
}

/// <summary>How embeddings use the space they have.</summary>
/// <param name="Kind">Whether, and in which way, the embeddings have collapsed.</param>
/// <param name="EffectiveRank">
/// The number of dimensions in use: e^H, H the entropy of the singular values of the centred embeddings, scaled to sum 1 (Roy and
/// Vetterli 2007, "The effective rank: A measure of effective dimensionality", eq. 1-3). It is 0 if all embeddings are one point, 1 if
/// they lie on a line, and <paramref name="PossibleRank"/> if they spread equally along all dimensions.
/// </param>
/// <param name="PossibleRank">The largest possible effective rank: d, or n - 1 if that is less.</param>
/// <param name="MeanNorm">The mean length of an embedding.</param>
/// <param name="Deviations">The standard deviation along each dimension, d numbers.</param>
/// <param name="Spread">The share of the mean squared length that is variance, 0 (one point) to 1 (centred on the origin).</param>
public sealed record CollapseDiagnosis(
    CollapseKind Kind, double EffectiveRank, int PossibleRank, double MeanNorm, IReadOnlyList<double> Deviations, double Spread);

/// <summary>Tells whether an encoder maps everything to one point or to few dimensions, as a loss alone does not show.</summary>
/// <remarks>
/// What the loss is at the extremes: <see cref="NTXentLoss.AtChance"/> if all embeddings coincide, <see cref="NTXentLoss.AtSimplex"/>
/// at its smallest; a <see cref="ContrastiveLoss"/> with distances is at its negative margin if all embeddings coincide.
/// </remarks>
/// <example><code>
/// var diagnosis = Collapse.Diagnose(embeddings);
/// Console.WriteLine(diagnosis.Kind);
/// </code></example>
public static class Collapse
{
    /// <summary>
    /// If <see cref="CollapseDiagnosis.Spread"/> is below this, the collapse is called complete. 1e-4 means deviations of 1 % of the
    /// length.
    /// </summary>
    public const double CompleteBelow = 1e-4;

    /// <summary>
    /// If (effective rank - 1) / (possible rank - 1) is below this share, the collapse is called dimensional. The value is a convention,
    /// and it is low on purpose: a good supervised encoder maps C classes to about C points, which span at most C - 1 dimensions.
    /// </summary>
    public const double DimensionalBelow = 0.05;

    /// <summary>Examines embeddings for collapse. Use items that were not trained on.</summary>
    /// <param name="embeddings">Floating-point, [n, d], n at least 2, finite.</param>
    /// <returns>The kind of collapse and the numbers that it was decided by.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d], there are fewer than two, or a value is NaN or infinite.
    /// </exception>
    public static CollapseDiagnosis Diagnose(Tensor embeddings)
    {
        Batch.CheckEmbeddings(embeddings);
        long n = embeddings.shape[0], d = embeddings.shape[1];
        if (n < 2 || d < 1)
            throw new ArgumentException(
                $"Expected at least two embeddings of at least one dimension; got {Batch.Describe(embeddings)}.", nameof(embeddings));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var x = embeddings.detach().cpu().to_type(ScalarType.Float64);
        if (!x.isfinite().all().item<bool>())
            throw new ArgumentException("Expected finite embeddings; got NaN or infinity.", nameof(embeddings));

        var centred = x - x.mean([0], keepdim: true);
        double meanSquare = x.square().sum().item<double>() / n, variance = centred.square().sum().item<double>() / n;
        double spread = meanSquare > 0 ? variance / meanSquare : 0;
        int possible = (int)Math.Min(d, n - 1);
        double rank = EffectiveRank(linalg.svdvals(centred), meanSquare * n);
        var kind = spread < CompleteBelow ? CollapseKind.Complete
            : possible > 1 && (rank - 1) / (possible - 1) < DimensionalBelow ? CollapseKind.Dimensional
            : CollapseKind.None;
        return new(
            kind, rank, possible, x.norm(1).mean().item<double>(), centred.square().mean([0]).sqrt().data<double>().ToArray(), spread);
    }

    // Singular values within rounding of zero, as against the length of all embeddings, count as zero.
    private static double EffectiveRank(Tensor singularValues, double squaredLength)
    {
        double[] values = [.. singularValues.data<double>().Where(value => value > 1e-12 * Math.Sqrt(squaredLength))];
        double sum = values.Sum();
        return values.Length == 0 ? 0 : Math.Exp(-values.Sum(value => value / sum * Math.Log(value / sum)));
    }
}
