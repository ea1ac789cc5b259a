namespace NotebookHelpers;

/// <summary>Writes files atomically: a reader sees the former file or the whole new one, never a part.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes to a temporary name beside the file (<c>.tmp</c> added), flushes to the disk and renames: a process killed at any moment
    /// leaves either the former file or the new one.
    /// </summary>
    /// <param name="path">The file; its folder is made if it is missing.</param>
    /// <param name="what">What is written, for the message of an error: "The checkpoint of epoch 3".</param>
    /// <param name="contents">Writes the contents.</param>
    /// <exception cref="IOException">
    /// It could not be written, for want of space or permission, say; the former file is untouched.
    /// </exception>
    public static void Write(string path, string what, Action<Stream> contents)
    {
        string temporary = path + ".tmp";
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                contents(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        // The last is how .NET reports a file that is too large for its file system.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            TryDelete(temporary);
            string kept = File.Exists(path) ? "the one before it is untouched" : "there is no earlier one";
            throw new IOException($"{what} could not be written to '{path}': {error.Message} ({kept}).", error);
        }
    }

    private static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { } // the first error is the one to report
    }
}
