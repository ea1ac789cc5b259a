using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>
/// Every loss, miner and evaluation in float32 on the device that notebooks would use, against float64 on the CPU; then how many
/// images a second the training loop takes there beside a bare loop. Two minutes at most.
/// </summary>
internal static class DeviceBenchmark
{
    private const int Rows = 1024, Width = 128, Classes = 128;

    /// <summary>
    /// The largest relative difference that counts as agreement: sums of some thousand float32 numbers, whose rounding is 6e-8 each.
    /// </summary>
    private const double Tolerance = 1e-4;

    /// <returns>0 if everything agrees, 1 if not.</returns>
    public static int Run()
    {
        var device = Devices.Best();
        Console.WriteLine($"{device}, {get_num_threads()} CPU threads, n = {Rows}, d = {Width}, classes of {Rows / Classes}\n");
        Console.WriteLine("| | relative difference from float64 on the CPU | CPU, ms | device, ms | |\n|---|--:|--:|--:|---|");
        random.manual_seed(0);
        using var scope = NewDisposeScope();
        var labels = arange(Rows).remainder(Classes);
        var centres = randn(Classes, Width, dtype: ScalarType.Float64).index_select(0, labels);
        var exact = centres + 1.5 * randn(Rows, Width, dtype: ScalarType.Float64);
        bool agree = true;
        foreach (var (name, compute) in Everything())
        {
            double difference = Difference(compute(exact, labels), compute(exact.to(ScalarType.Float32).to(device), labels.to(device)));
            bool holds = difference <= Tolerance;
            agree &= holds;
            double onCpu = Milliseconds(compute, exact, labels, CPU), onDevice = Milliseconds(compute, exact, labels, device);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {difference:0.0e+0} | {onCpu:0.0} | {onDevice:0.0} | {(holds ? "agrees" : "DIFFERS")} |"));
        }
        Console.WriteLine();
        TrainingBenchmark.Run(device, rounds: 3);
        Console.WriteLine(agree ? "\nEverything agrees." : $"\nNot everything agrees within {Tolerance:0e+0}.");
        return agree ? 0 : 1;
    }

    /// <summary>Each gives numbers that do not depend on the order of equal things, as one float64 vector.</summary>
    private static IEnumerable<(string Name, Func<Tensor, Tensor, Tensor> Compute)> Everything()
    {
        foreach (var (name, loss) in LossBenchmark.Losses) yield return ($"{name}, loss and gradient", (x, y) => LossAndGradient(loss, x, y));
        foreach (var (name, mine) in LossBenchmark.Miners) yield return (name, (x, y) => Chosen(mine(x, y)));
        yield return ("miner: semi-hard triplets", (x, y) => Chosen(new TripletMarginMiner(0.2, TripletKind.SemiHard).Mine(x, y)));
        yield return ("retrieval, MAP@R", (x, y) => Vector(Retrieval.Evaluate(x, y).MeanAveragePrecisionAtR));
        yield return ("5 nearest neighbours", (x, _) => NearestNeighbors.Search(x, 5).Distances);
        yield return ("5-NN accuracy", (x, y) => Vector(NearestNeighbors.Accuracy(x, y, x, y, 5)));
        yield return ("k-means, NMI", (x, y) => Vector(Clustering.NormalizedMutualInformation(y, Clustering.KMeans(x, Classes))));
        yield return ("linear probe", (x, y) => Vector(LinearProbe.Accuracy(x, y, x, y)));
        yield return ("alignment", (x, _) => Vector(AlignmentUniformity.Alignment(Unit(x), Unit(x).roll(1, 0))));
        yield return ("uniformity", (x, _) => Vector(AlignmentUniformity.Uniformity(Unit(x))));
        yield return ("trustworthiness of the first two columns", (x, _) => Vector(Trustworthiness.Of(x, x.narrow(1, 0, 2))));
        yield return ("effective rank", (x, _) => Vector(Collapse.Diagnose(x).EffectiveRank));
    }

    private static Tensor Unit(Tensor x) => nn.functional.normalize(x, dim: 1);

    private static Tensor Vector(params double[] values) => tensor(values);

    private static Tensor LossAndGradient(Func<Tensor, Tensor, Tensor> loss, Tensor x, Tensor labels)
    {
        var leaf = x.detach().requires_grad_();
        var value = loss(leaf, labels);
        value.backward();
        return cat([value.detach().reshape(1), leaf.grad!.flatten()]);
    }

    // How many times each row is an anchor, a partner of its class, a partner of another class.
    private static Tensor Chosen(IDisposable mined)
    {
        Tensor[] positions = mined switch
        {
            Pairs pairs => [pairs.AnchorsPositive, pairs.Positives, pairs.AnchorsNegative, pairs.Negatives],
            Triplets triplets => [triplets.Anchors, triplets.Positives, triplets.Negatives],
            _ => throw new InvalidOperationException($"A miner gave a {mined.GetType().Name}."),
        };
        return cat([.. positions.Select(part => part.bincount(null, Rows))]);
    }

    private static double Difference(Tensor expected, Tensor got)
    {
        var (a, b) = (expected.to(ScalarType.Float64), got.cpu().to(ScalarType.Float64));
        return ((a - b).norm() / a.norm()).item<double>();
    }

    private static double Milliseconds(Func<Tensor, Tensor, Tensor> compute, Tensor exact, Tensor labels, Device device)
    {
        using var scope = NewDisposeScope();
        var (x, y) = (exact.to(ScalarType.Float32).to(device), labels.to(device));
        return Measure.Of(
            () =>
            {
                using var inner = NewDisposeScope();
                compute(x, y).cpu(); // waits for the device
            },
            secondsAtMost: 0.3).Milliseconds;
    }
}
