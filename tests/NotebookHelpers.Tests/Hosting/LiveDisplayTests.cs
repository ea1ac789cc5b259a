using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Events;
using NotebookRunner;

namespace NotebookHelpers.Tests.Hosting;

public class LiveDisplayTests
{
    public LiveDisplayTests() => Notebook.Start();

    /// <summary>Runs code as a cell of the real kernel runs, and gives what the cell showed.</summary>
    private static async Task<List<ValueShown>> InCell(Action cell)
    {
        var shown = new List<ValueShown>();
        var outputs = new CellOutputs([], happened => shown.Add(Assert.IsType<ValueShown>(happened)));
        using var kernel = new CSharpKernel();
        kernel.AddMiddleware((_, _, _) =>
        {
            cell();
            return Task.CompletedTask;
        });
        var result = await kernel.SendAsync(new SubmitCode("cell"));
        foreach (var happened in result.Events.OfType<DisplayEvent>()) outputs.Show(happened);
        Assert.DoesNotContain(result.Events, happened => happened is CommandFailed);
        return shown;
    }

    [Fact]
    public async Task Host_shows_once_and_updates_that_output()
    {
        var shown = await InCell(() =>
        {
            var live = LiveDisplay.Show(new ReportTable("done").Row("0 %"));
            live.Update(new ReportTable("done").Row("50 %"));
            live.Update(new ReportTable("done").Row("100 %"));
        });
        Assert.Equal([ShownAs.Display, ShownAs.Update, ShownAs.Update], shown.Select(value => value.Kind));
        Assert.Single(shown.Select(value => value.DisplayId).Distinct());
        string[] texts = ["0 %", "50 %", "100 %"];
        Assert.All(
            texts.Zip(shown), pair => Assert.Contains($">{pair.First}</td>", pair.Second.Data["text/html"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Updates_may_come_from_any_thread()
    {
        var shown = await InCell(() =>
        {
            var live = LiveDisplay.Show("begun");
            var thread = new Thread(() => live.Update("done"));
            thread.Start();
            thread.Join();
        });
        Assert.Equal("done", shown[^1].Data["text/plain"]);
    }

    [Fact]
    public async Task Progress_updates_a_few_times_a_second_and_ends_with_the_last_state()
    {
        var shown = await InCell(() =>
        {
            var progress = new TrainingProgress("digits");
            for (int step = 1; step <= 1000; step++)
                progress.Report(new(1, 1, step, 1000, 1.0 / step, 100, TimeSpan.FromSeconds(step), TimeSpan.FromSeconds(1000 - step)));
        });
        Assert.Equal(ShownAs.Display, shown[0].Kind);
        Assert.All(shown.Skip(1), value => Assert.Equal(ShownAs.Update, value.Kind));
        Assert.InRange(shown.Count, 2, 50); // 1000 reports
        Assert.Contains("loss 0.0010", shown[^1].Data["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_that_fail_are_shown_before_the_error()
    {
        var shown = await InCell(() =>
        {
            Claims.AtLeast("accuracy", 0.5, 0.9, "test");
            Environment.SetEnvironmentVariable(Notebook.StrictVariable, "1");
            try { Assert.Throws<ClaimFailedException>(Claims.Table); }
            finally { Environment.SetEnvironmentVariable(Notebook.StrictVariable, null); }
        });
        Assert.Contains("accuracy", Assert.Single(shown).Data["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public void Console_gets_every_version_where_no_host_is_and_the_output_is_a_file()
    {
        var console = Console.Out;
        var text = new StringWriter();
        Console.SetOut(text);
        try { LiveDisplay.Show("0 %").Update("100 %"); }
        finally { Console.SetOut(console); }
        if (Console.IsOutputRedirected) Assert.Equal("0 %\n100 %\n", text.ToString().ReplaceLineEndings("\n"));
    }
}
