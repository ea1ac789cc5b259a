using System.Globalization;
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
    /// <summary>The most points an embedding shows; more are thinned out evenly.</summary>
    public const int MostPoints = 2000;

    private const string TextColor = "#7a7a7a", GridColor = "rgba(128,128,128,0.22)";

    // Black is left out of the palette: pages may be dark.
    private static readonly string[] Palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#A6761D", "#7F7F7F", "#B2182B"];
    private static readonly string[] Symbols = ["circle", "diamond", "square", "triangle-up", "cross", "x", "triangle-down", "pentagon", "star", "hexagon"];
    private static readonly string[] Dashes = ["solid", "dash", "dot", "dashdot", "longdash", "solid", "dash", "dot", "dashdot", "longdash"];

    /// <summary>Points in two dimensions, coloured by class; the image of a point shows while the pointer is on it.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="points">[n, 2], real.</param>
    /// <param name="labels">The class of each point, int64 [n].</param>
    /// <param name="images">uint8 [n, height, width]; null for no images.</param>
    /// <param name="classNames">A name per class, by label; null for the label itself.</param>
    /// <exception cref="ArgumentException">A shape or type is not as stated.</exception>
    public static GenericChart Embedding(string title, Tensor points, Tensor labels, Tensor? images = null, IReadOnlyList<string>? classNames = null) =>
        AnimatedEmbedding(title, [("", points)], labels, images, classNames);

    /// <summary>An embedding that changes: one state per step of a slider, and a button that plays them; the last state shows first.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="frames">A name and the points [n, 2] of each state.</param>
    /// <param name="labels">The class of each point, int64 [n].</param>
    /// <param name="images">uint8 [n, height, width]; null for no images.</param>
    /// <param name="classNames">A name per class, by label; null for the label itself.</param>
    /// <exception cref="ArgumentException">A shape or type is not as stated, or there is no state.</exception>
    public static GenericChart AnimatedEmbedding(string title, IReadOnlyList<(string Name, Tensor Points)> frames, Tensor labels, Tensor? images = null, IReadOnlyList<string>? classNames = null)
    {
        if (frames.Count == 0) throw new ArgumentException("Expected at least one state.", nameof(frames));
        if (labels.dim() != 1) throw new ArgumentException($"Expected labels [n]; got [{string.Join(", ", labels.shape)}].", nameof(labels));
        long count = labels.shape[0];
        foreach (var (name, points) in frames)
            if (points.dim() != 2 || points.shape[0] != count || points.shape[1] != 2)
                throw new ArgumentException($"Expected points [{count}, 2], one per label; got [{string.Join(", ", points.shape)}] in state '{name}'.", nameof(frames));
        if (images is not null && (images.dtype != ScalarType.Byte || images.dim() != 3 || images.shape[0] != count))
            throw new ArgumentException($"Expected uint8 images [{count}, height, width], one per point; got {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));

        using var scope = NewDisposeScope();
        int[] shown = Thinned((int)count);
        long[] classes = labels.to_type(ScalarType.Int64).cpu().data<long>().ToArray();
        double[][] coordinates = [.. frames.Select(frame => frame.Points.detach().to_type(ScalarType.Float64).cpu().contiguous().data<double>().ToArray())];
        double low = coordinates.Min(values => values.DefaultIfEmpty(0).Min()), high = coordinates.Max(values => values.DefaultIfEmpty(1).Max());

        (long Label, int[] Members)[] groups = [.. shown.GroupBy(i => classes[i]).OrderBy(group => group.Key).Select(group => (group.Key, group.ToArray()))];
        double[][] Axes(double[] values, int[] members) => [Rounded([.. members.Select(i => values[2 * i])], high - low), Rounded([.. members.Select(i => values[2 * i + 1])], high - low)];
        var traces = groups.Select((group, rank) =>
        {
            double[][] axes = Axes(coordinates[^1], group.Members);
            return NewTrace("scatter", new()
            {
                ["mode"] = "markers",
                ["name"] = classNames is null ? group.Label.ToString(CultureInfo.InvariantCulture) : classNames[(int)group.Label],
                ["x"] = axes[0],
                ["y"] = axes[1],
                ["customdata"] = images is null ? null : group.Members.Select(i => Array.IndexOf(shown, i)).ToArray(),
                ["hovertemplate"] = "%{x:.2f}, %{y:.2f}",
                ["marker"] = new Dictionary<string, object> { ["color"] = Palette[rank % Palette.Length], ["symbol"] = Symbols[rank % Symbols.Length], ["size"] = 5, ["opacity"] = 0.75 },
            });
        }).ToArray();

        var layout = NewLayout(title, "first coordinate", "second coordinate");
        // Distances must look the same in both directions.
        layout["yaxis"] = With(layout["yaxis"], ("scaleanchor", "x"));
        if (images is not null) layout["meta"] = new Dictionary<string, object> { ["sprite"] = Sprite(images, shown, out int columns), ["columns"] = columns, ["tile"] = new[] { images.shape[2], images.shape[1] } };
        if (frames.Count > 1)
        {
            double margin = 0.05 * (high - low);
            layout["xaxis"] = With(layout["xaxis"], ("range", new[] { low - margin, high + margin }));
            layout["yaxis"] = With(layout["yaxis"], ("range", new[] { low - margin, high + margin }));
            var states = frames.Select((frame, i) => (frame.Name, groups.Select(group => Axes(coordinates[i], group.Members)).ToArray())).ToArray();
            AddFrames(layout, states, active: frames.Count - 1, duration: 600, "", playable: true);
        }
        return NewChart(traces, layout);
    }

    /// <summary>Lines over a common axis, told apart by colour and dash.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="xAxis">The name of the horizontal axis, with its unit.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="curves">A name, the horizontal and the vertical values of each line.</param>
    /// <param name="logX">Whether the horizontal axis is logarithmic.</param>
    /// <param name="logY">Whether the vertical axis is logarithmic.</param>
    /// <param name="markers">Whether each value gets a mark, for measurements rather than functions.</param>
    /// <exception cref="ArgumentException">A line has not as many horizontal as vertical values.</exception>
    public static GenericChart Curves(string title, string xAxis, string yAxis, IReadOnlyList<(string Name, double[] X, double[] Y)> curves, bool logX = false, bool logY = false, bool markers = false)
    {
        var layout = NewLayout(title, xAxis, yAxis);
        if (logX) layout["xaxis"] = With(layout["xaxis"], ("type", "log"));
        if (logY) layout["yaxis"] = With(layout["yaxis"], ("type", "log"));
        return NewChart([.. curves.Select((curve, rank) => Line(curve, rank, markers))], layout);
    }

    /// <summary>A family of lines, one member at a time, chosen by a slider.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="xAxis">The name of the horizontal axis, with its unit.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="slider">What the slider changes.</param>
    /// <param name="steps">The slider's value and the lines of each step; every step has the same lines.</param>
    /// <param name="active">The step that shows first.</param>
    /// <param name="equalAxes">Whether a unit is as long upwards as sideways, for shapes.</param>
    /// <exception cref="ArgumentException">There is no step, or the steps have different lines.</exception>
    public static GenericChart SliderCurves(string title, string xAxis, string yAxis, string slider, IReadOnlyList<(string Value, IReadOnlyList<(string Name, double[] X, double[] Y)> Curves)> steps, int active = 0, bool equalAxes = false)
    {
        if (steps.Count == 0 || steps.Any(step => step.Curves.Count != steps[0].Curves.Count))
            throw new ArgumentException("Expected at least one step, and the same number of lines in each.", nameof(steps));
        var layout = NewLayout(title, xAxis, yAxis);
        double[] all = [.. steps.SelectMany(step => step.Curves).SelectMany(curve => curve.Y).Where(double.IsFinite)], across = [.. steps.SelectMany(step => step.Curves).SelectMany(curve => curve.X)];
        double margin = 0.05 * (all.Max() - all.Min());
        layout["yaxis"] = With(layout["yaxis"], ("range", new[] { all.Min() - margin, all.Max() + margin }));
        layout["xaxis"] = With(layout["xaxis"], ("range", new[] { across.Min(), across.Max() }));
        if (equalAxes) layout["yaxis"] = With(layout["yaxis"], ("scaleanchor", "x"));
        AddFrames(layout, [.. steps.Select(step => (step.Value, step.Curves.Select(curve => new[] { Rounded(curve.X), Rounded(curve.Y) }).ToArray()))], active, duration: 0, slider + " = ", playable: false);
        return NewChart([.. steps[active].Curves.Select((curve, rank) => Line(curve, rank, markers: false))], layout);
    }

    /// <summary>Bars, one group per name, one colour per series, with the value on each.</summary>
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
        layout["showlegend"] = series.Count > 1;
        return NewChart([.. series.Select((one, rank) => NewTrace("bar", new()
        {
            ["name"] = one.Name,
            ["x"] = names.ToArray(),
            ["y"] = Rounded(one.Values),
            ["text"] = one.Values.Select(value => ReportTable.Format(value)).ToArray(),
            ["textposition"] = "auto",
            ["marker"] = new Dictionary<string, object> { ["color"] = Palette[rank % Palette.Length] },
        }))], layout);
    }

    /// <summary>A matrix as colours, first row on top; small ones carry their values.</summary>
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
        double[] cells = values.detach().to_type(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
        double[][] z = [.. Enumerable.Range(0, rows).Select(row => Rounded(cells[(row * columns)..((row + 1) * columns)]))];
        var trace = new Dictionary<string, object?> { ["z"] = z, ["colorscale"] = "Viridis", ["xgap"] = 1, ["ygap"] = 1 };
        if (columnNames is not null) trace["x"] = columnNames.ToArray();
        if (rowNames is not null) trace["y"] = rowNames.ToArray();
        if (rows * columns <= 256) (trace["text"], trace["texttemplate"]) = (z.Select(row => row.Select(value => ReportTable.Format(value)).ToArray()).ToArray(), "%{text}");
        var layout = NewLayout(title, xAxis, yAxis);
        layout["yaxis"] = With(layout["yaxis"], ("autorange", "reversed"), ("automargin", true));
        return NewChart([NewTrace("heatmap", trace)], layout);
    }

    /// <summary>Images side by side, each with a caption.</summary>
    /// <param name="images">uint8 [n, height, width] grey, or [n, height, width, 3] RGB.</param>
    /// <param name="captions">A caption per image; null for none.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="title">What stands above them.</param>
    /// <param name="width">The greatest width of an image, in CSS pixels.</param>
    /// <exception cref="ArgumentException">The images have another shape or type, or the captions do not fit them.</exception>
    public static ImageGrid ImageGrid(Tensor images, IReadOnlyList<string>? captions = null, int columns = 10, string title = "", int width = 84) =>
        new(images, captions, columns, width, title);

    private static Trace Line((string Name, double[] X, double[] Y) curve, int rank, bool markers)
    {
        if (curve.X.Length != curve.Y.Length) throw new ArgumentException($"Line '{curve.Name}' has {curve.X.Length} horizontal and {curve.Y.Length} vertical values.");
        return NewTrace("scatter", new()
        {
            ["mode"] = markers ? "lines+markers" : "lines",
            ["name"] = curve.Name,
            ["x"] = Rounded(curve.X),
            ["y"] = Rounded(curve.Y),
            ["line"] = new Dictionary<string, object> { ["color"] = Palette[rank % Palette.Length], ["dash"] = Dashes[rank % Dashes.Length], ["width"] = 2 },
            ["marker"] = new Dictionary<string, object> { ["symbol"] = Symbols[rank % Symbols.Length], ["size"] = 7 },
        });
    }

    private static Trace NewTrace(string type, Dictionary<string, object?> properties)
    {
        var trace = new Trace(type);
        foreach (var (name, value) in properties) if (value is not null) trace.SetProperty(name, value);
        return trace;
    }

    private static Dictionary<string, object> NewLayout(string title, string xAxis, string yAxis)
    {
        Dictionary<string, object> Axis(string name) => new()
        {
            ["title"] = new Dictionary<string, object> { ["text"] = name },
            ["gridcolor"] = GridColor,
            ["zerolinecolor"] = GridColor,
            ["automargin"] = true,
        };
        return new()
        {
            ["title"] = new Dictionary<string, object> { ["text"] = title, ["font"] = new Dictionary<string, object> { ["size"] = 16 }, ["x"] = 0, ["xanchor"] = "left", ["xref"] = "paper", ["y"] = 1, ["yanchor"] = "bottom", ["yref"] = "paper", ["pad"] = new Dictionary<string, object> { ["b"] = 34 } },
            ["xaxis"] = Axis(xAxis),
            ["yaxis"] = Axis(yAxis),
            ["font"] = new Dictionary<string, object> { ["color"] = TextColor, ["size"] = 13 },
            ["paper_bgcolor"] = "rgba(0,0,0,0)",
            ["plot_bgcolor"] = "rgba(0,0,0,0)",
            ["margin"] = new Dictionary<string, object> { ["l"] = 60, ["r"] = 20, ["t"] = 75, ["b"] = 55 },
            ["legend"] = new Dictionary<string, object> { ["orientation"] = "h", ["y"] = 1.02, ["yanchor"] = "bottom", ["x"] = 0 },
            ["height"] = 460,
        };
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
            ["data"] = state.Axes.Select(axes => new Dictionary<string, object> { ["x"] = axes[0], ["y"] = axes[1] }).ToArray(),
            ["traces"] = Enumerable.Range(0, state.Axes.Length).ToArray(),
        }).ToArray();
        layout["meta"] = meta;

        Dictionary<string, object> Animation(bool immediate) => new()
        {
            ["mode"] = immediate ? "immediate" : "afterall",
            ["frame"] = new Dictionary<string, object> { ["duration"] = duration + 200, ["redraw"] = false },
            ["transition"] = new Dictionary<string, object> { ["duration"] = duration },
        };
        layout["height"] = 540;
        layout["margin"] = With(layout["margin"], ("b", 150));
        layout["sliders"] = new[]
        {
            new Dictionary<string, object>
            {
                ["active"] = active,
                ["currentvalue"] = new Dictionary<string, object> { ["prefix"] = prefix },
                ["pad"] = new Dictionary<string, object> { ["t"] = 45, ["l"] = playable ? 95 : 0 },
                ["steps"] = states.Select(state => new Dictionary<string, object> { ["label"] = state.Name, ["method"] = "animate", ["args"] = new object[] { new[] { state.Name }, Animation(immediate: true) } }).ToArray(),
            },
        };
        if (!playable) return;
        layout["updatemenus"] = new[]
        {
            new Dictionary<string, object>
            {
                ["type"] = "buttons", ["showactive"] = false, ["x"] = 0, ["y"] = 0, ["xanchor"] = "left", ["yanchor"] = "top",
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

    private static int[] Thinned(int count) =>
        count <= MostPoints ? [.. Enumerable.Range(0, count)] : [.. Enumerable.Range(0, MostPoints).Select(i => (int)((long)i * count / MostPoints))];

    // One picture of all images is much smaller than a picture each.
    private static string Sprite(Tensor images, int[] shown, out int columns)
    {
        columns = (int)Math.Ceiling(Math.Sqrt(Math.Max(1, shown.Length)));
        long height = images.shape[1], width = images.shape[2];
        int rows = (shown.Length + columns - 1) / columns;
        var sheet = zeros(rows * (long)columns, height, width, dtype: ScalarType.Byte);
        sheet.narrow(0, 0, shown.Length).copy_(images.cpu().index_select(0, tensor(shown.Select(i => (long)i).ToArray())));
        return Png.DataUri(sheet.view(rows, columns, height, width).permute(0, 2, 1, 3).reshape(rows * height, columns * width), fourBits: true);
    }

    // Four digits of the range are finer than a pixel.
    private static double[] Rounded(double[] values, double? range = null)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        double size = range ?? (finite.Length == 0 ? 1 : Math.Max(finite.Max() - finite.Min(), finite.Max(Math.Abs) * 1e-3));
        int digits = size > 0 ? Math.Clamp(4 - (int)Math.Ceiling(Math.Log10(size)), 0, 15) : 6;
        return [.. values.Select(value => double.IsFinite(value) ? Math.Round(value, digits) : value)];
    }
}
