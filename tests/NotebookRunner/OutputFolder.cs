namespace NotebookRunner;

/// <summary>The folder into which a run writes.</summary>
internal static class OutputFolder
{
    /// <summary>Makes the folder, and says why a run must not write there.</summary>
    /// <param name="output">The folder.</param>
    /// <param name="notebooks">The notebooks to run.</param>
    /// <param name="sources">Further folders with notebooks that are not to be overwritten.</param>
    /// <returns>Null if a run may write there.</returns>
    public static string? Problem(string output, IEnumerable<string> notebooks, IEnumerable<string> sources)
    {
        try
        {
            Directory.CreateDirectory(output);
            // A file of a new name tells, whatever links, spellings or mounts lead there, whether two folders are one.
            string probe = $".{Guid.NewGuid():N}.tmp", written = Path.Combine(output, probe);
            File.WriteAllText(written, "Written to see where the folder lies; may be deleted.");
            try
            {
                var folders = notebooks.SelectMany(FoldersOf).Concat(sources);
                if (folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, probe))) is { } own)
                    return $"--output {output}: this is a folder of notebooks ({own}); a notebook's source would be overwritten.";
            }
            finally
            {
                File.Delete(written);
            }
            var link = new DirectoryInfo(output).EnumerateFiles()
                .FirstOrDefault(file => file.Extension is (".ipynb" or ".html") && file.LinkTarget is not null);
            return link is null ? null
                : $"--output {output}: {link.Name} is a link to {link.LinkTarget}, which would be overwritten. Delete the link.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"--output {output}: expected a folder that can be written. {e.Message}";
        }
    }

    // Where the file lies, and where the file lies that it is a link to.
    private static IEnumerable<string> FoldersOf(string notebook)
    {
        yield return Path.GetDirectoryName(Path.GetFullPath(notebook))!;
        if (new FileInfo(notebook) is { LinkTarget: not null } link)
            yield return Path.GetDirectoryName(link.ResolveLinkTarget(returnFinalTarget: true)!.FullName)!;
    }
}
