using System.Text.Json;
using System.Xml.Linq;
using Microsoft.DotNet.Interactive.Formatting;
using Plotly.NET;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.ChartTests;

public class ChartsTests
{
    public ChartsTests() => Notebook.Start();

    public static TheoryData<string> Names => ["embedding", "animated", "curves", "log curves", "slider", "bars", "heatmap"];

    private static GenericChart Create(string name)
    {
        random.manual_seed(1);
        double[] x = [1, 10, 100, 1000];
        return name switch
        {
            "embedding" => Charts.Embedding("An embedding", randn(300, 2), arange(300) % 3, randint(0, 256, [300, 28, 28]).to_type(ScalarType.Byte), ["zero", "one", "two"]),
            "animated" => Charts.AnimatedEmbedding("Frames", [("before", randn(200, 2)), ("after", randn(200, 2) * 3)], arange(200) % 2, randint(0, 256, [200, 28, 28]).to_type(ScalarType.Byte)),
            "curves" => Charts.Curves("Two lines", "step", "loss", [("a", x, [3, 2, 1.5, 1]), ("b", x, [4, 1, double.NaN, 2])], markers: true),
            "log curves" => Charts.Curves("Logarithms", "n", "seconds", [("a", x, [1e-5, 1e-3, 0.1, 20])], logX: true, logY: true),
            "slider" => Charts.SliderCurves("A family", "distance", "loss", "margin", [("1", [("negative", x, [1, 0, 0, 0])]), ("2", [("negative", x, [4, 1, 0, 0])])]),
            "bars" => Charts.Bars("Bars", "accuracy", ["raw pixels", "2-D"], [("before", [0.98, 0.6]), ("after", [0.98, 0.99])]),
            _ => Charts.Heatmap("Distances", arange(12).view(3, 4).to_type(ScalarType.Float32), ["a", "b", "c"], ["p", "q", "r", "s"], "column", "row"),
        };
    }

    private static string Html(GenericChart chart) => chart.ToDisplayString("text/html");

    private static string Between(string text, string start, string end)
    {
        int from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_chart_has_valid_json_and_a_well_formed_picture_with_title(string name)
    {
        string html = Html(Create(name));
        using var data = JsonDocument.Parse(Between(html, "var data = ", ", layout = {"));
        Assert.True(data.RootElement.GetArrayLength() > 0);
        var svg = XElement.Parse(html[html.IndexOf("<svg", StringComparison.Ordinal)..(html.IndexOf("</svg>", StringComparison.Ordinal) + 6)]);
        Assert.NotEqual("", svg.Attribute("aria-label")!.Value);
        Assert.True(svg.Elements().Count() > 5);
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Two_equal_runs_give_equal_pages(string name)
    {
        string first = Html(Create(name));
        Notebook.Start();
        Assert.Equal(first, Html(Create(name)));
    }

    [Fact]
    public void Large_embedding_with_images_stays_below_400_kilobytes()
    {
        using var digits = Mnist.Load(train: false);
        string html = Html(Charts.Embedding("All test digits", randn(10_000, 2), digits.Labels, digits.Images));
        Assert.InRange(html.Length, 100_000, 400_000);
    }

    [Fact]
    public void Animation_of_eight_states_with_images_stays_below_700_kilobytes()
    {
        using var digits = Mnist.Load(train: false);
        var frames = Enumerable.Range(0, 8).Select(i => ($"epoch {i}", randn(10_000, 2))).ToArray();
        Assert.InRange(Html(Charts.AnimatedEmbedding("Eight states", frames, digits.Labels, digits.Images)).Length, 100_000, 700_000);
    }

    [Fact]
    public void Titles_cannot_end_the_script_or_open_a_tag()
    {
        string html = Html(Charts.Curves("</script><script>alert(1)</script>", "<b>", "&", [("</script>", [1, 2], [1, 2])]));
        Assert.Equal(1, html.Split("</script>").Length - 1);
        Assert.DoesNotContain("<b>", html, StringComparison.Ordinal);
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
        Assert.Contains("[3, 2]", Assert.Throws<ArgumentException>(() => Charts.Embedding("", randn(4, 2), arange(3))).Message);
        Assert.Contains("[4, 3]", Assert.Throws<ArgumentException>(() => Charts.Embedding("", randn(4, 3), arange(4))).Message);
        Assert.Contains("uint8", Assert.Throws<ArgumentException>(() => Charts.Embedding("", randn(4, 2), arange(4), randn(4, 28, 28))).Message);
        Assert.Contains("2 vertical", Assert.Throws<ArgumentException>(() => Charts.Curves("", "", "", [("a", [1], [1, 2])])).Message);
        Assert.Contains("uint8", Assert.Throws<ArgumentException>(() => Charts.ImageGrid(randn(4, 28, 28))).Message);
    }

    [Fact]
    public void Plotly_script_is_whole_and_ends_once()
    {
        string html = new PlotlyScript().ToHtml();
        Assert.InRange(html.Length, 3_000_000, 4_500_000);
        Assert.Equal(1, html.Split("</script").Length - 1);
    }
}
