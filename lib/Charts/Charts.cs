using System.Globalization;
using System.Net;
using Microsoft.FSharp.Collections;
using Plotly.NET;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The charts of the series, as Plotly.NET charts: a title, axis names, the colour-blind-safe palette of Okabe and Ito
/// (2008, "Color Universal Design"), sizes bounded so that a page stays light.
/// </summary>
public static class Charts
{
    /// <summary>The most points an embedding shows; of more, a random choice.</summary>
    public const int MostPoints = 2000;

    // What the HTML of an embedding may weigh without its script and picture, in characters, so that it stays below 400 kB with them.
    private const int WeightLimit = 330_000;
    private const int MostCells = 200, MostCellsWithText = 256, MostBarsWithText = 24, MostOnALine = 2000;

    // The formatter gives the text the colour of the page; this one can be read on light and on dark where it cannot.
    private const string TextColor = "#7a7a7a", GridColor = "rgba(128,128,128,0.22)";

    // Black is left out of the palette: pages may be dark.
    internal static readonly string[] Palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#A6761D", "#7F7F7F", "#B2182B"];
    // Blue, violet, red, yellow and back: neighbours on the circle look alike, and what lies opposite differs in lightness or hue.
    internal static readonly object[][] CyclicScale =
    [
        [0.0, "#1f3a93"], [0.125, "#5b4fae"], [0.25, "#a04b9b"], [0.375, "#d1495b"], [0.5, "#f0883e"], [0.625, "#f2c14e"], [0.75, "#8fb36b"],
        [0.875, "#3d8fa8"], [1.0, "#1f3a93"],
    ];
    private static readonly string[] Symbols = ["circle", "diamond", "square", "triangle-up", "cross", "x", "triangle-down", "pentagon", "star", "hexagon"];
    private static readonly string[] SymbolsInSpace = ["circle", "diamond", "square", "cross", "x"];
    private static readonly string[] Dashes = ["solid", "dash", "dot", "dashdot", "longdash", "solid", "dash", "dot", "dashdot", "longdash"];

    /// <summary>Points in two or three dimensions, coloured by class or by a quantity; the image of a point shows while the pointer is on it.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="points">[n, 2] or [n, 3], real.</param>
    /// <param name="labels">[n]: the class of each point if whole numbers, a quantity shown as its colour if real.</param>
    /// <param name="images">uint8 [n, height, width] grey, or [n, 3, height, width] in colour; null for no images.</param>
    /// <param name="classNames">A name per class, by label; null for the label itself.</param>
    /// <param name="period">For a quantity that comes round, such as 360 for degrees: its colours come round, too. Null for one that does not.</param>
    /// <exception cref="ArgumentException">A shape or type is not as stated, or a label has no name.</exception>
    public static GenericChart Embedding(
        string title, Tensor points, Tensor labels, Tensor? images = null, IReadOnlyList<string>? classNames = null, double? period = null)
    {
        if (points.dim() != 2 || points.shape[1] is not (2 or 3) || labels.dim() != 1 || points.shape[0] != labels.shape[0])
            throw new ArgumentException(
                $"Expected points [n, 2] or [n, 3] and labels [n]; got {Shape(points)} and {Shape(labels)}.", nameof(points));
        return AnimatedEmbedding(title, [("", points)], labels, images, classNames, period);
    }

