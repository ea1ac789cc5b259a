using Microsoft.DotNet.Interactive.Formatting;
using Plotly.NET;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.ChartTests;

public class ChartEdgeCasesTests
{
    public ChartEdgeCasesTests() => Notebook.Start();

    private static readonly Dictionary<string, Func<GenericChart>> Empty = new()
    {
        ["embedding"] = () => Charts.Embedding("t", zeros(0, 2), zeros(0, dtype: ScalarType.Int64)),
        ["embedding in space"] = () => Charts.Embedding("t", zeros(0, 3), zeros(0)),
        ["embedding with names and images"] = () =>
            Charts.Embedding("t", zeros(0, 2), zeros(0, dtype: ScalarType.Int64), zeros(0, 4, 4, dtype: ScalarType.Byte), ["a"]),
        ["animation"] = () => Charts.AnimatedEmbedding("t", [("a", zeros(0, 2)), ("b", zeros(0, 2))], zeros(0, dtype: ScalarType.Int64)),
        ["curves"] = () => Charts.Curves("t", "x", "y", Array.Empty<(string, double[], double[])>()),
        ["an empty curve"] = () => Charts.Curves("t", "x", "y", [("a", [], [])], logX: true, logY: true),
        ["slider"] = () => Charts.SliderCurves("t", "x", "y", "s", [("1", [("a", [], [])]), ("2", [("a", [], [])])]),
        ["bars"] = () => Charts.Bars("t", "y", [], []),
        ["bars without values"] = () => Charts.Bars("t", "y", [], [("a", [])]),
        ["heatmap"] = () => Charts.Heatmap("t", zeros(0, 0)),
        ["heatmap without columns"] = () => Charts.Heatmap("t", zeros(2, 0), ["a", "b"]),
    };

    public static TheoryData<string> Names => [.. Empty.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_to_show_is_an_empty_chart(string name)
    {
        string html = Empty[name]().ToDisplayString("text/html");
        Assert.Contains("data:image/svg+xml;base64,", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
    }

    [Fact]
    public void No_panel_and_panels_without_points_are_named()
    {
        Assert.Equal("panels", Assert.Throws<ArgumentException>(() => Charts.Panels("t", [], zeros(0))).ParamName);
        Assert.Equal("panels", Assert.Throws<ArgumentException>(() => Charts.Panels("t", [("a", zeros(0, 2))], zeros(0))).ParamName);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(4, 1)]
    public void The_shape_error_of_an_embedding_names_its_own_parameter(int count, int width)
    {
        var error = Assert.Throws<ArgumentException>(() => Charts.Embedding("t", zeros(count, width), zeros(4)));
        Assert.Equal("points", error.ParamName);
        Assert.Contains($"Expected points [n, 2] or [n, 3] and labels [n]; got [4, {width}] and [4]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circular_quantity_comes_round_in_colour_also_in_the_picture()
    {
        var chart = Charts.Embedding("t", randn(4, 2), tensor(new[] { 0.0, 90, 360, 450 }), period: 360);
        var marker = FigureJson.Of(chart)["data"]![0]!["marker"]!;
        Assert.Equal(["0", "90", "0", "90"], marker["color"]!.AsArray().Select(shade => shade!.ToJsonString().Replace(".0", "", StringComparison.Ordinal)));
        var scale = marker["colorscale"]!.AsArray();
        Assert.Equal((string)scale[0]![1]!, (string)scale[^1]![1]!);
        Assert.Equal(360, (double)marker["cmax"]!);
        string html = chart.ToDisplayString("text/html");
        string picture = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(html.Split("base64,")[1].Split('"')[0]));
        Assert.Contains("rgb(31,58,147)", picture, StringComparison.Ordinal); // the colour of 0 and of 360
        Assert.Throws<ArgumentOutOfRangeException>(() => Charts.Embedding("t", randn(4, 2), rand(4), period: 0));
    }
}
