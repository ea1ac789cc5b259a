using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

/// <summary>How many images a second each augmentation makes views of.</summary>
internal static class AugmentationBenchmark
{
    private const int Batch = 256;

    private static readonly Dictionary<string, Augmentation> Steps = new()
    {
        ["resized crop"] = Augmentations.ResizedCrop(0.5),
        ["affine"] = Augmentations.Affine(degrees: 15, translate: 0.1, scale: 1.2),
        ["erase"] = Augmentations.Erase(0.2),
        ["blur"] = Augmentations.Blur(0.1, 2),
        ["noise"] = Augmentations.Noise(0.1),
    };

    public static void Run()
    {
        Console.WriteLine($"Augmentations, batches of {Batch} images 1x28x28, float32, {get_num_threads()} threads\n");
        Console.WriteLine("| augmentation | ms a batch | images/s |\n|---|--:|--:|");
        foreach (var (name, step) in Steps) Row(name, step);
        Row("all five", Augmentations.Compose([.. Steps.Values]));
    }

    private static void Row(string name, Augmentation step)
    {
        using var scope = NewDisposeScope();
        var pixels = rand(Batch, 1, 28, 28);
        double milliseconds = Measure.Of(() => step(pixels).Dispose(), secondsAtMost: 1).Milliseconds;
        double rate = Batch / milliseconds * 1e3;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {milliseconds:0.00} | {rate:0} |"));
    }
}
