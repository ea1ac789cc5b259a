using System.Globalization;
using Spectre.Console;

namespace NotebookRunner;

/// <summary>The table at the end of a run, in the order of the series.</summary>
internal static class ResultTable
{
    public const string FailedText = "[red]failed[/]";

    /// <summary>How one notebook ended.</summary>
    /// <param name="Name">The notebook.</param>
    /// <param name="Cells">Cells that ran, of how many.</param>
    /// <param name="Result">What came out; null where it did not run to an end.</param>
    /// <param name="Outcome">The last column, as markup.</param>
    public sealed record Row(string Name, string Cells, NotebookResult? Result, string Outcome);

    public static Table Of(IEnumerable<Row> rows)
    {
        var table = new Table().AddColumns("notebook", "cells", "claims", "seconds", "peak MB", "result");
        for (int column = 1; column <= 4; column++) table.Columns[column].RightAligned();
        foreach (var (name, cells, result, outcome) in rows.OrderBy(row => row.Name, StringComparer.Ordinal))
            table.AddRow(
                Markup.Escape(name), cells,
                result is null ? "" : $"{result.Claims.Count(claim => claim.Holds)}/{result.Claims.Count}",
                string.Create(CultureInfo.InvariantCulture, $"{result?.Elapsed.TotalSeconds:0.0}"),
                string.Create(CultureInfo.InvariantCulture, $"{result?.PeakMegabytes:0}"),
                outcome);
        return table;
    }
}
