using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>The training loop against a bare loop written by hand, on the same work: same net, images, loss, optimiser, order of batches.</summary>
internal static class TrainingBenchmark
{
    private const int Images = 4096;

    public static void Run() => Run(CPU, rounds: 7);

    /// <param name="device">Where net and images live.</param>
    /// <param name="rounds">How often one epoch of each is timed.</param>
    public static void Run(Device device, int rounds)
    {
        Console.WriteLine($"Training on {device}, two views, NT-Xent, Adam, float32 unless named otherwise, {get_num_threads()} CPU threads; {rounds} rounds of one epoch each in turn, median; last column: median of the rounds' ratios\n");
        Console.WriteLine("| net | batch | bare loop, steps/s | TrainingLoop, steps/s | bare, images/s | TrainingLoop, images/s | ratio |\n|---|--:|--:|--:|--:|--:|--:|");
        void Row(string name, Func<nn.Module<Tensor, Tensor>> newNet, int batchSize) => Print(name, newNet, batchSize, device, rounds);
        Row("784-64, next to no work", () => nn.Sequential(nn.Flatten(), nn.Linear(784, 64)), 64);
        Row("784-256-64", () => nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64)), 128);
        Row("conv 32-64-64", Convolutional, 256);
        Row("conv 32-64-64, bfloat16", () => Precision.BFloat16(Convolutional()), 256);
        if (device.type != DeviceType.CUDA) return;
        Precision.AllowTensorFloat32(device); // for the rest of the process
        Row("conv 32-64-64, TF32", Convolutional, 256);
    }

    private static nn.Module<Tensor, Tensor> Convolutional() => nn.Sequential(
        nn.Conv2d(1, 32, 3, stride: 2, padding: 1), nn.ReLU(), nn.Conv2d(32, 64, 3, stride: 2, padding: 1), nn.ReLU(),
        nn.Conv2d(64, 64, 3, stride: 2, padding: 1), nn.ReLU(), nn.Flatten(), nn.Linear(1024, 64));

    private static void Print(string name, Func<nn.Module<Tensor, Tensor>> newNet, int batchSize, Device device, int rounds)
    {
        random.manual_seed(0);
        using var scope = NewDisposeScope();
        var images = rand(Images, 1, 28, 28, device: device);
        var loss = new NTXentLoss(0.2);
        Tensor Loss(nn.Module<Tensor, Tensor> net, Tensor batch)
        {
            var pixels = images.index_select(0, batch);
            var z = net.forward(cat([pixels, pixels.flip(3)]));
            return loss.OfViews(z.narrow(0, 0, batch.shape[0]), z.narrow(0, batch.shape[0], batch.shape[0]));
        }

        using var bareNet = newNet().to(device);
        using var bareOptimizer = optim.Adam(bareNet.parameters(), 1e-4);
        using var net = newNet().to(device);
        using var optimizer = optim.Adam(net.parameters(), 1e-4);
        var batches = new ShuffledBatches(Images, batchSize, device, imagesPerItem: 2);
        var loop = new TrainingLoop(net, optimizer, batches, batch => Loss(net, batch)) { LearningRateSchedule = LearningRates.WarmupCosine() };
        var progress = new Ignored();

        void Bare()
        {
            bareNet.train();
            using var order = randperm(Images, dtype: ScalarType.Int64, device: device);
            double sum = 0;
            for (int step = 0; step < Images / batchSize; step++)
            {
                using var stepScope = NewDisposeScope();
                bareOptimizer.zero_grad();
                var value = Loss(bareNet, order.narrow(0, (long)step * batchSize, batchSize));
                value.backward();
                bareOptimizer.step();
                sum += value.item<float>();
            }
        }

        Bare();
        loop.Run(1);
        var (bare, ours) = (new List<double>(), new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            // Whoever is first may find the caches or the other work on the machine different: take turns.
            if (round % 2 == 0) bare.Add(Measure.Seconds(Bare));
            ours.Add(Measure.Seconds(() => loop.Run(1, progress)));
            if (round % 2 == 1) bare.Add(Measure.Seconds(Bare));
        }
        double steps = Images / batchSize, perStep = 2.0 * batchSize, bareRate = steps / Median(bare), rate = steps / Median(ours);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {batchSize} | {bareRate:0.0} | {rate:0.0} | {bareRate * perStep:0} | {rate * perStep:0} | {Median(bare.Zip(ours, (b, o) => b / o)):0.000} |"));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private sealed class Ignored : IProgress<TrainingReport>
    {
        public void Report(TrainingReport value) { }
    }
}
