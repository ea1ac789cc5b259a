using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>What every method of this folder asks of its input, and how it gives results back.</summary>
internal static class PointMatrix
{
    /// <summary>The points in float64 on the CPU: eigenvectors, ranks and shortest paths are computed there.</summary>
    /// <exception cref="ArgumentException">The points are no matrix of finite numbers, or too few.</exception>
    public static Tensor Checked(Tensor points, string name, int atLeast = 2)
    {
        if (points.dim() != 2) throw new ArgumentException($"Expected points [n, d]; got {Batch.Describe(points)}.", name);
        if (points.shape[0] < atLeast) throw new ArgumentException($"Expected at least {atLeast} points; got {points.shape[0]}.", name);
        if (points.shape[1] < 1) throw new ArgumentException("Expected points of at least one coordinate; got none.", name);
        var exact = points.detach().cpu().to_type(ScalarType.Float64).contiguous();
        if (!exact.isfinite().all().item<bool>()) throw new ArgumentException("Expected finite coordinates; got NaN or infinity.", name);
        return exact;
    }

    /// <summary>Distances from differences: the form by matrix products is inexact for near points.</summary>
    public static Tensor Distances(Tensor points) =>
        cdist(points, points, compute_mode: TorchSharp.compute_mode.donot_use_mm_for_euclid_dist);

    /// <summary>A result in the type and on the device of the data it was made from: float64 for float64 data, else float32.</summary>
    public static Tensor Like(Tensor result, Tensor points) =>
        result.to_type(points.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32).to(points.device);

    /// <summary>The columns with the entry of the largest magnitude made positive: eigenvectors have no sign of their own.</summary>
    public static Tensor WithFixedSigns(Tensor columns)
    {
        var largest = columns.gather(0, columns.abs().argmax(0, keepdim: true));
        return columns * largest.lt(0).to_type(columns.dtype).mul(-2).add(1);
    }

    public static void CheckComponents(int components, long most)
    {
        if (components < 1 || components > most)
            throw new ArgumentOutOfRangeException(nameof(components), components, $"Expected 1 to {most} components.");
    }
}
