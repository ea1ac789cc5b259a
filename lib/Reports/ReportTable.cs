using System.Globalization;
using System.Net;
using System.Text;

namespace NotebookHelpers;

/// <summary>A plain table of results: numbers are aligned right and texts left. Notebooks show it as HTML, consoles as text.</summary>
public sealed class ReportTable : IHtmlReport
{
    private const int LongestLine = 40;

    private readonly string[] _columns;
    private readonly List<object?[]> _rows = [];

    /// <summary>A table without rows.</summary>
    /// <param name="columns">The column heads.</param>
    public ReportTable(params string[] columns) =>
        _columns = columns.Length > 0 ? columns : throw new ArgumentException("Expected at least one column.", nameof(columns));

    /// <summary>The caption above the table; null for none.</summary>
    public string? Caption { get; init; }

    /// <summary>Adds a row.</summary>
    /// <param name="cells">One value per column: text, whole or real numbers, booleans; null for an empty cell.</param>
    /// <returns>The same table, so that calls can be chained.</returns>
    /// <exception cref="ArgumentException">There are more or fewer cells than columns.</exception>
    public ReportTable Row(params object?[] cells)
    {
        if (cells.Length != _columns.Length)
            throw new ArgumentException(
                $"Expected {_columns.Length} cells, one per column ({string.Join(", ", _columns)}); got {cells.Length}.", nameof(cells));
        _rows.Add(cells);
        return this;
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        var html = new StringBuilder("<div class=\"nbh-table\" style=\"overflow-x:auto\" tabindex=\"0\"><table>");
        if (Caption is not null) html.Append(CultureInfo.InvariantCulture, $"<caption>{WebUtility.HtmlEncode(Caption)}</caption>");
        html.Append("<thead><tr>");
        for (int column = 0; column < _columns.Length; column++)
            html.Append(
                CultureInfo.InvariantCulture, $"<th scope=\"col\"{Alignment(column)}>{WebUtility.HtmlEncode(_columns[column])}</th>");
        html.Append("</tr></thead><tbody>");
        foreach (string[] row in Texts())
        {
            html.Append("<tr>");
            for (int column = 0; column < row.Length; column++)
                html.Append(
                    CultureInfo.InvariantCulture, $"<td{Alignment(column, row[column])}>{WebUtility.HtmlEncode(row[column])}</td>");
            html.Append("</tr>");
        }
        return html.Append("</tbody></table></div>").ToString();
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string[][] lines = [_columns, .. Texts()];
        int[] widths = [.. Enumerable.Range(0, _columns.Length).Select(column => lines.Max(line => line[column].Length))];
        var text = new StringBuilder(Caption is null ? "" : Caption + "\n");
        string Padded(string cell, int column) =>
            IsNumeric(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]);
        foreach (string[] line in lines) text.AppendJoin("  ", line.Select(Padded)).Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>
    /// A number or text as tables show it: four significant digits, separators between thousands, and yes or no for booleans.
    /// </summary>
    public static string Format(object? value) => value switch
    {
        null => "",
        bool yes => yes ? "yes" : "no",
        double number => FormatReal(number),
        float number => FormatReal(number),
        int or long or short or byte => ((IFormattable)value).ToString("N0", CultureInfo.InvariantCulture),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>
    /// Formats values that are shown together, each as <see cref="Format"/> does, without the trailing zeros that all of them share.
    /// </summary>
    internal static string[] FormatAlike(IReadOnlyList<object?> values)
    {
        string[] texts = [.. values.Select(Format)];
        bool IsReal(int i) => values[i] is double or float
            && texts[i].Contains('.', StringComparison.Ordinal) && !texts[i].Contains('e', StringComparison.Ordinal);
        int[] reals = [.. Enumerable.Range(0, texts.Length).Where(IsReal)];
        while (reals.Length > 0 && Array.TrueForAll(reals, i => texts[i][^1] == '0' && texts[i][^2] != '.'))
            foreach (int i in reals) texts[i] = texts[i][..^1];
        return texts;
    }

    private string[][] Texts()
    {
        string[][] columns = [.. Enumerable.Range(0, _columns.Length).Select(column => FormatAlike([.. _rows.Select(row => row[column])]))];
        return [.. Enumerable.Range(0, _rows.Count).Select(row => columns.Select(column => column[row]).ToArray())];
    }

    private static string FormatReal(double number)
    {
        double size = Math.Abs(number);
        return size == 0 ? "0"
            : size >= 1e15 ? number.ToString("0.##e+0", CultureInfo.InvariantCulture)
            : size >= 1000 ? number.ToString("N0", CultureInfo.InvariantCulture)
            : size >= 100 ? number.ToString("0.0", CultureInfo.InvariantCulture)
            : size >= 10 ? number.ToString("0.00", CultureInfo.InvariantCulture)
            : size >= 1 ? number.ToString("0.000", CultureInfo.InvariantCulture)
            : size >= 1e-3 ? number.ToString("0.0000", CultureInfo.InvariantCulture)
            : number.ToString("0.##e+0", CultureInfo.InvariantCulture);
    }

    private bool IsNumeric(int column) =>
        _rows.Count > 0 && _rows.All(row => row[column] is null or double or float or int or long or short or byte or TimeSpan);

    // A long text wraps, and gets the room for some words a line, whatever the page does with cells.
    private string Alignment(int column, string cell = "") => IsNumeric(column) ? " style=\"text-align:right\""
        : cell.Length > LongestLine ? " style=\"text-align:left;white-space:normal;min-width:12em;max-width:18em\""
        : " style=\"text-align:left\"";
}
