using Microsoft.DotNet.Interactive.Formatting;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Hosting;

public class HostingTests
{
    public HostingTests() => Notebook.Start(7);

    [Fact]
    public void A_long_text_in_a_table_wraps_and_a_short_one_does_not()
    {
        string html = new ReportTable("name", "value").Row(new string('a', 41), 1).Row(new string('b', 40), 2).ToHtml();
        Assert.Matches("<td style=\"[^\"]*white-space:normal;min-width:[^\"]*\">a{41}</td>", html);
        Assert.Contains($"<td style=\"text-align:left\">{new string('b', 40)}</td>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_seeds_and_prints_one_line()
    {
        var console = Console.Out;
        var text = new StringWriter();
        Console.SetOut(text);
        try { Notebook.Start(5); }
        finally { Console.SetOut(console); }
        double first = rand(1).item<float>();
        Notebook.Start(5);
        Assert.Equal(first, rand(1).item<float>());
        Assert.Equal(5, Notebook.Seed);
        string line = Assert.Single(text.ToString().Trim().Split('\n'));
        Assert.Matches(@"^device \S+ · \d+ threads · \.NET .* · TorchSharp .* · Plotly\.NET .* · scale default · seed 5$", line);
    }

    [Fact]
    public void Start_refuses_a_display_that_is_none()
    {
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => Notebook.Start(charts: (ChartDisplay)7)).Message;
        Assert.Contains("charts must be one of Offline, PlotlyInteractive.", message, StringComparison.Ordinal);
        Assert.Contains("7", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:99")]
    public void Unknown_device_is_refused(string name)
    {
        Environment.SetEnvironmentVariable(Devices.Variable, name);
        try { Assert.Contains(name, Assert.Throws<ArgumentException>(Devices.Best).Message, StringComparison.Ordinal); }
        finally { Environment.SetEnvironmentVariable(Devices.Variable, null); }
    }

    [Fact]
    public void Device_can_be_named()
    {
        Environment.SetEnvironmentVariable(Devices.Variable, "CPU");
        try { Assert.Equal(DeviceType.CPU, Devices.Best().type); }
        finally { Environment.SetEnvironmentVariable(Devices.Variable, null); }
    }

    [Fact]
    public void Reports_are_shown_as_html_and_text()
    {
        var table = new ReportTable("method", "errors", "share").Row("<1-NN>", 309, 0.0309).Row("other", 1234, 0.1234);
        string html = table.ToDisplayString("text/html");
        Assert.Contains("&lt;1-NN&gt;", html, StringComparison.Ordinal);
        Assert.Contains("1,234", html, StringComparison.Ordinal);
        Assert.Equal("method  errors   share\n<1-NN>     309  0.0309\nother    1,234  0.1234", table.ToString());
        Assert.Equal(["text/html", "text/plain"], Formatter.GetPreferredMimeTypesFor(typeof(ReportTable)));
        Assert.Throws<ArgumentException>(() => table.Row("too few"));
    }

    [Fact]
    public void Zeros_at_the_end_that_a_whole_column_has_are_left_out()
    {
        var table = new ReportTable("τ", "share", "one", "tiny").Row(0.05, 0.924, 1.0, 1e-10).Row(1.0, null, 1.0, 2.5e-10);
        Assert.Equal("τ     share  one     tiny\n0.05  0.924  1.0    1e-10\n1.0          1.0  2.5e-10".Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
            table.ToString().Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("\u003e0.924<", table.ToHtml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_too_long_to_read_are_shown_by_their_power_of_ten()
    {
        Assert.Contains("1,234,567", new ReportTable("size").Row(1234567.0).ToString(), StringComparison.Ordinal);
        Assert.Contains("1.96e+293", new ReportTable("size").Row(1.9628e293).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_are_shown_with_shape_and_values()
    {
        Assert.Equal(
            "Float32 [2, 2]\n 1.0000  -2.5000\n 0.0000  10.0000",
            tensor(new float[,] { { 1, -2.5f }, { 0, 10 } }).ToDisplayString("text/plain"));
        Assert.Equal("3   (Int64)", tensor(3L).ToDisplayString("text/plain"));
        Assert.Contains("…", randn(100, 100).ToDisplayString("text/plain"), StringComparison.Ordinal);
        Assert.StartsWith("Float32 [4, 5, 6]", zeros(4, 5, 6).ToDisplayString("text/plain"), StringComparison.Ordinal);
        Assert.Equal("Float32 [0, 3]", zeros(0, 3).ToDisplayString("text/plain"));
    }

    [Theory]
    [InlineData(true, 28L, 28L)]
    [InlineData(true, 50L, 28L, 28L)]
    [InlineData(false, 28L, 4L)]
    [InlineData(false, 28L)]
    public void Byte_tensors_with_the_shape_of_images_are_shown_as_images(bool shown, params long[] shape)
    {
        string html = zeros(shape, dtype: ScalarType.Byte).ToDisplayString("text/html");
        Assert.Equal(shown, html.Contains("<img", StringComparison.Ordinal));
        Assert.Equal(!shown, html.Contains("<pre>", StringComparison.Ordinal));
        Assert.DoesNotContain("<img", zeros(28, 28).ToDisplayString("text/html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Showing_tensors_and_images_leaves_none_behind()
    {
        using var scope = NewDisposeScope();
        var values = randn(50, 50);
        var images = randint(0, 256, [10, 28, 28]).to_type(ScalarType.Byte);
        long before = LiveTensors.Count();
        values.ToDisplayString("text/plain");
        Charts.ImageGrid(images).ToHtml();
        Charts.Embedding("", values.narrow(1, 0, 2), arange(50));
        Assert.InRange(Tensor.TotalCount - before, 0, 2); // the arguments made above
    }

    [Fact]
    public void Exercise_tells_not_tried_wrong_throwing_and_solved_apart_and_hints_after_a_try()
    {
        ExerciseState[] states =
        [
            Exercise.Check("one", () => throw Exercise.NotTried, "Think.").State,
            Exercise.Check("one", () => throw new AggregateException(Exercise.NotTried), "Think.").State,
            Exercise.Check("one", (double?)null, _ => true, "Think.").State,
            Exercise.Check("one", (string?)null, _ => true, "Think.").State,
        ];
        Assert.All(states, state => Assert.Equal(ExerciseState.NotTried, state));
        Assert.DoesNotContain("Think.", Exercise.All.Single().ToString(), StringComparison.Ordinal);
        Assert.Equal("✗ one: not right yet. Hint: Think.", Exercise.Check("one", (int?)3, answer => answer == 4, "Think.").ToString());
        Assert.Equal(
            "✗ one: your answer throws InvalidOperationException: no. Hint: Think.",
            Exercise.Check("one", () => throw new InvalidOperationException("no"), "Think.").ToString());
        Assert.True(Exercise.Check("one", "four", answer => answer == "four", "Think.").Solved);
        Assert.True(Exercise.Check("one", () => true, "Think.").Solved);
        Assert.Single(Exercise.All);
        Environment.SetEnvironmentVariable(Exercise.Variable, "strict");
        try { Assert.Throws<InvalidOperationException>(() => Exercise.Check("two", () => false, "Think.")); }
        finally { Environment.SetEnvironmentVariable(Exercise.Variable, null); }
    }

    [Fact]
    public void Progress_shows_bar_loss_speed_and_time_left()
    {
        var progress = new TrainingProgress("encoder");
        progress.Report(new(1, 2, 5, 20, 0.75, 1234, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)));
        Assert.Contains("epoch 1 of 2", progress.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("1,234 images/s", progress.ToString(), StringComparison.Ordinal);
        Assert.Contains("15 s left", progress.ToString(), StringComparison.Ordinal);
        progress.Report(new(2, 2, 20, 20, 0.25, 1234, TimeSpan.FromSeconds(20), TimeSpan.Zero));
        Assert.Contains("<polyline", progress.ToHtml(), StringComparison.Ordinal);
        Assert.Contains("20.0 s", progress.ToHtml(), StringComparison.Ordinal);
    }
}
