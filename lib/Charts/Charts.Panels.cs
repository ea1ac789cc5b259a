using System.Net;
using Plotly.NET;
using static TorchSharp.torch;

namespace NotebookHelpers;

public static partial class Charts
{
    /// <summary>
    /// Several embeddings of the same points side by side, each moved and scaled into a square of its own, with its name above.
    /// </summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="panels">A name and the points [n, 2] of each embedding.</param>
    /// <param name="labels">[n]: the class of each point if whole numbers, a quantity shown as its colour if real.</param>
    /// <param name="columns">The number of squares per row.</param>
    /// <param name="classNames">A name per class, by label; null for the label itself.</param>
    /// <param name="period">
    /// The period of a quantity that repeats, such as 360 for degrees, so that equal angles have equal colours; null for one that does not.
    /// </param>
    /// <returns>The chart, not yet shown.</returns>
    /// <exception cref="ArgumentException">A shape or type is not as stated, a label has no name, or there is no embedding.</exception>
    public static GenericChart Panels(
        string title, IReadOnlyList<(string Name, Tensor Points)> panels, Tensor labels, int columns = 3,
        IReadOnlyList<string>? classNames = null, double? period = null)
    {
        if (panels.Count == 0) throw new ArgumentException("Expected at least one embedding.", nameof(panels));
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        foreach (var (name, points) in panels)
            if (points.dim() != 2 || points.shape[1] != 2 || points.shape[0] == 0
                || labels.dim() != 1 || labels.shape[0] != points.shape[0])
                throw new ArgumentException(
                    $"Expected points [n, 2] and labels [n]; got {Shape(points)} in '{name}' and {Shape(labels)}.", nameof(panels));
        using var scope = NewDisposeScope();
        (double X, double Y)[] middles = [.. Enumerable.Range(0, panels.Count).Select(i => (1.2 * (i % columns), -1.3 * (i / columns)))];
        // Every panel thinned alike, so that a point that shows in one shows in all.
        int[] shown = ChartNumbers.Drawn((int)labels.shape[0], Math.Max(2, MostPoints / panels.Count));
        var kept = tensor(shown.Select(i => (long)i).ToArray());
        var placed = cat([.. panels.Select((panel, i) => Placed(panel.Points, middles[i]).index_select(0, kept))]);
        var some = labels.cpu().index_select(0, kept);
        var figure = EmbeddingFigure(title, [("", placed)], cat([.. panels.Select(_ => some)]), null, classNames, period);
        var (rows, across) = ((panels.Count + columns - 1) / columns, Math.Min(columns, panels.Count));
        figure.XAxis = Bare(-0.6, 1.2 * across - 0.6);
        figure.YAxis = Bare(-1.3 * rows + 0.75, 0.72);
        figure.ScaleEqually();
        figure.Margin.Set(("l", 20), ("r", 20), ("t", 65), ("b", 10));
        figure.Layout.Set(("annotations", panels.Zip(middles, (panel, middle) => NameAbove(panel.Name, middle)).ToArray()));
        return figure.Build();
    }

    // In a square of side 1.
    private static Tensor Placed(Tensor points, (double X, double Y) middle)
    {
        points = points.detach().to_type(ScalarType.Float64).cpu();
        Tensor low = points.amin([0L]), high = points.amax([0L]);
        double size = Math.Max((high - low).max().item<double>(), double.Epsilon * 1e16);
        return (points - (low + high) / 2) / size + tensor(new[] { middle.X, middle.Y });
    }

    private static FigureProperties Bare(double low, double high) =>
        new FigureProperties().Set(("visible", false), ("range", new[] { low, high }));

    private static FigureProperties NameAbove(string name, (double X, double Y) middle) => new FigureProperties().Set(
        ("x", middle.X), ("y", middle.Y + 0.6), ("text", WebUtility.HtmlEncode(name)), ("showarrow", false), ("font", new { size = 14 }));
}
