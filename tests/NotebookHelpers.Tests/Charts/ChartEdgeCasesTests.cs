using System.Text;
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
    public void Bars_and_cells_of_one_name_stand_apart()
    {
        string[] Names(GenericChart chart, string axis) => [.. FigureJson.Of(chart)["data"]![0]![axis]!.AsArray().Select(name => (string)name!)];
        string[] bars = Names(Charts.Bars("t", "y", ["a", "a", "b"], [("s", [1, 2, 3])]), "x");
        Assert.Equal(3, bars.Distinct().Count());
        Assert.All(bars, name => Assert.Equal(1, name.Trim('\u200B').Length));
        var heat = Charts.Heatmap("t", zeros(2, 3), ["a", "a"], ["b", "b", "b"]);
        Assert.Equal((2, 3), (Names(heat, "y").Distinct().Count(), Names(heat, "x").Distinct().Count()));
    }

    [Fact]
    public void Values_that_lie_close_together_far_from_zero_stay_apart()
    {
        double[] Numbers(GenericChart chart, int trace, string axis) =>
            [.. FigureJson.Of(chart)["data"]![trace]![axis]!.AsArray().Select(value => (double)value!)];
        double[] times = [.. Enumerable.Range(0, 100).Select(i => 1.7e9 + i)];
        var curve = Charts.Curves("t", "x", "y", [("a", times, times)]);
        Assert.Equal(times, Numbers(curve, 0, "x"));
        Assert.Equal(times, Numbers(curve, 0, "y"));
        var bars = Charts.Bars("t", "y", ["a"], [("s", [100001]), ("t", [100004])]);
        Assert.Equal([100001, 100004], [.. Numbers(bars, 0, "y"), .. Numbers(bars, 1, "y")]);
        string svg = ChartSvg.Render(FigureJson.Of(curve));
        Assert.Contains(">1700000020<", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_finite_is_a_gap_for_Plotly_NET_too()
    {
        double nan = double.NaN;
        GenericChart[] charts =
        [
            Charts.Bars("t", "y", ["a", "b"], [("s", [1, nan])], [[nan, 1]]),
            Charts.Curves("t", "x", "y", [("a", [1, nan], [double.PositiveInfinity, 2])]),
            Charts.SliderCurves("t", "x", "y", "s", [("1", [("a", [1], [nan])]), ("2", [("a", [1], [2])])]),
            Charts.Embedding("t", tensor(new[,] { { nan, 1 }, { 2, 3 } }), tensor(new[] { nan, 1 })),
        ];
        Assert.All(charts, chart => Assert.DoesNotMatch("NaN|Infinity", GenericChart.toFigureJson(chart)));
        // The text in the cell still says what the value is.
        Assert.DoesNotContain("[1.0,\"NaN\"]", GenericChart.toFigureJson(Charts.Heatmap("t", new[,] { { 1, nan } })), StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_leave_the_picture_well_formed_and_many_classes_leave_room_for_the_points()
    {
        string svg = ChartSvg.Render(FigureJson.Of(Charts.Bars("a\u0001b", "y\u001B", ["\0c"], [("s", [1])])));
        Assert.Contains(">ab<", System.Xml.Linq.XDocument.Parse(svg).ToString(), StringComparison.Ordinal);
        var many = Charts.Embedding("t", rand(990, 2), arange(990).remainder(99));
        Assert.False((bool)FigureJson.Of(many)["layout"]!["showlegend"]!);
        Assert.True((bool)FigureJson.Of(Charts.Embedding("t", rand(99, 2), arange(99).remainder(30)))["layout"]!["showlegend"]!);
    }

    private static readonly Dictionary<string, Func<double, GenericChart>> Constant = new()
    {
        ["curves"] = c => Charts.Curves("t", "x", "y", [("a", [c, c], [c, c])]),
        ["logarithmic curves"] = c => Charts.Curves("t", "x", "y", [("a", [c, c], [c, c])], logX: true, logY: true),
        ["slider"] = c => Charts.SliderCurves("t", "x", "y", "s", [("1", [("a", [c], [c])]), ("2", [("a", [c], [c])])]),
        ["bars"] = c => Charts.Bars("t", "y", ["a"], [("", [c])]),
        ["embedding"] = c => Charts.Embedding("t", full([2, 2], c, dtype: ScalarType.Float64), tensor(new[] { c, c })),
        ["animation"] = c => Charts.AnimatedEmbedding(
            "t", [("a", full([2, 2], c, dtype: ScalarType.Float64)), ("b", full([2, 2], c, dtype: ScalarType.Float64))], arange(2)),
        ["heatmap"] = c => Charts.Heatmap("t", full([2, 2], c, dtype: ScalarType.Float64)),
    };

    public static TheoryData<string, double> Constants
    {
        get
        {
            var all = new TheoryData<string, double>();
            foreach (string name in Constant.Keys)
                foreach (double value in new[] { 0, 1, 1e20, -1e20, 1e300, 1e-300 })
                    if (value > 0 || !name.StartsWith("log", StringComparison.Ordinal)) all.Add(name, value);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Constants))]
    public void An_axis_over_one_value_of_any_size_has_an_end_to_each_side(string name, double value)
    {
        string html = Constant[name](value).ToDisplayString("text/html");
        var picture = System.Text.RegularExpressions.Regex.Match(html, "data:image/svg\\+xml;base64,([^\"]+)");
        string svg = Encoding.UTF8.GetString(Convert.FromBase64String(picture.Groups[1].Value));
        Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", svg, StringComparison.Ordinal);
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
