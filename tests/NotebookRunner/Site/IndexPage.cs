using System.Globalization;
using System.Text;

namespace NotebookRunner;

/// <summary>The page that links all notebooks, each as a card with its first picture.</summary>
internal static class IndexPage
{
    private const string Description =
        "A series of notebooks that teach contrastive learning by running it: on real data, with every number computed and checked.";

    /// <summary>Stands in for a picture: two points that pull each other, and one pushed away.</summary>
    private const string Drawing = """
        <svg viewBox="0 0 320 180" aria-hidden="true"><g fill="none" stroke="currentColor" stroke-width="2">
        <circle cx="96" cy="96" r="14"/><circle cx="150" cy="72" r="14"/><circle cx="246" cy="104" r="14" stroke-dasharray="4 4"/>
        <path d="m109 90 28-12"/><path d="m166 77 62 21" stroke-dasharray="2 7"/></g></svg>
        """;

    /// <param name="pages">The notebooks, in order.</param>
    /// <param name="pictures">The address of each one's picture; null for those without.</param>
    /// <param name="further">The site's other pages.</param>
    /// <param name="waiting">The names of those notebooks that run or wait and have no page yet.</param>
    public static string ToHtml(
        IReadOnlyList<NotebookPage> pages, IReadOnlyList<string?> pictures, IReadOnlyList<(string Name, string Title)> further,
        params IReadOnlyList<string> waiting)
    {
        var cards = new StringBuilder();
        foreach (var (page, picture) in pages.Zip(pictures))
        {
            string shown = picture is null ? Drawing.Trim() : $"<img src=\"{picture}\" alt=\"\" loading=\"lazy\">";
            bool waits = waiting.Contains(page.Name);
            string said = waits ? "Runs or waits to run. Load this page again to see whether it has ended." : page.Facts;
            string facts = said.Length > 0 ? $"<p class=\"facts\">{Page.Encode(said)}</p>" : "";
            string title = Page.Encode(page.Title), linked = waits ? title : $"<a href=\"{Page.Url(page.Name)}\">{title}</a>";
            cards.Append(CultureInfo.InvariantCulture, $"""
                <li class="card"><div class="picture">{shown}</div>
                <h2>{linked}</h2><p>{Page.Encode(page.Promise)}</p>{facts}</li>

                """);
        }
        string links = string.Concat(further.Select(page => $"<li><a href=\"{Page.Url(page.Name)}\">{Page.Encode(page.Title)}</a></li>"));
        string more = links.Length > 0 ? $"<h2>To look things up</h2>\n<ul>{links}</ul>\n" : "";
        return Page.Html(Page.SiteTitle, Description, "", [.. pages.Where(page => !waiting.Contains(page.Name))], null, $"""
            <main id="content" class="index" tabindex="-1">
            <h1>{Page.SiteTitle}</h1>
            <p class="lead">{Description} These pages are the notebooks as they ran.</p>
            <ol class="cards">
            {cards}</ol>
            {more}</main>
            """);
    }
}
