using System.Globalization;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace NotebookRunner;

/// <summary>What one run of a calibration differs in: the same seed gives other numbers on another processor.</summary>
/// <param name="Seed">Its seed; null for the notebook's own.</param>
/// <param name="Threads">With how many threads libtorch computes.</param>
/// <param name="AtenCpuCapability">The instructions of libtorch's kernels; null for the best that the machine has.</param>
/// <param name="OnednnMaxCpuIsa">The instructions of oneDNN's kernels; null for the best that the machine has.</param>
/// <param name="Untrained">Whether trainings leave the weights as they are.</param>
public sealed record CalibrationSetting(
    long? Seed, int Threads, string? AtenCpuCapability = null, string? OnednnMaxCpuIsa = null, bool Untrained = false)
{
    /// <summary>Whether the run computes with other kernels than the machine's best.</summary>
    public bool HasOtherKernels => AtenCpuCapability is not null || OnednnMaxCpuIsa is not null;

    /// <summary>The variables of the run's process; one that is empty is taken away. The first three are the library's.</summary>
    internal Dictionary<string, string> Environment => new()
    {
        ["NOTEBOOKS_SEED"] = Seed is { } seed ? string.Create(CultureInfo.InvariantCulture, $"{seed}") : "",
        ["NOTEBOOKS_UNTRAINED"] = Untrained ? "1" : "",
        ["NOTEBOOKS_SCALE"] = "", // the small scale claims nothing, and the full one is another experiment
        [CellProcess.StrictVariable] = "", // a claim that does not hold ends no run
        [CellProcess.ThreadsVariable] = string.Create(CultureInfo.InvariantCulture, $"{Threads}"),
        ["ATEN_CPU_CAPABILITY"] = AtenCpuCapability ?? "",
        ["ONEDNN_MAX_CPU_ISA"] = OnednnMaxCpuIsa ?? "",
    };

    /// <summary>The setting in words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Untrained ? "untrained" : $"seed {Seed}")}, {(Threads == 1 ? "one thread" : $"{Threads} threads")}, {Kernels}");

    private string Kernels => HasOtherKernels ? $"{AtenCpuCapability}/{OnednnMaxCpuIsa} kernels" : "the machine's kernels";
}

/// <summary>Which runs calibrate a notebook.</summary>
internal static class CalibrationPlan
{
    // Every second run takes the next of these, so that ten runs have each at least once.
    private static readonly CalibrationSetting[] OtherKernels =
    [
        new(null, 1, "avx2", "AVX2"), new(null, 1, "default", "SSE41"), new(null, 2, "avx2", "AVX2"), new(null, 2, "default", "SSE41"),
    ];

    /// <summary>
    /// Runs with the seeds from 2 on, never the notebook's own: half of them as the notebook runs here, half with other kernels.
    /// </summary>
    public static IReadOnlyList<CalibrationSetting> Of(int count, long ownSeed) =>
    [
        .. Enumerable.Range(2, count + 1).Where(seed => seed != ownSeed).Take(count).Select((seed, i) =>
            i % 2 == 0 ? new CalibrationSetting(seed, 1) : OtherKernels[i / 2 % OtherKernels.Length] with { Seed = seed }),
    ];

    /// <summary>The seed that a notebook's first code cell gives to Notebook.Start, whose default is 1.</summary>
    public static long OwnSeed(NotebookDocument notebook)
    {
        var start = notebook.Cells.Take(1).SelectMany(cell => ClaimInCode.Parse(cell.Source).DescendantNodes())
            .OfType<InvocationExpressionSyntax>().FirstOrDefault(call => call.Expression.ToString() == "Notebook.Start");
        var seed = start?.ArgumentList.Arguments.Where((argument, i) =>
            argument.NameColon is { } name ? name.Name.Identifier.Text == "seed" : i == 0).FirstOrDefault();
        return long.TryParse(seed?.Expression.ToString(), CultureInfo.InvariantCulture, out long own) ? own : 1;
    }
}
