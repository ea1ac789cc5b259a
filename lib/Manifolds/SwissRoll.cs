using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>A rectangle rolled up in three dimensions, whose flat coordinates are known: a common test of manifold learning.</summary>
/// <param name="Points">[n, 3], float64.</param>
/// <param name="Unrolled">The place of each point on the flat rectangle: length along the spiral and height, [n, 2], float64.</param>
public sealed record SwissRoll(Tensor Points, Tensor Unrolled) : IDisposable
{
    private const double Height = 21;

    /// <summary>
    /// Draws points from the roll (t cos t, height, t sin t), t from 1.5 π to 4.5 π, as scikit-learn's make_swiss_roll does.
    /// </summary>
    /// <param name="count">n, at least 1.</param>
    /// <param name="noise">The standard deviation of Gaussian noise on each coordinate, at least 0.</param>
    /// <param name="seed">Equal seeds give equal points.</param>
    /// <returns>The points and their places on the flat rectangle. The caller disposes them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1 or the noise negative.</exception>
    /// <example><code>
    /// var roll = SwissRoll.Sample(800);
    /// Charts.Embedding("A Swiss roll", roll.Points, roll.Unrolled[.., 0])
    /// </code></example>
    public static SwissRoll Sample(int count, double noise = 0, long seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!(noise >= 0)) throw new ArgumentOutOfRangeException(nameof(noise), noise, "Expected noise of at least 0.");
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, CPU);
        var uniform = rand(2, count, dtype: ScalarType.Float64, generator: generator);
        var t = (uniform[0] * 2 + 1) * (1.5 * Math.PI);
        var height = uniform[1] * Height;
        var exact = stack([t * t.cos(), height, t * t.sin()], 1);
        var points = exact + randn(exact.shape, dtype: ScalarType.Float64, generator: generator) * noise;
        // The length of the spiral r = t from 0 to t.
        var along = (t * (t.square() + 1).sqrt() + t.asinh()) / 2;
        return new(points.MoveToOuterDisposeScope(), stack([along, height], 1).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Points.Dispose();
        Unrolled.Dispose();
    }
}
