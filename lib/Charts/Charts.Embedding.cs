using Plotly.NET;
using static TorchSharp.torch;

namespace NotebookHelpers;

public static partial class Charts
{
    private const int MostNamesInLegend = 30;

    /// <summary>
    /// Points in two or three dimensions, coloured by class or by a quantity; the image of a point is shown while the pointer is
    /// on it.
    /// </summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="points">[n, 2] or [n, 3], real.</param>
    /// <param name="labels">[n]: the class of each point if whole numbers, a quantity shown as its colour if real.</param>
    /// <param name="images">uint8 [n, height, width] grey, or [n, 3, height, width] in colour; null for no images.</param>
    /// <param name="classNames">A name per class, by label; null for the label itself.</param>
    /// <param name="period">
    /// The period of a quantity that repeats, such as 360 for degrees, so that equal angles have equal colours; null for one that does not.
    /// </param>
    /// <returns>The chart, not yet shown.</returns>
    /// <exception cref="ArgumentException">A shape or type is not as stated, or a label has no name.</exception>
    public static GenericChart Embedding(
        string title, Tensor points, Tensor labels, Tensor? images = null, IReadOnlyList<string>? classNames = null, double? period = null)
    {
        if (points.dim() != 2 || points.shape[1] is not (2 or 3) || labels.dim() != 1 || points.shape[0] != labels.shape[0])
            throw new ArgumentException(
                $"Expected points [n, 2] or [n, 3] and labels [n]; got {Shape(points)} and {Shape(labels)}.", nameof(points));
        return EmbeddingFigure(title, [("", points)], labels, images, classNames, period).Build();
    }

    /// <summary>
    /// An embedding that changes over time: a slider has one step per state, and a button plays them. The last state is shown first.
    /// </summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="frames">A name and the points [n, 2] or [n, 3] of each state.</param>
    /// <param name="labels">[n]: the class of each point if whole numbers, a quantity shown as its colour if real.</param>
    /// <param name="images">uint8 [n, height, width] grey, or [n, 3, height, width] in colour; null for no images.</param>
    /// <param name="classNames">A name per class, by label; null for the label itself.</param>
    /// <param name="period">
    /// The period of a quantity that repeats, such as 360 for degrees, so that equal angles have equal colours; null for one that does not.
    /// </param>
    /// <returns>The chart, not yet shown.</returns>
    /// <exception cref="ArgumentException">A shape or type is not as stated, a label has no name, or there is no state.</exception>
    public static GenericChart AnimatedEmbedding(
        string title, IReadOnlyList<(string Name, Tensor Points)> frames, Tensor labels, Tensor? images = null,
        IReadOnlyList<string>? classNames = null, double? period = null) =>
        EmbeddingFigure(title, frames, labels, images, classNames, period).Build();

    private static FigureBuilder EmbeddingFigure(
        string title, IReadOnlyList<(string Name, Tensor Points)> frames, Tensor labels, Tensor? images,
        IReadOnlyList<string>? classNames, double? period)
    {
        CheckEmbedding(frames, labels, images, period);
        using var scope = NewDisposeScope();
        var points = new EmbeddingPoints([.. frames.Select(frame => frame.Points)], labels, images, classNames);
        var figure = new FigureBuilder(title, "first coordinate", "second coordinate")
        {
            Height = 520,
            // More names than this would take the points' room; hovering over a point still tells its class.
            ShowLegend = !points.ByQuantity && points.Groups.Length <= MostNamesInLegend,
        };
        figure.Legend.Set(("itemsizing", "constant"));
        AddPoints(figure, points, withImages: images is not null, period);
        AddPointAxes(figure, points, fixedRange: frames.Count > 1);
        if (images is not null && points.Shown.Length > 0)
        {
            figure.Extras["sprite"] = SpriteSheet.Of(images, points.Shown, out int columns);
            figure.Extras["columns"] = columns;
            figure.Extras["tile"] = new[] { images.shape[^1], images.shape[^2] };
        }
        if (frames.Count > 1)
        {
            var states = frames.Select((frame, i) => (frame.Name, points.Groups.Select(group => points.Axes(i, group.Members)).ToArray()));
            new FigureFrames([.. states], duration: 600).AddTo(figure, active: frames.Count - 1, prefix: "", playable: true);
        }
        return figure;
    }