    /// <summary>An embedding that changes: one state per step of a slider, and a button that plays them; the last state shows first.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="frames">A name and the points [n, 2] or [n, 3] of each state.</param>
    /// <param name="labels">[n]: the class of each point if whole numbers, a quantity shown as its colour if real.</param>
    /// <param name="images">uint8 [n, height, width] grey, or [n, 3, height, width] in colour; null for no images.</param>
    /// <param name="classNames">A name per class, by label; null for the label itself.</param>
    /// <param name="period">For a quantity that comes round, such as 360 for degrees: its colours come round, too. Null for one that does not.</param>
    /// <exception cref="ArgumentException">A shape or type is not as stated, a label has no name, or there is no state.</exception>
    public static GenericChart AnimatedEmbedding(
        string title, IReadOnlyList<(string Name, Tensor Points)> frames, Tensor labels, Tensor? images = null,
        IReadOnlyList<string>? classNames = null, double? period = null)
    {
        if (frames.Count == 0) throw new ArgumentException("Expected at least one state.", nameof(frames));
        if (labels.dim() != 1) throw new ArgumentException($"Expected labels [n]; got {Shape(labels)}.", nameof(labels));
        if (period is <= 0 or double.NaN) throw new ArgumentOutOfRangeException(nameof(period), period, "Expected a period above 0.");
        int count = (int)labels.shape[0];
        int dimensions = frames[0].Points.dim() == 2 && frames[0].Points.shape[1] == 3 ? 3 : 2;
        foreach (var (name, points) in frames)
            if (points.dim() != 2 || points.shape[0] != count || points.shape[1] != dimensions)
                throw new ArgumentException(
                    $"Expected points [{count}, 2] or [{count}, 3], one per label and alike in all states; got {Shape(points)} in state '{name}'.", nameof(frames));
        if (images is not null) LabeledImages.Check(images);
        if (images is not null && images.shape[0] != count)
            throw new ArgumentException($"Expected {count} images, one per point; got {images.shape[0]}.", nameof(images));

        if (count == 0) images = null;
        using var scope = NewDisposeScope();
        int[] shown = Drawn(count, MostShown(count, dimensions * (frames.Count == 1 ? 1 : frames.Count + 1), images));
        double[] quantities = Numbers(labels);
        double[][] coordinates = [.. frames.Select(frame => Numbers(frame.Points))];
        double[] finite = [.. coordinates.SelectMany(values => values).Where(double.IsFinite)];
        double low = finite.DefaultIfEmpty(0).Min(), high = finite.DefaultIfEmpty(1).Max();

        // Places within the thinned points, one group per class; a quantity is one group.
        bool byQuantity = labels.is_floating_point();
        if (!byQuantity && classNames is not null && shown.Any(i => quantities[i] < 0 || quantities[i] >= classNames.Count))
            throw new ArgumentException($"Expected a name for each label; got {classNames.Count} names for labels {quantities.Min()} to {quantities.Max()}.", nameof(classNames));
        (string Name, int[] Members)[] groups = byQuantity
            ? [("", [.. Enumerable.Range(0, shown.Length)])]
            : [.. Enumerable.Range(0, shown.Length).GroupBy(place => (long)quantities[shown[place]]).OrderBy(group => group.Key)
                .Select(group => (classNames is null ? group.Key.ToString(CultureInfo.InvariantCulture) : classNames[(int)group.Key], group.ToArray()))];
        double[][] Axes(double[] values, int[] members) => [.. Enumerable.Range(0, dimensions).Select(axis => Rounded([.. members.Select(place => values[dimensions * shown[place] + axis])], high - low))];

        var traces = groups.Select((group, rank) =>
        {
            double[][] axes = Axes(coordinates[^1], group.Members);
            var marker = new Dictionary<string, object> { ["color"] = ColorOf(rank), ["symbol"] = SymbolOf(rank, dimensions), ["size"] = dimensions == 3 ? 3 : 5, ["opacity"] = 0.75 };
            if (byQuantity)
            {
                var shades = shown.Select(i => period is { } turn ? quantities[i] - turn * Math.Floor(quantities[i] / turn) : quantities[i]);
                marker["color"] = Significant([.. shades], 4);
                (marker["colorscale"], marker["showscale"]) = ("Viridis", true);
                if (period is { } whole) (marker["colorscale"], marker["cmin"], marker["cmax"]) = (CyclicScale, 0.0, whole);
            }
            return NewTrace(dimensions == 3 ? "scatter3d" : "scatter", new()
            {
                ["mode"] = "markers",
                ["name"] = group.Name,
                ["x"] = axes[0],
                ["y"] = axes[1],
                ["z"] = dimensions == 3 ? axes[2] : null,
                ["customdata"] = images is null ? null : group.Members,
                ["hovertemplate"] = "%{x:.2f}, %{y:.2f}" + (dimensions == 3 ? ", %{z:.2f}" : "") + (byQuantity ? ": %{marker.color}<extra></extra>" : ""),
                ["marker"] = marker,
            });
        }).ToArray();

        var layout = NewLayout(title, "first coordinate", "second coordinate");
        layout["height"] = 520;
        layout["showlegend"] = !byQuantity;
        layout["legend"] = With(layout["legend"], ("itemsizing", "constant"));
        if (images is not null) layout["meta"] = new Dictionary<string, object> { ["sprite"] = Sprite(images, shown, out int columns), ["columns"] = columns, ["tile"] = new[] { images.shape[^1], images.shape[^2] } };
        double margin = 0.05 * (high - low);
        (string, object)[] range = frames.Count > 1 ? [("range", new[] { low - margin, high + margin })] : [];
        // Distances must look the same in all directions.
        if (dimensions == 2)
        {
            layout["xaxis"] = With(layout["xaxis"], range);
            layout["yaxis"] = With(layout["yaxis"], range);
            ScaleEqually(layout);
        }
        else
        {
            (string, object) grid = ("gridcolor", "#888");
            layout["scene"] = new Dictionary<string, object>
            {
                ["aspectmode"] = "data",
                // A little further away than plotly.js begins, so that the axes' names are on the picture.
                ["camera"] = new Dictionary<string, object> { ["eye"] = new Dictionary<string, double> { ["x"] = 1.5, ["y"] = 1.5, ["z"] = 1.5 }, ["center"] = new Dictionary<string, double> { ["x"] = 0, ["y"] = 0, ["z"] = -0.12 } },
                ["xaxis"] = With(NewAxis("first coordinate"), [.. range, grid]),
                ["yaxis"] = With(NewAxis("second coordinate"), [.. range, grid]),
                ["zaxis"] = With(NewAxis("third coordinate"), [.. range, grid]),
            };
        }
        if (frames.Count > 1)
        {
            var states = frames.Select((frame, i) => (frame.Name, groups.Select(group => Axes(coordinates[i], group.Members)).ToArray())).ToArray();
            AddFrames(layout, states, active: frames.Count - 1, duration: 600, "", playable: true);
        }
        return NewChart(traces, layout);
    }

