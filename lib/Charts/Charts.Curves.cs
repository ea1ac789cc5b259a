using Plotly.NET;

namespace NotebookHelpers;

public static partial class Charts
{
    private const int MostOnALine = 2000;

    /// <summary>Lines over a common axis, told apart by colour and dash.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="xAxis">The name of the horizontal axis, with its unit.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="curves">A name, the horizontal and the vertical values of each line.</param>
    /// <param name="logX">Whether the horizontal axis is logarithmic.</param>
    /// <param name="logY">Whether the vertical axis is logarithmic.</param>
    /// <param name="markers">Whether each value gets a mark, for measurements rather than functions.</param>
    /// <param name="equalAxes">Whether a unit has the same length on both axes, as shapes need.</param>
    /// <param name="spreads">
    /// For each line, how far an error bar reaches up and down from each value, such as the standard deviation over seeds; null for
    /// no error bars.
    /// </param>
    /// <returns>The chart, not yet shown.</returns>
    /// <exception cref="ArgumentException">A line has different numbers of horizontal values, vertical values or spreads.</exception>
    public static GenericChart Curves(
        string title, string xAxis, string yAxis, IReadOnlyList<(string Name, double[] X, double[] Y)> curves,
        bool logX = false, bool logY = false, bool markers = false, bool equalAxes = false,
        IReadOnlyList<double[]>? spreads = null)
    {
        CheckSpreads(spreads, [.. curves.Select(curve => curve.Y.Length)]);
        var figure = new FigureBuilder(title, xAxis, yAxis) { ShowLegend = curves.Count > 1 };
        double[] across = [.. curves.SelectMany(curve => curve.X)];
        if (logX) FigureBuilder.MakeLogarithmic(figure.XAxis, across, markers);
        if (logY) FigureBuilder.MakeLogarithmic(figure.YAxis, curves.SelectMany(curve => curve.Y), measuredAtAll: false);
        if (equalAxes) figure.ScaleEqually();
        // Epochs and the like are counted in whole numbers; beyond 1e15 a step of one disappears in a double.
        bool counted = across.Length > 0 && across.All(value => double.IsInteger(value) && Math.Abs(value) < 1e15)
            && across.Max() - across.Min() <= 12;
        if (!logX && counted) figure.XAxis.Set(("dtick", 1));
        AddLines(figure, curves, markers, spreads);
        return figure.Build();
    }

    /// <summary>Lines over 1, 2, 3, ..., such as the losses of epochs.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="xAxis">What is counted.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="curves">A name and the values of each line.</param>
    /// <param name="logX">Whether the horizontal axis is logarithmic.</param>
    /// <param name="logY">Whether the vertical axis is logarithmic.</param>
    /// <param name="markers">Whether each value gets a mark, for measurements rather than functions.</param>
    public static GenericChart Curves(
        string title, string xAxis, string yAxis, IReadOnlyList<(string Name, double[] Y)> curves,
        bool logX = false, bool logY = false, bool markers = false)
    {
        static double[] Counted(int count) => [.. Enumerable.Range(1, count).Select(i => (double)i)];
        var counted = curves.Select(curve => (curve.Name, Counted(curve.Y.Length), curve.Y));
        return Curves(title, xAxis, yAxis, [.. counted], logX, logY, markers);
    }

    private static void AddLines(
        FigureBuilder figure, IReadOnlyList<(string Name, double[] X, double[] Y)> curves, bool markers,
        IReadOnlyList<double[]>? spreads = null)
    {
        double[] across = [.. curves.SelectMany(curve => curve.X)], up = [.. curves.SelectMany(curve => curve.Y)];
        foreach (var (rank, (name, x, y)) in curves.Index())
        {
            if (x.Length != y.Length)
                throw new ArgumentException($"Line '{name}' has {x.Length} horizontal and {y.Length} vertical values.");
            int[] shown = ChartNumbers.Thinned(x.Length, MostOnALine);
            string color = ChartStyle.ColorOf(rank);
            figure.Add(
                "scatter",
                ("mode", markers ? "lines+markers" : "lines"),
                ("name", name),
                ("x", ChartNumbers.Significant([.. shown.Select(i => x[i])], 5, across)),
                ("y", ChartNumbers.Significant([.. shown.Select(i => y[i])], 5, up)),
                ("error_y", ErrorBars(spreads is null ? null : [.. shown.Select(i => spreads[rank][i])])),
                ("line", new FigureProperties().Set(("color", color), ("dash", ChartStyle.DashOf(rank)), ("width", 2))),
                ("marker", new FigureProperties().Set(("symbol", ChartStyle.SymbolOf(rank)), ("size", 7))));
        }
    }
}
