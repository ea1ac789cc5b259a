using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>What counts as rounding in a check of the axioms.</summary>
/// <param name="Relative">Of the larger of two sides.</param>
/// <param name="Zero">Of the largest distance, for d(x, x).</param>
/// <param name="Unit">
/// The rounding unit of the arithmetic behind the distances, of which some, of the largest, count whatever the sides.
/// </param>
/// <param name="Least">The smallest number above zero that the type of the distances holds.</param>
/// <param name="ByDiagonal">Whether d(x, x), where it counts as zero, shows how exact the other distances are.</param>
internal readonly record struct AxiomTolerances(double Relative, double Zero, double Unit, double Least, bool ByDiagonal)
{
    private const double UnitsOfRounding = 64, RootsOfRounding = 4;

    /// <summary>The tolerances for distances of a type.</summary>
    /// <param name="type">The type of the distances.</param>
    /// <param name="given">The relative tolerance, taken at its word; null for that of the type.</param>
    /// <exception cref="ArgumentException">The tolerance is negative or NaN.</exception>
    public static AxiomTolerances Of(ScalarType type, double? given)
    {
        if (given is { } wrong && !(wrong >= 0))
            throw new ArgumentException(
                $"Expected a tolerance of at least 0; got {wrong.ToString(CultureInfo.InvariantCulture)}.", "tolerance");
        // float16 and bfloat16 are computed in float32 and rounded afterwards.
        var (unit, least) = given is not null ? (Math.Pow(2, -52), double.Epsilon) : type switch
        {
            ScalarType.Float32 => (Math.Pow(2, -23), Math.Pow(2, -149)),
            ScalarType.BFloat16 => (Math.Pow(2, -23), Math.Pow(2, -133)),
            ScalarType.Float16 => (Math.Pow(2, -23), Math.Pow(2, -24)),
            _ => (Math.Pow(2, -52), double.Epsilon),
        };
        double relative = given ?? MetricAxioms.DefaultToleranceOf(type);
        double zero = given ?? Math.Max(relative, RootsOfRounding * Math.Sqrt(unit));
        return new(relative, zero, unit, least, given is null);
    }

    /// <summary>
    /// What counts as rounding whatever the sides, in the distances' unit: of computed sums, and of numbers near the least.
    /// </summary>
    public double Floor(double largest) => UnitsOfRounding * Unit * largest + 2 * Least;
}