    /// <summary>Several embeddings of the same points side by side, each moved and scaled into a square of its own, with its name above.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="panels">A name and the points [n, 2] of each embedding.</param>
    /// <param name="labels">[n]: the class of each point if whole numbers, a quantity shown as its colour if real.</param>
    /// <param name="columns">Squares in a row.</param>
    /// <param name="classNames">A name per class, by label; null for the label itself.</param>
    /// <param name="period">For a quantity that comes round, such as 360 for degrees: its colours come round, too. Null for one that does not.</param>
    /// <exception cref="ArgumentException">A shape or type is not as stated, a label has no name, or there is no embedding.</exception>
    public static GenericChart Panels(
        string title, IReadOnlyList<(string Name, Tensor Points)> panels, Tensor labels, int columns = 3,
        IReadOnlyList<string>? classNames = null, double? period = null)
    {
        if (panels.Count == 0) throw new ArgumentException("Expected at least one embedding.", nameof(panels));
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        foreach (var (name, points) in panels)
            if (points.dim() != 2 || points.shape[1] != 2 || labels.dim() != 1 || points.shape[0] != labels.shape[0] || points.shape[0] == 0)
                throw new ArgumentException($"Expected points [n, 2] and labels [n]; got [{string.Join(", ", points.shape)}] in '{name}' and [{string.Join(", ", labels.shape)}].", nameof(panels));
        using var scope = NewDisposeScope();
        (double X, double Y) Middle(int i) => (1.2 * (i % columns), -1.3 * (i / columns));
        var placed = panels.Select((panel, i) =>
        {
            var points = panel.Points.detach().to_type(ScalarType.Float64).cpu();
            Tensor low = points.amin([0L]), high = points.amax([0L]);
            double size = Math.Max((high - low).max().item<double>(), double.Epsilon * 1e16);
            var (x, y) = Middle(i);
            return (points - (low + high) / 2) / size + tensor(new[] { x, y });
        });
        // Every panel thinned alike, so that a point that shows in one shows in all.
        var kept = tensor(Drawn((int)labels.shape[0], Math.Max(2, MostPoints / panels.Count)).Select(i => (long)i).ToArray());
        var some = labels.cpu().index_select(0, kept);
        var chart = Embedding(title, cat([.. placed.Select(points => points.index_select(0, kept))]), cat([.. panels.Select(_ => some)]), null, classNames, period);
        Dictionary<string, object> bare = new() { ["visible"] = false };
        var (rows, across) = ((panels.Count + columns - 1) / columns, Math.Min(columns, panels.Count));
        var layout = new Layout();
        layout.SetProperty("xaxis", With(bare, ("range", new[] { -0.6, 1.2 * across - 0.6 }), ("constrain", "domain")));
        layout.SetProperty("yaxis", With(bare, ("range", new[] { -1.3 * rows + 0.75, 0.72 }), ("scaleanchor", "x")));
        layout.SetProperty("margin", new Dictionary<string, object> { ["l"] = 20, ["r"] = 20, ["t"] = 65, ["b"] = 10 });
        layout.SetProperty("annotations", panels.Select((panel, i) => new Dictionary<string, object> { ["x"] = Middle(i).X, ["y"] = Middle(i).Y + 0.6, ["text"] = WebUtility.HtmlEncode(panel.Name), ["showarrow"] = false, ["font"] = new Dictionary<string, object> { ["size"] = 14 } }).ToArray());
        return GenericChart.addLayout(layout, chart);
    }

