using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>The rules for a notebook's claims: what each asserts stands in the text, and its bound is what those words mean.</summary>
internal static partial class ClaimRules
{
    private const int FewestWords = 4;

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
            string named = string.Join(", ", ClaimWords.Named(words).Select(number => number.ToString("0.####", CultureInfo.InvariantCulture)));
            yield return $"the bound {claim.Band} is no number that '{words}' names; allowed here: 0, 1{(named == "" ? "" : ", " + named)}.";
        }
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
