using System.Globalization;

namespace NotebookHelpers;

/// <summary>The axioms of a metric (Fréchet 1906).</summary>
public enum Axiom
{
    /// <summary>d(x, y) ≥ 0.</summary>
    NonNegativity,

    /// <summary>d(x, y) is zero exactly if x and y are the same point.</summary>
    IdentityOfIndiscernibles,

    /// <summary>d(x, y) = d(y, x).</summary>
    Symmetry,

    /// <summary>d(x, z) ≤ d(x, y) + d(y, z).</summary>
    TriangleInequality,
}

/// <summary>What a distance may be called, by the axioms that hold (names as in Deza and Deza, "Encyclopedia of Distances").</summary>
public enum DistanceKind
{
    /// <summary>All four axioms hold.</summary>
    Metric,

    /// <summary>All axioms, except that different points may have distance zero.</summary>
    PseudoMetric,

    /// <summary>All axioms except symmetry.</summary>
    QuasiMetric,

    /// <summary>All axioms except the triangle inequality.</summary>
    SemiMetric,

    /// <summary>d(x, y) ≥ 0 and d(x, x) = 0 hold, but at least two of the other properties fail.</summary>
    Premetric,

    /// <summary>d(x, y) ≥ 0 or d(x, x) = 0 fails.</summary>
    None,
}

/// <summary>Points on which an axiom fails, and the two sides that should be ordered or equal.</summary>
/// <param name="Indices">The positions of the points among those checked, in the order of the axiom's letters.</param>
/// <param name="Points">The points as text.</param>
/// <param name="Left">The left side of the axiom.</param>
/// <param name="Right">The right side of the axiom.</param>
/// <param name="Text">The points and both sides in one line of text.</param>
public sealed record Counterexample(IReadOnlyList<int> Indices, IReadOnlyList<string> Points, double Left, double Right, string Text);

/// <summary>The result of checking one axiom.</summary>
/// <param name="Axiom">The axiom.</param>
/// <param name="Holds">Whether no tuple violates it by more than the tolerance. This is said of these points only and is no proof.</param>
/// <param name="Tried">The number of tuples of points that were tried.</param>
/// <param name="WorstViolation">
/// The largest amount by which a tuple misses the axiom, in the distance's units; it is within the tolerance if the axiom holds.
/// </param>
/// <param name="Counterexample">The tuple of the worst violation; null if the axiom holds.</param>
public sealed record AxiomVerdict(Axiom Axiom, bool Holds, long Tried, double WorstViolation, Counterexample? Counterexample);

/// <summary>The verdicts on all four axioms. Made by <see cref="MetricAxioms"/>.</summary>
/// <param name="PointCount">The number of points.</param>
/// <param name="Tolerance">The tolerance of the check, relative to the larger side.</param>
/// <param name="Rounding">
/// By how much the sides may differ besides, in the distances' unit: rounding of the largest distance, and what the diagonal of a
/// matrix showed.
/// </param>
/// <param name="ZeroTolerance">The largest d(x, x) that counts as zero, in the distances' unit.</param>
/// <param name="LargestDistance">The largest magnitude of a distance.</param>
/// <param name="NonNegativity">d(x, y) ≥ 0.</param>
/// <param name="IdentityOfIndiscernibles">d(x, y) is zero exactly if x = y.</param>
/// <param name="Symmetry">d(x, y) = d(y, x).</param>
/// <param name="TriangleInequality">d(x, z) ≤ d(x, y) + d(y, z).</param>
/// <param name="Kind">What the distance may be called on these points.</param>
public sealed record AxiomReport(
    int PointCount, double Tolerance, double Rounding, double ZeroTolerance, double LargestDistance,
    AxiomVerdict NonNegativity, AxiomVerdict IdentityOfIndiscernibles, AxiomVerdict Symmetry, AxiomVerdict TriangleInequality,
    DistanceKind Kind) : IHtmlReport
{
    /// <summary>The four verdicts in the axioms' usual order.</summary>
    public IReadOnlyList<AxiomVerdict> Verdicts => [NonNegativity, IdentityOfIndiscernibles, Symmetry, TriangleInequality];

    /// <summary>Whether all four axioms hold on these points.</summary>
    public bool IsMetric => Kind == DistanceKind.Metric;

    /// <summary>A kind as text, such as "pseudo-metric".</summary>
    /// <example><code>
    /// double[] points = [0, 1, 2];
    /// var report = MetricAxioms.Check((x, y) => Math.Abs(x - y), points);
    /// Console.WriteLine(AxiomReport.NameOf(report.Kind)); // metric
    /// </code></example>
    public static string NameOf(DistanceKind kind) => kind switch
    {
        DistanceKind.Metric => "metric",
        DistanceKind.PseudoMetric => "pseudo-metric",
        DistanceKind.QuasiMetric => "quasi-metric",
        DistanceKind.SemiMetric => "semi-metric",
        DistanceKind.Premetric => "premetric",
        _ => "none of these",
    };

    /// <summary>An axiom as text, such as "triangle inequality".</summary>
    public static string NameOf(Axiom axiom) => axiom switch
    {
        Axiom.NonNegativity => "non-negativity",
        Axiom.IdentityOfIndiscernibles => "identity of indiscernibles",
        Axiom.Symmetry => "symmetry",
        _ => "triangle inequality",
    };

    /// <inheritdoc/>
    public string ToHtml() => Table().ToHtml();

    /// <inheritdoc/>
    public override string ToString() => Table().ToString();

    private ReportTable Table()
    {
        string name = NameOf(Kind);
        var table = new ReportTable("axiom", "verdict", "tuples tried", "worst violation", "witness")
        {
            Caption = string.Create(CultureInfo.InvariantCulture,
                $"{char.ToUpperInvariant(name[0])}{name[1..]} on {PointCount} point{(PointCount == 1 ? "" : "s")}; "
                + $"differences up to {Tolerance:0.#E+0} of the larger side plus {Rounding:0.#E+0} count as rounding, "
                + $"and up to {ZeroTolerance:0.#E+0} for d(x, x)"),
        };
        foreach (var verdict in Verdicts)
            table.Row(
                NameOf(verdict.Axiom), verdict.Holds ? "holds here" : "violated", verdict.Tried, verdict.WorstViolation,
                verdict.Counterexample?.Text ?? "");
        return table;
    }
}
