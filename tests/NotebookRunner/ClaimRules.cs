using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>The rules for a notebook's claims: what each asserts stands in the text, and its bound is what those words mean.</summary>
internal static partial class ClaimRules
{
    private const int FewestWords = 4, FewestRuns = 10, FewestOtherKernels = 5;

    /// <summary>By how many standard deviations the runs' mean clears the bound.</summary>
    private const double Clear = 6;

    private static readonly string[] Kinds = ["exact", "published", "measured"];

    /// <summary>The claims of a notebook's code, in order.</summary>
    /// <exception cref="NotebookFormatException">The file is no notebook.</exception>
    public static IReadOnlyList<ClaimInCode> ClaimsOf(string path) =>
        ClaimInCode.In(NotebookDocument.Load(path).Cells.Select(cell => cell.Source));

    /// <summary>Every breach of the rules that a notebook's claims make, one line each.</summary>
    /// <exception cref="NotebookFormatException">The file is no notebook.</exception>
    public static IReadOnlyList<string> Problems(string path)
    {
        string text = Plain(TextOf(path));
        return [.. ClaimsOf(path).SelectMany(claim => Problems(claim, text).Select(problem => $"{NameOf(claim)}: {problem}"))];
    }

    /// <summary>What is wrong with a claim; nothing if it keeps the rules.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="text">The notebook's text, <see cref="Plain"/>.</param>
    public static IEnumerable<string> Problems(ClaimInCode claim, string text)
    {
        if (!Kinds.Contains(claim.Kind))
            yield return $"its source begins with '{claim.Kind}', expected 'exact: ', 'published: ' or 'measured: '.";
        if (claim.Kind != "measured") yield break;

        if (claim.Name is null) yield return "its name is put together at run time; a measured claim has a name that stands in the code.";
        string words = claim.Quotation;
        if (words.Length == 0)
        {
            yield return $"its source is '{claim.Source}', expected 'measured: ' and words of the text.";
            yield break;
        }
        if (Words().Count(words) < FewestWords) yield return $"it quotes '{words}', expected at least {FewestWords} words of the text.";
        if (!text.Contains(Plain(words), StringComparison.Ordinal)) yield return $"no text cell above the claims says '{words}'.";

        if (!double.IsFinite(claim.Bound) || !double.IsFinite(claim.Tolerance))
            yield return "its bound is computed; a measured claim has a bound that stands in the code as a number.";
        else if (!(claim.Method == "Check" ? ClaimWords.Allow(words, claim.Bound, claim.Tolerance) : ClaimWords.Allow(words, claim.Bound)))
        {
            var named = ClaimWords.Named(words).Select(number => number.ToString("0.####", CultureInfo.InvariantCulture));
            string allowed = string.Join(", ", ["0", "1", .. named]);
            yield return $"the bound {claim.Band} is no number that '{words}' names; allowed here: {allowed}.";
        }
    }

    /// <summary>Where a notebook's measured claims do not stand in the runs that calibrate it, one line each.</summary>
    /// <exception cref="NotebookFormatException">The file is no notebook.</exception>
    public static IReadOnlyList<string> Problems(string path, Calibration calibration)
    {
        List<string> problems = [];
        var runs = calibration.Runs;
        long own = CalibrationPlan.OwnSeed(NotebookDocument.Load(path));
        int seeds = runs.Select(run => run.Seed).Distinct().Count(), other = runs.Count(run => run.HasOtherKernels);
        if (seeds < FewestRuns) problems.Add($"the calibration has {seeds} seeds, expected at least {FewestRuns}.");
        if (other < FewestOtherKernels)
            problems.Add($"the calibration has {other} runs with other CPU kernels, expected at least {FewestOtherKernels}.");
        if (runs.Any(run => run.Seed == own)) problems.Add($"the calibration has a run with the notebook's own seed, {own}.");
        foreach (var claim in ClaimsOf(path).Where(claim => claim is { Kind: "measured", Name: not null }))
        {
            if (!calibration.Claims.TryGetValue(claim.Name!, out var spread)) problems.Add($"{NameOf(claim)}: is not calibrated.");
            else problems.AddRange(Problems(claim, spread).Select(problem => $"{NameOf(claim)}: {problem}"));
            if (calibration.HoldUntrained.Contains(claim.Name!) && !claim.AlsoUntrained)
                problems.Add(
                    $"{NameOf(claim)}: holds in an untrained run, too; drop it, or begin its source with 'measured, also untrained: ' "
                    + "if that is its subject.");
        }
        return problems;
    }

    /// <summary>Where a measured claim does not stand in the runs.</summary>
    public static IEnumerable<string> Problems(ClaimInCode claim, ClaimSpread spread)
    {
        // No spread leaves the mean on the bound: every run gave the bound itself.
        double room = Math.Min(spread.Mean - claim.Low, claim.High - spread.Mean);
        if (!(room >= Clear * spread.StandardDeviation))
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{spread.Mean:G4} ± {spread.StandardDeviation:G3} is {room / spread.StandardDeviation:0.0} standard deviations "
                + $"from {claim.Band}, expected {Clear} or more.");
        if (!(spread.Worst >= claim.Low && spread.Worst <= claim.High))
            yield return string.Create(
                CultureInfo.InvariantCulture, $"seed {spread.WorstSeed} gave {spread.Worst:G4}, which is beyond {claim.Band}.");
    }

    /// <summary>Words without marks, folded white space, in lower case: as quotations are compared.</summary>
    public static string Plain(string markdown) =>
        Spaces().Replace(Marks().Replace(Link().Replace(markdown, "$1"), ""), " ").Trim().ToLowerInvariant();

    private static string NameOf(ClaimInCode claim) =>
        claim.Name is null ? $"'{claim.Call.ArgumentList.Arguments.FirstOrDefault()}'" : $"'{claim.Name}'";

    /// <summary>The text cells, without those of the claims section.</summary>
    private static string TextOf(string path)
    {
        bool inClaims = false;
        var cells = new List<string>();
        foreach (var cell in NotebookFile.ReadJson(path)["cells"]!.AsArray().OfType<JsonObject>())
        {
            if ((string?)cell["cell_type"] != "markdown") continue;
            string source = NotebookForm.Source(cell);
            if (source.StartsWith('#')) inClaims = ClaimsHeading().IsMatch(source);
            if (!inClaims) cells.Add(source);
        }
        return string.Join("\n\n", cells);
    }

    [GeneratedRegex(@"\A#+ *Claims\b", RegexOptions.IgnoreCase)]
    private static partial Regex ClaimsHeading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[*_`$]")]
    private static partial Regex Marks();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\S+")]
    private static partial Regex Words();
}