    /// <summary>Lines over a common axis, told apart by colour and dash.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="xAxis">The name of the horizontal axis, with its unit.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="curves">A name, the horizontal and the vertical values of each line.</param>
    /// <param name="logX">Whether the horizontal axis is logarithmic.</param>
    /// <param name="logY">Whether the vertical axis is logarithmic.</param>
    /// <param name="markers">Whether each value gets a mark, for measurements rather than functions.</param>
    /// <param name="equalAxes">Whether a unit is as long on both axes, for shapes.</param>
    /// <exception cref="ArgumentException">A line has not as many horizontal as vertical values.</exception>
    public static GenericChart Curves(string title, string xAxis, string yAxis, IReadOnlyList<(string Name, double[] X, double[] Y)> curves, bool logX = false, bool logY = false, bool markers = false, bool equalAxes = false)
    {
        var layout = NewLayout(title, xAxis, yAxis);
        if (logX) layout["xaxis"] = With(layout["xaxis"], LogAxis(curves.SelectMany(curve => curve.X), markers));
        if (logY) layout["yaxis"] = With(layout["yaxis"], LogAxis(curves.SelectMany(curve => curve.Y), measuredAtAll: false));
        if (equalAxes) ScaleEqually(layout);
        // Epochs and the like are counted in whole numbers.
        double[] across = [.. curves.SelectMany(curve => curve.X)];
        if (!logX && across.Length > 0 && across.All(double.IsInteger) && across.Max() - across.Min() <= 12) layout["xaxis"] = With(layout["xaxis"], ("dtick", 1));
        layout["showlegend"] = curves.Count > 1;
        return NewChart([.. curves.Select((curve, rank) => Line(curve, rank, markers))], layout);
    }

    /// <summary>Lines over 1, 2, 3, ..., such as the losses of epochs.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="xAxis">What is counted.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="curves">A name and the values of each line.</param>
    /// <param name="logX">Whether the horizontal axis is logarithmic.</param>
    /// <param name="logY">Whether the vertical axis is logarithmic.</param>
    /// <param name="markers">Whether each value gets a mark, for measurements rather than functions.</param>
    public static GenericChart Curves(string title, string xAxis, string yAxis, IReadOnlyList<(string Name, double[] Y)> curves, bool logX = false, bool logY = false, bool markers = false) =>
        Curves(title, xAxis, yAxis, [.. curves.Select(curve => (curve.Name, Enumerable.Range(1, curve.Y.Length).Select(i => (double)i).ToArray(), curve.Y))], logX, logY, markers);

    /// <summary>A family of lines, one member at a time, chosen by a slider.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="xAxis">The name of the horizontal axis, with its unit.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="slider">What the slider changes.</param>
    /// <param name="steps">The slider's value and the lines of each step; every step has the same lines.</param>
    /// <param name="active">The step that shows first.</param>
    /// <param name="equalAxes">Whether a unit is as long on both axes, for shapes.</param>
    /// <exception cref="ArgumentException">There is no step, the steps have different lines, or <paramref name="active"/> is none of them.</exception>
    public static GenericChart SliderCurves(string title, string xAxis, string yAxis, string slider, IReadOnlyList<(string Value, IReadOnlyList<(string Name, double[] X, double[] Y)> Curves)> steps, int active = 0, bool equalAxes = false)
    {
        if (steps.Count == 0 || steps.Any(step => step.Curves.Count != steps[0].Curves.Count))
            throw new ArgumentException("Expected at least one step, and the same number of lines in each.", nameof(steps));
        if (active < 0 || active >= steps.Count) throw new ArgumentOutOfRangeException(nameof(active), active, $"Expected one of the steps, 0 to {steps.Count - 1}.");
        var layout = NewLayout(title, xAxis, yAxis);
        var curves = steps.SelectMany(step => step.Curves).ToArray();
        // One range for all steps, so that what moves is seen to move.
        layout["xaxis"] = With(layout["xaxis"], ("range", RangeOf(curves.SelectMany(curve => curve.X), margin: equalAxes ? 0.05 : 0)));
        layout["yaxis"] = With(layout["yaxis"], ("range", RangeOf(curves.SelectMany(curve => curve.Y), margin: 0.05)));
        if (equalAxes) ScaleEqually(layout);
        layout["showlegend"] = steps[0].Curves.Count > 1;
        AddFrames(layout, [.. steps.Select(step => (step.Value, step.Curves.Select(curve => new[] { Significant(curve.X, 5), Significant(curve.Y, 5) }).ToArray()))], active, duration: 0, slider + " = ", playable: false);
        return NewChart([.. steps[active].Curves.Select((curve, rank) => Line(curve, rank, markers: false))], layout);
    }

