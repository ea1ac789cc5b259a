using System.Globalization;
using Microsoft.FSharp.Collections;
using Plotly.NET;

namespace NotebookHelpers;

/// <summary>
/// What all charts have in common: title, axes, legend, colours and margins. Each chart changes what is its own and adds its traces.
/// </summary>
internal sealed class FigureBuilder(string title, string xAxis, string yAxis)
{
    private readonly List<Trace> _traces = [];

    public FigureProperties XAxis { get; set; } = Axis(xAxis);

    public FigureProperties YAxis { get; set; } = Axis(yAxis);

    public FigureProperties Legend { get; } = new FigureProperties().Set(("orientation", "h"), ("y", 1), ("yanchor", "bottom"), ("x", 0));

    public FigureProperties Margin { get; } = new FigureProperties().Set(("l", 60), ("r", 20), ("t", 65), ("b", 55));

    /// <summary>What the layout holds beyond the rest.</summary>
    public FigureProperties Layout { get; } = [];

    /// <summary>What the formatter's script reads and plotly.js does not: frames, the images of points.</summary>
    public Dictionary<string, object> Extras { get; } = [];

    /// <summary>In CSS pixels.</summary>
    public int Height { get; set; } = 440;

    public bool? ShowLegend { get; set; }

    public static FigureProperties Axis(string name) => new FigureProperties().Set(
        ("title", new { text = name, standoff = 12 }),
        ("gridcolor", ChartStyle.GridColor),
        ("zerolinecolor", ChartStyle.GridColor),
        ("automargin", true));

    public void Add(string type, params (string Name, object? Value)[] properties)
    {
        var trace = new Trace(type);
        foreach (var (name, value) in new FigureProperties().Set(properties)) trace.SetProperty(name, value);
        _traces.Add(trace);
    }

    /// <summary>Makes a unit as long on both axes, so that a circle is a circle; the axes' ends stay free.</summary>
    public void ScaleEqually()
    {
        XAxis.Set(("constrain", "domain"));
        YAxis.Set(("scaleanchor", "x"));
    }

    /// <summary>
    /// Makes an axis logarithmic. A few values at which something was measured are marked themselves; else the powers of ten, or 1, 2
    /// and 5 of each where there are few powers.
    /// </summary>
    public static void MakeLogarithmic(FigureProperties axis, IEnumerable<double> values, bool measuredAtAll)
    {
        axis.Set(("type", "log"));
        double[] places = [.. values.Where(value => double.IsFinite(value) && value > 0).Distinct().Order()];
        if (places.Length == 0) return;
        double span = places[^1] / places[0];
        bool apart = places.Zip(places.Skip(1)).All(pair => Math.Log(pair.Second / pair.First) > Math.Log(span) / 16);
        if (!(measuredAtAll && apart))
        {
            if (span >= 100)
            {
                axis.Set(("dtick", 1));
                return;
            }
            int low = (int)Math.Floor(Math.Log10(places[0])), high = (int)Math.Floor(Math.Log10(places[^1]));
            var powers = Enumerable.Range(low, high - low + 1);
            places = [.. powers.SelectMany(power => new[] { 1, 2, 5 }, (power, factor) => factor * Math.Pow(10, power))];
        }
        axis.Set(
            ("tickvals", ChartNumbers.Significant(places, 5, places)),
            ("ticktext", places.Select(place => place.ToString("#,0.#####", CultureInfo.InvariantCulture)).ToArray()));
    }

    public GenericChart Build()
    {
        Layout.Set(
            ("title", new
            {
                text = title,
                font = new { size = 16 },
                x = 0,
                xanchor = "left",
                xref = "paper",
                y = 1,
                yanchor = "top",
                yref = "container",
                pad = new { t = 10 },
            }),
            ("xaxis", XAxis),
            ("yaxis", YAxis),
            ("font", new { color = ChartStyle.TextColor, size = 13 }),
            ("paper_bgcolor", "rgba(0,0,0,0)"),
            ("plot_bgcolor", "rgba(0,0,0,0)"),
            ("margin", Margin),
            ("legend", Legend),
            ("modebar", new { bgcolor = "rgba(0,0,0,0)", color = "#999", activecolor = "#7a7a7a" }),
            ("height", Height),
            ("showlegend", ShowLegend),
            ("meta", Extras.Count > 0 ? Extras : null));
        var layout = new Layout();
        foreach (var (name, value) in Layout) layout.SetProperty(name, value);
        return GenericChart.fromFigure(Figure.create(ListModule.OfSeq(_traces), layout));
    }
}
