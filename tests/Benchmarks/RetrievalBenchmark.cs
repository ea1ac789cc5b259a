using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>Time and peak extra memory of exact search and of the retrieval numbers, 10,000 queries against 60,000 items.</summary>
internal static class RetrievalBenchmark
{
    public static void Run()
    {
        Console.WriteLine($"Search and retrieval, {get_num_threads()} threads\n");
        Console.WriteLine("| what | d | seconds | peak extra MB | result |\n|---|--:|--:|--:|---|");
        using var train = Mnist.Load(train: true);
        using var test = Mnist.Load(train: false);
        Row("1-NN on MNIST pixels", 784, () =>
            $"{test.Count - test.Count * NearestNeighbors.Accuracy(train.Images.flatten(1), train.Labels, test.Images.flatten(1), test.Labels, 1):0} errors");
        using var pixels = train.Vectors();
        Row("k-means on MNIST pixels, 10 clusters, one start", 784, () =>
        {
            var clusters = Clustering.KMeans(pixels, 10, starts: 1);
            return $"AMI {Clustering.AdjustedMutualInformation(train.Labels, clusters):0.000}";
        });
        foreach (int width in new[] { 2, 128 })
        {
            random.manual_seed(0);
            var means = randn(10, width) * 2;
            var (x, queries) = (means.index_select(0, train.Labels) + randn(60000, width), means.index_select(0, test.Labels) + randn(10000, width));
            Row("5-NN on embeddings", width, () => $"accuracy {NearestNeighbors.Accuracy(x, train.Labels, queries, test.Labels, 5):0.000}");
            Row("Recall at k, R-precision, MAP@R", width, () => $"MAP@R {Retrieval.Evaluate(x, train.Labels, queries, test.Labels).MeanAveragePrecisionAtR:0.000}");
        }
    }

    private static void Row(string what, int width, Func<string> action)
    {
        string result = "";
        var (milliseconds, megabytes) = Measure.Of(() =>
        {
            using var scope = NewDisposeScope();
            result = action();
        }, secondsAtMost: 1, runsAtLeast: 1);
        Console.WriteLine($"| {what} | {width} | {milliseconds / 1000:0.0} | {megabytes:0} | {result} |");
    }
}
