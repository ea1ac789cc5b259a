using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Data in a form in which squared distances neither overflow nor vanish, and are not rounded away.</summary>
internal static class Measurable
{
    // Squares of what lies between keep their digits in float32, sums of thousands of them included; beyond, float64 has room.
    private const double LargestInSingle = 1e15, SmallestInSingle = 1e-15, LargestInDouble = 1e150, SmallestInDouble = 1e-150;
    private const long RowsByDifference = 25; // torch's choice between the two forms
    private const double SmallAgainstFarthest = 0.02; // there float32's rounding takes a thousandth of a distance
    private const double WholeInSingle = 1 << 24, WholeInDouble = 1L << 53;

    /// <summary>
    /// float16 and bfloat16 as float32, since their sums drift and overflow; anything else as it is. Gradients flow back in the type of
    /// the data.
    /// </summary>
    public static Tensor Accumulating(Tensor data) =>
        data.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? data.to_type(ScalarType.Float32) : data;

    /// <summary>One matrix as float32 or float64, finite; see <see cref="Of(Tensor, Tensor, string?, string?)"/>.</summary>
    public static Tensor Of(Tensor data, [CallerArgumentExpression(nameof(data))] string? name = null) => Of(data, data, name, name).First;

    /// <summary>
    /// Two matrices of one type as float32, or as float64 where float32 could not square their values or hold their whole numbers.
    /// On devices without float64 (MPS) such data, and all float64 work, is done on the CPU.
    /// </summary>
    /// <exception cref="ArgumentException">A value is NaN or infinite, or too large or too small to be squared in float64.</exception>
    public static (Tensor First, Tensor Second) Of(Tensor first, Tensor second, string? firstName, string? secondName)
    {
        if (first.device_type == TorchSharp.DeviceType.MPS) (first, second) = (first.cpu(), second.cpu());
        (double largest, double other) = (Largest(first, firstName), ReferenceEquals(first, second) ? 0 : Largest(second, secondName));
        string? name = other > largest ? secondName : firstName;
        largest = Math.Max(largest, other);
        var type = first.dtype == ScalarType.Float64 || TooFine(first, largest) ? ScalarType.Float64 : ScalarType.Float32;
        if (first.is_floating_point() ? largest > LargestInDouble || (largest > 0 && largest < SmallestInDouble) : largest > WholeInDouble)
            throw new ArgumentException($"Expected values whose squares float64 can hold; the largest has magnitude {largest:G3}.", name);
        var converted = first.to_type(type);
        return (converted, ReferenceEquals(first, second) ? converted : second.to_type(type));
    }

    /// <summary>Refuses NaN and infinity by name.</summary>
    /// <returns>The largest magnitude; 0 if there is no value.</returns>
    public static double Largest(Tensor data, string? name)
    {
        if (data.numel() == 0) return 0;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // By the two ends, in the data's own type: magnitudes, or a wider type, would be a second copy of the data. NaN survives both.
        double End(Tensor end) => end.to_type(ScalarType.Float64).item<double>();
        double largest = Math.Max(Math.Abs(End(data.min())), Math.Abs(End(data.max())));
        return double.IsFinite(largest) ? largest : throw new ArgumentException(
            $"Expected finite values; got NaN or infinity in {Batch.Describe(data)}.", name);
    }

    private static bool TooFine(Tensor data, double largest) =>
        data.is_floating_point() ? largest > LargestInSingle || (largest > 0 && largest < SmallestInSingle) : largest > WholeInSingle;

    /// <summary>
    /// A batch as cdist measures its distances best: about its mean, unless it is so small that cdist goes by differences, which are
    /// exact.
    /// </summary>
    public static Tensor ForDistances(Tensor batch) => batch.shape[0] <= RowsByDifference ? batch : Centred(batch, batch);

    /// <summary>The Euclidean distances of rows [b, d] to all rows of their batch [n, d]: [b, n].</summary>
    /// <param name="rows">Those of the batch from <paramref name="start"/> on.</param>
    /// <param name="all">The batch, about its mean.</param>
    /// <param name="start">The place of the first row in the batch.</param>
    /// <remarks>
    /// |x|² - 2xy + |y|² loses a distance that is small against the lengths of its ends. Where two rows lie that close, as those of a
    /// collapsed class do, all distances are computed by differences. A GPU is not asked, since it would be waited for, and always does so.
    /// </remarks>
    public static Tensor Distances(Tensor rows, Tensor all, long start)
    {
        Tensor ByDifferences() => cdist(rows, all, compute_mode: TorchSharp.compute_mode.donot_use_mm_for_euclid_dist);
        if (rows.device_type != TorchSharp.DeviceType.CPU) return ByDifferences();
        var distances = cdist(rows, all);
        if (rows.dtype != ScalarType.Float32 || all.shape[0] <= RowsByDifference || !AnyNear(distances, start)) return distances;
        distances.Dispose();
        return ByDifferences();
    }

    private static bool AnyNear(Tensor distances, long start)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        long count = distances.shape[0], n = distances.shape[1];
        // What lies between the diagonal's entries, one after the other; of the first and last row, what lies before and behind them.
        var line = distances.flatten();
        var between = line.as_strided([count - 1, n], [n + 1, 1], start + 1);
        Tensor[] parts = [line.narrow(0, 0, start), between, line.narrow(0, start + 1 + (count - 1) * (n + 1), n - start - count)];
        float nearest = parts.Where(part => part.numel() > 0).Min(part => part.min().item<float>());
        // No row is farther from the mean than the farthest from any row is apart from it, twice.
        return nearest < SmallAgainstFarthest * distances.max().item<float>();
    }

    /// <summary>
    /// The data about the mean of <paramref name="reference"/>. Distances stay as they are, and |x|² - 2xy + |y|² no longer loses them
    /// where all points lie close together, or far from the origin.
    /// </summary>
    public static Tensor Centred(Tensor data, Tensor reference) =>
        reference.shape[0] == 0 ? data : data - reference.detach().mean([0], keepdim: true);
}
