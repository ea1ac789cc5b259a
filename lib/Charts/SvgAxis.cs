using System.Globalization;
using System.Text.Json.Nodes;

namespace NotebookHelpers;

/// <summary>A linear, logarithmic or named axis of a static picture, from data values to pixels.</summary>
internal sealed record SvgAxis(
    string Title, bool Log, string[]? Names, double? Step, double Low, double High, double From, double To,
    (double Value, string Label)[]? Marked = null)
{
    private const int MostTicks = 24, MostSteps = 1000;

    private double PixelsPerUnit => (To - From) / (High - Low);

    public static SvgAxis Of(JsonNode? node, IReadOnlyList<SvgTrace> traces, char key, double from, double to)
    {
        var properties = node as JsonObject ?? [];
        string title = properties["title"].AsTitle();
        if (traces.FirstOrDefault(trace => trace.Type == "heatmap") is { } heat)
        {
            int count = key == 'y' ? heat.Z.Length : heat.Z.Select(row => row.Length).FirstOrDefault();
            double[] numbers = heat.Values(key);
            string[] names = heat.Names(key)
                ?? [.. Enumerable.Range(0, count)
                    .Select(i => (i < numbers.Length ? numbers[i] : i).ToString(CultureInfo.InvariantCulture))];
            bool reversed = properties["autorange"].AsText() == "reversed";
            return new(title, false, names, null, reversed ? count - 0.5 : -0.5, reversed ? -0.5 : count - 0.5, from, to);
        }
        if (traces.Select(trace => trace.Names(key)).FirstOrDefault(names => names is not null) is { } texts)
            return new(title, false, texts, null, -0.5, texts.Length - 0.5, from, to);

        bool log = properties["type"].AsText() == "log", bars = traces.Any(trace => trace.Type == "bar");
        var reached = traces.SelectMany(trace => key == 'y' ? trace.Reached : trace.Values(key));
        double[] values = [.. reached.Where(value => double.IsFinite(value) && (!log || value > 0))
            .Select(value => log ? Math.Log10(value) : value)];
        double low = values.DefaultIfEmpty(0).Min(), high = values.DefaultIfEmpty(1).Max();
        if (bars && key == 'y' && !log) (low, high) = (Math.Min(0, low), Math.Max(0, high));
        if (bars && key == 'x') (low, high) = (low - 0.5, high + 0.5);
        if ((properties["range"] as JsonArray).AsNumbers() is [var start, var end]) (low, high) = (start, end);
        else if (key == 'y') (low, high) = (low - 0.03 * (high - low), high + 0.05 * (high - low));
        if (high <= low) (low, high) = (low - ChartNumbers.Around(low), low + ChartNumbers.Around(low));
        (double, string)[]? marked = properties["tickvals"] is JsonArray places
            ? [.. places.AsNumbers().Zip(properties["ticktext"]!.AsArray(), (value, text) => (value, text.AsText() ?? ""))] : null;
        return new(
            title, log, null, properties["dtick"] is JsonValue given && given.TryGetValue(out double step) ? step : null, low, high,
            from, to, marked);
    }

    /// <summary>The two axes with as many pixels for a unit, as the one that had fewer; the other becomes shorter.</summary>
    public static (SvgAxis X, SvgAxis Y) EquallyScaled(SvgAxis x, SvgAxis y)
    {
        double scale = Math.Min(Math.Abs(x.PixelsPerUnit), Math.Abs(y.PixelsPerUnit));
        return (x.Scaled(scale / Math.Abs(x.PixelsPerUnit)), y.Scaled(scale / Math.Abs(y.PixelsPerUnit)));
    }

    public double At(double value) => From + ((Log ? value > 0 ? Math.Log10(value) : double.NaN : value) - Low) * PixelsPerUnit;

    /// <summary>Whether labels set in one line along this axis would touch each other.</summary>
    public bool Overlap(double letterWidth)
    {
        var ticks = Ticks().ToArray();
        return ticks.Zip(ticks.Skip(1)).Any(pair =>
            Math.Abs(At(pair.Second.Value) - At(pair.First.Value)) < letterWidth
                * (pair.First.Label.Length + pair.Second.Label.Length + 1) / 2);
    }

    public IEnumerable<(double Value, string Label)> Ticks()
    {
        if (Names is not null)
        {
            int every = new[] { 1, 2, 5, 10, 20, 50, 100, 200, 500 }.FirstOrDefault(step => Names.Length <= step * MostTicks, Names.Length);
            for (int i = 0; i < Names.Length; i += every) yield return (i, Names[i]);
        }
        else if (Marked is not null)
        {
            foreach (var (value, label) in Marked)
                if ((Log ? Math.Log10(value) : value) is var place && place >= Low - 1e-9 && place <= High + 1e-9)
                    yield return (value, label);
        }
        else if (Log && High - Low >= 1)
        {
            int every = Math.Max(1, (int)((High - Low) / 8));
            for (int power = (int)Math.Ceiling(Low - 1e-9); power <= High + 1e-9; power += every)
                yield return (Math.Pow(10, power),
                    Math.Abs(power) < 6 ? Math.Pow(10, power).ToString("#,0.#####", CultureInfo.InvariantCulture) : $"1e{power}");
        }
        else
        {
            double low = Log ? Math.Pow(10, Low) : Low, high = Log ? Math.Pow(10, High) : High;
            double rough = (high - low) / 6, unit = Math.Pow(10, Math.Floor(Math.Log10(rough)));
            // A step for whole numbers is no step for numbers between which it disappears.
            double step = Step is { } given && (high - low) / given <= MostSteps ? given
                : unit * new[] { 1, 2, 5, 10 }.First(factor => factor * unit >= rough * 0.999);
            double first = Math.Ceiling(low / step - 1e-9);
            // Numbers that differ in their later digits only show them.
            string format = step < 1e-5 * Math.Max(Math.Abs(low), Math.Abs(high)) ? "G15" : "G6";
            for (int i = 0; i <= MostSteps && (first + i) * step <= high + 1e-9 * step; i++)
                yield return ((first + i) * step, ((first + i) * step).ToString(format, CultureInfo.InvariantCulture));
        }
    }

    private SvgAxis Scaled(double share)
    {
        double middle = (From + To) / 2, half = (To - From) / 2 * share;
        return this with { From = middle - half, To = middle + half };
    }
}

