using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookHelpers;

/// <summary>The claims that a notebook's file makes, read from its code: what a session has not measured is told by name.</summary>
internal static partial class NotebookClaims
{
    /// <summary>Names of claims of the running notebook that were not made in this session, in the notebook's order.</summary>
    /// <param name="made">Names of the claims that were made.</param>
    /// <param name="folder">The folder that the notebook runs in; of its notebooks, the one that makes all these claims is the running one.</param>
    /// <returns>Empty if all were made, and where no notebook or more than one makes these claims.</returns>
    public static IReadOnlyList<string> NotMade(IReadOnlyCollection<string> made, string folder)
    {
        if (made.Count == 0) return [];
        var all = Directory.EnumerateFiles(folder, "*.ipynb").Select(NamesIn).Where(names => made.All(name => names.Exists(own => own.Fits(name)))).ToArray();
        return all is [var names] ? [.. names.Where(own => !made.Any(own.Fits)).Select(own => own.Text).Distinct()] : [];
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
            return [.. code.SelectMany(source => ClaimCall().Matches(source)).Select(call => new ClaimName(call.Groups["name"].Value, call.Groups["dollar"].Length > 0))];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return []; // a file that cannot be read is not the notebook that runs
        }
    }

    /// <summary>A name as the code has it; in an interpolated one, what stands in braces may be anything.</summary>
    private sealed class ClaimName(string literal, bool interpolated)
    {
        private readonly Regex _pattern = new("^" + string.Join(".*", Parts(literal, interpolated).Select(Regex.Escape)) + "$");

        public string Text { get; } = string.Join("…", Parts(literal, interpolated));

        public bool Fits(string name) => _pattern.IsMatch(name);

        private static string[] Parts(string literal, bool interpolated)
        {
            string text = Regex.Unescape(literal);
            return interpolated ? Hole().Split(text) : [text];
        }
    }

    [GeneratedRegex("""Claims\s*\.\s*(?:Check|AtLeast|AtMost)\s*\(\s*(?<dollar>\$?)"(?<name>(?:[^"\\]|\\.)*)"\s*,""")]
    private static partial Regex ClaimCall();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Hole();
}
