using Plotly.NET.CSharp;

namespace NotebookHelpers.Tests.ChartTests;

public class FigureJsonTests
{
    public FigureJsonTests() => Notebook.Start();

    [Fact]
    public void What_is_no_finite_number_is_null_also_in_a_readers_own_chart()
    {
        var figure = FigureJson.Of(Chart.Line<double, double, string>([1, 2, 3, 4], [double.NaN, 2, double.PositiveInfinity, double.NegativeInfinity]));
        Assert.Equal("[null,2,null,null]", figure["data"]![0]!["y"]!.ToJsonString().Replace(".0", "", StringComparison.Ordinal));
        Assert.Equal("[1,2,3,4]", figure["data"]![0]!["x"]!.ToJsonString().Replace(".0", "", StringComparison.Ordinal));
    }

    [Fact]
    public void All_values_of_a_trace_may_be_missing_and_so_may_rows_of_a_heatmap()
    {
        Assert.Equal("[null]", FigureJson.Of(Chart.Point<double, double, string>([1], [double.NaN]))["data"]![0]!["y"]!.ToJsonString());
        var heat = FigureJson.Of(Charts.Heatmap("t", new[,] { { 1, double.NaN }, { double.NegativeInfinity, 4 } }));
        Assert.Equal("[[1,null],[null,4]]", heat["data"]![0]!["z"]!.ToJsonString().Replace(".0", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_among_names_stays() =>
        Assert.Equal("[\"NaN\",\"a\"]", FigureJson.Of(Charts.Bars("t", "y", ["NaN", "a"], [("s", [1, 2])]))["data"]![0]!["x"]!.ToJsonString());
}
