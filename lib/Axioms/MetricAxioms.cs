using System.Collections;
using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Checks the axioms of a metric on given points: all pairs, and all n³ triples of the triangle inequality. One
/// violation disproves an axiom. Finding none on these points proves nothing about others.
/// </summary>
/// <remarks>
/// The differences that count as rounding are relative to the distances and depend on the type of their numbers, so the unit in which
/// distances are measured does not matter. The report says how large they are.
/// </remarks>
public static class MetricAxioms
{
    /// <summary>The relative tolerance used where none is given: rounding of float64 sums, with room to spare.</summary>
    public const double DefaultTolerance = 1e-9;

    /// <summary>
    /// The relative tolerance used where none is given for a matrix of some type: points on a line already miss the triangle
    /// inequality by its rounding. 1e-5 for float32, 1e-2 for float16, 5e-2 for bfloat16, <see cref="DefaultTolerance"/> for all others.
    /// </summary>
    /// <param name="type">The type of the matrix.</param>
    public static double DefaultToleranceOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => 1e-5,
        ScalarType.Float16 => 1e-2,
        ScalarType.BFloat16 => 5e-2,
        _ => DefaultTolerance,
    };

    /// <summary>Checks a function on points, all ordered pairs and triples.</summary>
    /// <param name="distance">The function; called once for each ordered pair, and for each point with itself.</param>
    /// <param name="points">At least one point.</param>
    /// <param name="tolerance">
    /// Sides count as equal when they differ by at most this times the larger of them, and d(x, x) as zero up to this times the
    /// largest distance. Null for <see cref="DefaultTolerance"/>, and for d(x, x) what the roots in a distance make of float64's
    /// rounding: arccos of a cosine one step below 1 is 1.5e-8.
    /// </param>
    /// <param name="equality">Which points are the same point; null for equality by value, element by element in arrays.</param>
    /// <exception cref="ArgumentException">
    /// There is no point, the tolerance is negative or NaN, or a distance is NaN or infinite.
    /// </exception>
    /// <example><code>
    /// double[] points = [0, 1, 2];
    /// MetricAxioms.Check((x, y) => (x - y) * (x - y), points) // the triangle inequality fails: 4 > 1 + 1
    /// </code></example>
    public static AxiomReport Check<T>(
        Func<T, T, double> distance, IReadOnlyList<T> points, double? tolerance = null, IEqualityComparer<T>? equality = null)
    {
        ArgumentNullException.ThrowIfNull(distance);
        ArgumentNullException.ThrowIfNull(points);
        int n = points.Count;
        if (n == 0) throw new ArgumentException("Expected at least one point; got none.", nameof(points));
        var tolerances = AxiomTolerances.Of(ScalarType.Float64, tolerance);
        var matrix = new double[(long)n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                double value = distance(points[i], points[j]);
                if (!double.IsFinite(value))
                    throw new ArgumentException(
                        $"The distance of {PointText.Of(points[i])} and {PointText.Of(points[j])} is "
                        + $"{value.ToString(CultureInfo.InvariantCulture)}; expected a real number.", nameof(distance));
                matrix[(long)i * n + j] = value;
            }
        Func<T, T, bool> same = equality is not null ? equality.Equals : (x, y) =>
            StructuralComparisons.StructuralEqualityComparer.Equals(x, y);
        return AxiomCheck.Of(matrix, n, tolerances, (i, j) => same(points[i], points[j]), i => PointText.Of(points[i]));
    }

    /// <summary>Checks a matrix of distances between points that are all different.</summary>
    /// <param name="distances">Real or whole numbers, [n, n], on any device; row i, column j holds d(i, j).</param>
    /// <param name="tolerance">
    /// As for a function; null for <see cref="DefaultToleranceOf"/> the type. With null, up to four times the root of the type's
    /// rounding unit, times the largest distance, counts as zero on the diagonal: so far from it comes a distance computed by matrix
    /// products, as by torch's cdist. What the diagonal then shows is rounding that the other distances have, too: three times as
    /// much is allowed between two sides, and different points no farther apart than that point from itself are not told apart.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The tensor is no square matrix of at least one row, the tolerance is negative or NaN, or a distance is complex, NaN or infinite.
    /// </exception>
    /// <example><code>
    /// var points = rand(100, 3);
    /// MetricAxioms.Check(cdist(points, points))
    /// </code></example>
    public static AxiomReport Check(Tensor distances, double? tolerance = null)
    {
        ArgumentNullException.ThrowIfNull(distances);
        if (distances.dim() != 2 || distances.shape[0] != distances.shape[1] || distances.shape[0] == 0)
            throw new ArgumentException(
                $"Expected a square matrix of distances [n, n], n at least 1; got [{string.Join(", ", distances.shape)}].",
                    nameof(distances));
        if (distances.is_complex()) throw new ArgumentException($"Expected real distances; got {distances.dtype}.", nameof(distances));
        using var scope = NewDisposeScope();
        int n = (int)distances.shape[0];
        // Not every device has float64.
        double[] matrix = distances.detach().cpu().to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
        int bad = Array.FindIndex(matrix, value => !double.IsFinite(value));
        if (bad >= 0)
            throw new ArgumentException(
                $"The distance of points {bad / n} and {bad % n} is {matrix[bad].ToString(CultureInfo.InvariantCulture)}; "
                + "expected a real number.", nameof(distances));
        var tolerances = AxiomTolerances.Of(distances.dtype, tolerance);
        return AxiomCheck.Of(matrix, n, tolerances, (i, j) => i == j, i => "#" + i.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Looks for a violation on random points and shrinks it to the smallest one it can reach.</summary>
    /// <param name="distance">The function to disprove.</param>
    /// <param name="generator">Draws a point.</param>
    /// <param name="shrink">
    /// Simpler points to try in place of one, simplest first, tried for one point and for two at once; null to shrink nothing.
    /// </param>
    /// <param name="trials">How many triples of points are drawn at most.</param>
    /// <param name="seed">The seed of the random points.</param>
    /// <param name="tolerance">As in <see cref="Check{T}"/>.</param>
    /// <returns>The check of the witness's points, at most three; null if no trial shows a violation.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Check{T}"/>.</exception>
    /// <example><code>
    /// // Draws whole numbers; in place of one it tries half of it.
    /// var witness = MetricAxioms.Search&lt;int&gt;(
    ///     (x, y) => (x - y) * (x - y), dice => dice.Next(-10, 11), x => [x / 2]);
    /// </code></example>
    public static AxiomReport? Search<T>(
        Func<T, T, double> distance, Func<Random, T> generator, Func<T, IEnumerable<T>>? shrink = null,
        int trials = 10_000, int seed = 1, double? tolerance = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        var random = new Random(seed);
        for (int trial = 0; trial < trials; trial++)
        {
            T[] points = [generator(random), generator(random), generator(random)];
            var report = Check(distance, points, tolerance);
            if (report.Verdicts.FirstOrDefault(verdict => !verdict.Holds) is not { } violated) continue;
            T[] witness = [.. violated.Counterexample!.Indices.Distinct().Select(i => points[i])];
            return Shrink(distance, witness, violated.Axiom, shrink ?? (_ => []), tolerance);
        }
        return null;
    }

    private static AxiomReport Shrink<T>(
        Func<T, T, double> distance, T[] points, Axiom axiom, Func<T, IEnumerable<T>> shrink, double? tolerance)
    {
        var report = Check(distance, points, tolerance);
        while (Simpler(points, shrink).Select(candidate => (Points: candidate, Report: Check(distance, candidate, tolerance)))
            .FirstOrDefault(tried => !tried.Report.Verdicts[(int)axiom].Holds) is { Report: not null } next)
            (points, report) = next;
        return report;
    }

    /// <summary>
    /// The points with one of them simpler, then with two: a violation that hangs on a relation of two points, such as x = -y,
    /// survives only if both change.
    /// </summary>
    private static IEnumerable<T[]> Simpler<T>(T[] points, Func<T, IEnumerable<T>> shrink)
    {
        // What is no simpler than the point itself would be tried for ever.
        IEnumerable<T> Of(T point) => shrink(point)
            .Where(simpler => !StructuralComparisons.StructuralEqualityComparer.Equals(simpler, point));
        for (int i = 0; i < points.Length; i++)
            foreach (var simpler in Of(points[i])) yield return With(points, i, simpler);
        for (int i = 0; i < points.Length; i++)
            for (int j = i + 1; j < points.Length; j++)
                foreach (var simplerI in Of(points[i]))
                    foreach (var simplerJ in Of(points[j])) yield return With(With(points, i, simplerI), j, simplerJ);
    }

    private static T[] With<T>(T[] points, int at, T point)
    {
        T[] changed = [.. points];
        changed[at] = point;
        return changed;
    }
}
