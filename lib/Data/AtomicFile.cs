namespace NotebookHelpers;

/// <summary>Writes files atomically: a reader sees the former file or the whole new one, never a part.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes to a temporary name beside the file (<c>.tmp</c> added), flushes to the disk and renames: a process killed at any moment
    /// leaves either the former file or the new one. A symbolic link stays one, and the file that it leads to is written; a file that
    /// exists keeps its permissions.
    /// </summary>
    /// <param name="path">The file; its folder is made if it is missing.</param>
    /// <param name="what">What is written, for the message of an error: "The checkpoint of epoch 3".</param>
    /// <param name="contents">Writes the contents.</param>
    /// <exception cref="IOException">
    /// It could not be written, for want of space or permission, say; the former file is untouched.
    /// </exception>
    public static void Write(string path, string what, Action<Stream> contents)
    {
        string? temporary = null;
        try
        {
            var file = new FileInfo(path);
            string target = file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            if (Path.GetDirectoryName(target) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            var mode = ModeOf(target);
            string unfinished = target + ".tmp";
            if (new FileInfo(unfinished).LinkTarget is not null) File.Delete(unfinished); // it would lead elsewhere
            // What else has this name is a rest of a killed process, or belongs to another writer, who has locked it.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
            if (mode is not null && !OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
            using (var stream = new FileStream(unfinished, options))
            {
                temporary = unfinished;
                contents(stream);
                stream.Flush(flushToDisk: true);
                // The process's mask may have taken permissions away.
                if (mode is { } former && !OperatingSystem.IsWindows()) File.SetUnixFileMode(stream.SafeFileHandle, former);
            }
            File.Move(unfinished, target, overwrite: true);
        }
        // The last is how .NET reports a file that is too large for its file system.
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            if (temporary is not null) TryDelete(temporary);
            string kept = File.Exists(path) ? "the one before it is untouched" : "there is no earlier one";
            throw new IOException($"{what} could not be written to '{path}': {error.Message} ({kept}).", error);
        }
    }

    // The permissions of the file that is to be replaced; null if there is none. Renaming would replace even a file that nobody
    // may write.
    private static UnixFileMode? ModeOf(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return null;
        const UnixFileMode Writable = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        var mode = File.GetUnixFileMode(path);
        if ((mode & Writable) == 0) throw new UnauthorizedAccessException("The file is read-only.");
        // A file without length may be a pipe, which would wait here for its reader.
        if (new FileInfo(path).Length > 0)
            using (File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { }
        return mode;
    }

    private static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { } // the first error is the one to report
    }
}