    /// <summary>Bars, one group per name, one colour per series; a few bars carry their values.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="names">The groups.</param>
    /// <param name="series">A name and one value per group.</param>
    /// <exception cref="ArgumentException">A series has not one value per group.</exception>
    public static GenericChart Bars(string title, string yAxis, IReadOnlyList<string> names, IReadOnlyList<(string Name, double[] Values)> series)
    {
        foreach (var (name, values) in series)
            if (values.Length != names.Count) throw new ArgumentException($"Expected {names.Count} values, one per group; got {values.Length} in '{name}'.", nameof(series));
        var layout = NewLayout(title, "", yAxis);
        layout["xaxis"] = With(layout["xaxis"], ("type", "category"));
        layout["showlegend"] = series.Count > 1;
        // On narrow pages no text is better than texts too small to read.
        layout["uniformtext"] = new Dictionary<string, object> { ["mode"] = "hide", ["minsize"] = 9 };
        bool withTexts = names.Count * series.Count <= MostBarsWithText;
        return NewChart([.. series.Select((one, rank) => NewTrace("bar", new()
        {
            ["name"] = one.Name,
            ["x"] = names.ToArray(),
            ["y"] = Significant(one.Values, 5),
            ["text"] = withTexts ? one.Values.Select(value => ReportTable.Format(value)).ToArray() : null,
            ["textposition"] = "outside",
            ["textangle"] = 0,
            // The text above the highest bar stands outside the axes.
            ["cliponaxis"] = false,
            ["marker"] = new Dictionary<string, object> { ["color"] = ColorOf(rank) },
        }))], layout);
    }

    /// <summary>A matrix as colours, first row on top; small ones carry their values, of large ones rows and columns are thinned out evenly.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="values">[rows, columns], real.</param>
    /// <param name="rowNames">A name per row; null for numbers.</param>
    /// <param name="columnNames">A name per column; null for numbers.</param>
    /// <param name="xAxis">The name of the horizontal axis.</param>
    /// <param name="yAxis">The name of the vertical axis.</param>
    /// <exception cref="ArgumentException">The values are no matrix, or the names do not fit it.</exception>
    public static GenericChart Heatmap(string title, Tensor values, IReadOnlyList<string>? rowNames = null, IReadOnlyList<string>? columnNames = null, string xAxis = "", string yAxis = "")
    {
        if (values.dim() != 2) throw new ArgumentException($"Expected a matrix [rows, columns]; got [{string.Join(", ", values.shape)}].", nameof(values));
        int rows = (int)values.shape[0], columns = (int)values.shape[1];
        if (rowNames is not null && rowNames.Count != rows) throw new ArgumentException($"Expected {rows} row names; got {rowNames.Count}.", nameof(rowNames));
        if (columnNames is not null && columnNames.Count != columns) throw new ArgumentException($"Expected {columns} column names; got {columnNames.Count}.", nameof(columnNames));
        using var scope = NewDisposeScope();
        double[] cells = Numbers(values);
        int[] shownRows = Thinned(rows, MostCells), shownColumns = Thinned(columns, MostCells);
        double[][] z = [.. shownRows.Select(row => shownColumns.Select(column => cells[row * columns + column]).ToArray())];
        var trace = new Dictionary<string, object?>
        {
            ["z"] = z.Select(row => Significant(row, 4)).ToArray(),
            ["x"] = columnNames is null ? shownColumns : shownColumns.Select(column => columnNames[column]).ToArray(),
            ["y"] = rowNames is null ? shownRows : shownRows.Select(row => rowNames[row]).ToArray(),
            ["colorscale"] = "Viridis",
        };
        if (z.Length * shownColumns.Length is > 0 and <= MostCellsWithText)
        {
            trace["text"] = ReportTable.FormatAlike([.. z.SelectMany(row => row).Cast<object?>()]).Chunk(shownColumns.Length).ToArray();
            (trace["texttemplate"], trace["xgap"], trace["ygap"]) = ("%{text}", 1, 1);
        }
        var layout = NewLayout(title, xAxis, yAxis);
        layout["xaxis"] = With(layout["xaxis"], ("type", columnNames is null ? "linear" : "category"));
        layout["yaxis"] = With(layout["yaxis"], ("type", rowNames is null ? "linear" : "category"), ("autorange", "reversed"));
        return NewChart([NewTrace("heatmap", trace)], layout);
    }

