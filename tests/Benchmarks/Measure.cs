using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NotebookHelpers.Benchmarks;

/// <summary>Plain stopwatch timing: the median of several runs after a warm-up, and the memory the process grew by at its peak.</summary>
internal static class Measure
{
    /// <param name="action">What is measured; its first run is the warm-up.</param>
    /// <param name="secondsAtMost">After so long no further run is started.</param>
    /// <param name="runsAtLeast">However long they take.</param>
    public static (double Milliseconds, double PeakMegabytes) Of(Action action, double secondsAtMost = 2, int runsAtLeast = 3)
    {
        double peak = PeakOf(action);
        var times = new List<double>();
        var total = Stopwatch.StartNew();
        while (times.Count < runsAtLeast || (times.Count < 100 && total.Elapsed.TotalSeconds < secondsAtMost))
        {
            times.Add(Seconds(action) * 1e3);
        }
        return (times.Order().ElementAt(times.Count / 2), peak);
    }

    /// <summary>How long one run takes.</summary>
    public static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>By Linux's own high-water mark of resident memory, which can be reset; NaN elsewhere.</summary>
    private static double PeakOf(Action action)
    {
        if (!OperatingSystem.IsLinux())
        {
            action();
            return double.NaN;
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // Memory that was freed before but kept by the allocator would hide what is used anew.
        _ = malloc_trim(0);
        File.WriteAllText("/proc/self/clear_refs", "5");
        double before = Kilobytes("VmRSS");
        action();
        return (Kilobytes("VmHWM") - before) / 1024;
    }

    [DllImport("libc")]
    private static extern int malloc_trim(nuint pad);

    private static double Kilobytes(string field) =>
        double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}
