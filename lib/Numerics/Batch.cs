using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>What the losses and miners over a labelled batch share: its checks, its distances, its masks of pairs.</summary>
internal static class Batch
{
    /// <summary>Checks embeddings [n, d] of a floating-point type against integer labels [n] on the same device.</summary>
    /// <returns>The labels as int64: integers of any width, and bool, are labels.</returns>
    public static Tensor Check(Tensor embeddings, Tensor labels,
        [CallerArgumentExpression(nameof(embeddings))] string? embeddingsName = null,
        [CallerArgumentExpression(nameof(labels))] string? labelsName = null)
    {
        CheckEmbeddings(embeddings, embeddingsName);
        if (labels.dim() != 1 || labels.shape[0] != embeddings.shape[0] || labels.is_floating_point())
            throw new ArgumentException(
                $"Expected one integer label for each of the {embeddings.shape[0]} embeddings; got {Describe(labels)}.", labelsName);
        if (labels.device_type != embeddings.device_type)
            throw new ArgumentException(
                $"Expected labels on the embeddings' device, {embeddings.device}; got {labels.device}.", labelsName);
        return labels.to_type(ScalarType.Int64);
    }

    /// <summary>Checks embeddings [n, d] of a floating-point type.</summary>
    public static void CheckEmbeddings(Tensor embeddings, [CallerArgumentExpression(nameof(embeddings))] string? name = null)
    {
        if (embeddings.dim() != 2 || !embeddings.is_floating_point())
            throw new ArgumentException($"Expected floating-point embeddings [n, d]; got {Describe(embeddings)}.", name);
    }

    /// <summary>Checks that two batches of embeddings have one shape, type and device.</summary>
    public static void CheckAlike(Tensor first, Tensor second,
        [CallerArgumentExpression(nameof(first))] string? firstName = null,
        [CallerArgumentExpression(nameof(second))] string? secondName = null)
    {
        CheckEmbeddings(first, firstName);
        if (!first.shape.SequenceEqual(second.shape) || first.dtype != second.dtype || first.device_type != second.device_type)
            throw new ArgumentException(
                $"Expected the same shape, type and device as {firstName}, {Describe(first)}; got {Describe(second)}.", secondName);
    }

    /// <summary>Checks one target for each pair.</summary>
    public static void CheckPairTargets(Tensor x1, Tensor y)
    {
        if (y.dim() != 1 || y.shape[0] != x1.shape[0] || y.device_type != x1.device_type)
            throw new ArgumentException(
                $"Expected 0 or 1 for each of the {x1.shape[0]} pairs, on {x1.device}; got {Describe(y)}.", nameof(y));
    }

