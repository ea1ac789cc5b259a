using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Loading;

/// <summary>
/// What may end a process, in a process of its own: <c>dotnet NotebookHelpers.Tests.dll lifetime PROGRAM [SECONDS]</c>. A program that
/// races the garbage collector prints how often it collected; <see cref="WrongCalls"/> prints what each wrong call threw.
/// </summary>
internal static class LifetimeProcess
{
    public const string Mode = "lifetime";

    public static readonly string[] Races = ["two-loops", "loop-beside-allocations", "probe-beside-allocations"];

    public static int Run(string[] arguments)
    {
        if (arguments[0] == nameof(WrongCalls))
        {
            WrongCalls.Run();
            return 0;
        }
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(double.Parse(arguments[1], CultureInfo.InvariantCulture));
        Action[] programs = arguments[0] switch
        {
            "two-loops" => [() => Train(until), () => Train(until)],
            "loop-beside-allocations" => [() => Train(until), () => Allocate(until)],
            "probe-beside-allocations" => [() => Probe(until), () => Allocate(until)],
            string other => throw new ArgumentException($"Expected one of {string.Join(", ", Races)}; got {other}."),
        };
        set_num_threads(1);
        Task.WaitAll([.. programs.Select(program => Task.Factory.StartNew(program, TaskCreationOptions.LongRunning))]);
        Console.WriteLine($"lived, {GC.CollectionCount(0)} collections");
        return 0;
    }

    private static void Train(DateTime until)
    {
        using var net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4));
        using var optimizer = optim.Adam(net.parameters(), 1e-3);
        using var x = randn(64, 8);
        var loop = new TrainingLoop(net, optimizer, new ShuffledBatches(64, 16), batch =>
            (net.forward(x[batch]) * 0.5 - 0.25).square().mean() + 1);
        while (DateTime.UtcNow < until) loop.Run(5);
    }

    private static void Probe(DateTime until)
    {
        using var points = randn(60, 8);
        using var labels = arange(60, int64) % 3;
        while (DateTime.UtcNow < until) LinearProbe.Accuracy(points, labels, points, labels);
    }

    private static void Allocate(DateTime until)
    {
        var kept = new byte[64][];
        for (int i = 0; DateTime.UtcNow < until; i++) kept[i % 64] = new byte[10_000];
    }
}