    private static void CheckEmbedding(IReadOnlyList<(string Name, Tensor Points)> frames, Tensor labels, Tensor? images, double? period)
    {
        if (frames.Count == 0) throw new ArgumentException("Expected at least one state.", nameof(frames));
        if (labels.dim() != 1) throw new ArgumentException($"Expected labels [n]; got {Shape(labels)}.", nameof(labels));
        if (period is <= 0 or double.NaN) throw new ArgumentOutOfRangeException(nameof(period), period, "Expected a period above 0.");
        long count = labels.shape[0], dimensions = EmbeddingPoints.DimensionsOf(frames[0].Points);
        foreach (var (name, points) in frames)
            if (points.dim() != 2 || points.shape[0] != count || points.shape[1] != dimensions)
                throw new ArgumentException(
                    $"Expected points [{count}, 2] or [{count}, 3], one per label and alike in all states; " +
                    $"got {Shape(points)} in state '{name}'.", nameof(frames));
        if (images is null) return;
        LabeledImages.Check(images);
        if (images.shape[0] != count)
            throw new ArgumentException($"Expected {count} images, one per point; got {images.shape[0]}.", nameof(images));
    }

    private static void AddPoints(FigureBuilder figure, EmbeddingPoints points, bool withImages, double? period)
    {
        bool inSpace = points.Dimensions == 3;
        string hover = "%{x:.2f}, %{y:.2f}" + (inSpace ? ", %{z:.2f}" : "")
            + (points.ByQuantity ? ": %{marker.color}<extra></extra>" : "");
        foreach (var (rank, (name, members)) in points.Groups.Index())
        {
            double[][] axes = points.Axes(points.LastState, members);
            var marker = new FigureProperties().Set(
                ("color", ChartStyle.ColorOf(rank)),
                ("symbol", ChartStyle.SymbolOf(rank, points.Dimensions)),
                ("size", inSpace ? 3 : 5),
                ("opacity", 0.75));
            if (points.ByQuantity) ColorByQuantity(marker, points.Quantities, period);
            figure.Add(
                inSpace ? "scatter3d" : "scatter",
                ("mode", "markers"),
                ("name", name),
                ("x", axes[0]),
                ("y", axes[1]),
                ("z", inSpace ? axes[2] : null),
                ("customdata", withImages ? members : null),
                ("hovertemplate", hover),
                ("marker", marker));
        }
    }

    private static void ColorByQuantity(FigureProperties marker, double[] quantities, double? period)
    {
        marker.Set(("colorscale", "Viridis"), ("showscale", true));
        if (period is { } turn)
        {
            quantities = [.. quantities.Select(quantity => quantity - turn * Math.Floor(quantity / turn))];
            marker.Set(("colorscale", ChartStyle.CyclicScale), ("cmin", 0.0), ("cmax", turn));
        }
        marker.Set(("color", ChartNumbers.Significant(quantities, 4, quantities)));
    }

    // Distances must look the same in all directions.
    private static void AddPointAxes(FigureBuilder figure, EmbeddingPoints points, bool fixedRange)
    {
        double[]? range = fixedRange ? ChartNumbers.RangeOf([points.Low, points.High], margin: 0.05) : null;
        if (points.Dimensions == 2)
        {
            figure.XAxis.Set(("range", range));
            figure.YAxis.Set(("range", range));
            figure.ScaleEqually();
            return;
        }
        FigureProperties Axis(string name) => FigureBuilder.Axis(name).Set(("range", range), ("gridcolor", ChartStyle.ControlColor));
        figure.Layout.Set(("scene", new FigureProperties().Set(
            ("aspectmode", "data"),
            // A little further away than plotly.js begins, so that the axes' names are on the picture.
            ("camera", new { eye = new { x = 1.5, y = 1.5, z = 1.5 }, center = new { x = 0.0, y = 0.0, z = -0.12 } }),
            ("xaxis", Axis("first coordinate")),
            ("yaxis", Axis("second coordinate")),
            ("zaxis", Axis("third coordinate")))));
    }
}