    /// <summary>A tensor's type, shape and device for a message.</summary>
    public static string Describe(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}] on {tensor.device}";

    /// <summary>torch's normalize takes a length of 1e-12 for zero; rows that come near it are lengthened first.</summary>
    private const double Short = 1e-9;

    /// <summary>
    /// Rows of length 1; a row of zeros, which has no direction, stays zero with gradient zero. float16 and bfloat16 become float32.
    /// </summary>
    public static Tensor Normalize(Tensor embeddings)
    {
        var x = Measurable.Accumulating(embeddings);
        // The square of a large float32 is infinite, that of a small one is zero. The direction of a row does not depend on its length,
        // so a long or very short row is divided by its largest entry first.
        using var scope = NewDisposeScope();
        var longest = x.detach().abs().amax([1], keepdim: true);
        var scale = longest.clamp_min(1).where(longest.gt(Short), longest).masked_fill_(longest.eq(0), double.PositiveInfinity);
        return nn.functional.normalize(x / scale, p: 2, dim: 1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The Euclidean distances between all rows, [n, n]. Where a distance is zero (equal embeddings, the diagonal) the
    /// gradient is zero, not the NaN that differentiating a square root at zero gives.
    /// </summary>
    public static Tensor Distances(Tensor embeddings)
    {
        var x = Measurable.ForDistances(Measurable.Accumulating(embeddings));
        return Measurable.Distances(x, x, start: 0);
    }

    /// <summary>
    /// The Euclidean distances of single pairs, as a function from positions i and j to [p]: from the rows themselves or, where
    /// that would be more work, picked from the matrix of all distances.
    /// </summary>
    public static Func<Tensor, Tensor, Tensor> PairDistances(Tensor embeddings, long count)
    {
        long n = embeddings.shape[0];
        if (count * embeddings.shape[1] <= n * n)
        {
            var x = Measurable.Accumulating(embeddings);
            return (i, j) => (x.index_select(0, i) - x.index_select(0, j)).norm(1);
        }
        var all = Distances(embeddings).flatten();
        return (i, j) => all.index_select(0, i * n + j);
    }

    /// <summary>ln Σ e^x over the entries of each row that the mask keeps; -∞, with gradient zero, for a row without any.</summary>
    /// <param name="exponents">A result of the caller's own, which is overwritten.</param>
    /// <param name="mask">Of the same shape.</param>
    public static Tensor MaskedLogSumExp(Tensor exponents, Tensor mask) =>
        exponents.masked_fill_(mask.logical_not(), double.NegativeInfinity).logsumexp(1);

    /// <summary>From here on ln(1 + e^x) is x: below float64's precision (torch's own default is 20, an error of 2e-9).</summary>
    public const double SoftplusThreshold = 40;

    // float32's smallest normal number: what is divided by a smaller one becomes infinite.
    private const double LeastTemperature = 1.17549435e-38;

    /// <summary>Checks that a temperature is a positive number that float32 can divide by.</summary>
    public static double CheckTemperature(double temperature) => temperature >= LeastTemperature && double.IsFinite(temperature)
        ? temperature
        : throw new ArgumentOutOfRangeException(
            nameof(temperature), temperature, $"Expected a positive temperature, at least {LeastTemperature:0.0e+0}; got {temperature}.");

    /// <summary>Checks that a parameter, such as a margin, is a number and not infinite.</summary>
    public static double CheckFinite(double value, [CallerArgumentExpression(nameof(value))] string? name = null) => double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"Expected a finite {name}; got {value}.");

    /// <summary>Checks that a parameter is a finite number above zero.</summary>
    public static double CheckPositive(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"Expected a finite {name} above 0; got {value}.");

    /// <summary>Checks a batch that a miner chooses from: what is compared with NaN is never chosen, and no pairs mean no loss.</summary>
    /// <returns>The labels as int64.</returns>
    public static Tensor CheckForMining(Tensor embeddings, Tensor labels)
    {
        var checkedLabels = Check(embeddings, labels);
        using var scope = NewDisposeScope();
        long spoilt = embeddings.detach().isnan().any(1).sum().item<long>();
        return spoilt == 0 ? checkedLabels : throw new ArgumentException(
            $"Expected embeddings without NaN; got NaN in {spoilt} of {embeddings.shape[0]} rows.", nameof(embeddings));
    }

    /// <summary>
    /// Checks positions in a batch: int64 [count], on the batch's device and, where that needs no waiting for a device, 0 to n - 1.
    /// </summary>
    public static void CheckPositions(Tensor positions, long count, Tensor embeddings, string name)
    {
        if (positions.dim() != 1 || positions.shape[0] != count || positions.dtype != ScalarType.Int64
            || positions.device_type != embeddings.device_type)
            throw new ArgumentException(
                $"Expected {count} positions, int64 on {embeddings.device}; got {Describe(positions)}.", name);
        if (count == 0 || positions.device_type != TorchSharp.DeviceType.CPU) return;
        using var scope = NewDisposeScope();
        long least = positions.min().item<long>(), most = positions.max().item<long>(), n = embeddings.shape[0];
        if (least < 0 || most >= n)
            throw new ArgumentException(
                $"Expected positions in a batch of {n}, 0 to {n - 1}; got {(least < 0 ? least : most)}. Are they of another batch?", name);
    }

    /// <summary>Which pairs differ in their label, bool [n, n].</summary>
    public static Tensor DifferentLabel(Tensor labels) => labels.unsqueeze(0).ne(labels.unsqueeze(1));

    /// <summary>A loss of 0 whose gradient is 0: what remains of a batch without a single pair.</summary>
    public static Tensor ZeroLoss(Tensor embeddings) => (Measurable.Accumulating(embeddings) * 0).sum();
}