    /// <inheritdoc cref="Heatmap(string, Tensor, IReadOnlyList{string}?, IReadOnlyList{string}?, string, string)"/>
    public static GenericChart Heatmap(string title, double[,] values, IReadOnlyList<string>? rowNames = null, IReadOnlyList<string>? columnNames = null, string xAxis = "", string yAxis = "")
    {
        using var matrix = tensor(values);
        return Heatmap(title, matrix, rowNames, columnNames, xAxis, yAxis);
    }

    /// <summary>Images side by side, each with a caption.</summary>
    /// <param name="images">uint8, or real from 0 (black) to 1 (white): [n, height, width] or [n, 1, height, width] grey, [n, 3, height, width] or [n, height, width, 3] RGB.</param>
    /// <param name="captions">A caption per image; null for none.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="title">What stands above them.</param>
    /// <param name="width">The greatest width of an image, in CSS pixels.</param>
    /// <exception cref="ArgumentException">The images have another shape or type, or the captions do not fit them.</exception>
    public static ImageGrid ImageGrid(Tensor images, IReadOnlyList<string>? captions = null, int columns = 10, string title = "", int width = 84) =>
        new(images, captions, columns, width, title);

    /// <summary>Short films side by side, each with a caption, played without end; no script is needed.</summary>
    /// <param name="films">A caption and the images of each, grey, uint8 [t, height, width], shown with 16 levels.</param>
    /// <param name="milliseconds">How long each image shows.</param>
    /// <param name="title">What stands above them.</param>
    /// <param name="width">The greatest width of a film, in CSS pixels.</param>
    /// <exception cref="ArgumentException">The images have another shape or type, or there is no film.</exception>
    public static ImageGrid Films(IReadOnlyList<(string Caption, Tensor Frames)> films, int milliseconds = 100, string title = "", int width = 168) =>
        new(films, milliseconds, width, title);

