using NotebookHelpers.Benchmarks;

// Each name prints its tables as Markdown: dotnet run -c Release --project tests/Benchmarks -- losses
var benchmarks = new Dictionary<string, Action>
{
    ["augmentations"] = AugmentationBenchmark.Run,
    ["axioms"] = AxiomBenchmark.Run,
    ["infonce"] = InfoNceBenchmark.Run,
    ["losses"] = LossBenchmark.Run,
    ["manifolds"] = ManifoldBenchmark.Run,
    ["retrieval"] = RetrievalBenchmark.Run,
    ["training"] = TrainingBenchmark.Run,
};

// On a machine with a GPU: everything on the device against the CPU; the exit code tells whether they agree.
if (args is ["device"]) return DeviceBenchmark.Run();
if (args.Length == 0 || args.Any(name => !benchmarks.ContainsKey(name)))
{
    Console.Error.WriteLine($"Expected one or more of: {string.Join(", ", benchmarks.Keys)}; or device alone.");
    return 2;
}
NotebookHelpers.Devices.Best(); // keeps memory, as in a notebook
foreach (string name in args) benchmarks[name]();
return 0;
