using System.Globalization;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>The bounds that a sentence names: a measured claim is held to what its words say, and to no number read off the runs.</summary>
/// <remarks>
/// 0 and 1 need no word: "more" is a difference above 0 or a ratio above 1. Any other bound is a number in the words, in digits or
/// spelled out; a percentage, a number of points, a fraction; or what "about half", "nearly all" and "collapsed" mean here.
/// </remarks>
internal static partial class ClaimWords
{
    private static readonly Dictionary<string, double> Numerals = new(StringComparer.OrdinalIgnoreCase)
    {
        ["zero"] = 0, ["a"] = 1, ["an"] = 1, ["one"] = 1, ["two"] = 2, ["three"] = 3, ["four"] = 4, ["five"] = 5, ["six"] = 6,
        ["seven"] = 7, ["eight"] = 8, ["nine"] = 9, ["ten"] = 10, ["eleven"] = 11, ["twelve"] = 12, ["thirteen"] = 13,
        ["fourteen"] = 14, ["fifteen"] = 15, ["sixteen"] = 16, ["seventeen"] = 17, ["eighteen"] = 18, ["nineteen"] = 19,
        ["twenty"] = 20, ["hundred"] = 100, ["thousand"] = 1000,
    };

    private static readonly Dictionary<string, double> Parts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["half"] = 1.0 / 2, ["third"] = 1.0 / 3, ["quarter"] = 1.0 / 4, ["fifth"] = 1.0 / 5, ["tenth"] = 1.0 / 10,
    };

    /// <summary>Whether the words name the bound of a claim "at least" or "at most". The sign does not matter.</summary>
    public static bool Allow(string words, double bound) =>
        Math.Abs(bound) is 0 or 1 || Named(words).Any(named => IsNear(named, bound))
        || (SaysAboutHalf(words) && (IsNear(0.35, bound) || IsNear(0.65, bound)));

    /// <summary>Whether the words name both numbers of a claim "expected ± tolerance".</summary>
    public static bool Allow(string words, double expected, double tolerance) =>
        (SaysAboutHalf(words) && IsNear(0.5, expected) && IsNear(0.15, tolerance))
        || (Allow(words, expected) && (tolerance == 0 || Named(words).Any(named => IsNear(named, tolerance))));

    /// <summary>The numbers that the words name, besides 0 and 1.</summary>
    public static IReadOnlyCollection<double> Named(string words)
    {
        string text = Spaces().Replace(words.Replace('-', ' '), " ");
        SortedSet<double> named = [];
        foreach (Match match in Number().Matches(text))
            AddWithUnit(named, Value(match.Groups["number"].Value), match.Groups["unit"].Value);
        foreach (Match match in Part().Matches(text))
        {
            double part = Parts[match.Groups["part"].Value];
            double count = match.Groups["count"].Success ? Value(match.Groups["count"].Value) : 1;
            AddWithUnit(named, count * part, match.Groups["unit"].Value);
        }
        foreach (Match match in Share().Matches(text))
            named.Add(Value(match.Groups["some"].Value) / Value(match.Groups["all"].Value));
        if (Twice().IsMatch(text)) named.Add(2);
        if (NearlyAll().IsMatch(text)) named.UnionWith([0.9, 0.1]);
        if (Collapsed().IsMatch(text)) named.Add(0.1);
        named.RemoveWhere(number => !double.IsFinite(number) || number is 0 or 1);
        return named;
    }

    private static void AddWithUnit(SortedSet<double> named, double number, string unit)
    {
        named.Add(number);
        if (unit.Length > 0) named.Add(number / 100);
    }

    private static double Value(string text) => Numerals.TryGetValue(text, out double number) ? number
        : double.Parse(text, NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static bool SaysAboutHalf(string words) => AboutHalf().IsMatch(Spaces().Replace(words, " "));

    // A third may be written as 0.33.
    private static bool IsNear(double named, double bound) => Math.Abs(Math.Abs(bound) - named) <= named * (IsRound(named) ? 1e-8 : 0.0101);

    private static bool IsRound(double number) => Math.Abs(number * 1e6 - Math.Round(number * 1e6)) < 1e-6;

    private const string Numeral =
        "zero|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
        + @"|nineteen|twenty|hundred|thousand|\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?";

    private const string Unit = "(?<unit> ?%| per ?cent\\b| (?:percentage )?points?\\b)?";

    // Not the k of P@k, nor digits within a name such as conv64.
    [GeneratedRegex($@"(?<![\w@.])(?<number>{Numeral})(?![\w])(?!\.\d){Unit}", RegexOptions.IgnoreCase)]
    private static partial Regex Number();

    [GeneratedRegex($@"(?:(?<![\w@.])(?<count>{Numeral}) )?\b(?<part>half|third|quarter|fifth|tenth)s?\b(?: of)?(?: an?)?{Unit}",
        RegexOptions.IgnoreCase)]
    private static partial Regex Part();

    [GeneratedRegex($@"(?<![\w@.])(?<some>{Numeral}) (?:(?:out )?of|in)(?: the| all)? (?<all>{Numeral})(?![\w])(?!\.\d)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Share();

    [GeneratedRegex(@"\b(?:twice|doubles?|doubled)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Twice();

    [GeneratedRegex(@"\babout half\b", RegexOptions.IgnoreCase)]
    private static partial Regex AboutHalf();

    [GeneratedRegex(@"\b(?:(?:nearly|almost) (?:all|none|every\w*|no|never|always|nothing)|hardly any\w*)\b", RegexOptions.IgnoreCase)]
    private static partial Regex NearlyAll();

    [GeneratedRegex(@"\bcollaps\w+|(?<!within )\bone point\b", RegexOptions.IgnoreCase)]
    private static partial Regex Collapsed();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