    // TorchSharp's accessor throws where there is nothing.
    private static double[] Numbers(Tensor tensor) =>
        tensor.numel() == 0 ? [] : tensor.detach().to_type(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";

    private static Trace Line((string Name, double[] X, double[] Y) curve, int rank, bool markers)
    {
        if (curve.X.Length != curve.Y.Length) throw new ArgumentException($"Line '{curve.Name}' has {curve.X.Length} horizontal and {curve.Y.Length} vertical values.");
        int[] shown = Thinned(curve.X.Length, MostOnALine);
        return NewTrace("scatter", new()
        {
            ["mode"] = markers ? "lines+markers" : "lines",
            ["name"] = curve.Name,
            ["x"] = Significant([.. shown.Select(i => curve.X[i])], 5),
            ["y"] = Significant([.. shown.Select(i => curve.Y[i])], 5),
            ["line"] = new Dictionary<string, object> { ["color"] = ColorOf(rank), ["dash"] = Dashes[rank % Dashes.Length], ["width"] = 2 },
            ["marker"] = new Dictionary<string, object> { ["symbol"] = SymbolOf(rank), ["size"] = 7 },
        });
    }

    private static Trace NewTrace(string type, Dictionary<string, object?> properties)
    {
        var trace = new Trace(type);
        foreach (var (name, value) in properties) if (value is not null) trace.SetProperty(name, value);
        return trace;
    }

    private static Dictionary<string, object> NewAxis(string name) => new()
    {
        ["title"] = new Dictionary<string, object> { ["text"] = name, ["standoff"] = 12 },
        ["gridcolor"] = GridColor,
        ["zerolinecolor"] = GridColor,
        ["automargin"] = true,
    };

    private static Dictionary<string, object> NewLayout(string title, string xAxis, string yAxis) => new()
    {
        ["title"] = new Dictionary<string, object> { ["text"] = title, ["font"] = new Dictionary<string, object> { ["size"] = 16 }, ["x"] = 0, ["xanchor"] = "left", ["xref"] = "paper", ["y"] = 1, ["yanchor"] = "top", ["yref"] = "container", ["pad"] = new Dictionary<string, object> { ["t"] = 10 } },
        ["xaxis"] = NewAxis(xAxis),
        ["yaxis"] = NewAxis(yAxis),
        ["font"] = new Dictionary<string, object> { ["color"] = TextColor, ["size"] = 13 },
        ["paper_bgcolor"] = "rgba(0,0,0,0)",
        ["plot_bgcolor"] = "rgba(0,0,0,0)",
        ["margin"] = new Dictionary<string, object> { ["l"] = 60, ["r"] = 20, ["t"] = 65, ["b"] = 55 },
        ["legend"] = new Dictionary<string, object> { ["orientation"] = "h", ["y"] = 1, ["yanchor"] = "bottom", ["x"] = 0 },
        ["modebar"] = new Dictionary<string, object> { ["bgcolor"] = "rgba(0,0,0,0)", ["color"] = "#999", ["activecolor"] = "#7a7a7a" },
        ["height"] = 440,
    };

    // The axes' ends stay free, their scale does not: a circle is a circle.
    private static void ScaleEqually(Dictionary<string, object> layout)
    {
        layout["xaxis"] = With(layout["xaxis"], ("constrain", "domain"));
        layout["yaxis"] = With(layout["yaxis"], ("scaleanchor", "x"));
    }

    private static Dictionary<string, object> With(object properties, params (string Name, object Value)[] more)
    {
        var merged = new Dictionary<string, object>((Dictionary<string, object>)properties);
        foreach (var (name, value) in more) merged[name] = value;
        return merged;
    }

    // Plotly.NET's charts hold no frames; they travel in the layout's meta, and the formatter hands them to plotly.js.
    private static void AddFrames(Dictionary<string, object> layout, (string Name, double[][][] Axes)[] states, int active, int duration, string prefix, bool playable)
    {
        var meta = layout.TryGetValue("meta", out object? existing) ? (Dictionary<string, object>)existing : [];
        meta["frames"] = states.Select(state => new Dictionary<string, object>
        {
            ["name"] = state.Name,
            ["data"] = state.Axes.Select(axes => axes.Zip("xyz", (values, axis) => ($"{axis}", values)).ToDictionary(pair => pair.Item1, pair => pair.values)).ToArray(),
            ["traces"] = Enumerable.Range(0, state.Axes.Length).ToArray(),
        }).ToArray();
        layout["meta"] = meta;

        bool inSpace = states[0].Axes.Any(axes => axes.Length == 3);
        Dictionary<string, object> Animation(bool immediate) => new()
        {
            ["mode"] = immediate ? "immediate" : "afterall",
            ["frame"] = new Dictionary<string, object> { ["duration"] = duration + 200, ["redraw"] = inSpace },
            ["transition"] = new Dictionary<string, object> { ["duration"] = duration },
        };
        layout["height"] = (int)layout["height"] + 80;
        layout["margin"] = With(layout["margin"], ("b", 145));
        layout["sliders"] = new[]
        {
            new Dictionary<string, object>
            {
                ["active"] = active,
                ["currentvalue"] = new Dictionary<string, object> { ["prefix"] = prefix },
                ["bgcolor"] = "#888",
                ["activebgcolor"] = "#bbb",
                ["bordercolor"] = "#888",
                ["tickcolor"] = "#888",
                ["pad"] = new Dictionary<string, object> { ["t"] = 45, ["l"] = playable ? 95 : 0 },
                ["steps"] = states.Select(state => new Dictionary<string, object> { ["label"] = state.Name, ["method"] = "animate", ["args"] = new object[] { new[] { state.Name }, Animation(immediate: true) } }).ToArray(),
            },
        };
        if (!playable) return;
        layout["updatemenus"] = new[]
        {
            new Dictionary<string, object>
            {
                ["type"] = "buttons", ["showactive"] = false, ["bgcolor"] = GridColor, ["bordercolor"] = "#888", ["x"] = 0, ["y"] = 0, ["xanchor"] = "left", ["yanchor"] = "top",
                ["pad"] = new Dictionary<string, object> { ["t"] = 75 },
                ["buttons"] = new[] { new Dictionary<string, object> { ["label"] = "▶ play", ["method"] = "animate", ["args"] = new object[] { states.Select(state => state.Name).ToArray(), Animation(immediate: false) } } },
            },
        };
    }

    private static GenericChart NewChart(Trace[] traces, Dictionary<string, object> properties)
    {
        var layout = new Layout();
        foreach (var (name, value) in properties) layout.SetProperty(name, value);
        return GenericChart.fromFigure(Figure.create(ListModule.OfSeq(traces), layout));
    }

    private static string ColorOf(int rank) => Palette[rank % Palette.Length];

    private static string SymbolOf(int rank, int dimensions = 2) => dimensions == 3 ? SymbolsInSpace[rank % SymbolsInSpace.Length] : Symbols[rank % Symbols.Length];

    // Points often come in a rhythm (class by class, five views of each image): an even choice could leave out a whole class.
    private static int[] Drawn(int count, int most)
    {
        if (count <= most) return [.. Enumerable.Range(0, count)];
        int[] all = [.. Enumerable.Range(0, count)];
        new Random(1).Shuffle(all);
        return [.. all[..most].Order()];
    }

    // Evenly, the last one included.
    private static int[] Thinned(int count, int most) =>
        count <= most ? [.. Enumerable.Range(0, count)] : [.. Enumerable.Range(0, most).Select(i => (int)((long)i * (count - 1) / (most - 1)))];

    // As many points as the chart may weigh: about 7 characters a number, and what an image takes in the sprite.
    private static int MostShown(int count, int numbersPerPoint, Tensor? images)
    {
        double weight = 7 * numbersPerPoint + 5;
        if (images is not null)
        {
            int[] sample = Drawn(count, 200);
            weight += (double)Sprite(images, sample, out _).Length / Math.Max(1, sample.Length);
        }
        return Math.Clamp((int)(WeightLimit / weight), 2, MostPoints);
    }

    // One picture of all images is much smaller than a picture each.
    private static string Sprite(Tensor images, int[] shown, out int columns)
    {
        columns = (int)Math.Ceiling(Math.Sqrt(Math.Max(1, shown.Length)));
        long height = images.shape[^2], width = images.shape[^1], channels = images.dim() == 4 ? 3 : 1;
        int rows = (shown.Length + columns - 1) / columns;
        var sheet = zeros(rows * (long)columns, channels, height, width, dtype: ScalarType.Byte);
        var chosen = images.cpu().index_select(0, tensor(shown.Select(i => (long)i).ToArray()));
        sheet.narrow(0, 0, shown.Length).copy_(chosen.view(-1, channels, height, width));
        sheet = sheet.view(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2).reshape(rows * height, columns * width, channels);
        return channels == 1 ? Png.DataUri(sheet.squeeze(2), fourBits: true) : Png.DataUri(sheet);
    }

    // Four digits of the range are finer than a pixel.
    private static double[] Rounded(double[] values, double range)
    {
        int digits = range > 0 ? Math.Clamp(4 - (int)Math.Ceiling(Math.Log10(range)), 0, 15) : 6;
        return [.. values.Select(value => Math.Round(value, digits))];
    }

    private static double[] Significant(double[] values, int digits)
    {
        string format = string.Create(CultureInfo.InvariantCulture, $"G{digits}");
        return [.. values.Select(value => double.Parse(value.ToString(format, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))];
    }

    // A few values at which something was measured are marked themselves; else the powers of ten, or 1, 2 and 5 of each where there are few powers.
    private static (string, object)[] LogAxis(IEnumerable<double> values, bool measuredAtAll)
    {
        double[] places = [.. values.Where(value => double.IsFinite(value) && value > 0).Distinct().Order()];
        if (places.Length == 0) return [("type", "log")];
        double span = places[^1] / places[0];
        bool apart = places.Zip(places.Skip(1)).All(pair => Math.Log(pair.Second / pair.First) > Math.Log(span) / 16);
        if (!(measuredAtAll && apart))
        {
            if (span >= 100) return [("type", "log"), ("dtick", 1)];
            int low = (int)Math.Floor(Math.Log10(places[0])), high = (int)Math.Floor(Math.Log10(places[^1]));
            places = [.. Enumerable.Range(low, high - low + 1).SelectMany(power => new[] { 1, 2, 5 }, (power, factor) => factor * Math.Pow(10, power))];
        }
        return [("type", "log"), ("tickvals", Significant(places, 5)), ("ticktext", places.Select(place => place.ToString("#,0.#####", CultureInfo.InvariantCulture)).ToArray())];
    }

    private static double[] RangeOf(IEnumerable<double> values, double margin)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0) return [0, 1];
        double low = finite.Min(), high = finite.Max(), beyond = high > low ? margin * (high - low) : 0.5;
        return [low - beyond, high + beyond];
    }
}
