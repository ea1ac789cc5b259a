using System.Security.Cryptography;
using System.Text;
using NotebookHelpers;

namespace NotebookRunner;

/// <summary>The site's folder; it remembers what was written, and removes what only an earlier run wrote.</summary>
internal sealed class SiteFolder(string root)
{
    /// <summary>The list of what the last run wrote, so that the next may remove what it no longer writes.</summary>
    private const string Manifest = "assets/files.txt";

    private static readonly string[] Media =
        [".apng", ".avif", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".m4a", ".mp3", ".mp4", ".ogg", ".png", ".svg", ".wav", ".webm",
            ".webp"];

    private readonly SortedSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>Whether this object has written the file.</summary>
    public bool Has(string name) => _written.Contains(name);

    public void Write(string name, string text) => Write(name, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text));

    public void Write(string name, byte[] bytes)
    {
        string path = Path.Combine(root, name);
        AtomicFile.Write(path, "The page's file", stream => stream.Write(bytes));
        _written.Add(name);
    }

    /// <summary>Copies a picture, sound or film that a notebook shows into the site.</summary>
    /// <param name="url">Its address, relative to the notebook.</param>
    /// <param name="folders">The folders in which the notebook lies or lay, the first with such a file counts.</param>
    /// <returns>Its address in the site; null if no folder has it.</returns>
    public string? Copy(string url, IEnumerable<string> folders)
    {
        string file = Uri.UnescapeDataString(url.Split('?', '#')[0]);
        string extension = Path.GetExtension(file).ToLowerInvariant();
        if (Path.IsPathRooted(file) || !Media.Contains(extension)) return null;
        try
        {
            if (folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists) is not { } found) return null;
            byte[] bytes = File.ReadAllBytes(found);
            // Named by its contents: notebooks may call different pictures by the same name, and the same by two.
            string name = $"assets/pictures/{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}{extension}";
            if (!_written.Contains(name)) Write(name, bytes);
            return name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public void RemoveStale()
    {
        string list = Path.Combine(root, Manifest), within = Path.GetFullPath(root) + Path.DirectorySeparatorChar;
        foreach (string name in File.Exists(list) ? File.ReadAllLines(list) : [])
        {
            string path = Path.GetFullPath(Path.Combine(root, name));
            if (!_written.Contains(name) && path.StartsWith(within, StringComparison.Ordinal) && File.Exists(path)) File.Delete(path);
        }
        Write(Manifest, string.Join('\n', _written) + "\n");
    }
}
