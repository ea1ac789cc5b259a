using Plotly.NET;

namespace NotebookHelpers;

public static partial class Charts
{
    private const int MostBarsWithText = 24;

    /// <summary>Bars with one group per name and one colour per series. If there are few bars, each shows its value.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="names">The groups.</param>
    /// <param name="series">A name and one value per group.</param>
    /// <param name="spreads">
    /// For each series, how far an error bar reaches up and down from each value, such as the standard deviation over seeds; null for
    /// no error bars. Bars with an error bar show no value as text.
    /// </param>
    /// <returns>The chart, not yet shown.</returns>
    /// <exception cref="ArgumentException">A series or its spreads do not have one value per group.</exception>
    public static GenericChart Bars(
        string title, string yAxis, IReadOnlyList<string> names, IReadOnlyList<(string Name, double[] Values)> series,
        IReadOnlyList<double[]>? spreads = null)
    {
        foreach (var (name, values) in series)
            if (values.Length != names.Count)
                throw new ArgumentException(
                    $"Expected {names.Count} values, one per group; got {values.Length} in '{name}'.", nameof(series));
        CheckSpreads(spreads, [.. series.Select(one => one.Values.Length)]);
        var figure = new FigureBuilder(title, "", yAxis) { ShowLegend = series.Count > 1 };
        figure.XAxis.Set(("type", "category"));
        // On narrow pages no text is better than texts too small to read.
        figure.Layout.Set(("uniformtext", new { mode = "hide", minsize = 9 }));
        bool withTexts = spreads is null && names.Count * series.Count <= MostBarsWithText;
        foreach (var (rank, (name, values)) in series.Index())
            figure.Add(
                "bar",
                ("name", name),
                ("x", ChartNumbers.Apart(names)),
                ("y", ChartNumbers.Significant(values, 5, series.SelectMany(one => one.Values))),
                ("text", withTexts ? values.Select(value => ReportTable.Format(value)).ToArray() : null),
                ("error_y", ErrorBars(spreads?[rank])),
                ("textposition", "outside"),
                ("textangle", 0),
                // The text above the highest bar stands outside the axes.
                ("cliponaxis", false),
                ("marker", new FigureProperties().Set(("color", ChartStyle.ColorOf(rank)))));
        return figure.Build();
    }

    private static void CheckSpreads(IReadOnlyList<double[]>? spreads, int[] lengths)
    {
        if (spreads is not null && !spreads.Select(one => one.Length).SequenceEqual(lengths))
            throw new ArgumentException(
                $"Expected spreads as many as values, {string.Join(", ", lengths)}; "
                + $"got {string.Join(", ", spreads.Select(one => one.Length))}.", nameof(spreads));
    }

    private static FigureProperties? ErrorBars(double[]? spread) => spread is null ? null : new FigureProperties().Set(
        ("type", "data"),
        ("array", ChartNumbers.Significant(spread, 3, spread)),
        ("color", ChartStyle.TextColor),
        ("thickness", 1.5),
        ("width", 5));
}
