using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookHelpers;

/// <summary>The claims that a notebook's file makes, read from its code: what a session has not measured is told by name.</summary>
internal static partial class NotebookClaims
{
    /// <summary>Names of claims of the running notebook that were not made in this session, in the notebook's order.</summary>
    /// <param name="made">Names of the claims that were made.</param>
    /// <param name="folder">
    /// The folder that the notebook runs in; of its notebooks, the one that makes all these claims is the running one.
    /// </param>
    /// <remarks>
    /// Claims in a cell that asks for <see cref="Notebook.FullScale"/> are not missed: they may belong to the other scale.
    /// </remarks>
    /// <returns>Empty if all were made, and where no notebook or more than one makes these claims.</returns>
    public static IReadOnlyList<string> NotMade(IReadOnlyCollection<string> made, string folder)
    {
        if (made.Count == 0) return [];
        var all = Notebooks(folder).Select(NamesIn)
            .Where(names => made.All(name => names.Exists(own => own.Fits(name))))
            .DistinctBy(names => string.Join('\n', names.Select(own => own.Text))) // a copy beside the notebook makes the same claims
            .ToArray();
        return all is [var names] ? [.. names.Where(own => !own.OfOneScale && !made.Any(own.Fits)).Select(own => own.Text).Distinct()] : [];
    }

    private static string[] Notebooks(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, "*.ipynb");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static List<ClaimName> NamesIn(string path)
    {
        try
        {
            var cells = JsonNode.Parse(File.ReadAllText(path))?["cells"] as JsonArray ?? [];
            var code = cells.Where(cell => (string?)cell?["cell_type"] == "code").Select(cell => cell!["source"] switch
            {
                JsonArray lines => string.Concat(lines.Select(line => (string?)line)),
                var text => (string?)text ?? "",
            });
            return [.. code.SelectMany(source => ClaimCall().Matches(source).Select(call => new ClaimName(
                TextOf(call), call.Groups["prefix"].Value.Contains('$', StringComparison.Ordinal),
                source.Contains("Notebook.FullScale", StringComparison.Ordinal))))];
        }
        catch (Exception e) when (
            e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
        {
            return []; // a file that cannot be read is not the notebook that runs
        }
    }

    // Whatever stands in a neighbour's code: an escape that C# does not know stays as it is.
    private static string TextOf(Match call) =>
        call.Groups["raw"].Success ? call.Groups["raw"].Value
        : call.Groups["verbatim"].Success ? call.Groups["verbatim"].Value.Replace("\"\"", "\"", StringComparison.Ordinal)
        : Escape().Replace(call.Groups["regular"].Value, Unescaped);

    private static string Unescaped(Match escape)
    {
        if (escape.Groups["hex"].Success)
        {
            int code = int.Parse(escape.Groups["hex"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return code is >= 0 and <= char.MaxValue ? ((char)code).ToString()
                : Rune.IsValid(code) ? new Rune(code).ToString() : escape.Value;
        }
        int known = "\"'\\0abefnrtv".IndexOf(escape.Groups["one"].Value[0], StringComparison.Ordinal);
        return known < 0 ? escape.Value : "\"'\\\0\a\b\e\f\n\r\t\v"[known].ToString();
    }

    /// <summary>A name as the code has it; in an interpolated one, what stands in braces may be anything.</summary>
    /// <param name="text">The name, with its escapes resolved.</param>
    /// <param name="interpolated">Whether a dollar stands before it.</param>
    /// <param name="ofOneScale">Whether its cell asks for the scale of the run: such a claim may be made at the other scale only.</param>
    private sealed class ClaimName(string text, bool interpolated, bool ofOneScale)
    {
        private readonly Regex _pattern = new(
            "^" + string.Join(".*", Parts(text, interpolated).Select(Regex.Escape)) + "$", RegexOptions.Singleline);

        public string Text { get; } = string.Join("…", Parts(text, interpolated));

        public bool OfOneScale => ofOneScale;

        public bool Fits(string name) => _pattern.IsMatch(name);

        private static string[] Parts(string text, bool interpolated) => interpolated ? Hole().Split(text) : [text];
    }

    [GeneratedRegex(
        """"
        Claims\s*\.\s*(?:Check|AtLeast|AtMost)\s*\(\s*(?:(?<prefix>\$*)"""(?<raw>.*?)"""|(?<prefix>\$?@\$?)"(?<verbatim>(?:[^"]|"")*)"
        |(?<prefix>\$?)"(?<regular>(?:[^"\\]|\\.)*)")\s*,
        """", RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ClaimCall();

    [GeneratedRegex(@"\\(?:u(?<hex>[0-9a-fA-F]{4})|U(?<hex>[0-9a-fA-F]{8})|x(?<hex>[0-9a-fA-F]{1,4})|(?<one>.))", RegexOptions.Singleline)]
    private static partial Regex Escape();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Hole();
}
