namespace NotebookHelpers;

/// <summary>Finds the repository's <c>data/</c> folder, wherever the notebook's host was started.</summary>
public static class DataFolder
{
    /// <summary>The environment variable that names another folder to use instead.</summary>
    public const string Variable = "NOTEBOOKHELPERS_DATA";

    /// <summary>The full path of a file below <c>data/</c>; the file itself need not exist.</summary>
    /// <param name="parts">Folder and file names below <c>data/</c>.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="DirectoryNotFoundException">
    /// There is no data folder beside or above the library or the current folder, or the folder that <see cref="Variable"/> names is
    /// missing.
    /// </exception>
    /// <example><code>
    /// string labels = DataFolder.Path("mnist", "t10k-labels-idx1-ubyte.gz");
    /// </code></example>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Find(), .. parts]);

    /// <summary>How to get a file of the repository back; nothing for anyone else's file.</summary>
    internal static string Remedy(string path)
    {
        string folder;
        try { folder = Find(); }
        catch (DirectoryNotFoundException) { return ""; }
        string relative = System.IO.Path.GetRelativePath(folder, System.IO.Path.GetFullPath(path));
        return relative.StartsWith("..", StringComparison.Ordinal) || System.IO.Path.IsPathRooted(relative)
            ? ""
            : " It is part of the repository: `git checkout -- data` brings the original back.";
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return Directory.Exists(named) ? named : throw new DirectoryNotFoundException(
                $"{Variable} names the folder '{named}', which does not exist.");

        string library = System.IO.Path.GetDirectoryName(typeof(DataFolder).Assembly.Location)!;
        foreach (string start in new[] { library, Environment.CurrentDirectory })
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                if (Directory.Exists(System.IO.Path.Combine(folder.FullName, "data", "mnist")))
                    return System.IO.Path.Combine(folder.FullName, "data");
        throw new DirectoryNotFoundException(
            $"No data/mnist folder lies above '{library}' or '{Environment.CurrentDirectory}'. Set {Variable} to the "
            + "repository's data folder.");
    }
}
