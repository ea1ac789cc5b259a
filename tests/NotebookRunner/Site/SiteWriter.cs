using System.Net;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>
/// Turns executed notebooks into a static site that works from disk, without a network: an index, a page per notebook, shared assets.
/// </summary>
public static partial class SiteWriter
{
    /// <summary>
    /// Writes the site. Each file is written under a temporary name and renamed; of other files only those that an earlier run wrote
    /// are removed.
    /// </summary>
    /// <param name="executedNotebookPaths">Executed notebooks (nbformat 4.5), in the order of the series.</param>
    /// <param name="outputFolder">Where the pages go.</param>
    /// <param name="helpersFolder">The folder of Plotly.NET.dll, for plotly.js if no notebook brings it along; null for none.</param>
    /// <param name="sourceFolders">Where the notebooks lay before they were executed: their pictures are looked for there first.</param>
    /// <returns>What the pages cannot show and where their links lead to nothing, a sentence each.</returns>
    /// <exception cref="NotebookFormatException">A file is no notebook.</exception>
    /// <exception cref="ArgumentException">Two notebooks, or a notebook and another page of the site, would be the same page.</exception>
    public static IReadOnlyList<string> Write(
        IReadOnlyList<string> executedNotebookPaths, string outputFolder, string? helpersFolder, params IReadOnlyList<string> sourceFolders)
    {
        NotebookPage[] pages = [.. executedNotebookPaths.Select(NotebookPage.Load)];
        RefuseDoubles(pages, nameof(executedNotebookPaths));
        var site = new SiteFolder(outputFolder);
        WriteAssets(site, pages, helpersFolder);
        string katex = Katex.Provide(site.Write);
        var names = pages.Select(page => page.Name).ToHashSet();
        PageLinks[] links = [.. executedNotebookPaths.Zip(pages, (path, page) =>
            new PageLinks(page.Name, names, url => site.Copy(url, [.. sourceFolders, Path.GetDirectoryName(Path.GetFullPath(path))!])))];
        (NotebookPage Page, string Html)[] rendered =
            [.. pages.Zip(links, (page, own) => (page, page.ToHtml(pages, katex, outputFolder, own)))];
        foreach (var (page, html) in rendered) site.Write(page.Name + ".html", html);
        var further = WriteReference(site, rendered, pages, helpersFolder);
        site.Write("index.html", IndexPage.ToHtml(pages, WritePictures(site, pages), further));
        site.RemoveStale();
        return [.. links.SelectMany(own => own.Problems), .. DeadLinks(rendered, links)];
    }

    private static void RefuseDoubles(IEnumerable<NotebookPage> pages, string parameter)
    {
        var names = pages.Select(page => page.Name).Concat(["index", ApiPage.Name, GlossaryPage.Name]);
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"There would be two pages {twice.Key}.html; rename one of the notebooks.", parameter);
    }

    private static void WriteAssets(SiteFolder site, NotebookPage[] pages, string? helpersFolder)
    {
        foreach (string name in new[] { "style.css", "site.js", "icon.svg" }) site.Write("assets/" + name, Resource(name));
        if (!pages.Any(page => page.HasCharts)) return;
        // Every notebook brought the same plotly.js with it; the pages share one copy.
        string? plotly = pages.Select(page => page.Plotly).FirstOrDefault(script => script is not null)
            ?? (helpersFolder is null ? null : PlotlyResource.Read(helpersFolder));
        if (plotly is not null) site.Write("assets/plotly.min.js", plotly);
    }

    /// <returns>The further pages' names and titles.</returns>
    private static List<(string Name, string Title)> WriteReference(
        SiteFolder site, (NotebookPage Page, string Html)[] rendered, NotebookPage[] pages, string? helpersFolder)
    {
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
        return further;
    }

    /// <returns>The address of each notebook's picture; null for those without.</returns>
    private static string?[] WritePictures(SiteFolder site, NotebookPage[] pages) => [.. pages.Select(page =>
    {
        if (page.Picture is not { } picture) return null;
        site.Write($"assets/pictures/{page.Name}.{picture.Extension}", picture.Bytes);
        return $"assets/pictures/{Uri.EscapeDataString(page.Name)}.{picture.Extension}";
    })];

    private static IEnumerable<string> DeadLinks((NotebookPage Page, string Html)[] rendered, PageLinks[] links)
    {
        var ids = rendered.ToDictionary(
            page => page.Page.Name, page => Id().Matches(page.Html).Select(id => WebUtility.HtmlDecode(id.Groups["id"].Value)).ToHashSet());
        foreach (var ((page, _), own) in rendered.Zip(links))
            foreach (var (target, id) in own.Places.Distinct().Where(place => !ids[place.Page].Contains(place.Id)))
                yield return $"{page.Name}: a link leads to #{id} of {target}, which has no such heading or id.";
    }

    internal static string Resource(string name)
    {
        using var stream = typeof(SiteWriter).Assembly.GetManifestResourceStream("Site." + name)
            ?? throw new InvalidOperationException($"The runner was built without its asset {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("""\sid=(?<quote>["'])(?<id>.*?)\k<quote>""", RegexOptions.ExplicitCapture)]
    private static partial Regex Id();
}
