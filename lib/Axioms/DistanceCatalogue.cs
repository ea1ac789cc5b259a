using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>A distance and what is known of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Formula">Its definition, TeX.</param>
/// <param name="Source">Who described it.</param>
/// <param name="Known">What it is known to be.</param>
/// <param name="Check">Checks the axioms on points chosen so that what fails, fails there.</param>
public sealed record CatalogueEntry(string Name, string Formula, string Source, DistanceKind Known, Func<AxiomReport> Check);

/// <summary>Well-known distances with their known status, and points that show it.</summary>
public static class DistanceCatalogue
{
    private static readonly double[][] Plane = [[0, 0], [1, 0], [0, 1], [1, 1], [2, 0], [-1, 2]];
    private static readonly double[][] Line = [[0], [1], [2]];
    private static readonly double[][] Directions = [[1, 0], [1, 1], [0, 1]];
    private static readonly double[][] Histograms = [[0.5, 0.5, 0], [0.25, 0.25, 0.5], [0, 0.5, 0.5], [1, 0, 0]];
    private static readonly double[][] PositiveHistograms = [[0.8, 0.1, 0.1], [0.5, 0.25, 0.25], [0.1, 0.1, 0.8]];
    private static readonly double[][] Series = [[0], [2], [2, 2]];
    private static readonly IReadOnlySet<string>[] Sets =
        [new HashSet<string> { "a" }, new HashSet<string> { "b" }, new HashSet<string> { "a", "b" }];
    private static readonly string[] Words = ["kitten", "mitten", "sitten", "sittin"];
    private static readonly (double, double)[] Cities = [(37.57, 126.98), (35.18, 129.08), (35.68, 139.69), (-33.87, 151.21)];

    /// <summary>The entries, metrics first.</summary>
    /// <example><code>
    /// foreach (var entry in DistanceCatalogue.All.Take(3))
    ///     Console.WriteLine($"{entry.Name}: {entry.Known}");
    /// </code></example>
    public static IReadOnlyList<CatalogueEntry> All { get; } =
    [
        Entry("Euclidean", @"\sqrt{\sum_i (x_i-y_i)^2}", "Euclid", DistanceKind.Metric, Distances.Euclidean, Plane),
        Entry("Manhattan", @"\sum_i |x_i-y_i|", "Minkowski 1910", DistanceKind.Metric, Distances.Manhattan, Plane),
        Entry("Chebyshev", @"\max_i |x_i-y_i|", "Minkowski 1910", DistanceKind.Metric, Distances.Chebyshev, Plane),
        Entry("Angular, of directions", @"\arccos\cos(x,y)", "geodesic of the sphere", DistanceKind.Metric, Distances.Angular, Directions),
        Entry("Chordal, of directions", @"\sqrt{2-2\cos(x,y)}", "chord of the sphere", DistanceKind.Metric, Distances.Chordal, Directions),
        Entry(
            "Mahalanobis, full rank", @"\sqrt{(x-y)^\top M (x-y)}", "Mahalanobis 1936", DistanceKind.Metric,
            Distances.Mahalanobis(new double[,] { { 2, 1 }, { 1, 2 } }), Plane),
        Entry(
            "Jensen-Shannon, root", @"\sqrt{\mathrm{JS}(p,q)}", "Endres and Schindelin 2003", DistanceKind.Metric,
            Distances.JensenShannonRoot, Histograms),
        Entry(
            "Hellinger", @"\sqrt{\tfrac12\sum_i(\sqrt{p_i}-\sqrt{q_i})^2}", "Hellinger 1909", DistanceKind.Metric, Distances.Hellinger,
            Histograms),
        Entry(
            "Wasserstein-1, one dimension", @"\sum_i |P_i-Q_i|", "Vaserstein 1969", DistanceKind.Metric, Distances.Wasserstein1,
            Histograms),
        Entry("Hamming", @"|\{i: x_i\ne y_i\}|", "Hamming 1950", DistanceKind.Metric, Distances.Hamming, Words),
        Entry("Levenshtein", @"\text{fewest edits}", "Levenshtein 1965", DistanceKind.Metric, Distances.Levenshtein, Words),
        Entry("Jaccard", @"1-\frac{|X\cap Y|}{|X\cup Y|}", "Jaccard 1901", DistanceKind.Metric, Distances.Jaccard, Sets),
        Entry("Haversine", @"\text{great circle}", "Sinnott 1984", DistanceKind.Metric, Distances.Haversine, Cities),
        Entry(
            "Mahalanobis, singular", @"\sqrt{(x-y)^\top M (x-y)}", "Mahalanobis 1936", DistanceKind.PseudoMetric,
            Distances.Mahalanobis(new double[,] { { 1, 0 }, { 0, 0 } }), Plane),
        new("Network, ‖f(x) − f(y)‖", @"\lVert f(x)-f(y)\rVert_2", "Chopra, Hadsell, LeCun 2005", DistanceKind.PseudoMetric, CheckNetwork),
        Entry("Squared Euclidean", @"\sum_i (x_i-y_i)^2", "least squares", DistanceKind.SemiMetric, Distances.SquaredEuclidean, Line),
        Entry(
            "Minkowski, p = ½", @"\left(\sum_i |x_i-y_i|^{1/2}\right)^2", "Minkowski 1910", DistanceKind.SemiMetric,
            Distances.Minkowski(0.5), Plane),
        Entry(
            "Jensen-Shannon", @"\tfrac12 \mathrm{KL}(p\|m)+\tfrac12 \mathrm{KL}(q\|m)", "Lin 1991", DistanceKind.SemiMetric,
            Distances.JensenShannon, PositiveHistograms),
        Entry("Dice", @"1-\frac{2|X\cap Y|}{|X|+|Y|}", "Dice 1945", DistanceKind.SemiMetric, Distances.Dice, Sets),
        Entry("Cosine, of directions", @"1-\cos(x,y)", "Salton and McGill 1983", DistanceKind.SemiMetric, Distances.Cosine, Directions),
        Entry(
            "Dynamic time warping", @"\min_{\text{path}} \sum |x_i-y_j|", "Sakoe and Chiba 1978", DistanceKind.Premetric,
            Distances.DynamicTimeWarping, Series),
        Entry(
            "Kullback-Leibler", @"\sum_i p_i\ln\frac{p_i}{q_i}", "Kullback and Leibler 1951", DistanceKind.Premetric,
            Distances.KullbackLeibler, PositiveHistograms),
    ];

    private static CatalogueEntry Entry<T>(
        string name, string formula, string source, DistanceKind known, Func<T, T, double> distance, IReadOnlyList<T> points) =>
        new(name, formula, source, known, () => MetricAxioms.Check(distance, points));

    // A rectifier maps all negative inputs to one point, as the layers of a network do.
    private static AxiomReport CheckNetwork()
    {
        using var network = nn.ReLU();
        return MetricAxioms.Check(Distances.OfNetwork(network), [[-1, 1], [-2, 1], [1, 1], [2, 3]]);
    }
}
