namespace NotebookRunner;

/// <summary>Something on the command line that names no notebook.</summary>
public sealed class SelectionException(string message) : Exception(message);

/// <summary>Which notebooks to run.</summary>
public static class NotebookSelection
{
    /// <summary>The paths of the notebooks that <paramref name="names"/> mean; all of the folder's, in order, if there are none.</summary>
    /// <param name="folder">The folder with the notebooks.</param>
    /// <param name="names">A number (4, 04), a name with or without its number, or the path of an .ipynb file.</param>
    /// <exception cref="SelectionException">A name fits no notebook, or its page would take the place of another.</exception>
    public static IReadOnlyList<string> Select(string folder, IReadOnlyCollection<string> names)
    {
        string[] all = In(folder);
        if (names.Count == 0 && all.Length == 0) throw new SelectionException($"There are no notebooks in {folder}.");
        var named = names.Count == 0 ? all : names.SelectMany(name => Find(folder, all, name));
        string[] chosen = [.. named.Select(Path.GetFullPath).Distinct()];
        if (chosen.FirstOrDefault(path => SiteWriter.IsReserved(Path.GetFileNameWithoutExtension(path))) is { } reserved)
            throw new SelectionException(
                $"{reserved}: the site has a page of its own that is called {Path.GetFileNameWithoutExtension(reserved)}; "
                + "give the notebook another name.");
        if (chosen.GroupBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } same)
            throw new SelectionException($"These would be written to the same file: {string.Join(", ", same)}.");
        return chosen;
    }

    /// <summary>The notebooks in a folder, in order; none where there is no such folder.</summary>
    /// <remarks>
    /// Hidden files are not notebooks: macOS keeps notes on a file in ._01.ipynb, Emacs its lock in the link .#01.ipynb. Nor are links
    /// that lead nowhere.
    /// </remarks>
    internal static string[] In(string folder) => Directory.Exists(folder)
        ? [.. Directory.GetFiles(folder, "*.ipynb", new EnumerationOptions()).Where(IsThere).Order(StringComparer.Ordinal)]
        : [];

    private static bool IsThere(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true) is not { Exists: false };
        }
        catch (IOException) // a link that leads to itself
        {
            return false;
        }
    }

    private static string[] Find(string folder, string[] all, string name)
    {
        if (name.EndsWith(".ipynb", StringComparison.OrdinalIgnoreCase))
        {
            string beside = Path.Combine(folder, name);
            return File.Exists(name) ? [name] : File.Exists(beside) ? [beside] : throw new SelectionException($"There is no file {name}.");
        }
        string[] found = [.. all.Where(path => Fits(Path.GetFileNameWithoutExtension(path), name))];
        if (found.Length > 0) return found;
        string known = all.Length == 0 ? "none" : string.Join(", ", all.Select(Path.GetFileNameWithoutExtension));
        throw new SelectionException($"No notebook is called '{name}'. In {folder} there are: {known}.");
    }

    private static bool Fits(string stem, string name)
    {
        int dash = stem.IndexOf('-', StringComparison.Ordinal);
        bool numbered = int.TryParse(dash < 0 ? stem : stem[..dash], out int number);
        return stem.Equals(name, StringComparison.OrdinalIgnoreCase)
            || (numbered && int.TryParse(name, out int wanted) && wanted == number)
            || (numbered && dash >= 0 && stem[(dash + 1)..].Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}
