using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Draws points from shapes whose dimension and distances along the surface are known. See also <see cref="SwissRoll"/>.</summary>
public static class SampleManifolds
{
    /// <summary>
    /// A strip bent into an S: two three-quarter circles of radius 1, one turning left and one right, as scikit-learn's make_s_curve.
    /// </summary>
    /// <param name="count">n, at least 1.</param>
    /// <param name="seed">Equal seeds give equal points.</param>
    /// <returns>
    /// The points, [n, 3], and their places on the flat strip (length along the S from -1.5 π to 1.5 π, height from 0 to 2), [n, 2],
    /// both float64.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    /// <example><code>
    /// var (points, unrolled) = SampleManifolds.SCurve(500);
    /// Charts.Embedding("An S", points, unrolled[.., 0])
    /// </code></example>
    public static (Tensor Points, Tensor Unrolled) SCurve(int count, long seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        var uniform = rand(2, count, dtype: ScalarType.Float64, generator: generator);
        var t = (uniform[0] - 0.5) * (3 * Math.PI);
        var height = uniform[1] * 2;
        var points = stack([t.sin(), height, t.sign() * (t.cos() - 1)], 1);
        return (points.MoveToOuterDisposeScope(), stack([t, height], 1).MoveToOuterDisposeScope());
    }

    /// <summary>Points drawn uniformly from the unit sphere of d dimensions: 1 is the circle, 2 the sphere in space.</summary>
    /// <param name="count">n, at least 1.</param>
    /// <param name="dimension">d, at least 1; the points have one coordinate more.</param>
    /// <param name="seed">Equal seeds give equal points.</param>
    /// <returns>[n, d + 1], float64, every row of length 1. The distance along the sphere is the angle between two rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count or the dimension is below 1.</exception>
    public static Tensor Sphere(int count, int dimension, long seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        // A Gaussian looks the same from every direction.
        var directions = randn(count, dimension + 1, dtype: ScalarType.Float64, generator: generator);
        return (directions / directions.square().sum(1, keepdim: true).sqrt()).MoveToOuterDisposeScope();
    }
}
