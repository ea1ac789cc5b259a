using System.Globalization;

namespace NotebookHelpers;

/// <summary>A number a notebook computed, and the band it must lie in.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Measured">The value the notebook computed.</param>
/// <param name="Expected">The band, as text.</param>
/// <param name="Source">Where the expectation comes from: a paper, a formula, a reference implementation, an earlier measurement.</param>
/// <param name="Holds">Whether the value lies in the band; NaN never does.</param>
public sealed record Claim(string Name, double Measured, string Expected, string Source, bool Holds)
{
    /// <summary>The lower end of the band; minus infinity for none.</summary>
    public double Low { get; init; } = double.NegativeInfinity;

    /// <summary>The upper end of the band; infinity for none.</summary>
    public double High { get; init; } = double.PositiveInfinity;
}

/// <summary>Thrown in strict mode (<see cref="Notebook.Strict"/>) if a claim does not hold. The message names the claims.</summary>
public sealed class ClaimFailedException(string message) : Exception(message);

/// <summary>
/// The claims of the running notebook. Every number of the text that a reader would quote is a claim. A claim that does not hold is
/// marked in the table; where <see cref="Notebook.StrictVariable"/> asks for it, it makes the run fail.
/// </summary>
public static class Claims
{
    private const string Caption = "What this notebook claims, measured in this run";

    private static readonly List<Claim> Made = [];

    /// <summary>The claims so far, in order.</summary>
    public static IReadOnlyList<Claim> All => Made;

    /// <summary>Claims that a value equals an expected one within a tolerance.</summary>
    /// <param name="name">What was measured; a claim of the same name is replaced, so that a cell may run twice.</param>
    /// <param name="measured">The value.</param>
    /// <param name="expected">The expected value.</param>
    /// <param name="tolerance">The largest difference allowed, at least 0.</param>
    /// <param name="source">Where the expectation comes from.</param>
    /// <exception cref="ArgumentException">The tolerance is negative or NaN, or the name or the source is empty.</exception>
    public static void Check(string name, double measured, double expected, double tolerance, string source)
    {
        if (!(tolerance >= 0)) throw new ArgumentException($"Expected a tolerance of at least 0; got {tolerance}.", nameof(tolerance));
        string band = tolerance == 0 ? Text(expected) : $"{Text(expected)} ± {Text(tolerance)}";
        Add(new(name, measured, band, source, Math.Abs(measured - expected) <= tolerance)
        {
            Low = expected - tolerance,
            High = expected + tolerance,
        });
    }

    /// <summary>Claims that a value is at least a bound.</summary>
    /// <param name="name">What was measured; a claim of the same name is replaced.</param>
    /// <param name="measured">The value.</param>
    /// <param name="bound">The smallest value allowed.</param>
    /// <param name="source">Where the expectation comes from.</param>
    /// <exception cref="ArgumentException">The name or the source is empty.</exception>
    public static void AtLeast(string name, double measured, double bound, string source) =>
        Add(new(name, measured, $"≥ {Text(bound)}", source, measured >= bound) { Low = bound });

    /// <summary>Claims that a value is at most a bound.</summary>
    /// <param name="name">What was measured; a claim of the same name is replaced.</param>
    /// <param name="measured">The value.</param>
    /// <param name="bound">The largest value allowed.</param>
    /// <param name="source">Where the expectation comes from.</param>
    /// <exception cref="ArgumentException">The name or the source is empty.</exception>
    public static void AtMost(string name, double measured, double bound, string source) =>
        Add(new(name, measured, $"≤ {Text(bound)}", source, measured <= bound) { High = bound });

    /// <summary>
    /// All claims as a table; at the small scale there are none. A claim that does not hold is marked with a cross, and the caption says
    /// how many there are. Claims of the notebook that were not made since its first cell ran are listed below as not measured.
    /// </summary>
    /// <exception cref="ClaimFailedException">
    /// A claim does not hold, in strict mode (<see cref="Notebook.Strict"/>); the table is shown before.
    /// </exception>
    public static ReportTable Table()
    {
        Claim[] failed = [.. Made.Where(claim => !claim.Holds)];
        var table = new ReportTable("claim", "measured", "expected", "holds", "source") { Caption = Caption + Verdict(failed.Length) };
        if (Notebook.SmallScale) return table.Row("none at the small scale", "", "", "–", "trainings too short to claim anything");
        if (Made.Count == 0)
            return table.Row("no claim was made in this session yet", "", "", "–", "run the cells above first (Run All)");

        foreach (var claim in Made)
            table.Row(claim.Name, Text(claim.Measured), claim.Expected, claim.Holds ? "✓" : "✗ no", Quoted(claim.Source));
        foreach (string name in NotebookClaims.NotMade([.. Made.Select(claim => claim.Name)], Environment.CurrentDirectory))
            table.Row(name, "not in this session", "", "–", "run the cells that make it, or all");
        if (failed.Length == 0 || !Notebook.Strict) return table;

        LiveDisplay.Show(table);
        throw new ClaimFailedException(
            string.Join("; ", failed.Select(claim => $"'{claim.Name}' is {Text(claim.Measured)}, expected {claim.Expected}")));
    }

    internal static void Clear() => Made.Clear();

    private static void Add(Claim claim)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(claim.Name, "name");
        ArgumentException.ThrowIfNullOrWhiteSpace(claim.Source, "source");
        if (Notebook.SmallScale) return;
        int at = Made.FindIndex(earlier => earlier.Name == claim.Name);
        if (at < 0) Made.Add(claim);
        else Made[at] = claim;
    }

    private static string Verdict(int failed) => failed == 0 ? ""
        : $". {failed} of {Made.Count} {(failed == 1 ? "does" : "do")} not hold in this session; "
        + "if you changed something, this is your result.";

    // A measured claim asserts words of the text: they stand in quotation marks, after its kind.
    private static string Quoted(string source)
    {
        int colon = source.IndexOf(": ", StringComparison.Ordinal);
        bool measured = colon >= 0 && source.StartsWith("measured", StringComparison.Ordinal);
        return measured ? $"{source[..colon]}: “{source[(colon + 2)..].Trim()}”" : source;
    }

    // Enough digits to see why a claim failed, whole numbers in full.
    private static string Text(double value)
    {
        double size = Math.Abs(value);
        return value == Math.Round(value) && size < 1e15 ? value.ToString("N0", CultureInfo.InvariantCulture)
            : size is >= 1e-4 and < 1e7 ? value.ToString("0.######", CultureInfo.InvariantCulture)
            : value.ToString("0.####E+0", CultureInfo.InvariantCulture);
    }
}
