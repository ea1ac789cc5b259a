using System.Globalization;
using System.Text;

namespace NotebookRunner;

/// <summary>A key term.</summary>
/// <param name="English">The term.</param>
/// <param name="Korean">Its Korean form, as the notebook that introduces it has it.</param>
/// <param name="Meaning">One sentence.</param>
internal sealed record Term(string English, string Korean, string Meaning);

/// <summary>The key terms in English and Korean, each with a link to the place where a notebook first uses it.</summary>
internal static class GlossaryPage
{
    public const string Name = "glossary";

    /// <summary>The terms, in the order of the alphabet.</summary>
    public static IReadOnlyList<Term> Terms { get; } =
    [
        .. SiteWriter.Resource("glossary.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(" | ")).Select(parts => new Term(parts[0], parts[1], parts[2])),
    ];

    /// <summary>The page; null if no notebook here introduces a term.</summary>
    /// <param name="pages">The notebooks' pages, as HTML, in order.</param>
    /// <param name="series">The notebooks.</param>
    public static string? ToHtml(IReadOnlyList<(NotebookPage Page, string Html)> pages, IReadOnlyList<NotebookPage> series)
    {
        var rows = new StringBuilder();
        foreach (var term in Terms)
        {
            string anchor = PageAnchors.OfKorean(term.Korean);
            string place = $" id=\"{anchor}\"";
            if (pages.FirstOrDefault(page => page.Html.Contains(place, StringComparison.Ordinal)).Page is not { } first) continue;
            rows.Append(CultureInfo.InvariantCulture, $"""
                <tr><th scope="row">{Page.Encode(term.English)}</th><td lang="ko">{Page.Encode(term.Korean)}</td>
                <td>{Page.Encode(term.Meaning)}</td>
                <td><a href="{Page.Url(first.Name)}#{Uri.EscapeDataString(anchor)}">{Page.Encode(first.Title)}</a></td></tr>

                """);
        }
        if (rows.Length == 0) return null;
        const string description = "The key terms of the series in English and Korean, and where each is used first.";
        return Page.Html("Glossary", description, "", series, null, $"""
            <main id="content" class="reference" tabindex="-1">
            <h1>Glossary</h1>
            <p class="lead">{description}</p>
            <div class="scroll"><table>
            <thead><tr><th scope="col">term</th><th scope="col">Korean</th>
            <th scope="col">meaning</th><th scope="col">first used in</th></tr></thead>
            <tbody>
            {rows}</tbody>
            </table></div>
            </main>
            """);
    }
}
