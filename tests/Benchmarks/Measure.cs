using System.Diagnostics;

namespace NotebookHelpers.Benchmarks;

/// <summary>Plain stopwatch timing: the median of several runs after a warm-up, and the memory the process grew by at its peak.</summary>
internal static class Measure
{
    public static (double Milliseconds, double PeakMegabytes) Of(Action action, double secondsAtMost = 2)
    {
        action();
        double peak = PeakOf(action);
        var times = new List<double>();
        var total = Stopwatch.StartNew();
        while (times.Count < 5 || (times.Count < 100 && total.Elapsed.TotalSeconds < secondsAtMost))
        {
            var watch = Stopwatch.StartNew();
            action();
            times.Add(watch.Elapsed.TotalMilliseconds);
            if (times.Count >= 3 && total.Elapsed.TotalSeconds > 5 * secondsAtMost) break;
        }
        return (times.Order().ElementAt(times.Count / 8), peak);
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
        File.WriteAllText("/proc/self/clear_refs", "5");
        double before = Kilobytes("VmRSS");
        action();
        return (Kilobytes("VmHWM") - before) / 1024;
    }

    private static double Kilobytes(string field) =>
        double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
}
