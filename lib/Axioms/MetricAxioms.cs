using System.Collections;
using System.Globalization;
using System.Numerics;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Tries the axioms of a metric on given points: all pairs, and all n³ triples of the triangle inequality. A violation
/// disproves an axiom for good; no violation says only that these points show none.
/// </summary>
public static class MetricAxioms
{
    /// <summary>The relative tolerance used where none is given: rounding of float64 sums, with room to spare.</summary>
    public const double DefaultTolerance = 1e-9;

    /// <summary>
    /// The relative tolerance used where none is given for a matrix of some type: points on a line already miss the triangle inequality by
    /// its rounding. 1e-5 for float32, 1e-2 for float16, 5e-2 for bfloat16, <see cref="DefaultTolerance"/> for all others.
    /// </summary>
    /// <param name="type">The type of the matrix.</param>
    public static double DefaultToleranceOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => 1e-5,
        ScalarType.Float16 => 1e-2,
        ScalarType.BFloat16 => 5e-2,
        _ => DefaultTolerance,
    };

    // Rows i that share each load of a row j, and rows j that stay in the cache while the tiles of k pass over them.
    private const int RowsAtOnce = 4, MiddleBlock = 128;

    /// <summary>Checks a function on points, all ordered pairs and triples.</summary>
    /// <param name="distance">The function; called once for each ordered pair, and for each point with itself.</param>
    /// <param name="points">At least one point.</param>
    /// <param name="tolerance">
    /// Sides count as equal when they differ by at most this times the larger of them, and d(x, x) as zero up to this times the largest
    /// distance: in what unit distances are measured makes no difference.
    /// </param>
    /// <param name="equality">Which points are the same point; null for equality by value, element by element in arrays.</param>
    /// <exception cref="ArgumentException">There is no point, the tolerance is negative or NaN, or a distance is NaN or infinite.</exception>
    public static AxiomReport Check<T>(Func<T, T, double> distance, IReadOnlyList<T> points, double tolerance = DefaultTolerance, IEqualityComparer<T>? equality = null)
    {
        ArgumentNullException.ThrowIfNull(distance);
        ArgumentNullException.ThrowIfNull(points);
        int n = points.Count;
        if (n == 0) throw new ArgumentException("Expected at least one point; got none.", nameof(points));
        var matrix = new double[(long)n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                double value = distance(points[i], points[j]);
                if (!double.IsFinite(value))
                    throw new ArgumentException($"The distance of {PointText.Of(points[i])} and {PointText.Of(points[j])} is {value.ToString(CultureInfo.InvariantCulture)}; expected a real number.", nameof(distance));
                matrix[(long)i * n + j] = value;
            }
        Func<T, T, bool> same = equality is not null ? equality.Equals : (x, y) => StructuralComparisons.StructuralEqualityComparer.Equals(x, y);
        return Check(matrix, n, Tolerances.Given(tolerance), (i, j) => same(points[i], points[j]), i => PointText.Of(points[i]));
    }

    /// <summary>Checks a matrix of distances between points that are all different.</summary>
    /// <param name="distances">Real, [n, n]; row i, column j holds d(i, j).</param>
    /// <param name="tolerance">
    /// Sides count as equal when they differ by at most this times the larger of them; null for <see cref="DefaultToleranceOf"/> the type. With
    /// null, four times the root of the type's rounding unit, times the largest distance, counts as zero on the diagonal: so far from it
    /// comes a distance computed by matrix products, as by torch's cdist.
    /// </param>
    /// <exception cref="ArgumentException">The tensor is no square matrix of at least one row, the tolerance is negative or NaN, or a distance is NaN or infinite.</exception>
    public static AxiomReport Check(Tensor distances, double? tolerance = null)
    {
        ArgumentNullException.ThrowIfNull(distances);
        if (distances.dim() != 2 || distances.shape[0] != distances.shape[1] || distances.shape[0] == 0)
            throw new ArgumentException($"Expected a square matrix of distances [n, n], n at least 1; got [{string.Join(", ", distances.shape)}].", nameof(distances));
        using var scope = NewDisposeScope();
        int n = (int)distances.shape[0];
        double[] matrix = distances.detach().to_type(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
        int bad = Array.FindIndex(matrix, value => !double.IsFinite(value));
        if (bad >= 0)
            throw new ArgumentException($"The distance of points {bad / n} and {bad % n} is {matrix[bad].ToString(CultureInfo.InvariantCulture)}; expected a real number.", nameof(distances));
        // A tolerance that is given is taken at its word.
        var tolerances = tolerance is { } given ? Tolerances.Given(given) : Tolerances.OfType(distances.dtype);
        return Check(matrix, n, tolerances, (i, j) => i == j, i => "#" + i.ToString(CultureInfo.InvariantCulture));
    }

    private static AxiomReport Check(double[] d, int n, Tolerances tolerances, Func<int, int, bool> same, Func<int, string> name)
    {
        double tolerance = tolerances.Relative;
        if (!(tolerance >= 0)) throw new ArgumentException($"Expected a tolerance of at least 0; got {tolerance.ToString(CultureInfo.InvariantCulture)}.", nameof(tolerance));
        long pairs = (long)n * n;
        double largest = d.Max(Math.Abs), floor = tolerances.Floor(largest);
        var nonNegativity = new Worst(tolerance, floor);
        var selfDistance = new Worst(0, tolerances.Self * largest);
        var separation = new Worst(tolerance, floor);
        var symmetry = new Worst(tolerance, floor);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                double forth = d[(long)i * n + j];
                nonNegativity.Offer(-forth, forth, 0, i, j);
                if (i == j || same(i, j)) selfDistance.Offer(Math.Abs(forth), forth, 0, i, j);
                // How near to zero two different points may come no tolerance can say: only zero itself, up to rounding, is wrong.
                else if (Math.Abs(forth) <= floor) separation.Force(forth, i, j);
                if (i < j) symmetry.Offer(Math.Abs(forth - d[(long)j * n + i]), forth, d[(long)j * n + i], i, j);
            }
        var triangle = WorstTriangle(d, n, () => new Worst(tolerance, floor));

        var identity = selfDistance.Violated ? selfDistance : separation;
        string N(int at, Worst worst) => name(worst.Indices[at]);
        AxiomVerdict[] verdicts =
        [
            Verdict(Axiom.NonNegativity, nonNegativity, pairs, name, w => $"d(x, y) = {Text(w.Left)} < 0 for x = {N(0, w)}, y = {N(1, w)}"),
            Verdict(Axiom.IdentityOfIndiscernibles, identity, pairs, name, w => selfDistance.Violated
                ? $"d(x, x) = {Text(w.Left)}, not 0, for x = {N(0, w)}"
                : $"d(x, y) = {Text(w.Left)} although x = {N(0, w)} is not y = {N(1, w)}"),
            Verdict(Axiom.Symmetry, symmetry, (long)n * (n - 1) / 2, name, w => $"d(x, y) = {Text(w.Left)} but d(y, x) = {Text(w.Right)} for x = {N(0, w)}, y = {N(1, w)}"),
            Verdict(Axiom.TriangleInequality, triangle, pairs * n, name, w => $"d(x, z) = {Text(w.Left)} > {Text(w.Right)} = d(x, y) + d(y, z) for x = {N(0, w)}, y = {N(1, w)}, z = {N(2, w)}"),
        ];
        var kind = (nonNegativity.Violated || selfDistance.Violated, separation.Violated, symmetry.Violated, triangle.Violated) switch
        {
            (true, _, _, _) => DistanceKind.None,
            (_, false, false, false) => DistanceKind.Metric,
            (_, true, false, false) => DistanceKind.PseudoMetric,
            (_, false, true, false) => DistanceKind.QuasiMetric,
            (_, false, false, true) => DistanceKind.SemiMetric,
            _ => DistanceKind.Premetric,
        };
        return new AxiomReport(n, tolerance, largest, verdicts[0], verdicts[1], verdicts[2], verdicts[3], kind);
    }

    private static AxiomVerdict Verdict(Axiom axiom, Worst worst, long tried, Func<int, string> name, Func<Worst, string> text) =>
        new(axiom, !worst.Violated, tried, Math.Max(0, worst.Amount),
            worst.Violated ? new Counterexample(worst.Indices, [.. worst.Indices.Select(name)], worst.Left, worst.Right, text(worst)) : null);

    /// <summary>
    /// For each pair (i, k) the shortest way over one point, min over j of d(i, j) + d(j, k): a matrix product with (+, ×)
    /// replaced by (min, +). A triple violates the triangle inequality exactly if d(i, k) exceeds that minimum.
    /// </summary>
    private static Worst WorstTriangle(double[] d, int n, Func<Worst> newWorst)
    {
        var worst = newWorst();
        var gate = new Lock();
        int blocks = (n + RowsAtOnce - 1) / RowsAtOnce;
        Parallel.For(0, blocks, () => (Best: new double[RowsAtOnce * n], Worst: newWorst()), (block, _, local) =>
        {
            int first = block * RowsAtOnce, rows = Math.Min(RowsAtOnce, n - first);
            ShortestWays(d, n, first, rows, local.Best);
            for (int r = 0; r < rows; r++)
                for (int k = 0; k < n; k++)
                {
                    double direct = d[(long)(first + r) * n + k], way = local.Best[r * n + k];
                    local.Worst.Offer(direct - way, direct, way, first + r, k);
                }
            return local;
        }, local =>
        {
            lock (gate) worst.Merge(local.Worst);
        });
        if (worst.Violated)
        {
            // The middle point was not kept along the way; one row and one column give it back.
            int i = worst.Indices[0], k = worst.Indices[1];
            int middle = Enumerable.Range(0, n).MinBy(j => d[(long)i * n + j] + d[(long)j * n + k]);
            worst.Indices = [i, middle, k];
        }
        return worst;
    }

    private static void ShortestWays(double[] d, int n, int first, int rows, double[] best)
    {
        Array.Fill(best, double.PositiveInfinity);
        int width = Vector<double>.Count, tiled = n - n % width;
        // A block at the end may have fewer rows; it repeats its last one.
        int Row(int r) => first + Math.Min(r, rows - 1);
        Span<double> i0 = d.AsSpan(Row(0) * n, n), i1 = d.AsSpan(Row(1) * n, n), i2 = d.AsSpan(Row(2) * n, n), i3 = d.AsSpan(Row(3) * n, n);
        for (int from = 0; from < n; from += MiddleBlock)
        {
            int to = Math.Min(n, from + MiddleBlock);
            for (int k = 0; k < tiled; k += width)
            {
                var (b0, b1, b2, b3) = (new Vector<double>(best, k), new Vector<double>(best, n + k), new Vector<double>(best, 2 * n + k), new Vector<double>(best, 3 * n + k));
                for (int j = from; j < to; j++)
                {
                    var onwards = new Vector<double>(d, j * n + k);
                    b0 = Vector.Min(b0, onwards + new Vector<double>(i0[j]));
                    b1 = Vector.Min(b1, onwards + new Vector<double>(i1[j]));
                    b2 = Vector.Min(b2, onwards + new Vector<double>(i2[j]));
                    b3 = Vector.Min(b3, onwards + new Vector<double>(i3[j]));
                }
                b0.CopyTo(best, k);
                b1.CopyTo(best, n + k);
                b2.CopyTo(best, 2 * n + k);
                b3.CopyTo(best, 3 * n + k);
            }
            for (int r = 0; r < RowsAtOnce; r++)
                for (int j = from; j < to; j++)
                    for (int k = tiled; k < n; k++)
                        best[r * n + k] = Math.Min(best[r * n + k], d[Row(r) * n + j] + d[j * n + k]);
        }
    }

    /// <summary>Looks for a violation on random points and shrinks it to the smallest one it can reach.</summary>
    /// <param name="distance">The function to disprove.</param>
    /// <param name="generator">Draws a point.</param>
    /// <param name="shrink">Simpler points to try in place of one, simplest first, tried for one point and for two at once; null to shrink nothing.</param>
    /// <param name="trials">How many triples of points are drawn at most.</param>
    /// <param name="seed">The seed of the random points.</param>
    /// <param name="tolerance">As in <see cref="Check{T}"/>.</param>
    /// <returns>The check of the witness's points, at most three; null if no trial shows a violation.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Check{T}"/>.</exception>
    public static AxiomReport? Search<T>(Func<T, T, double> distance, Func<Random, T> generator, Func<T, IEnumerable<T>>? shrink = null, int trials = 10_000, int seed = 1, double tolerance = DefaultTolerance)
    {
        ArgumentNullException.ThrowIfNull(generator);
        var random = new Random(seed);
        for (int trial = 0; trial < trials; trial++)
        {
            T[] points = [generator(random), generator(random), generator(random)];
            var report = Check(distance, points, tolerance);
            if (report.Verdicts.FirstOrDefault(verdict => !verdict.Holds) is not { } violated) continue;
            return Shrink(distance, [.. violated.Counterexample!.Indices.Distinct().Select(i => points[i])], violated.Axiom, shrink ?? (_ => []), tolerance);
        }
        return null;
    }

    private static AxiomReport Shrink<T>(Func<T, T, double> distance, T[] points, Axiom axiom, Func<T, IEnumerable<T>> shrink, double tolerance)
    {
        var report = Check(distance, points, tolerance);
        while (Simpler(points, shrink).Select(candidate => (Points: candidate, Report: Check(distance, candidate, tolerance)))
            .FirstOrDefault(tried => !tried.Report.Verdicts[(int)axiom].Holds) is { Report: not null } next)
            (points, report) = next;
        return report;
    }

    /// <summary>The points with one of them simpler, then with two: a violation that hangs on a relation of two points, such as x = -y, survives only if both change.</summary>
    private static IEnumerable<T[]> Simpler<T>(T[] points, Func<T, IEnumerable<T>> shrink)
    {
        for (int i = 0; i < points.Length; i++)
            foreach (var simpler in shrink(points[i])) yield return With(points, i, simpler);
        for (int i = 0; i < points.Length; i++)
            for (int j = i + 1; j < points.Length; j++)
                foreach (var simplerI in shrink(points[i]))
                    foreach (var simplerJ in shrink(points[j])) yield return With(With(points, i, simplerI), j, simplerJ);
    }

    private static T[] With<T>(T[] points, int at, T point)
    {
        T[] changed = [.. points];
        changed[at] = point;
        return changed;
    }

    // Small and large distances too: a witness of 0 > 0 says nothing.
    private static string Text(double value) =>
        Math.Abs(value) is 0 or (>= 1e-3 and < 1e7) ? value.ToString("0.####", CultureInfo.InvariantCulture) : value.ToString("0.###E+0", CultureInfo.InvariantCulture);

    /// <summary>What counts as rounding.</summary>
    /// <param name="Relative">Of the larger of two sides.</param>
    /// <param name="Unit">The rounding unit of the numbers, of which some, of the largest distance, count whatever the sides.</param>
    /// <param name="Self">Of the largest distance, for d(x, x).</param>
    private readonly record struct Tolerances(double Relative, double Unit, double Self)
    {
        private const double DoubleUnit = 2.2e-16, SingleUnit = 1.2e-7, UnitsOfRounding = 64;

        public static Tolerances Given(double relative) => new(relative, DoubleUnit, relative);

        public static Tolerances OfType(ScalarType type)
        {
            // Of the arithmetic behind the numbers: float16 and bfloat16 are computed in float32 and rounded afterwards.
            double unit = type is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 ? SingleUnit : DoubleUnit;
            double relative = DefaultToleranceOf(type);
            return new(relative, unit, Math.Max(relative, 4 * Math.Sqrt(unit)));
        }

        public double Floor(double largest) => UnitsOfRounding * Unit * largest;
    }

    /// <summary>The worst violation met so far.</summary>
    private sealed class Worst(double tolerance, double floor)
    {
        public double Amount { get; private set; } = double.NegativeInfinity;

        public bool Violated { get; private set; }

        public double Left { get; private set; }

        public double Right { get; private set; }

        public int[] Indices { get; set; } = [];

        public void Offer(double amount, double left, double right, int i, int j)
        {
            bool beyond = amount > tolerance * Math.Max(Math.Abs(left), Math.Abs(right)) + floor;
            // A real violation counts more than a larger amount that the size of its sides excuses. Of equal ones the
            // first in order counts, whatever thread meets it first.
            if (beyond != Violated ? Violated : amount < Amount || (amount == Amount && (i, j).CompareTo((Indices[0], Indices[1])) >= 0)) return;
            (Amount, Left, Right, Indices, Violated) = (amount, left, right, [i, j], beyond);
        }

        public void Force(double left, int i, int j)
        {
            if (!Violated) (Amount, Left, Right, Indices, Violated) = (Math.Abs(left), left, 0, [i, j], true);
        }

        public void Merge(Worst other)
        {
            if (other.Indices.Length > 0) Offer(other.Amount, other.Left, other.Right, other.Indices[0], other.Indices[1]);
        }
    }
}

/// <summary>Points as a person writes them: numbers short, vectors in parentheses, sets in braces, texts in quotes.</summary>
internal static class PointText
{
    public static string Of(object? point) => point switch
    {
        null => "nothing",
        string text => $"\"{text}\"",
        double or float => ((IFormattable)point).ToString("0.####", CultureInfo.InvariantCulture),
        ValueTuple<double, double> pair => $"({Of(pair.Item1)}, {Of(pair.Item2)})",
        IEnumerable<string> set => $"{{{string.Join(", ", set.Order(StringComparer.Ordinal))}}}",
        IEnumerable values => $"({string.Join(", ", values.Cast<object?>().Select(Of))})",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => point.ToString() ?? "",
    };
}