/// <summary>One trace of a plotly figure, as a static picture needs it.</summary>
internal sealed class SvgTrace
{
    private readonly JsonObject _json;

    private SvgTrace(JsonObject json, string color) => (_json, Color) = (json, color);

    public string Type => _json["type"].AsText() ?? "scatter";

    public string Name => _json["name"].AsText() ?? "";

    public string Color { get; }

    public string? Symbol => _json["marker"]?["symbol"].AsText();

    public string? Dash => _json["line"]?["dash"].AsText();

    public bool HasLine => Type == "scatter" && Mode.Contains("lines", StringComparison.Ordinal);

    public bool HasMarkers => Type is "scatter" or "scatter3d" && Mode.Contains("markers", StringComparison.Ordinal);

    public double[][] Z => [.. (_json["z"] as JsonArray ?? []).Select(row => (row as JsonArray).AsNumbers())];

    /// <summary>A quantity per point that is shown as its colour; null if all points have one colour.</summary>
    public double[]? Shades => _json["marker"]?["color"] is JsonArray shades ? shades.AsNumbers() : null;

    /// <summary>The ends of the colour scale, where the trace names them.</summary>
    public (double Low, double High)? ColorRange =>
        _json["marker"]?["cmin"] is JsonValue low && _json["marker"]?["cmax"] is JsonValue high && low.TryGetValue(out double from)
            && high.TryGetValue(out double to)
            ? (from, to)
            : null;

    /// <summary>Equally spaced colours of a scale of the trace's own; empty where it has a named one.</summary>
    public (int R, int G, int B)[] ColorScale =>
        [.. (_json["marker"]?["colorscale"] as JsonArray ?? []).Select(stop => Convert.FromHexString(stop![1].AsText()![1..]))
            .Select(color => ((int)color[0], (int)color[1], (int)color[2]))];

    /// <summary>How far an error bar reaches up and down from each value; empty where there are none.</summary>
    public double[] Errors => (_json["error_y"]?["array"] as JsonArray).AsNumbers();

    public string[] Texts => [.. (_json["text"] as JsonArray ?? []).Select(text => text.AsText() ?? "")];

    private string Mode => _json["mode"].AsText() ?? "lines";

    /// <summary>The traces that can be drawn; gl and line types as what they look like.</summary>
    public static SvgTrace[] Of(JsonNode figure, IReadOnlyList<string> palette)
    {
        var drawable = (figure["data"] as JsonArray ?? []).OfType<JsonObject>().Where(
            trace => (trace["type"].AsText() ?? "scatter") is "scatter" or "scatter3d" or "bar" or "heatmap");
        string ColorOf(JsonObject trace, int i) =>
            (trace["marker"]?["color"] as JsonValue).AsText() ?? trace["line"]?["color"].AsText() ?? palette[i % palette.Count];
        return [.. drawable.Select((trace, i) => new SvgTrace(trace, ColorOf(trace, i)))];
    }

    /// <summary>The texts along an axis; null if the trace has numbers there.</summary>
    public string[]? Names(char key) =>
        _json[$"{key}"] is JsonArray { Count: > 0 } values && values[0] is JsonValue first && first.TryGetValue(out string? _)
            ? [.. values.Select(name => name.AsText() ?? "")]
            : null;

    /// <summary>Where the trace's values lie along an axis; names count from 0.</summary>
    public double[] Values(char key)
    {
        if (Names(key) is { } names) return [.. Enumerable.Range(0, names.Length).Select(i => (double)i)];
        return (_json[$"{key}"] as JsonArray).AsNumbers();
    }

    /// <summary>The vertical values and the ends of their error bars.</summary>
    public IEnumerable<double> Reached
    {
        get
        {
            double[] values = Values('y');
            return values.Concat(values.Zip(Errors).SelectMany(pair => new[] { pair.First - pair.Second, pair.First + pair.Second }));
        }
    }

    /// <summary>Where a point in space lies on the picture, seen as plotly.js sees it first: from (1, 1, 1), z upwards.</summary>
    public static (double X, double Y) Project(double x, double y, double z) => ((y - x) / Math.Sqrt(2), (2 * z - x - y) / Math.Sqrt(6));
}

/// <summary>Reads texts and numbers out of JSON that may hold either.</summary>
internal static class JsonValues
{
    public static string? AsText(this JsonNode? node) =>
        node is JsonValue value ? value.TryGetValue(out string? text) ? text : value.ToJsonString() : null;

    /// <summary>The text of a plotly title, which may be the text itself or an object that holds it.</summary>
    public static string AsTitle(this JsonNode? node) => (node is JsonObject title ? title["text"] : node).AsText() ?? "";

    public static double[] AsNumbers(this JsonArray? values) =>
        [.. (values ?? []).Select(value => value is JsonValue number && number.TryGetValue(out double real) ? real : double.NaN)];
}
