using System.Diagnostics;
using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>The check of all n³ triples against the plain triple loop.</summary>
internal static class AxiomBenchmark
{
    public static void Run()
    {
        Console.WriteLine("| n | triples | plain loop, s | engine, s | engine, million triples/s | times faster | working set added, MB |");
        Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|");
        foreach (int n in new[] { 250, 500, 1000, 2000 })
        {
            random.manual_seed(1);
            using var scope = NewDisposeScope();
            var points = randn(n, 16, dtype: ScalarType.Float64);
            var distances = cdist(points, points);
            double[] matrix = distances.data<double>().ToArray();
            MetricAxioms.Check(distances); // compiled before it is timed
            using var process = Process.GetCurrentProcess();
            long before = process.PeakWorkingSet64;
            double engine = Enumerable.Range(0, 3).Select(_ => Measure.Seconds(() => MetricAxioms.Check(distances))).Order().ElementAt(1);
            process.Refresh();
            double added = (process.PeakWorkingSet64 - before) / 1e6;
            double loop = n > 1000 ? double.NaN : Measure.Seconds(() => PlainLoop(matrix, n));
            double triples = Math.Pow(n, 3);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {n} | {triples:0.##E+0} | {(double.IsNaN(loop) ? "" : loop.ToString("0.000", CultureInfo.InvariantCulture))} | {engine:0.000} | {triples / engine / 1e6:0} | {(double.IsNaN(loop) ? "" : (loop / engine).ToString("0.0", CultureInfo.InvariantCulture))} | {added:0} |"));
        }
    }

    private static double PlainLoop(double[] d, int n)
    {
        double worst = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                for (int k = 0; k < n; k++) worst = Math.Max(worst, d[i * n + k] - d[i * n + j] - d[j * n + k]);
        return worst;
    }
}
