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

if (args.Length == 0 || args.Any(name => !benchmarks.ContainsKey(name)))
{
    Console.Error.WriteLine($"Expected one or more of: {string.Join(", ", benchmarks.Keys)}.");
    return 2;
}
NotebookHelpers.Devices.Best(); // keeps memory, as in a notebook
foreach (string name in args) benchmarks[name]();
return 0;
