using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>Time and peak extra memory of a loss's forward and backward pass: n embeddings of 128, classes of 8.</summary>
internal static class LossBenchmark
{
    private const int Width = 128, PerClass = 8;

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Losses = new()
    {
        ["Contrastive"] = new ContrastiveLoss().forward,
        ["Triplet margin, batch-hard"] = (x, labels) => new TripletMarginLoss().forward(x, new BatchHardMiner().Mine(x, labels)),
        ["Triplet margin, all triplets"] = new TripletMarginLoss().forward,
        ["NT-Xent"] = new NTXentLoss().forward,
        ["SupCon"] = new SupConLoss().forward,
        ["Multi-similarity"] = new MultiSimilarityLoss().forward,
        ["Multi-similarity, mined"] = (x, labels) => new MultiSimilarityLoss().forward(x, new MultiSimilarityMiner().Mine(x, labels)),
        ["Lifted structure"] = new LiftedStructureLoss().forward,
        ["Generalized lifted structure"] = new GeneralizedLiftedStructureLoss().forward,
        ["Ranked list"] = new RankedListLoss().forward,
        ["Hadsell, all pairs"] = new HadsellLoss(1).forward,
    };

    public static void Run()
    {
        Console.WriteLine($"Losses, forward + backward, float32, d = {Width}, classes of {PerClass}, {get_num_threads()} threads\n");
        Console.WriteLine("| loss | n | median ms | peak extra MB | in n² floats |\n|---|--:|--:|--:|--:|");
        foreach (var (name, loss) in Losses)
            foreach (int n in new[] { 256, 512, 1024, 4096 })
                Row(name, n, loss, arange(n).remainder(n / PerClass));
        // Two views of 4,096 images, where the plain form would need several matrices of 8,192 x 8,192.
        Row("NT-Xent, two views", 8192, new NTXentLoss().forward, arange(8192).remainder(4096));
        // 116 million triplets.
        Row("Triplet margin, all triplets, 8 classes", 1024, new TripletMarginLoss().forward, arange(1024).remainder(8));
    }

    private static void Row(string name, int n, Func<Tensor, Tensor, Tensor> loss, Tensor labels)
    {
        random.manual_seed(0);
        var x = randn(n, Width);
        var (milliseconds, megabytes) = Measure.Of(() =>
        {
            using var scope = NewDisposeScope();
            loss(x.detach().requires_grad_(), labels).backward();
        });
        Console.WriteLine($"| {name} | {n} | {milliseconds:0.0} | {megabytes:0.0} | {megabytes * (1 << 18) / n / n:0.0} |");
    }
}
