using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>Seconds of the manifold methods on a Swiss roll and on MNIST digits, one run each; the smallest comes first and takes the compiling on it.</summary>
internal static class ManifoldBenchmark
{
    public static void Run()
    {
        using var digits = Mnist.Load(train: false);
        using var pixels = digits.Vectors();
        using var roll = SwissRoll.Sample(2000);
        Console.WriteLine($"Manifold methods, {get_num_threads()} threads\n");
        Console.WriteLine("| method | data | n | seconds |\n|---|---|--:|--:|");
        foreach (int n in new[] { 500, 1000, 2000 })
        {
            Row("PCA to 2", "MNIST", n, () => PrincipalComponents.Fit(pixels[..n], 2));
            Row("classical scaling", "Swiss roll", n, () => ClassicalScaling.Embed(cdist(roll.Points[..n], roll.Points[..n])));
            Row("Isomap, 10 neighbours", "Swiss roll", n, () => Isomap.Fit(roll.Points[..n], 10));
            Row("Isomap, 10 neighbours", "MNIST", n, () => Isomap.Fit(pixels[..n], 10));
            Row("t-SNE, 1000 iterations", "MNIST", n, () => new TSne().Embed(pixels[..n]));
            Row("trustworthiness", "MNIST", n, () => Trustworthiness.Of(pixels[..n], pixels[..n]));
            Row("intrinsic dimension", "MNIST", n, () => IntrinsicDimension.TwoNearestNeighbors(pixels[..n]));
        }
    }

    private static void Row(string method, string data, int n, Action action)
    {
        using var scope = NewDisposeScope();
        double seconds = Measure.Seconds(action);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {method} | {data} | {n} | {seconds:0.00} |"));
    }
}
