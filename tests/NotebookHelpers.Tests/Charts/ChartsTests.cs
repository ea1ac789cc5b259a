using System.Text.Json;
using System.Xml.Linq;
using Microsoft.DotNet.Interactive.Formatting;
using Plotly.NET;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.ChartTests;

public class ChartsTests
{
    public ChartsTests() => Notebook.Start();

    public static TheoryData<string> Names => ["embedding", "animated", "in space", "by quantity", "panels", "curves", "log curves", "slider", "bars", "bars with errors", "curves with errors", "many bars", "heatmap", "large heatmap"];

    private static GenericChart Create(string name)
    {
        random.manual_seed(1);
        double[] x = [1, 10, 100, 1000];
        return name switch
        {
            "embedding" => Charts.Embedding("An embedding", randn(300, 2), arange(300) % 3, randint(0, 256, [300, 28, 28]).to_type(ScalarType.Byte), ["zero", "one", "two"]),
            "animated" => Charts.AnimatedEmbedding("Frames", [("before", randn(200, 2)), ("after", randn(200, 2) * 3)], arange(200) % 2, randint(0, 256, [200, 28, 28]).to_type(ScalarType.Byte)),
            "in space" => Charts.Embedding("A map in space", randn(2500, 3), arange(2500) % 6),
            "by quantity" => Charts.Embedding("A quantity", randn(300, 2), linspace(-1, 1, 300)),
            "panels" => Charts.Panels("Side by side", [("a & b", randn(900, 2)), ("large", randn(900, 2) * 100 + 7), ("one point", zeros(900, 2)), ("line", randn(900, 1).expand(900, 2))], linspace(-1, 1, 900)),
            "curves" => Charts.Curves("Two lines", "step", "loss", [("a", x, [3, 2, 1.5, 1]), ("b", x, [4, 1, double.NaN, 2])], markers: true),
            "log curves" => Charts.Curves("Logarithms", "n", "seconds", [("a", x, [1e-5, 1e-3, 0.1, 20])], logX: true, logY: true),
            "slider" => Charts.SliderCurves("A family", "distance", "loss", "margin", [("1", [("negative", x, [1, 0, 0, 0])]), ("2", [("negative", x, [4, 1, 0, 0])])]),
            "bars" => Charts.Bars("Bars", "accuracy", ["raw pixels", "2-D"], [("before", [0.98, 0.6]), ("after", [0.98, 0.99])]),
            "bars with errors" => Charts.Bars("Bars", "accuracy", ["raw pixels", "2-D"], [("before", [0.98, 0.6]), ("after", [0.98, 0.99])], spreads: [[0.01, 0.02], [0.03, double.NaN]]),
            "curves with errors" => Charts.Curves("Lines", "share", "accuracy", [("a", x, [3, 2, 1.5, 1])], logX: true, markers: true, spreads: [[0.1, 0.2, 0.3, 0.4]]),
            "many bars" => Charts.Bars("Many bars", "count", [.. Enumerable.Range(0, 200).Select(i => $"{i}")], [("one", new double[200]), ("other", [.. Enumerable.Range(0, 200).Select(i => Math.Sin(i))])]),
            "large heatmap" => Charts.Heatmap("Random", rand(700, 300)),
            _ => Charts.Heatmap("Distances", arange(12).view(3, 4).to_type(ScalarType.Float32), ["a", "b", "c"], ["p", "q", "r", "s"], "column", "row"),
        };
    }

    private static string Html(GenericChart chart) => chart.ToDisplayString("text/html");

