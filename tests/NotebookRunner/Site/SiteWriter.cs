namespace NotebookRunner;

public static class SiteWriter
{
    public static void Write(IReadOnlyList<string> executedNotebookPaths, string outputFolder, string? helpersFolder)
    {
    }
}
