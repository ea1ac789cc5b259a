using System.Globalization;

namespace NotebookRunner;

/// <summary>Which notebooks run side by side, and with how many threads each.</summary>
/// <remarks>
/// Small networks gain little from a second thread: two notebooks with one thread each took 66 s where one after the other,
/// with two threads, took 118 s.
/// </remarks>
/// <param name="Jobs">How many notebooks run at a time.</param>
/// <param name="Threads">How many threads each computes with.</param>
public sealed record NotebookSchedule(int Jobs, int Threads)
{
    /// <summary>What a notebook may need.</summary>
    private const double GigabytesPerNotebook = 3;

    /// <summary>A schedule for a machine.</summary>
    /// <param name="jobs">How many notebooks at a time; null for one per core, fewer where memory would not hold 3 GB for each.</param>
    /// <param name="cores">The machine's cores.</param>
    /// <param name="gigabytes">The memory that is there.</param>
    public static NotebookSchedule For(int? jobs, int cores, double gigabytes)
    {
        int chosen = jobs ?? Math.Max(1, Math.Min(cores, (int)(gigabytes / GigabytesPerNotebook)));
        return new(chosen, Math.Max(1, cores / chosen));
    }

    /// <summary>A schedule for this machine.</summary>
    /// <param name="jobs">How many notebooks at a time; null for what the machine holds.</param>
    public static NotebookSchedule ForThisMachine(int? jobs = null) =>
        For(jobs, Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9);

    /// <summary>
    /// The notebook with which the series begins, so that a reader soon has a page to read; then the longest first, so that none is
    /// left over while the other cores have nothing to do.
    /// </summary>
    /// <param name="notebooks">Paths of notebooks.</param>
    /// <param name="earlier">
    /// Folder with what an earlier run left of them; where one is missing there, the lengths of the files decide.
    /// </param>
    public static IReadOnlyList<string> FirstThenLongest(IReadOnlyList<string> notebooks, string earlier)
    {
        var seconds = notebooks.Select(path => Seconds(Path.Combine(earlier, Path.GetFileName(path)))).ToArray();
        bool known = seconds.All(value => value is not null);
        double[] cost = [.. notebooks.Index().Select(item => known ? seconds[item.Index]!.Value : Length(item.Item))];
        string? first = notebooks.MinBy(Path.GetFileName, StringComparer.Ordinal);
        return [.. notebooks.Index().OrderByDescending(item => item.Item == first).ThenByDescending(item => cost[item.Index])
            .Select(item => item.Item)];
    }

    /// <summary>Runs <paramref name="work"/> on every item, <see cref="Jobs"/> at a time, in their order.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled; every begun work has ended.</exception>
    public Task RunAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, Task> work, CancellationToken cancellation = default) =>
        Parallel.ForEachAsync(
            items, new ParallelOptions { MaxDegreeOfParallelism = Jobs, CancellationToken = cancellation },
            async (item, token) => await work(item, token));

    /// <summary>One line for people: what ran side by side.</summary>
    /// <param name="notebooks">How many notebooks there were.</param>
    public string Describe(int notebooks) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Math.Min(Jobs, notebooks) is var jobs and > 1 ? $"{jobs} notebooks" : "one notebook")} at a time, "
        + $"{(Threads == 1 ? "one thread" : $"{Threads} threads")} each");

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static double? Seconds(string executed)
    {
        try
        {
            return (double?)NotebookFile.ReadJson(executed)["metadata"]?["notebook_runner"]?["seconds"];
        }
        catch (Exception e) when (e is NotebookFormatException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
