using static TorchSharp.torch;

namespace NotebookHelpers.Benchmarks;

internal static class LossBenchmark
{
    public static void Run()
    {
        foreach (int n in new[] { 256, 1024, 4096 })
        {
            var x = randn(n, 128);
            var (ms, mb) = Measure.Of(() => { using var s = NewDisposeScope(); x.mm(x.t()); });
            Console.WriteLine($"{n} mm {ms:0.00} {mb:0.0}");
            var unit = nn.functional.normalize(x, dim: 1).requires_grad_();
            (ms, mb) = Measure.Of(() => { using var s = NewDisposeScope(); cdist(unit, unit).sum().backward(); });
            Console.WriteLine($"{n} cdist+backward {ms:0.00} {mb:0.0}");
            (ms, mb) = Measure.Of(() => { using var s = NewDisposeScope(); using var no = no_grad(); cdist(unit, unit); });
            Console.WriteLine($"{n} cdist {ms:0.00} {mb:0.0}");
            (ms, mb) = Measure.Of(() => { using var s = NewDisposeScope(); x.mm(x.t()).exp_(); });
            Console.WriteLine($"{n} mm+exp {ms:0.00} {mb:0.0}");
            var labels = arange(n).remainder(n / 8);
            (ms, mb) = Measure.Of(() => { using var s = NewDisposeScope(); var e = unit.detach().requires_grad_(); new ContrastiveLoss().forward(e, labels).backward(); });
            Console.WriteLine($"{n} contrastive {ms:0.00} {mb:0.0} = {mb * 1024 * 256 / n / n:0.0} n2");
        }
    }
}
