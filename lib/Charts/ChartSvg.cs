using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace NotebookHelpers;

/// <summary>
/// A static picture of a plotly figure, for pages where no script runs: lines, markers (also in space), bars and heatmaps
/// with title, axes and legend. What it cannot draw it leaves out.
/// </summary>
internal sealed class ChartSvg
{
    private const int Width = 720, Height = 440, TitleLine = 19, LegendRow = 20, LongestTitleLine = 78;
    private const int MostMarks = 1200, MostVertices = 2400, MostCells = 400, MostCellsWithText = 144, MostPixels = 100, Shades = 12;
    private const int LongestLabel = 190;
    private const double LetterWidth = 6.6;
    private const string GridColor = "#80808040";

    private static readonly (int R, int G, int B)[] Viridis = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];

    private readonly (int R, int G, int B)[] _scale = Viridis;

    private readonly StringBuilder _svg = new();
    private readonly string[] _title;
    private readonly SvgTrace[] _traces;
    private readonly (double X, int Row)[] _legend;
    private readonly (double Low, double High)? _colorScale;
    private readonly bool _inSpace;
    private readonly int _legendTop, _top, _left = 66, _bottom = 56, _right = 18;
    private readonly bool _slanted;
    private readonly SvgAxis _x;
    private readonly SvgAxis _y;
    private readonly JsonObject _layout;
    private readonly JsonNode? _scene;

    private ChartSvg(JsonNode figure)
    {
        var layout = _layout = figure["layout"] as JsonObject ?? [];
        _title = Lines(layout["title"].AsTitle());
        _legendTop = 19 + TitleLine * _title.Length;
        _scene = layout["scene"];
        _traces = SvgTrace.Of(figure, ChartStyle.Palette);
        _inSpace = _traces.Any(trace => trace.Type == "scatter3d");

        double[] shades = [.. _traces.SelectMany(trace => trace.Type == "heatmap" ? trace.Z.SelectMany(row => row) : trace.Shades ?? [])
            .Where(double.IsFinite)];
        if (shades.Length > 0)
        {
            _colorScale = _traces.Select(trace => trace.ColorRange).FirstOrDefault(range => range is not null)
                ?? (shades.Min(), shades.Max());
            _scale = _traces.Select(trace => trace.ColorScale).FirstOrDefault(scale => scale.Length > 1) ?? Viridis;
            _right = 86;
        }
        if (!_inSpace)
        {
            // Names of rows and slanted names of columns get the room that they need.
            _left = Math.Max(_left, 34 + LabelWidth(SvgAxis.Of(layout["yaxis"], _traces, 'y', 1, 0)));
            var across = SvgAxis.Of(layout["xaxis"], _traces, 'x', _left, Width - _right);
            _slanted = across.Overlap(LetterWidth);
            if (_slanted) _bottom = Math.Max(_bottom, 42 + (int)(0.75 * LabelWidth(across)));
        }
        _legend = layout["showlegend"].AsText() == "false" || _traces.Length < 2 ? [] : LegendPlaces(
            [.. _traces.Select(trace => trace.Name)], _left);
        _top = _legendTop + 12 + (_legend.Length == 0 ? 0 : LegendRow * (_legend[^1].Row + 1));

        if (_inSpace)
        {
            (double X, double Y)[] corners = [.. Corners().Select(corner => SvgTrace.Project(corner.X, corner.Y, corner.Z))];
            _x = new("", false, null, null, corners.Min(corner => corner.X), corners.Max(corner => corner.X), _left, Width - _right);
            _y = new("", false, null, null, corners.Min(corner => corner.Y), corners.Max(corner => corner.Y), Height - _bottom, _top);
        }
        else
        {
            _x = SvgAxis.Of(layout["xaxis"], _traces, 'x', _left, Width - _right);
            _y = SvgAxis.Of(layout["yaxis"], _traces, 'y', Height - _bottom, _top);
        }
        if (_inSpace || layout["yaxis"]?["scaleanchor"] is not null) (_x, _y) = SvgAxis.EquallyScaled(_x, _y);
    }

    /// <summary>The picture of a figure, as one svg element.</summary>
    public static string Render(JsonNode figure) => new ChartSvg(figure).Render();

    private string Render()
    {
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" ");
        _svg.Append(
            CultureInfo.InvariantCulture,
            $"role=\"img\" aria-label=\"{Encode(string.Join(' ', _title))}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">");
        // Its own paper: it may stand on a dark page, whose colours an image does not learn.
        Add($"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
        for (int i = 0; i < _title.Length; i++) Text(_left, 22 + i * TitleLine, _title[i], "font-size=\"16\"");
        if (_inSpace) DrawBox();
        else if (_layout["xaxis"]?["visible"].AsText() != "false") DrawAxes();
        for (int i = 0; i < _traces.Length; i++)
        {
            if (_traces[i].Type == "heatmap") DrawHeatmap(_traces[i]);
            else if (_traces[i].Type == "bar") DrawBars(_traces[i]);
            else DrawScatter(_traces[i]);
        }
        foreach (var note in (_layout["annotations"] as JsonArray ?? []).OfType<JsonObject>())
            if (note["x"] is JsonValue x && note["y"] is JsonValue y && x.TryGetValue(out double across) && y.TryGetValue(out double up))
                Text(
                    _x.At(across), _y.At(up) + 4, WebUtility.HtmlDecode(note["text"].AsText() ?? ""),
                    "text-anchor=\"middle\" font-size=\"13\"");
        DrawLegend();
        DrawColorScale();
        return _svg.Append("</svg>").ToString();
    }

    private void DrawAxes()
    {
        foreach (var (value, label) in _x.Ticks())
        {
            double at = _x.At(value);
            Add($"<path d=\"M{at:0.#} {_y.From:0.#}V{_y.To:0.#}\" stroke=\"{GridColor}\"/>");
            double down = _y.From + (_slanted ? 14 : 17);
            Text(at, down, Shortened(label), _slanted ? Rotated(-40, at, down, "end") : "text-anchor=\"middle\"");
        }
        foreach (var (value, label) in _y.Ticks())
        {
            double at = _y.At(value);
            Add($"<path d=\"M{_x.From:0.#} {at:0.#}H{_x.To:0.#}\" stroke=\"{GridColor}\"/>");
            Text(_x.From - 6, at + 4, Shortened(label), "text-anchor=\"end\"");
        }
        Text((_x.From + _x.To) / 2, Height - 12, _x.Title, "text-anchor=\"middle\" font-size=\"13\"");
        double left = Math.Max(15, _x.From - _left + 16), middle = (_y.From + _y.To) / 2;
        Text(left, middle, _y.Title, Rotated(-90, left, middle, "middle") + " font-size=\"13\"");
    }

    private static string Rotated(int degrees, double x, double y, string anchor) =>
        string.Create(CultureInfo.InvariantCulture, $"text-anchor=\"{anchor}\" transform=\"rotate({degrees} {x:0.#} {y:0.#})\"");

    private static int LabelWidth(SvgAxis axis) =>
        (int)Math.Min(LongestLabel, axis.Ticks().Select(tick => tick.Label.Length * LetterWidth).DefaultIfEmpty(0).Max());

    private static string Shortened(string label)
    {
        int most = (int)(LongestLabel / LetterWidth);
        return label.Length <= most ? label : label[..(most - 1)] + "…";
    }

    // The floor and the two walls behind the points.
    private void DrawBox()
    {
        var corners = Corners();
        string Edge(int from, int to) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"M{At(corners[from]).X:0.#} {At(corners[from]).Y:0.#}L{At(corners[to]).X:0.#} {At(corners[to]).Y:0.#}");
        (int, int)[] edges = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 4), (1, 5), (2, 6), (4, 5), (4, 6)];
        Add($"<path d=\"{string.Concat(edges.Select(edge => Edge(edge.Item1, edge.Item2)))}\" fill=\"none\" stroke=\"{GridColor}\"/>");
        void Label(string axis, int from, int to, double right, double down, string anchor)
        {
            var (a, b) = (At(corners[from]), At(corners[to]));
            Text(
                (a.X + b.X) / 2 + right, (a.Y + b.Y) / 2 + down, _scene?[axis]?["title"].AsTitle() ?? "",
                $"text-anchor=\"{anchor}\" font-size=\"13\"");
        }
        Label("xaxis", 2, 3, 8, 16, "start");
        Label("yaxis", 1, 3, -8, 16, "end");
        Label("zaxis", 1, 5, -8, 4, "end");
    }

    /// <summary>The corners of the box around all points in space: bit 0 stands for the high end of x, bit 1 of y, bit 2 of z.</summary>
    private (double X, double Y, double Z)[] Corners()
    {
        (double Low, double High) Range(char key)
        {
            double[] values = [.. _traces.SelectMany(trace => trace.Values(key)).Where(double.IsFinite)];
            return (values.DefaultIfEmpty(0).Min(), values.DefaultIfEmpty(1).Max());
        }
        var (x, y, z) = (Range('x'), Range('y'), Range('z'));
        return [.. Enumerable.Range(0, 8)
            .Select(i => ((i & 1) == 0 ? x.Low : x.High, (i & 2) == 0 ? y.Low : y.High, (i & 4) == 0 ? z.Low : z.High))];
    }

    private (double X, double Y) At((double X, double Y, double Z) point)
    {
        var (x, y) = SvgTrace.Project(point.X, point.Y, point.Z);
        return (_x.At(x), _y.At(y));
    }

    private void DrawScatter(SvgTrace trace)
    {
        var points = trace.Type == "scatter3d"
            ? [.. trace.Values('x').Zip(trace.Values('y'), trace.Values('z')).Select(At)]
            : trace.Values('x').Zip(trace.Values('y')).Select(pair => (X: _x.At(pair.First), Y: _y.At(pair.Second))).ToArray();
        if (points.Length == 0) return;
        if (trace.HasLine) DrawLine(trace, points);
        if (!_inSpace) DrawErrors(trace);
        if (!trace.HasMarkers) return;

        int step = 1 + _traces.Where(other => other.HasMarkers).Sum(other => other.Values('x').Length) / MostMarks;
        double radius = points.Length > 100 ? 2 : 3.6;
        double[]? shades = trace.Shades;
        var groups = Enumerable.Range(0, points.Length).Where(
            i => i % step == 0 && double.IsFinite(points[i].X) && double.IsFinite(points[i].Y))
            .GroupBy(i => shades is null ? trace.Color : ColorAt(Math.Round(ShareOf(shades[i]) * Shades) / Shades));
        foreach (var group in groups) AddMarks(group.Select(i => points[i]), trace.Symbol, radius, group.Key, " opacity=\"0.8\"");
    }

    private void DrawLine(SvgTrace trace, (double X, double Y)[] points)
    {
        int step = 1 + _traces.Where(other => other.HasLine).Sum(other => other.Values('x').Length) / MostVertices;
        var path = new StringBuilder();
        bool pen = false;
        for (int i = 0; i < points.Length; i++)
        {
            var (x, y) = points[i];
            bool drawn = double.IsFinite(x) && double.IsFinite(y);
            if (drawn && pen && i % step != 0 && i != points.Length - 1) continue;
            if (drawn) path.Append(CultureInfo.InvariantCulture, $"{(pen ? 'L' : 'M')}{x:0.#} {y:0.#}");
            pen = drawn;
        }
        Add($"<path d=\"{path}\" fill=\"none\" stroke=\"{trace.Color}\" stroke-width=\"2\"{DashOf(trace)}/>");
    }

    // A path of marks, one around each point, by relative moves; short, because there are many.
    private void AddMarks(IEnumerable<(double X, double Y)> points, string? symbol, double radius, string color, string attributes = "")
    {
        static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
        string r = Number(radius), r2 = Number(2 * radius), minus = Number(-radius), minus2 = Number(-2 * radius);
        string? shape = symbol switch
        {
            "diamond" => $"m{minus} 0l{r} {r} {r} {minus} {minus} {minus}z",
            "square" => $"m{minus} {minus}h{r2}v{r2}h{minus2}z",
            "triangle-up" => $"m{minus} {r}h{r2}l{minus} {minus2}z",
            "triangle-down" => $"m{minus} {minus}h{r2}l{minus} {r2}z",
            "cross" => $"m{minus} 0h{r2}m{minus} {minus}v{r2}",
            "x" => $"m{minus} {minus}l{r2} {r2}m0 {minus2}l{minus2} {r2}",
            _ => null,
        };
        var path = new StringBuilder();
        foreach (var (x, y) in points) path.Append(CultureInfo.InvariantCulture, $"M{x:0.#} {y:0.#}{shape ?? "h0"}");
        string thickness = shape is null ? r2 : "1.2";
        Add($"<path d=\"{path}\" fill=\"{color}\" stroke=\"{color}\" stroke-linecap=\"round\" stroke-width=\"{thickness}\"{attributes}/>");
    }

    private static string DashOf(SvgTrace trace) => trace.Dash switch
    {
        "dash" => " stroke-dasharray=\"8 5\"",
        "dot" => " stroke-dasharray=\"2 4\"",
        "dashdot" => " stroke-dasharray=\"8 4 2 4\"",
        "longdash" => " stroke-dasharray=\"14 5\"",
        _ => "",
    };

    private void DrawBars(SvgTrace trace)
    {
        SvgTrace[] groups = [.. _traces.Where(other => other.Type == "bar")];
        double slot = Math.Abs(_x.At(1) - _x.At(0)), width = 0.8 * slot / groups.Length,
            first = (Array.IndexOf(groups, trace) - groups.Length / 2.0) * width;
        string[] texts = trace.Texts;
        var path = new StringBuilder();
        foreach (var (i, (position, value)) in trace.Values('x').Zip(trace.Values('y')).Index())
        {
            double left = _x.At(position) + first, zero = _y.At(_y.Log ? Math.Pow(10, _y.Low) : 0), end = _y.At(value);
            if (!double.IsFinite(end) || !double.IsFinite(left)) continue;
            path.Append(CultureInfo.InvariantCulture, $"M{left:0.#} {zero:0.#}V{end:0.#}h{width:0.#}V{zero:0.#}z");
            if (i < texts.Length && width > 7 * texts[i].Length)
                Text(left + width / 2, Math.Min(end, zero) - 5, texts[i], "text-anchor=\"middle\"");
        }
        Add($"<path d=\"{path}\" fill=\"{trace.Color}\"/>");
        DrawErrors(trace, first + width / 2);
    }

    // Each a line from end to end with a cross-line at both.
    private void DrawErrors(SvgTrace trace, double right = 0)
    {
        var path = new StringBuilder();
        foreach (var ((position, value), error) in trace.Values('x').Zip(trace.Values('y')).Zip(trace.Errors))
        {
            double x = _x.At(position) + right, low = _y.At(value - error), high = _y.At(value + error);
            if (!double.IsFinite(x) || !double.IsFinite(low) || !double.IsFinite(high)) continue;
            path.Append(CultureInfo.InvariantCulture, $"M{x - 4:0.#} {low:0.#}h8m-4 0V{high:0.#}m-4 0h8");
        }
        if (path.Length > 0) Add($"<path d=\"{path}\" fill=\"none\" stroke=\"#222\" stroke-width=\"1.5\"/>");
    }

    private void DrawHeatmap(SvgTrace trace)
    {
        double[][] z = trace.Z;
        int rows = z.Length, columns = z.Select(row => row.Length).DefaultIfEmpty(0).Min();
        if (rows * columns > MostCells)
        {
            DrawPixels(z, rows, columns);
            return;
        }
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                if (!double.IsFinite(z[row][column])) continue;
                double left = _x.At(column - 0.5), right = _x.At(column + 0.5), one = _y.At(row - 0.5), other = _y.At(row + 0.5),
                    share = ShareOf(z[row][column]);
                Add($"<path d=\"M{left:0.#} {one:0.#}H{right:0.#}V{other:0.#}H{left:0.#}z\" fill=\"{ColorAt(share)}\"/>");
                if (rows * columns <= MostCellsWithText)
                    Text(
                        (left + right) / 2, (one + other) / 2 + 4, ReportTable.Format(z[row][column]),
                        share > 0.6 ? "text-anchor=\"middle\" fill=\"#111\"" : "text-anchor=\"middle\" fill=\"#fff\"");
            }
    }

    // Many cells are a picture, a pixel each.
    private void DrawPixels(double[][] z, int rows, int columns)
    {
        int height = Math.Min(rows, MostPixels), width = Math.Min(columns, MostPixels);
        byte[] pixels = new byte[3 * height * width];
        bool reversed = _y.Low > _y.High;
        for (int i = 0; i < height; i++)
            for (int j = 0; j < width; j++)
            {
                int row = i * rows / height;
                var (r, g, b) = Mixed(ShareOf(z[reversed ? row : rows - 1 - row][j * columns / width]));
                int at = 3 * (i * width + j);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = ((byte)r, (byte)g, (byte)b);
            }
        string picture = Convert.ToBase64String(Png.Encode(pixels, width, height, rgb: true));
        const string look = "preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\"";
        int across = Width - _right - _left, down = Height - _bottom - _top;
        Add($"<image x=\"{_left}\" y=\"{_top}\" width=\"{across}\" height=\"{down}\" {look} href=\"data:image/png;base64,{picture}\"/>");
    }

    private double ShareOf(double value)
    {
        var (low, high) = _colorScale!.Value;
        return high > low && double.IsFinite(value) ? (value - low) / (high - low) : 0;
    }

    private (double R, double G, double B) Mixed(double share)
    {
        double at = Math.Clamp(share, 0, 1) * (_scale.Length - 1);
        int index = Math.Min((int)at, _scale.Length - 2);
        double rest = at - index;
        var (from, to) = (_scale[index], _scale[index + 1]);
        return (from.R + rest * (to.R - from.R), from.G + rest * (to.G - from.G), from.B + rest * (to.B - from.B));
    }

    private string ColorAt(double share)
    {
        var (r, g, b) = Mixed(share);
        return string.Create(CultureInfo.InvariantCulture, $"rgb({r:0},{g:0},{b:0})");
    }

    private void DrawLegend()
    {
        for (int i = 0; i < _legend.Length; i++)
        {
            var (x, row) = _legend[i];
            double y = _legendTop + 7 + row * LegendRow;
            if (_traces[i].HasLine)
                Add($"<path d=\"M{x:0.#} {y:0.#}h24\" stroke=\"{_traces[i].Color}\" stroke-width=\"2\"{DashOf(_traces[i])}/>");
            if (_traces[i].HasMarkers) AddMarks([(x + 12, y)], _traces[i].Symbol, 4, _traces[i].Color);
            if (_traces[i].Type == "bar") Add($"<path d=\"M{x + 6:0.#} {y - 6:0.#}h12v12h-12z\" fill=\"{_traces[i].Color}\"/>");
            Text(x + 30, y + 4, _traces[i].Name, "");
        }
    }

    // One after the other, on as many rows as they need; 6.8 pixels is a wide letter of the legend's type.
    private static (double X, int Row)[] LegendPlaces(string[] names, int left)
    {
        var places = new (double, int)[names.Length];
        double x = left;
        int row = 0;
        for (int i = 0; i < names.Length; i++)
        {
            double width = 44 + 6.8 * names[i].Length;
            if (x > left && x + width > Width) (x, row) = (left, row + 1);
            places[i] = (x, row);
            x += width;
        }
        return places;
    }

    private static string[] Lines(string text)
    {
        var lines = new List<string> { "" };
        foreach (string word in text.Split(' '))
            if (lines[^1].Length > 0 && lines[^1].Length + word.Length >= LongestTitleLine) lines.Add(word);
            else lines[^1] = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
        return [.. lines];
    }

    private void DrawColorScale()
    {
        if (_colorScale is not var (low, high)) return;
        const int Steps = 32;
        double left = Width - _right + 16, height = (double)(Height - _bottom - _top) / Steps;
        for (int i = 0; i < Steps; i++)
        {
            string color = ColorAt((i + 0.5) / Steps);
            Add($"<path d=\"M{left:0.#} {Height - _bottom - i * height:0.#}h14v{-height - 0.5:0.#}h-14z\" fill=\"{color}\"/>");
        }
        foreach (double share in new[] { 0, 0.5, 1 })
            Text(
                left + 18, Height - _bottom - share * (Height - _bottom - _top) + 4,
                (low + share * (high - low)).ToString("G3", CultureInfo.InvariantCulture), "");
    }

    private void Text(double x, double y, string text, string attributes) =>
        Add($"<text x=\"{x:0.#}\" y=\"{y:0.#}\" {attributes}>{Encode(text)}</text>");

    private void Add(FormattableString element) => _svg.Append(element.ToString(CultureInfo.InvariantCulture));

    // XML knows no control characters, and one of them would spoil the whole picture.
    private static string Encode(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.Where(letter => !char.IsControl(letter) && letter is not ('\uFFFE' or '\uFFFF'))));
}
