using System.Text;

namespace NotebookRunner;

/// <summary>Turns executed notebooks into a static site that works from disk, without a network: an index, a page per notebook, shared assets.</summary>
public static class SiteWriter
{
    /// <summary>The list of what the last run wrote, so that the next may remove what it no longer writes.</summary>
    private const string Manifest = "assets/files.txt";

    /// <summary>Writes the site. Each file is written under a temporary name and renamed; of other files only those that an earlier run wrote are removed.</summary>
    /// <param name="executedNotebookPaths">Executed notebooks (nbformat 4.5), in the order of the series.</param>
    /// <param name="outputFolder">Where the pages go.</param>
    /// <param name="helpersFolder">The folder of Plotly.NET.dll, for plotly.js if no notebook brings it along; null for none.</param>
    /// <exception cref="NotebookFormatException">A file is no notebook.</exception>
    /// <exception cref="ArgumentException">Two notebooks, or a notebook and another page of the site, would be the same page.</exception>
    public static void Write(IReadOnlyList<string> executedNotebookPaths, string outputFolder, string? helpersFolder)
    {
        NotebookPage[] pages = [.. executedNotebookPaths.Select(NotebookPage.Load)];
        if (pages.Select(page => page.Name).Concat(["index", ApiPage.Name, GlossaryPage.Name]).GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"There would be two pages {twice.Key}.html; rename one of the notebooks.", nameof(executedNotebookPaths));

        var site = new Folder(outputFolder);
        foreach (string name in new[] { "style.css", "site.js", "icon.svg" }) site.Write("assets/" + name, Resource(name));
        if (pages.Any(page => page.HasCharts))
        {
            // Every notebook brought the same plotly.js with it; the pages share one copy.
            string? plotly = pages.Select(page => page.Plotly).FirstOrDefault(script => script is not null) ?? (helpersFolder is null ? null : PlotlyResource.Read(helpersFolder));
            if (plotly is not null) site.Write("assets/plotly.min.js", plotly);
        }

        string katex = Katex.Provide(site.Write);
        (NotebookPage Page, string Html)[] rendered = [.. pages.Select(page => (page, page.ToHtml(pages, katex, outputFolder)))];
        foreach (var (page, html) in rendered) site.Write(page.Name + ".html", html);
        var further = new List<(string Name, string Title)>();
        if (GlossaryPage.ToHtml(rendered, pages) is { } glossary)
        {
            site.Write(GlossaryPage.Name + ".html", glossary);
            further.Add((GlossaryPage.Name, "Glossary, English and Korean"));
        }
        if (helpersFolder is not null && Path.Combine(helpersFolder, "NotebookHelpers.dll") is var library && File.Exists(library))
        {
            site.Write(ApiPage.Name + ".html", ApiPage.ToHtml(library, Path.Combine(Repository.Root, "lib"), pages));
            further.Add((ApiPage.Name, "The library's public names"));
        }
        string?[] pictures = new string?[pages.Length];
        for (int i = 0; i < pages.Length; i++)
        {
            if (pages[i].Picture is not { } picture) continue;
            pictures[i] = $"assets/pictures/{Uri.EscapeDataString(pages[i].Name)}.{picture.Extension}";
            site.Write($"assets/pictures/{pages[i].Name}.{picture.Extension}", picture.Bytes);
        }
        site.Write("index.html", IndexPage.ToHtml(pages, pictures, further));
        site.RemoveStale();
    }

    internal static string Resource(string name)
    {
        using var stream = typeof(SiteWriter).Assembly.GetManifestResourceStream("Site." + name)
            ?? throw new InvalidOperationException($"The runner was built without its asset {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>The site's folder; it remembers what was written.</summary>
    private sealed class Folder(string root)
    {
        private readonly SortedSet<string> _written = new(StringComparer.Ordinal);

        public void Write(string name, string text) => Write(name, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(text));

        public void Write(string name, byte[] bytes)
        {
            string path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            WholeFile.Write(path, stream => stream.Write(bytes));
            _written.Add(name);
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
}
