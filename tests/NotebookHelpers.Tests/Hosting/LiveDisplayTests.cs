using Microsoft.DotNet.Interactive;
using NotebookRunner;

namespace NotebookHelpers.Tests.Hosting;

public class LiveDisplayTests
{
    public LiveDisplayTests() => Notebook.Start();

    // The runner's context has the names and shapes of .NET Interactive's; it is the current one from here to the test's end.
    private static List<ValueShown> Host()
    {
        var shown = new List<ValueShown>();
        _ = new KernelInvocationContext(happened => shown.Add(Assert.IsType<ValueShown>(happened)));
        return shown;
    }

    [Fact]
    public void Host_shows_once_and_updates_that_output()
    {
        var shown = Host();
        var live = LiveDisplay.Show("0 %");
        live.Update("50 %");
        live.Update(new ReportTable("done").Row("100 %"));
        Assert.Equal([ShownAs.Display, ShownAs.Update, ShownAs.Update], shown.Select(value => value.Kind));
        Assert.Single(shown.Select(value => value.DisplayId).Distinct());
        Assert.Equal(["0 %", "50 %"], shown.Take(2).Select(value => value.Data["text/plain"]));
        Assert.Contains("<td", shown[2].Data["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public void Updates_may_come_from_any_thread()
    {
        var shown = Host();
        var live = LiveDisplay.Show("begun");
        var thread = new Thread(() => live.Update("done")); // has a current context of its own: none
        using (ExecutionContext.SuppressFlow()) thread.Start();
        thread.Join();
        Assert.Equal("done", shown[^1].Data["text/plain"]);
    }

    [Fact]
    public void Progress_updates_a_few_times_a_second_and_ends_with_the_last_state()
    {
        var shown = Host();
        var progress = new TrainingProgress("digits");
        for (int step = 1; step <= 1000; step++)
            progress.Report(new(1, 1, step, 1000, 1.0 / step, 100, TimeSpan.FromSeconds(step), TimeSpan.FromSeconds(1000 - step)));
        Assert.Equal(ShownAs.Display, shown[0].Kind);
        Assert.All(shown.Skip(1), value => Assert.Equal(ShownAs.Update, value.Kind));
        Assert.InRange(shown.Count, 2, 50); // 1000 reports
        Assert.Contains("loss 0.0010", shown[^1].Data["text/html"], StringComparison.Ordinal);
    }

    [Fact]
    public void Claims_that_fail_are_shown_before_the_error()
    {
        var shown = Host();
        Claims.AtLeast("accuracy", 0.5, 0.9, "test");
        Assert.Throws<ClaimFailedException>(Claims.Table);
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
