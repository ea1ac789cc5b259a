using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>One step's loss and gradient with large batches: the plain form, the loss in blocks, and the encoder in chunks as well.</summary>
internal static class InfoNceBenchmark
{
    private const int Width = 128, ChunkSize = 512;
    private const double Temperature = 0.1;

    public static void Run()
    {
        Console.WriteLine($"NT-Xent, two views, d = {Width}, forward + backward through a convolutional encoder (1x28x28), float32, {get_num_threads()} threads\n");
        Console.WriteLine("| pairs | form | s | peak extra MB | loss |\n|--:|---|--:|--:|--:|");
        foreach (int pairs in new[] { 1024, 8192 })
        {
            Row(pairs, "plain", (encoder, images) => Plain(encoder.forward(images)));
            Row(pairs, "loss in blocks", (encoder, images) => Blocked(encoder.forward(images)));
            Row(pairs, $"loss in blocks, encoder in chunks of {ChunkSize}", (encoder, images) => GradientCache.Loss(encoder, images, Blocked, ChunkSize));
        }
    }

    private static void Row(int pairs, string name, Func<nn.Module<Tensor, Tensor>, Tensor, Tensor> loss)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(0);
        using var encoder = nn.Sequential(nn.Conv2d(1, 32, 3, stride: 2, padding: 1), nn.ReLU(), nn.Conv2d(32, 64, 3, stride: 2, padding: 1), nn.ReLU(),
            nn.Conv2d(64, 64, 3, stride: 2, padding: 1), nn.ReLU(), nn.Flatten(), nn.Linear(1024, Width));
        var images = rand(2 * pairs, 1, 28, 28);
        double value = 0;
        var (milliseconds, megabytes) = Measure.Of(() =>
        {
            using var step = NewDisposeScope();
            encoder.zero_grad();
            var result = loss(encoder, images);
            result.backward();
            value = result.item<float>();
        }, secondsAtMost: 1, runsAtLeast: 1);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {pairs} | {name} | {milliseconds / 1e3:0.00} | {megabytes:0} | {value:0.000000} |"));
    }

    private static Tensor Blocked(Tensor z)
    {
        long n = z.shape[0] / 2;
        return new NTXentLoss(Temperature).OfViews(z.narrow(0, 0, n), z.narrow(0, n, n));
    }

    // As it is usually written, by automatic differentiation: a softmax over all 2N x 2N similarities.
    private static Tensor Plain(Tensor z)
    {
        long n = z.shape[0] / 2;
        var x = nn.functional.normalize(z, dim: 1);
        var logits = (x.mm(x.t()) / Temperature).masked_fill(eye(2 * n, dtype: ScalarType.Bool), double.NegativeInfinity);
        return nn.functional.cross_entropy(logits, arange(2 * n).add(n).remainder(2 * n));
    }
}
