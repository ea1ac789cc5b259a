using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>Time and peak extra memory of losses (forward and backward pass) and miners: n embeddings of 128 in float32, classes of 8.</summary>
internal static class LossBenchmark
{
    private const int Width = 128, PerClass = 8;

    private static readonly int[] Sizes = [256, 1024, 4096];

    internal static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Losses = new()
    {
        ["contrastive"] = new ContrastiveLoss().forward,
        ["Hadsell, all pairs"] = new HadsellLoss(1).forward,
        ["batch-hard and triplet margin"] = (x, labels) => new TripletMarginLoss().forward(x, new BatchHardMiner().Mine(x, labels)),
        ["all triplets, margin"] = new TripletMarginLoss().forward,
        ["NT-Xent"] = new NTXentLoss().forward,
        ["SupCon"] = new SupConLoss().forward,
        ["multi-similarity"] = new MultiSimilarityLoss().forward,
        ["multi-similarity, mined"] = (x, labels) => new MultiSimilarityLoss().forward(x, new MultiSimilarityMiner().Mine(x, labels)),
        ["lifted structure"] = new LiftedStructureLoss().forward,
        ["generalized lifted structure"] = new GeneralizedLiftedStructureLoss().forward,
        ["ranked list"] = new RankedListLoss().forward,
    };

    internal static readonly Dictionary<string, Func<Tensor, Tensor, IDisposable>> Miners = new()
    {
        ["miner: pair margin"] = new PairMarginMiner().Mine,
        ["miner: batch-hard"] = new BatchHardMiner().Mine,
        ["miner: multi-similarity"] = new MultiSimilarityMiner().Mine,
    };

    public static void Run()
    {
        Console.WriteLine($"d = {Width}, float32, classes of {PerClass}, {get_num_threads()} threads; memory in units of n² floats of 4 bytes\n");
        Console.WriteLine($"| | {string.Join(" | ", Sizes.Select(n => $"n = {n}, ms"))} | {string.Join(" | ", Sizes.Select(n => $"n = {n}, memory"))} |");
        Console.WriteLine($"|---|{string.Concat(Sizes.Concat(Sizes).Select(_ => "--:|"))}");
        foreach (var (name, loss) in Losses) Row(name, Sizes, (x, labels) => loss(x.requires_grad_(), labels).backward());
        foreach (var (name, mine) in Miners) Row(name, Sizes, (x, labels) => mine(x, labels).Dispose());
        // Its result is a list of triplets: a hundred million of them at n = 4096.
        Row("miner: semi-hard triplets", [256, 1024], (x, labels) => new TripletMarginMiner(0.2, TripletKind.SemiHard).Mine(x, labels).Dispose());

        Console.WriteLine("\n| at one size | n | ms | memory |\n|---|--:|--:|--:|");
        Single("NT-Xent", 512, arange(512).remainder(512 / PerClass), new NTXentLoss().forward);
        Single("NT-Xent, two views", 512, arange(512), OfTwoViews);
        // Two views of 4,096 images, where the plain form would need several matrices of 8,192 x 8,192.
        Single("NT-Xent, two views", 8192, arange(8192), OfTwoViews);
        // 116 million triplets.
        Single("all triplets, margin, 8 classes", 1024, arange(1024).remainder(8), new TripletMarginLoss().forward);
    }

    private static Tensor OfTwoViews(Tensor x, Tensor _)
    {
        var views = x.chunk(2);
        return new NTXentLoss().OfViews(views[0], views[1]);
    }

    private static void Row(string name, int[] sizes, Action<Tensor, Tensor> action)
    {
        var measured = sizes.Select(n => Measured(n, arange(n).remainder(n / PerClass), action)).ToArray();
        string[] Cells(Func<(double Milliseconds, double Squares), string> text) => [.. measured.Select(text), .. Enumerable.Repeat("", Sizes.Length - sizes.Length)];
        Console.WriteLine($"| {name} | {string.Join(" | ", Cells(m => $"{m.Milliseconds:0.0}"))} | {string.Join(" | ", Cells(m => $"{m.Squares:0.0}"))} |");
    }

    private static void Single(string name, int n, Tensor labels, Func<Tensor, Tensor, Tensor> loss)
    {
        var (milliseconds, squares) = Measured(n, labels, (x, y) => loss(x.requires_grad_(), y).backward());
        Console.WriteLine($"| {name} | {n} | {milliseconds:0.0} | {squares:0.0} |");
    }

    private static (double Milliseconds, double Squares) Measured(int n, Tensor labels, Action<Tensor, Tensor> action)
    {
        random.manual_seed(0);
        var x = randn(n, Width);
        var (milliseconds, megabytes) = Measure.Of(() =>
        {
            using var scope = NewDisposeScope();
            action(x.detach(), labels);
        });
        return (milliseconds, megabytes * (1 << 18) / n / n);
    }
}
