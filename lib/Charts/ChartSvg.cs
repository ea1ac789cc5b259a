using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace NotebookHelpers;

/// <summary>
/// A static picture of a plotly figure, for pages where no script runs: lines, markers, bars and heatmaps with title, axes
/// and legend. What it cannot draw it leaves out.
/// </summary>
internal sealed class ChartSvg
{
    private const int Width = 720, Height = 440, Left = 66, Right = 18, Top = 66, Bottom = 56;
    private const string TextColor = "#7a7a7a", GridColor = "#80808038";
    private const int MostMarks = 1500;

    private static readonly string[] Palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#A6761D"];
    private static readonly (int R, int G, int B)[] Viridis = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];

    private readonly StringBuilder _svg = new();
    private readonly JsonObject _layout;
    private readonly JsonObject[] _traces;
    private readonly Axis _x;
    private readonly Axis _y;

    private ChartSvg(JsonNode figure)
    {
        _layout = figure["layout"]!.AsObject();
        _traces = [.. figure["data"]!.AsArray().OfType<JsonObject>().Where(trace => TypeOf(trace) is "scatter" or "bar" or "heatmap" or "scattergl")];
        _x = Axis.Of(_layout["xaxis"], _traces, "x", Left, Width - Right);
        _y = Axis.Of(_layout["yaxis"], _traces, "y", Height - Bottom, Top);
    }

    public static string Render(JsonNode figure) => new ChartSvg(figure).Render();

    private string Render()
    {
        string title = ChartFormatter.TitleOf(new JsonObject { ["layout"] = _layout.DeepClone() });
        _svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Encode(title)}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"{TextColor}\" style=\"max-width:100%\">");
        Text(Left, 22, title, "font-size=\"16\"");
        DrawAxes();
        for (int i = 0; i < _traces.Length; i++)
        {
            string color = (string?)(_traces[i]["marker"] as JsonObject)?["color"]?.AsString() ?? (_traces[i]["line"] as JsonObject)?["color"]?.AsString() ?? Palette[i % Palette.Length];
            switch (TypeOf(_traces[i]))
            {
                case "bar": DrawBars(_traces[i], i, color); break;
                case "heatmap": DrawHeatmap(_traces[i]); break;
                default: DrawScatter(_traces[i], color); break;
            }
        }
        DrawLegend();
        return _svg.Append("</svg>").ToString();
    }

    private void DrawAxes()
    {
        foreach (var (value, label) in _x.Ticks())
        {
            double at = _x.At(value);
            _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{at:0.#} {Top}V{Height - Bottom}\" stroke=\"{GridColor}\"/>");
            Text(at, Height - Bottom + 17, label, "text-anchor=\"middle\"");
        }
        foreach (var (value, label) in _y.Ticks())
        {
            double at = _y.At(value);
            _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {at:0.#}H{Width - Right}\" stroke=\"{GridColor}\"/>");
            Text(Left - 6, at + 4, label, "text-anchor=\"end\"");
        }
        Text((Left + Width - Right) / 2.0, Height - 12, _x.Title, "text-anchor=\"middle\" font-size=\"13\"");
        double middle = (Top + Height - Bottom) / 2.0;
        Text(16, middle, _y.Title, string.Create(CultureInfo.InvariantCulture, $"text-anchor=\"middle\" font-size=\"13\" transform=\"rotate(-90 16 {middle})\""));
    }

    private void DrawScatter(JsonObject trace, string color)
    {
        var x = Values(trace["x"]);
        var y = Values(trace["y"]);
        var points = x.Zip(y).Select(pair => (X: _x.At(pair.First), Y: _y.At(pair.Second))).ToArray();
        if (points.Length == 0) return;
        string mode = trace["mode"]?.AsString() ?? "lines";
        if (mode.Contains("lines", StringComparison.Ordinal))
        {
            var path = new StringBuilder();
            bool pen = false;
            foreach (var (px, py) in points)
            {
                bool inside = double.IsFinite(px) && double.IsFinite(py);
                if (inside) path.Append(CultureInfo.InvariantCulture, $"{(pen ? 'L' : 'M')}{px:0.#} {py:0.#}");
                pen = inside;
            }
            string dash = (trace["line"] as JsonObject)?["dash"]?.AsString() switch { "dash" => " stroke-dasharray=\"8 5\"", "dot" => " stroke-dasharray=\"2 4\"", "dashdot" => " stroke-dasharray=\"8 4 2 4\"", "longdash" => " stroke-dasharray=\"14 5\"", _ => "" };
            _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"{dash}/>");
        }
        if (mode.Contains("markers", StringComparison.Ordinal))
        {
            int step = Math.Max(1, points.Length * Math.Max(1, _traces.Length) / MostMarks);
            var path = new StringBuilder();
            for (int i = 0; i < points.Length; i += step)
                if (double.IsFinite(points[i].X) && double.IsFinite(points[i].Y)) path.Append(CultureInfo.InvariantCulture, $"M{points[i].X:0.#} {points[i].Y:0.#}h0");
            _svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"{(points.Length > 100 ? 4 : 7)}\" stroke-linecap=\"round\" stroke-opacity=\"0.75\"/>");
        }
    }

    private void DrawBars(JsonObject trace, int rank, string color)
    {
        int bars = _traces.Count(other => TypeOf(other) == "bar");
        var x = _x.Positions(trace["x"]);
        var y = Values(trace["y"]);
        double slot = Math.Abs(_x.At(1) - _x.At(0)), width = 0.8 * slot / bars;
        foreach (var (position, value) in x.Zip(y))
        {
            double left = _x.At(position) - 0.4 * slot + rank * width, top = _y.At(Math.Max(0, value)), bottom = _y.At(Math.Min(0, value));
            if (double.IsFinite(top) && double.IsFinite(bottom))
                _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{left:0.#}\" y=\"{top:0.#}\" width=\"{width:0.#}\" height=\"{bottom - top:0.#}\" fill=\"{color}\"/>");
        }
    }

    private void DrawHeatmap(JsonObject trace)
    {
        double[][] z = [.. (trace["z"] as JsonArray ?? []).Select(Values)];
        double[] finite = [.. z.SelectMany(row => row).Where(double.IsFinite)];
        if (finite.Length == 0 || z.Length * z[0].Length > 2500) return;
        double low = finite.Min(), range = Math.Max(finite.Max() - low, double.Epsilon);
        for (int row = 0; row < z.Length; row++)
            for (int column = 0; column < z[row].Length; column++)
            {
                if (!double.IsFinite(z[row][column])) continue;
                double left = _x.At(column - 0.5), right = _x.At(column + 0.5), one = _y.At(row - 0.5), other = _y.At(row + 0.5);
                _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{left:0.#}\" y=\"{Math.Min(one, other):0.#}\" width=\"{right - left:0.#}\" height=\"{Math.Abs(other - one):0.#}\" fill=\"{ViridisAt((z[row][column] - low) / range)}\"/>");
                if (z.Length * z[0].Length <= 144)
                    Text((left + right) / 2, (one + other) / 2 + 4, ReportTable.Format(z[row][column]), (z[row][column] - low) / range > 0.6 ? "text-anchor=\"middle\" fill=\"#111\"" : "text-anchor=\"middle\" fill=\"#fff\"");
            }
    }

    private static string ViridisAt(double share)
    {
        double at = Math.Clamp(share, 0, 1) * (Viridis.Length - 1);
        int index = Math.Min((int)at, Viridis.Length - 2);
        double rest = at - index;
        var (from, to) = (Viridis[index], Viridis[index + 1]);
        return string.Create(CultureInfo.InvariantCulture, $"rgb({from.R + rest * (to.R - from.R):0},{from.G + rest * (to.G - from.G):0},{from.B + rest * (to.B - from.B):0})");
    }

    private void DrawLegend()
    {
        double at = Left;
        for (int i = 0; i < _traces.Length && _traces.Length > 1; i++)
        {
            string name = _traces[i]["name"]?.AsString() ?? "";
            string color = (_traces[i]["line"] as JsonObject)?["color"]?.AsString() ?? (_traces[i]["marker"] as JsonObject)?["color"]?.AsString() ?? Palette[i % Palette.Length];
            _svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{at:0.#}\" y=\"38\" width=\"12\" height=\"12\" fill=\"{color}\"/>");
            Text(at + 16, 48, name, "");
            at += 30 + 6.6 * name.Length;
        }
    }

    private void Text(double x, double y, string text, string attributes) =>
        _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" {attributes}>{Encode(text)}</text>");

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string TypeOf(JsonObject trace) => trace["type"]?.AsString() ?? "scatter";

    private static double[] Values(JsonNode? node) =>
        [.. (node as JsonArray ?? []).Select(value => value is JsonValue number && number.TryGetValue(out double real) ? real : double.NaN)];

    /// <summary>A linear, logarithmic or named axis, from data values to pixels.</summary>
    private sealed record Axis(string Title, bool Log, string[]? Names, double Low, double High, double From, double To)
    {
        public static Axis Of(JsonNode? node, JsonObject[] traces, string key, double from, double to)
        {
            var properties = node as JsonObject ?? [];
            string title = (properties["title"] as JsonObject)?["text"]?.AsString() ?? "";
            bool log = properties["type"]?.AsString() == "log";
            var heat = traces.FirstOrDefault(trace => TypeOf(trace) == "heatmap");
            if (heat is not null)
            {
                var z = heat["z"] as JsonArray ?? [];
                int count = key == "y" ? z.Count : (z.FirstOrDefault() as JsonArray)?.Count ?? 0;
                string[] names = heat[key] is JsonArray given ? [.. given.Select(name => name?.AsString() ?? "")] : [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
                bool reversed = key == "y" && properties["autorange"]?.AsString() == "reversed";
                return new(title, false, names, reversed ? count - 0.5 : -0.5, reversed ? -0.5 : count - 0.5, from, to);
            }
            if (traces.Select(trace => trace[key] as JsonArray).FirstOrDefault(values => values?.FirstOrDefault() is JsonValue first && first.TryGetValue(out string? _)) is { } texts)
                return new(title, false, [.. texts.Select(name => name?.AsString() ?? "")], -0.5, texts.Count - 0.5, from, to);

            double[] values = [.. traces.SelectMany(trace => Values(trace[key])).Where(value => double.IsFinite(value) && (!log || value > 0))];
            double low = values.DefaultIfEmpty(0).Min(), high = values.DefaultIfEmpty(1).Max();
            if (key == "y" && traces.Any(trace => TypeOf(trace) == "bar")) (low, high) = (Math.Min(0, low), Math.Max(0, high));
            if (properties["range"] is JsonArray range && Values(range) is [var start, var end]) (low, high) = log ? (Math.Pow(10, start), Math.Pow(10, end)) : (start, end);
            else if (key == "y" && !log) (low, high) = (low - 0.03 * (high - low), high + 0.05 * (high - low));
            if (high <= low) (low, high) = (low - 0.5, high + 0.5);
            return log ? new(title, true, null, Math.Log10(low), Math.Log10(high), from, to) : new(title, false, null, low, high, from, to);
        }

        public double At(double value) => From + ((Log ? value > 0 ? Math.Log10(value) : double.NaN : value) - Low) / (High - Low) * (To - From);

        public double[] Positions(JsonNode? values) => Names is null ? Values(values) : [.. Enumerable.Range(0, (values as JsonArray)?.Count ?? 0).Select(i => (double)i)];

        public IEnumerable<(double Value, string Label)> Ticks()
        {
            if (Names is not null)
            {
                int every = Math.Max(1, (int)Math.Ceiling(Names.Length / 24.0));
                for (int i = 0; i < Names.Length; i += every) yield return (i, Names[i]);
            }
            else if (Log)
            {
                for (int power = (int)Math.Ceiling(Low - 1e-9); power <= High + 1e-9; power++)
                    yield return (Math.Pow(10, power), Math.Pow(10, power).ToString("G3", CultureInfo.InvariantCulture));
            }
            else
            {
                double rough = (High - Low) / 6, unit = Math.Pow(10, Math.Floor(Math.Log10(rough)));
                double step = unit * new[] { 1, 2, 5, 10 }.First(factor => factor * unit >= rough * 0.999);
                for (double value = Math.Ceiling(Low / step) * step; value <= High + 1e-9 * step; value += step)
                    yield return (value, Math.Round(value, 10).ToString("G6", CultureInfo.InvariantCulture));
            }
        }
    }
}

/// <summary>Reads texts out of JSON values that may also be numbers.</summary>
internal static class JsonValues
{
    public static string AsString(this JsonNode node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : node.ToJsonString();
}
