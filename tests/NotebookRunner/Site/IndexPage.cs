using System.Globalization;
using System.Text;

namespace NotebookRunner;

/// <summary>The page that links all notebooks, each as a card with its first picture.</summary>
internal static class IndexPage
{
    private const string NoPicture = """<svg viewBox="0 0 720 440" aria-hidden="true"><g fill="none" stroke="#7a7a7a" stroke-width="3"><circle cx="270" cy="220" r="60"/><circle cx="450" cy="220" r="60"/><path d="M330 220h60" stroke-dasharray="8 8"/></g></svg>""";

    public static string ToHtml(IReadOnlyList<NotebookPage> pages)
    {
        var cards = new StringBuilder();
        foreach (var page in pages)
            cards.Append(CultureInfo.InvariantCulture, $"""
                <li><a class="card" href="{NotebookPage.Encode(page.Name)}.html"><span class="picture" aria-hidden="true">{page.Picture ?? NoPicture}</span><strong>{NotebookPage.Encode(page.Title)}</strong><span>{NotebookPage.Encode(page.Promise)}</span></a></li>

                """);
        return NotebookPage.Shell("Contrastive learning in C#", "", $"""
            <main id="content" class="index">
            <h1>Contrastive learning in C#</h1>
            <p>A series of notebooks that teach contrastive learning by running it: on real data, with every number computed and checked. These pages are the notebooks as they ran.</p>
            <ol class="cards">
            {cards}</ol>
            </main>
            """);
    }
}
