using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Estimates how many dimensions data have locally, whatever the number of their coordinates.</summary>
public static class IntrinsicDimension
{
    /// <summary>
    /// The two-nearest-neighbours estimate (Facco, d'Errico, Rodriguez and Laio 2017, "Estimating the intrinsic dimension of datasets by a
    /// minimal neighborhood information"): where the density is locally uniform, the
    /// ratio μ of the distances to the second and the first neighbour has the distribution 1 - μ^-d, so that
    /// -ln(1 - F(μ)) against ln μ is a line of slope d through the origin.
    /// </summary>
    /// <param name="points">[n, coordinates], n at least 3, finite. Duplicates are counted once.</param>
    /// <param name="discarded">The share of the largest ratios that is left out, where the density is least uniform; 0 to below 1.</param>
    /// <returns>The estimated dimension, a positive number that need not be whole.</returns>
    /// <exception cref="ArgumentException">The points are no matrix of finite numbers, or fewer than 3 of them are distinct.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is below 0, or 1 or more.</exception>
    /// <example><code>
    /// var sphere = SampleManifolds.Sphere(1000, dimension: 2); // three coordinates
    /// double dimension = IntrinsicDimension.TwoNearestNeighbors(sphere); // about 2
    /// </code></example>
    public static double TwoNearestNeighbors(Tensor points, double discarded = 0.1)
    {
        if (!(discarded >= 0 && discarded < 1))
            throw new ArgumentOutOfRangeException(nameof(discarded), discarded, "Expected a share of 0 to below 1.");
        using var scope = NewDisposeScope();
        var exact = PointMatrix.Checked(points, nameof(points), atLeast: 3);
        exact = exact.unique(dim: 0).output;
        long n = exact.shape[0];
        if (n < 3) throw new ArgumentException($"Expected at least 3 distinct points; got {n}.", nameof(points));

        var (distances, _) = NearestNeighbors.Search(exact, 2);
        long kept = Math.Max(1, (long)(n * (1 - discarded)));
        var logRatios = (distances[.., 1] / distances[.., 0]).log().sort().Values.narrow(0, 0, kept);
        if (logRatios[kept - 1].item<double>() == 0)
            throw new ArgumentException(
                "Expected points whose second neighbour is farther than their first; on a regular grid both are "
                + "equally far, which tells nothing.", nameof(points));
        // F of the i-th smallest ratio is i/n; the largest would have an infinite ordinate.
        var heights = -(1 - arange(1, kept + 1, dtype: ScalarType.Float64) / n).clamp(min: 0.5 / n).log();
        return (logRatios.dot(heights) / logRatios.dot(logRatios)).item<double>();
    }
}