    private static string Between(string text, string start, string end)
    {
        int from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static JsonElement Variable(string html, string name)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(html[(html.IndexOf($"{name} = ", StringComparison.Ordinal) + name.Length + 3)..]));
        return JsonElement.ParseValue(ref reader);
    }

    private static XElement Picture(string html) => XElement.Parse(
        System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(Between(html, "data:image/svg+xml;base64,", "\""))));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_chart_has_valid_json_and_a_well_formed_picture_with_title(string name)
    {
        string html = Html(Create(name));
        Assert.True(Variable(html, "data").GetArrayLength() > 0);
        Assert.Equal(Variable(html, "title").GetString(), Variable(html, "layout").GetProperty("title").GetProperty("text").GetString());
        Assert.True(Variable(html, "extras").ValueKind is JsonValueKind.Object or JsonValueKind.Null);
        var svg = Picture(html);
        Assert.Equal(Variable(html, "title").GetString(), svg.Attribute("aria-label")!.Value);
        Assert.True(svg.Elements().Count() > 5);
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
        Assert.InRange(svg.ToString().Length, 500, 60_000);
        Assert.InRange(html.Length, 1000, 400_000);
    }

    [Fact]
    public void An_error_bar_reaches_as_far_as_its_spread_in_the_chart_and_in_the_picture()
    {
        string html = Html(Charts.Bars("t", "y", ["a", "b"], [("s", [1, 2])], spreads: [[0.25, 1]]));
        var error = Variable(html, "data")[0].GetProperty("error_y");
        Assert.Equal([0.25, 1], error.GetProperty("array").EnumerateArray().Select(value => value.GetDouble()));
        string bars = Picture(html).Elements().Select(element => element.Attribute("d")?.Value ?? "").Single(d => d.Contains("h8m-4 0V", StringComparison.Ordinal));
        double[][] ends = [.. bars.Split('M', StringSplitOptions.RemoveEmptyEntries).Select(bar =>
            System.Text.RegularExpressions.Regex.Match(bar, @" ([\d.]+)h8m-4 0V([\d.]+)m").Groups.Values.Skip(1).Select(end => double.Parse(end.Value, System.Globalization.CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal(4, (ends[1][0] - ends[1][1]) / (ends[0][0] - ends[0][1]), 0.02);
    }

    [Fact]
    public void Spreads_that_are_not_one_per_value_are_refused_by_name()
    {
        Assert.Equal("spreads", Assert.Throws<ArgumentException>(() => Charts.Bars("t", "y", ["a"], [("s", [1])], spreads: [[1, 2]])).ParamName);
        Assert.Equal("spreads", Assert.Throws<ArgumentException>(() => Charts.Curves("t", "x", "y", [("s", [1, 2], [1, 2])], spreads: [])).ParamName);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_equal_runs_give_equal_pages(string name)
    {
        string first = Html(Create(name));
        Notebook.Start();
        Assert.Equal(first, Html(Create(name)));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 3)]
    [InlineData(8, 2)]
    [InlineData(20, 3)]
    public void Large_embeddings_with_images_stay_below_400_kilobytes(int states, int dimensions)
    {
        using var digits = Mnist.Load(train: false);
        var frames = Enumerable.Range(0, states).Select(i => ($"epoch {i}", 100 * randn(10_000, dimensions))).ToArray();
        Assert.InRange(Html(Charts.AnimatedEmbedding("All test digits", frames, digits.Labels, digits.Images)).Length, 200_000, 400_000);
    }

    [Fact]
    public void Images_without_any_pattern_stay_below_400_kilobytes() =>
        Assert.InRange(Html(Charts.Embedding("Noise", randn(3000, 2), zeros(3000), randint(0, 256, [3000, 28, 28]).to_type(ScalarType.Byte))).Length, 200_000, 400_000);

    [Fact]
    public void Sprite_tile_of_a_point_is_its_image()
    {
        // Image i is all of one grey; thinned points must still meet their own image.
        var images = (arange(5000) % 256).view(-1, 1, 1).expand(5000, 8, 8).to_type(ScalarType.Byte);
        string html = Html(Charts.Embedding("Tiles", stack([arange(5000).to_type(ScalarType.Float32), zeros(5000)], 1), arange(5000) % 3, images));
        var extras = Variable(html, "extras");
        var (grey, width) = PngTests.ReadGrey(Convert.FromBase64String(extras.GetProperty("sprite").GetString()!.Split(',')[1]));
        int columns = extras.GetProperty("columns").GetInt32(), points = 0;
        foreach (var trace in Variable(html, "data").EnumerateArray())
            foreach (var (x, tile) in trace.GetProperty("x").EnumerateArray().Zip(trace.GetProperty("customdata").EnumerateArray()))
            {
                int at = tile.GetInt32(), index = (int)x.GetDouble();
                Assert.Equal(index % 256 >> 4, grey[(at / columns * 8 + 4) * width + at % columns * 8 + 4]);
                points++;
            }
        Assert.Equal(Charts.MostPoints, points);
    }

    [Fact]
    public void Small_values_beside_large_ones_are_kept()
    {
        var line = Variable(Html(Charts.Curves("Times", "n", "seconds", [("a", [100, 1000, 10000], [0.0123456, 1.1, 120])], logX: true, logY: true)), "data")[0];
        Assert.Equal([0.012346, 1.1, 120], line.GetProperty("y").EnumerateArray().Select(value => value.GetDouble()));
        string heat = Html(Charts.Heatmap("Values", new double[,] { { 0.04598, 1234.5678 } }));
        Assert.Equal("0.046", Variable(heat, "data")[0].GetProperty("text")[0][0].GetString());
        Assert.Equal(1235, Variable(heat, "data")[0].GetProperty("z")[0][1].GetDouble());
    }

    [Fact]
    public void A_logarithmic_axis_marks_what_was_measured_or_else_round_numbers()
    {
        static string[] Marks(bool markers, params double[] x)
        {
            string html = Html(Charts.Curves("t", "x", "y", [("a", x, x)], logX: true, markers: markers));
            var axis = Variable(html, "layout").GetProperty("xaxis");
            if (!axis.TryGetProperty("ticktext", out var texts)) return [];
            string[] marks = [.. texts.EnumerateArray().Select(text => text.GetString()!)];
            // The static picture marks what lies inside.
            Assert.All(axis.GetProperty("tickvals").EnumerateArray().Zip(marks).Where(pair => pair.First.GetDouble() >= x.Min() && pair.First.GetDouble() <= x.Max()),
                pair => Assert.Contains($">{pair.Second}</text>", Picture(html).ToString(), StringComparison.Ordinal));
            return marks;
        }
        Assert.Equal(["0.05", "0.1", "0.2", "0.5", "1"], Marks(true, 0.05, 0.1, 0.2, 0.5, 1));
        Assert.Equal(["10", "100", "1,000"], Marks(true, 10, 100, 1000));
        Assert.Equal(["1", "2", "5", "10", "20", "50"], Marks(false, 2, 11, 50));
        Assert.Empty(Marks(false, 10, 100, 1000)); // the powers of ten, by plotly.js
        Assert.Empty(Marks(true, 10, 10.1, 1000)); // marks of their own would stand one on the other
    }

    [Fact]
    public void Lines_without_horizontal_values_count_from_one()
    {
        var layout = Variable(Html(Charts.Curves("Losses", "epoch", "loss", [("a", [3, 2, 1]), ("b", [2, 1])])), "layout");
        Assert.Equal(1, layout.GetProperty("xaxis").GetProperty("dtick").GetDouble());
        var data = Variable(Html(Charts.Curves("Losses", "epoch", "loss", [("a", [3, 2, 1]), ("b", [2, 1])])), "data");
        Assert.Equal([1, 2], data[1].GetProperty("x").EnumerateArray().Select(value => value.GetDouble()));
    }

    [Fact]
    public void A_circle_is_a_circle_in_the_picture()
    {
        double[] angles = [.. Enumerable.Range(0, 101).Select(i => i * Math.PI / 50)];
        var svg = Picture(Html(Charts.Curves("Circle", "x", "y", [("circle", [.. angles.Select(Math.Cos)], [.. angles.Select(Math.Sin)])], equalAxes: true)));
        string path = svg.Elements().Single(element => (string?)element.Attribute("stroke-width") == "2").Attribute("d")!.Value;
        double[][] points = [.. path.Split('M', 'L').Skip(1).Select(pair => pair.Split(' ').Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal(points.Max(point => point[0]) - points.Min(point => point[0]), points.Max(point => point[1]) - points.Min(point => point[1]), 1.0);
    }

    [Fact]
    public void Large_heatmap_is_thinned_and_keeps_its_numbers()
    {
        var trace = Variable(Html(Charts.Heatmap("Thinned", rand(1000, 50))), "data")[0];
        Assert.Equal(200, trace.GetProperty("z").GetArrayLength());
        Assert.Equal((0, 999), (trace.GetProperty("y")[0].GetInt32(), trace.GetProperty("y")[199].GetInt32()));
        Assert.Equal(50, trace.GetProperty("x").GetArrayLength());
    }

    [Fact]
    public void Real_images_are_shown_from_black_to_white()
    {
        var images = tensor(new float[] { 0, 0.5f, 1, float.NaN }).view(1, 1, 2, 2);
        string html = Charts.ImageGrid(images, ["<a>"], title: "T").ToHtml();
        Assert.Equal(Charts.ImageGrid(tensor(new byte[] { 0, 128, 255, 0 }).view(1, 2, 2), ["<a>"], title: "T").ToHtml(), html);
        Assert.Contains("&lt;a&gt;", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_images_are_as_wide_as_the_longest_word_of_a_caption()
    {
        string html = Charts.ImageGrid(zeros(2, 4, 4), ["red motorway", "26"], columns: 2, width: 80).ToHtml();
        Assert.Contains("repeat(2,minmax(min(80px,4.8em),80px))", html, StringComparison.Ordinal);
        Assert.Contains("minmax(min(80px,0em),80px)", Charts.ImageGrid(zeros(1, 4, 4), width: 80).ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_equal_charts_on_one_page_have_ids_of_their_own()
    {
        string[] ids = [.. Enumerable.Range(0, 2).Select(_ => Between(Html(Create("bars")), " id=\"", "\""))];
        Assert.NotEqual(ids[0], ids[1]);
    }

    [Fact]
    public void Points_that_are_not_numbers_are_left_out()
    {
        var points = tensor(new float[,] { { 0, 0 }, { float.NaN, 1 }, { 1, float.PositiveInfinity }, { 1, 1 } });
        string html = Html(Charts.Embedding("Gaps", points, tensor(new long[] { 0, 0, 0, 1 })));
        Assert.DoesNotContain("NaN", Picture(html).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Titles_cannot_end_the_script_or_open_a_tag()
    {
        string html = Html(Charts.Curves("</script><script>alert(1)</script>\" onload=\"x", "<b>", "&", [("</script>", [1, 2], [1, 2])]));
        Assert.Equal(1, html.Split("</script>").Length - 1);
        Assert.Equal(1, html.Split("<script").Length - 1);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\" onload", html[..html.IndexOf("<script", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_made_with_Plotly_itself_are_shown_too()
    {
        string html = Html(Plotly.NET.CSharp.Chart.Line<int, int, string>([1, 2, 3], [1, 4, 9]));
        Assert.Contains("Plotly.newPlot", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        Assert.Contains("[4, 2] and [3]", Assert.Throws<ArgumentException>(() => Charts.Embedding("", randn(4, 2), arange(3))).Message);
        Assert.Contains("[4, 5]", Assert.Throws<ArgumentException>(() => Charts.Embedding("", randn(4, 5), arange(4))).Message);
        Assert.Contains("uint8", Assert.Throws<ArgumentException>(() => Charts.Embedding("", randn(4, 2), arange(4), randn(4, 28, 28))).Message);
        Assert.Contains("2 names", Assert.Throws<ArgumentException>(() => Charts.Embedding("", randn(4, 2), arange(4), classNames: ["a", "b"])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Charts.SliderCurves("", "", "", "", [("1", [("a", [1.0], [1.0])])], active: 1));
        Assert.Contains("2 vertical", Assert.Throws<ArgumentException>(() => Charts.Curves("", "", "", [("a", [1], [1, 2])])).Message);
        Assert.Contains("uint8", Assert.Throws<ArgumentException>(() => Charts.ImageGrid(arange(4).view(1, 2, 2))).Message);
    }

    [Fact]
    public void Plotly_script_is_whole_and_ends_once()
    {
        string html = new PageSetUp(plotly: true).ToHtml();
        Assert.InRange(html.Length, 3_000_000, 4_500_000);
        Assert.Equal(1, html.Split("</script").Length - 1);
    }
}
