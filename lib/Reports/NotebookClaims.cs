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
        var all = Directory.EnumerateFiles(folder, "*.ipynb").Select(NamesIn)
            .Where(names => made.All(name => names.Exists(own => own.Fits(name))))
            .DistinctBy(names => string.Join('\n', names.Select(own => own.Text))) // a copy beside the notebook makes the same claims
            .ToArray();
        return all is [var names] ? [.. names.Where(own => !own.OfOneScale && !made.Any(own.Fits)).Select(own => own.Text).Distinct()] : [];
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
                call.Groups["name"].Value, call.Groups["dollar"].Length > 0, source.Contains(
                    "Notebook.FullScale", StringComparison.Ordinal))))];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return []; // a file that cannot be read is not the notebook that runs
        }
    }

    /// <summary>A name as the code has it; in an interpolated one, what stands in braces may be anything.</summary>
    /// <param name="literal">The name between its quotes.</param>
    /// <param name="interpolated">Whether a dollar stands before them.</param>
    /// <param name="ofOneScale">Whether its cell asks for the scale of the run: such a claim may be made at the other scale only.</param>
    private sealed class ClaimName(string literal, bool interpolated, bool ofOneScale)
    {
        private readonly Regex _pattern = new("^" + string.Join(".*", Parts(literal, interpolated).Select(Regex.Escape)) + "$");

        public string Text { get; } = string.Join("…", Parts(literal, interpolated));

        public bool OfOneScale => ofOneScale;

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
