using System.Text.Json;

namespace NotebookRunner;

/// <summary>A run with another seed failed, or made other claims than the run before.</summary>
public sealed class CalibrationException(string message) : Exception(message);

/// <summary>The claims of one notebook, run with one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Claims">What it measured.</param>
public sealed record CalibrationRun(long Seed, IReadOnlyList<Claim> Claims)
{
    // The library's Notebook.SeedVariable; the notebook chooses which library it loads.
    private const string SeedVariable = "NOTEBOOKS_SEED";

    /// <summary>Runs a notebook with a seed. A claim that does not hold is what this is about; any other failure ends it.</summary>
    /// <exception cref="CalibrationException">A cell failed.</exception>
    public static async Task<CalibrationRun> OfAsync(string path, long seed, int threads, CancellationToken cancellation)
    {
        var result = await NotebookExecutor.RunAsync(
            NotebookDocument.Load(path), Timeout.InfiniteTimeSpan, threads: threads,
            environment: new Dictionary<string, string> { [SeedVariable] = $"{seed}" }, cancellation: cancellation);
        if (result.Failure is { } failure && result.Claims.All(claim => claim.Holds))
            throw new CalibrationException($"seed {seed}: {failure}");
        return new(seed, result.Claims);
    }
}

/// <summary>How far a claim's values lie apart over seeds.</summary>
/// <param name="Smallest">The smallest value.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Largest">The largest value.</param>
public sealed record ClaimSpread(double Smallest, double Mean, double Largest);

/// <summary>What a notebook's claims measured with several seeds, as it stands in tests/calibration.</summary>
/// <param name="Seeds">The seeds.</param>
/// <param name="Claims">By name.</param>
public sealed record Calibration(long[] Seeds, SortedDictionary<string, ClaimSpread> Claims)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file of a notebook, named by its number.</summary>
    public static string PathOf(string notebook) =>
        Path.Combine(Repository.Root, "tests", "calibration", Path.GetFileName(notebook)[..2] + ".json");

    /// <exception cref="CalibrationException">A run made other claims than the first.</exception>
    public static Calibration Of(IReadOnlyList<CalibrationRun> runs)
    {
        string[] names = [.. runs[0].Claims.Select(claim => claim.Name)];
        foreach (var run in runs)
            if (run.Claims.Select(claim => claim.Name).Except(names).Concat(names.Except(run.Claims.Select(claim => claim.Name)))
                .FirstOrDefault() is { } other)
                throw new CalibrationException($"Seeds {runs[0].Seed} and {run.Seed} differ in the claim '{other}': only one makes it.");
        var spreads = new SortedDictionary<string, ClaimSpread>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            double[] values = [.. runs.Select(run => run.Claims.Single(claim => claim.Name == name).Measured)];
            spreads[name] = new(values.Min(), values.Average(), values.Max());
        }
        return new([.. runs.Select(run => run.Seed)], spreads);
    }

    /// <exception cref="InvalidDataException">The file is no calibration.</exception>
    public static Calibration Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Calibration>(File.ReadAllText(path), Form)!;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no calibration: {e.Message}", e);
        }
    }

    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        NotebookForm.Replace(path, JsonSerializer.Serialize(this, Form) + "\n");
    }
}
