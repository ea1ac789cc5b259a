using System.Globalization;

namespace NotebookHelpers;

/// <summary>The four axioms on a matrix of distances, row by row.</summary>
internal sealed class AxiomCheck
{
    // Three distances meet in a triangle; the squares of each may be wrong by the square of what d(x, x) shows.
    private const double DistancesInATriangle = 3;

    private readonly double[] _d;
    private readonly int _n;
    private readonly AxiomTolerances _tolerances;
    private readonly double _largest, _zero, _rounding;
    private readonly WorstViolation _nonNegativity, _selfDistance, _separation, _symmetry, _triangle;

    private AxiomCheck(double[] d, int n, AxiomTolerances tolerances, Func<int, int, bool> same)
    {
        (_d, _n, _tolerances, _largest) = (d, n, tolerances, d.Max(Math.Abs));
        double floor = tolerances.Floor(_largest), diagonal = Enumerable.Range(0, n).Max(i => Math.Abs(D(i, i)));
        _zero = tolerances.Zero * _largest;
        double shown = tolerances.ByDiagonal && diagonal <= _zero ? diagonal : 0;
        _rounding = floor + DistancesInATriangle * shown;
        // A distance is negative by rounding where numbers near to each other, as large as the largest distance, were subtracted.
        _nonNegativity = new(tolerances.Relative, tolerances.ByDiagonal ? Math.Max(_rounding, tolerances.Relative * _largest) : floor);
        _selfDistance = new(0, _zero);
        _separation = NewWorst();
        _symmetry = NewWorst();
        Pairs(same, Math.Max(floor, shown));
        _triangle = TriangleInequality.Worst(d, n, NewWorst);
    }

    /// <summary>The report on the distances of n points.</summary>
    /// <param name="d">Finite, n x n, row by row.</param>
    /// <param name="n">The number of points, at least 1.</param>
    /// <param name="tolerances">What counts as rounding.</param>
    /// <param name="same">Whether two points are the same point.</param>
    /// <param name="name">A point as text.</param>
    public static AxiomReport Of(double[] d, int n, AxiomTolerances tolerances, Func<int, int, bool> same, Func<int, string> name) =>
        new AxiomCheck(d, n, tolerances, same).Report(name);

    private double D(int i, int j) => _d[(long)i * _n + j];

    private WorstViolation NewWorst() => new(_tolerances.Relative, _rounding);

    private void Pairs(Func<int, int, bool> same, double nothing)
    {
        for (int i = 0; i < _n; i++)
            for (int j = 0; j < _n; j++)
            {
                double forth = D(i, j);
                _nonNegativity.Offer(-forth, forth, 0, i, j);
                if (i == j || same(i, j)) _selfDistance.Offer(Math.Abs(forth), forth, 0, i, j);
                // How near to zero two different points may come no tolerance can say: only zero itself, up to rounding, is wrong.
                else if (Math.Abs(forth) <= nothing) _separation.Force(forth, i, j);
                if (i < j) _symmetry.Offer(Math.Abs(forth - D(j, i)), forth, D(j, i), i, j);
            }
    }

    private AxiomReport Report(Func<int, string> name)
    {
        long pairs = (long)_n * _n;
        string N(int at, WorstViolation worst) => name(worst.Indices[at]);
        AxiomVerdict V(Axiom axiom, WorstViolation worst, long tried, Func<WorstViolation, string> text) =>
            new(axiom, !worst.Violated, tried, Math.Max(0, worst.Amount), !worst.Violated ? null
                : new(worst.Indices, [.. worst.Indices.Select(name)], worst.Left, worst.Right, text(worst)));
        return new(
            _n, _tolerances.Relative, _rounding, _zero, _largest,
            V(Axiom.NonNegativity, _nonNegativity, pairs, w => $"d(x, y) = {Text(w.Left)} < 0 for x = {N(0, w)}, y = {N(1, w)}"),
            V(Axiom.IdentityOfIndiscernibles, _selfDistance.Violated ? _selfDistance : _separation, pairs, w => _selfDistance.Violated
                ? $"d(x, x) = {Text(w.Left)}, not 0, for x = {N(0, w)}"
                : $"d(x, y) = {Text(w.Left)} although x = {N(0, w)} is not y = {N(1, w)}"),
            V(Axiom.Symmetry, _symmetry, (pairs - _n) / 2, w =>
                $"d(x, y) = {Text(w.Left)} but d(y, x) = {Text(w.Right)} for x = {N(0, w)}, y = {N(1, w)}"),
            V(Axiom.TriangleInequality, _triangle, pairs * _n, w =>
                $"d(x, z) = {Text(w.Left)} > {Text(w.Right)} = d(x, y) + d(y, z) for x = {N(0, w)}, y = {N(1, w)}, z = {N(2, w)}"),
            Kind());
    }

    private DistanceKind Kind() =>
        (_nonNegativity.Violated || _selfDistance.Violated, _separation.Violated, _symmetry.Violated, _triangle.Violated) switch
        {
            (true, _, _, _) => DistanceKind.None,
            (_, false, false, false) => DistanceKind.Metric,
            (_, true, false, false) => DistanceKind.PseudoMetric,
            (_, false, true, false) => DistanceKind.QuasiMetric,
            (_, false, false, true) => DistanceKind.SemiMetric,
            _ => DistanceKind.Premetric,
        };

    // Small and large distances too: a witness of 0 > 0 says nothing.
    private static string Text(double value) =>
        value.ToString(Math.Abs(value) is 0 or (>= 1e-3 and < 1e7) ? "0.####" : "0.###E+0", CultureInfo.InvariantCulture);
}
