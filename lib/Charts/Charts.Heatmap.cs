using Plotly.NET;
using static TorchSharp.torch;

namespace NotebookHelpers;

public static partial class Charts
{
    private const int MostRowsOrColumns = 200, MostCellsWithText = 256;

    /// <summary>
    /// A matrix as colours, with the first row on top. A small matrix shows its values. Of a large one only some
    /// rows and columns, evenly spaced, are shown.
    /// </summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="values">[rows, columns], real.</param>
    /// <param name="rowNames">A name per row; null for numbers.</param>
    /// <param name="columnNames">A name per column; null for numbers.</param>
    /// <param name="xAxis">The name of the horizontal axis.</param>
    /// <param name="yAxis">The name of the vertical axis.</param>
    /// <returns>The chart, not yet shown.</returns>
    /// <exception cref="ArgumentException">The values are not a matrix, or the names do not fit it.</exception>
    public static GenericChart Heatmap(
        string title, Tensor values, IReadOnlyList<string>? rowNames = null, IReadOnlyList<string>? columnNames = null,
        string xAxis = "", string yAxis = "")
    {
        if (values.dim() != 2) throw new ArgumentException($"Expected a matrix [rows, columns]; got {Shape(values)}.", nameof(values));
        int rows = (int)values.shape[0], columns = (int)values.shape[1];
        if (rowNames is not null && rowNames.Count != rows)
            throw new ArgumentException($"Expected {rows} row names; got {rowNames.Count}.", nameof(rowNames));
        if (columnNames is not null && columnNames.Count != columns)
            throw new ArgumentException($"Expected {columns} column names; got {columnNames.Count}.", nameof(columnNames));
        using var scope = NewDisposeScope();
        double[] cells = ChartNumbers.Of(values);
        int[] shownRows = ChartNumbers.Thinned(rows, MostRowsOrColumns), shownColumns = ChartNumbers.Thinned(columns, MostRowsOrColumns);
        double[][] z = [.. shownRows.Select(row => shownColumns.Select(column => cells[row * columns + column]).ToArray())];
        double[] compared = [.. z.SelectMany(row => row)];
        bool withText = z.Length * shownColumns.Length is > 0 and <= MostCellsWithText;
        var figure = new FigureBuilder(title, xAxis, yAxis);
        figure.XAxis.Set(("type", columnNames is null ? "linear" : "category"));
        figure.YAxis.Set(("type", rowNames is null ? "linear" : "category"), ("autorange", "reversed"));
        figure.Add(
            "heatmap",
            ("z", z.Select(row => ChartNumbers.Significant(row, 4, compared)).ToArray()),
            ("x", columnNames is null ? shownColumns : ChartNumbers.Apart(shownColumns.Select(column => columnNames[column]))),
            ("y", rowNames is null ? shownRows : ChartNumbers.Apart(shownRows.Select(row => rowNames[row]))),
            ("colorscale", "Viridis"),
            ("text", withText ? TextsOf(z, shownColumns.Length) : null),
            ("texttemplate", withText ? "%{text}" : null),
            ("xgap", withText ? 1 : null),
            ("ygap", withText ? 1 : null));
        return figure.Build();
    }

    /// <inheritdoc cref="Heatmap(string, Tensor, IReadOnlyList{string}?, IReadOnlyList{string}?, string, string)"/>
    public static GenericChart Heatmap(
        string title, double[,] values, IReadOnlyList<string>? rowNames = null, IReadOnlyList<string>? columnNames = null,
        string xAxis = "", string yAxis = "")
    {
        using var matrix = tensor(values);
        return Heatmap(title, matrix, rowNames, columnNames, xAxis, yAxis);
    }

    private static string[][] TextsOf(double[][] z, int columns) =>
        [.. ReportTable.FormatAlike([.. z.SelectMany(row => row).Cast<object?>()]).Chunk(columns)];
}
