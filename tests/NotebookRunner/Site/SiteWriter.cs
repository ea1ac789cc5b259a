using System.Text;

namespace NotebookRunner;

/// <summary>Turns executed notebooks into a static site that works from disk, without a network: an index, a page per notebook, shared assets.</summary>
public static class SiteWriter
{
    /// <summary>Writes the site; each file is written to a temporary name and renamed.</summary>
    /// <param name="executedNotebookPaths">Executed notebooks (nbformat 4.5), in the order of the series.</param>
    /// <param name="outputFolder">Where the pages go.</param>
    public static void Write(IReadOnlyList<string> executedNotebookPaths, string outputFolder)
    {
        string assets = Path.Combine(outputFolder, "assets");
        Directory.CreateDirectory(assets);
        foreach (string name in new[] { "style.css", "site.js" }) WriteFile(Path.Combine(assets, name), Resource(name));
        string katex = Katex.Provide(assets);

        NotebookPage[] pages = [.. executedNotebookPaths.Select(NotebookPage.Load)];
        // Every notebook brought the same plotly.js with it; the pages share one copy.
        if (pages.Select(page => page.PlotlyScript).FirstOrDefault(script => script is not null) is { } plotly)
            WriteFile(Path.Combine(assets, "plotly.js"), plotly);

        var names = pages.Select(page => page.Name).ToHashSet();
        for (int i = 0; i < pages.Length; i++)
            WriteFile(
                Path.Combine(outputFolder, pages[i].Name + ".html"),
                pages[i].ToHtml(katex, names, i > 0 ? pages[i - 1] : null, i + 1 < pages.Length ? pages[i + 1] : null));
        WriteFile(Path.Combine(outputFolder, "index.html"), IndexPage.ToHtml(pages));
    }

    internal static string Resource(string name)
    {
        using var stream = typeof(SiteWriter).Assembly.GetManifestResourceStream("Site." + name)
            ?? throw new InvalidOperationException($"The runner was built without its asset {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void WriteFile(string path, string text)
    {
        string temporary = path + ".tmp";
        File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(temporary, path, overwrite: true);
    }
}
