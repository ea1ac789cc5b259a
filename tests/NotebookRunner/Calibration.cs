using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NotebookRunner;

/// <summary>A run with another seed failed, or made other claims than the run before.</summary>
public sealed class CalibrationException(string message) : Exception(message);

/// <summary>How a claim's values lie over the runs.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardDeviation">The standard deviation of the sample.</param>
/// <param name="Worst">The value nearest to the bound, or farthest beyond it.</param>
/// <param name="WorstSeed">The seed that gave it.</param>
public sealed record ClaimSpread(double Mean, double StandardDeviation, double Worst, long WorstSeed);

/// <summary>What a notebook's claims measured in runs with other seeds and kernels, as it stands in tests/calibration.</summary>
/// <param name="Runs">How the runs differ.</param>
/// <param name="Claims">By name.</param>
/// <param name="HoldUntrained">Claims that are called measured and hold in a run whose trainings change no weight, too.</param>
/// <param name="UntrainedEndedAt">The cell at which the untrained run ended before its time, and why; null if all cells ran.</param>
public sealed record Calibration(
    IReadOnlyList<CalibrationSetting> Runs, SortedDictionary<string, ClaimSpread> Claims, IReadOnlyList<string> HoldUntrained,
    string? UntrainedEndedAt = null)
{
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions Whole = new(Form) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <summary>The file of a notebook, named by its number.</summary>
    public static string PathOf(string notebook) =>
        Path.Combine(Repository.Root, "tests", "calibration", Path.GetFileName(notebook)[..2] + ".json");

    /// <summary>Sums up runs.</summary>
    /// <param name="runs">How each differed, and what it measured.</param>
    /// <param name="untrained">What the untrained run measured.</param>
    /// <param name="measured">The names of the claims that are called measured.</param>
    /// <exception cref="CalibrationException">A run made other claims than the first.</exception>
    internal static Calibration Of(
        IReadOnlyList<(CalibrationSetting Setting, CalibrationRun Run)> runs, CalibrationRun untrained,
        IReadOnlyCollection<string> measured)
    {
        string[] names = [.. runs[0].Run.Claims.Select(claim => claim.Name)];
        foreach (var (setting, run) in runs)
        {
            string[] others = [.. run.Claims.Select(claim => claim.Name)];
            if (others.Except(names).Concat(names.Except(others)).FirstOrDefault() is { } other)
                throw new CalibrationException(
                    $"The runs with {runs[0].Setting} and {setting} differ in the claim '{other}': only one makes it.");
        }
        var spreads = new SortedDictionary<string, ClaimSpread>(StringComparer.Ordinal);
        foreach (string name in names)
            spreads[name] = SpreadOf(
                [.. runs.Select(each => (each.Setting.Seed!.Value, each.Run.Claims.Single(claim => claim.Name == name)))]);
        return new(
            [.. runs.Select(each => each.Setting)], spreads,
            // Ways that begin with the same weights do not differ untrained: a difference on its bound is not "more".
            [.. untrained.Claims.Where(claim => claim.Holds && claim.Measured != claim.Low && claim.Measured != claim.High
                && measured.Contains(claim.Name)).Select(claim => claim.Name)],
            untrained.EndedAt);
    }

    /// <exception cref="InvalidDataException">The file is no calibration.</exception>
    public static Calibration Read(string path)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Calibration>(File.ReadAllText(path), Form);
            return read is { Runs: not null, Claims: not null, HoldUntrained: not null } ? read
                : throw new InvalidDataException($"{path} is no calibration: it has no 'runs', 'claims' or 'holdUntrained'.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no calibration: {e.Message}", e);
        }
    }

    /// <summary>Writes one line for each run and each claim, so that a difference in git is readable.</summary>
    public void Write(string path)
    {
        string runs = Lines(Runs.Select(run => Text(run)));
        string claims = Lines(Claims.Select(claim => $"{Text(claim.Key)}: {Text(claim.Value, Whole)}"));
        string hold = Lines(HoldUntrained.Select(name => Text(name)));
        string ended = UntrainedEndedAt is null ? "" : $",\n  \"untrainedEndedAt\": {Text(UntrainedEndedAt)}";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        NotebookForm.Replace(
            path, $"{{\n  \"runs\": [{runs}],\n  \"claims\": {{{claims}}},\n  \"holdUntrained\": [{hold}]{ended}\n}}\n");
    }

    private static string Text<T>(T value, JsonSerializerOptions? form = null) => JsonSerializer.Serialize(value, form ?? Form);

    private static string Lines(IEnumerable<string> items)
    {
        string lines = string.Join(",\n    ", items);
        return lines.Length == 0 ? "" : $"\n    {lines}\n  ";
    }

    private static ClaimSpread SpreadOf(IReadOnlyList<(long Seed, Claim Claim)> runs)
    {
        double[] values = [.. runs.Select(run => run.Claim.Measured)];
        // Equal values have no spread, not one of rounding.
        bool equal = values.Distinct().Count() == 1;
        double mean = equal ? values[0] : values.Average();
        double deviation = equal ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
        var (seed, worst) = runs.MinBy(run => Math.Min(run.Claim.Measured - run.Claim.Low, run.Claim.High - run.Claim.Measured));
        return new(Rounded(mean), Rounded(deviation), Rounded(worst.Measured), seed);
    }

    private static double Rounded(double value) =>
        double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
