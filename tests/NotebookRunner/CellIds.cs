using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>
/// The ids of cells. nbformat 4.5 wants 1 to 64 letters, digits, hyphens and underscores, each id once in a notebook.
/// In git they are also lower-case words, so that they read well in addresses.
/// </summary>
public static partial class CellIds
{
    private const int Longest = 64;

    /// <summary>Whether nbformat allows the id.</summary>
    public static bool IsValid(string id) => Valid().IsMatch(id);

    /// <summary>Whether the id is one that git may hold: what <see cref="MakeStable"/> leaves alone.</summary>
    public static bool IsStable(string id) => id.Length <= Longest && Stable().IsMatch(id);

    /// <summary>Gives every cell an id that nbformat allows and that no other cell has; good ones stay.</summary>
    internal static void MakeValid(IEnumerable<JsonObject> cells) => Mend(cells, IsValid, NotInValid());

    /// <summary>Gives every cell an id of lower-case words that no other cell has; good ones stay.</summary>
    internal static void MakeStable(IEnumerable<JsonObject> cells) => Mend(cells, IsStable, NotInStable());

    // The ids that are right already are taken first: no made-up one may collide with the id of a later cell.
    private static void Mend(IEnumerable<JsonObject> cells, Func<string, bool> isGood, Regex unwanted)
    {
        var taken = new HashSet<string>();
        List<(JsonObject Cell, string Given, int Position)> wrong = [];
        foreach (var (i, cell) in cells.Index())
        {
            string given = cell["id"] is JsonValue value && value.TryGetValue(out string? text) ? text : "";
            if (!isGood(given) || !taken.Add(given)) wrong.Add((cell, isGood(given) ? "" : given, i + 1));
        }
        foreach (var (cell, given, position) in wrong)
        {
            string words = unwanted.Replace(given.ToLowerInvariant(), "-").Trim('-');
            string wanted = words.Length is > 0 and <= Longest ? words : string.Create(CultureInfo.InvariantCulture, $"cell-{position}");
            string id = wanted;
            for (int again = 2; !taken.Add(id); again++) id = $"{wanted[..Math.Min(wanted.Length, Longest - 5)]}-{again}";
            cell["id"] = id;
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}\\z")]
    private static partial Regex Valid();

    [GeneratedRegex("^[a-z0-9][a-z0-9-]*\\z")]
    private static partial Regex Stable();

    [GeneratedRegex("[^a-z0-9_-]+")]
    private static partial Regex NotInValid();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInStable();
}
