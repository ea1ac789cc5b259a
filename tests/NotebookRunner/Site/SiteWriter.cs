using System.Net;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>
/// Turns executed notebooks into a static site that works from disk, without a network: an index, a page per notebook, shared assets.
/// </summary>
/// <param name="outputFolder">Where the pages go.</param>
/// <param name="helpersFolder">The folder of Plotly.NET.dll, for plotly.js if no notebook brings it along; null for none.</param>
/// <param name="sourceFolders">Where the notebooks lay before they were executed: their pictures are looked for there first.</param>
public sealed partial class SiteWriter(string outputFolder, string? helpersFolder, params IReadOnlyList<string> sourceFolders)
{
    private readonly SiteFolder _site = new(outputFolder);
    private readonly Dictionary<string, NotebookPage> _pages = [];
    private string? _katex;

    /// <summary>Whether the site has another page of this name.</summary>
    public static bool IsReserved(string notebook) =>
        new[] { "index", ApiPage.Name, GlossaryPage.Name }.Contains(notebook, StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes a site (see <see cref="WriteAll"/>) and says what its pages cannot show.</summary>
    /// <exception cref="NotebookFormatException">
    /// A notebook has no page: its file is no notebook, say. The other pages are written.
    /// </exception>
    public static IReadOnlyList<string> Write(
        IReadOnlyList<string> executedNotebookPaths, string outputFolder, string? helpersFolder, params IReadOnlyList<string> sourceFolders)
    {
        var (failures, problems) = new SiteWriter(outputFolder, helpersFolder, sourceFolders).WriteAll(executedNotebookPaths);
        return failures.Count == 0 ? problems : throw new NotebookFormatException(string.Join('\n', failures));
    }

    /// <summary>
    /// Writes the site. Each file is written under a temporary name and renamed; of other files only those that an earlier run wrote
    /// are removed.
    /// </summary>
    /// <param name="executed">Executed notebooks (nbformat 4.5), in the order of the series.</param>
    /// <returns>
    /// Which notebooks have no page of their own and why; and what the pages cannot show and where their links lead to nothing, a
    /// sentence each.
    /// </returns>
    /// <exception cref="ArgumentException">Two notebooks, or a notebook and another page of the site, would be the same page.</exception>
    /// <exception cref="IOException">A file could not be written.</exception>
    public (IReadOnlyList<string> Failures, IReadOnlyList<string> Problems) WriteAll(IReadOnlyList<string> executed)
    {
        RefuseDoubles(executed.Select(path => Path.GetFileNameWithoutExtension(path)), nameof(executed));
        var failures = new List<string>();
        NotebookPage[] pages = [.. executed.Select(path => Load(path, failures)).OfType<NotebookPage>()];
        WriteAssets(pages);
        PageLinks[] links = [.. pages.Select(page => LinksOf(page, pages))];
        (NotebookPage Page, string Html)[] rendered =
            [.. pages.Zip(links, (page, own) => (page, Render(page, pages, own, failures)))];
        foreach (var (page, html) in rendered) _site.Write(page.Name + ".html", html);
        var further = WriteReference(rendered, pages);
        _site.Write("index.html", IndexPage.ToHtml(pages, [.. pages.Select(WritePicture)], further));
        _site.RemoveStale();
        return (failures, [.. links.SelectMany(own => own.Problems), .. DeadLinks(rendered, links)]);
    }

    /// <summary>Writes one notebook's page and the index, while other notebooks run; <see cref="WriteAll"/> comes after it.</summary>
    /// <param name="ended">The executed notebook.</param>
    /// <param name="executed">It, and others that may be of an earlier run.</param>
    /// <param name="unfinished">The notebooks that still run or wait, as they lie in their own folder.</param>
    /// <returns>The page's path; null if the notebook has none, which <see cref="WriteAll"/> tells.</returns>
    /// <exception cref="IOException">A file could not be written.</exception>
    internal string? WriteEarly(string ended, IReadOnlyList<string> executed, IReadOnlyCollection<string> unfinished)
    {
        if (Load(ended, []) is not { } page) return null;
        var waiting = unfinished.Select(path => Read(path, [])).OfType<NotebookPage>().ToDictionary(each => each.Name);
        NotebookPage[] pages = [.. executed.Where(path => !waiting.ContainsKey(Path.GetFileNameWithoutExtension(path)))
            .Select(path => Load(path, [])).OfType<NotebookPage>()];
        WriteAssets(pages);
        _site.Write(page.Name + ".html", Render(page, pages, LinksOf(page, pages), []));
        NotebookPage[] all = [.. pages.Concat(waiting.Values).OrderBy(each => each.Name, StringComparer.Ordinal)];
        var pictures = all.Select(each => waiting.ContainsKey(each.Name) ? null : WritePicture(each));
        _site.Write("index.html", IndexPage.ToHtml(all, [.. pictures], [], [.. waiting.Keys]));
        return Path.Combine(outputFolder, page.Name + ".html");
    }

    private NotebookPage? Load(string path, List<string> failures)
    {
        if (!_pages.TryGetValue(path, out var page) && (page = Read(path, failures)) is not null) _pages[path] = page;
        return page;
    }

    private static NotebookPage? Read(string path, List<string> failures)
    {
        try
        {
            return NotebookPage.Load(path);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failures.Add(e is NotebookFormatException ? e.Message : $"{path}: {e.GetType().Name}: {e.Message}");
            return null;
        }
    }

    // Whatever is wrong with one notebook must not cost the pages of the others, whose links lead here.
    private string Render(NotebookPage page, IReadOnlyList<NotebookPage> series, PageLinks links, List<string> failures)
    {
        try
        {
            return page.ToHtml(series, _katex!, outputFolder, links);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            failures.Add($"{page.Name}: {e.GetType().Name}: {e.Message}");
            return Page.Html(page.Title, page.Promise, "", series, page, $"""
                <main id="content" class="reference" tabindex="-1">
                <h1>{Page.Encode(page.Title)}</h1>
                <p>This notebook ran, but its page could not be written: {Page.Encode(e.Message)}</p>
                </main>
                """);
        }
    }

    private PageLinks LinksOf(NotebookPage page, IEnumerable<NotebookPage> series) => new(
        page.Name, series.Select(each => each.Name).ToHashSet(),
        url => _site.Copy(url, [.. sourceFolders, Path.GetDirectoryName(Path.GetFullPath(page.Path))!]));

    private static void RefuseDoubles(IEnumerable<string> names, string parameter)
    {
        var all = names.Concat(["index", ApiPage.Name, GlossaryPage.Name]);
        if (all.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"There would be two pages {twice.Key}.html; rename one of the notebooks.", parameter);
    }

    private void WriteAssets(NotebookPage[] pages)
    {
        _katex ??= Katex.Provide(_site.Write);
        foreach (string name in new[] { "style.css", "site.js", "icon.svg" }) WriteOnce("assets/" + name, () => Resource(name));
        // Every notebook brought the same plotly.js with it; the pages share one copy.
        if (pages.Any(page => page.HasCharts))
            WriteOnce("assets/plotly.min.js", () => pages.Select(page => page.Plotly).FirstOrDefault(script => script is not null)
                ?? (helpersFolder is null ? null : PlotlyResource.Read(helpersFolder)));
    }

    private void WriteOnce(string name, Func<string?> text)
    {
        if (!_site.Has(name) && text() is { } written) _site.Write(name, written);
    }

    /// <returns>The further pages' names and titles.</returns>
    private List<(string Name, string Title)> WriteReference((NotebookPage Page, string Html)[] rendered, NotebookPage[] pages)
    {
        var further = new List<(string Name, string Title)>();
        if (GlossaryPage.ToHtml(rendered, pages) is { } glossary)
        {
            _site.Write(GlossaryPage.Name + ".html", glossary);
            further.Add((GlossaryPage.Name, "Glossary, English and Korean"));
        }
        if (helpersFolder is not null && Path.Combine(helpersFolder, "NotebookHelpers.dll") is var library && File.Exists(library))
        {
            _site.Write(ApiPage.Name + ".html", ApiPage.ToHtml(library, Path.Combine(Repository.Root, "lib"), pages));
            further.Add((ApiPage.Name, "The library's public names"));
        }
        return further;
    }

    /// <returns>The address of the notebook's picture; null if it has none.</returns>
    private string? WritePicture(NotebookPage page)
    {
        if (page.Picture is not { } picture) return null;
        string name = $"assets/pictures/{page.Name}.{picture.Extension}";
        if (!_site.Has(name)) _site.Write(name, picture.Bytes);
        return $"assets/pictures/{Uri.EscapeDataString(page.Name)}.{picture.Extension}";
    }

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
