namespace NotebookRunner;

/// <summary>Files that are written under a temporary name and renamed: what stands at the path is always whole.</summary>
internal static class WholeFile
{
    public static void Write(string path, Action<Stream> contents)
    {
        string temporary = path + ".tmp";
        using (var stream = File.Create(temporary)) contents(stream);
        File.Move(temporary, path, overwrite: true);
    }
}
