using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public sealed class NotebookScheduleTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 2, 24, 2, 1)]
    [InlineData(null, 8, 10, 3, 2)]
    [InlineData(null, 8, 2, 1, 8)] // too little for one is still one
    [InlineData(1, 2, 24, 1, 2)]
    [InlineData(4, 2, 24, 4, 1)]
    public void A_notebook_has_a_core_and_three_gigabytes(int? asked, int cores, double gigabytes, int jobs, int threads) =>
        Assert.Equal(new NotebookSchedule(jobs, threads), NotebookSchedule.For(asked, cores, gigabytes));

    [Fact]
    public void The_series_begins_then_the_longest_run_and_the_longest_file_until_seconds_are_known()
    {
        string[] notebooks = [_folder.Notebook("01-a.ipynb", "1 + 1"), _folder.Notebook("02-b.ipynb", "1"), _folder.Notebook("03-c.ipynb", "1 + 1 + 1"),
            _folder.Notebook("04-d.ipynb", "1 + 1")];
        string earlier = Directory.CreateDirectory(_folder.File("out")).FullName;
        Assert.Equal([notebooks[0], notebooks[2], notebooks[3], notebooks[1]], NotebookSchedule.FirstThenLongest(notebooks, earlier));

        for (int i = 0; i < 4; i++)
        {
            var executed = ScratchNotebook.Json("1");
            executed["metadata"]!["notebook_runner"] = new JsonObject { ["seconds"] = i + 0.5 };
            File.WriteAllText(Path.Combine(earlier, Path.GetFileName(notebooks[i])), executed.ToJsonString());
        }
        Assert.Equal([notebooks[0], notebooks[3], notebooks[2], notebooks[1]], NotebookSchedule.FirstThenLongest(notebooks, earlier));

        File.WriteAllText(Path.Combine(earlier, "02-b.ipynb"), "{"); // one is not known: files decide again
        Assert.Equal(notebooks[2], NotebookSchedule.FirstThenLongest(notebooks, earlier)[1]);
    }

    [Theory]
    [InlineData(4, 9, "4 notebooks at a time, 2 threads each")]
    [InlineData(4, 3, "3 notebooks at a time, 2 threads each")]
    [InlineData(4, 1, "one notebook at a time, 2 threads each")]
    [InlineData(1, 9, "one notebook at a time, 2 threads each")]
    public void The_schedule_says_how_many_ran_at_a_time(int jobs, int notebooks, string said) =>
        Assert.Equal(said, new NotebookSchedule(jobs, 2).Describe(notebooks));

    [Fact]
    public async Task No_more_run_at_a_time_than_there_are_jobs()
    {
        int running = 0, most = 0;
        var gate = new Lock();
        await new NotebookSchedule(3, 1).RunAsync(Enumerable.Range(0, 12), async (_, token) =>
        {
            lock (gate) most = Math.Max(most, ++running);
            await Task.Delay(20, token);
            lock (gate) running--;
        });
        Assert.Equal(3, most);
    }
}
