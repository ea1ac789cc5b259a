using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>Where the links and pictures of one notebook lead, seen from its page.</summary>
/// <param name="page">The notebook's name.</param>
/// <param name="pagesOfSeries">The names of all notebooks that are pages of the site.</param>
/// <param name="copy">Copies a picture beside the notebook into the site and returns its address there; null if there is none.</param>
internal sealed partial class PageLinks(string page, ISet<string> pagesOfSeries, Func<string, string?> copy)
{
    /// <summary>Links to a place of a page: the page's name and the id.</summary>
    public List<(string Page, string Id)> Places { get; } = [];

    /// <summary>What the page wants to show and cannot, in words.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Where a link leads; null if it must not or cannot be followed from the site.</summary>
    public string? Target(string url)
    {
        url = Clean(url);
        if (url.StartsWith("//", StringComparison.Ordinal)) return "https:" + url;
        if (Scheme(url) is { } scheme) return scheme is "http" or "https" or "mailto" ? url : null;
        var (file, id) = url.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? (url[..at], url[(at + 1)..]) : (url, "");
        if (file.Length == 0) return Place(page, id, "");
        // Between notebooks on disk the links name .ipynb files; between pages they name .html files. The README is the index.
        if (file == "../README.md") return "index.html";
        string name = Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(file));
        return file.EndsWith(".ipynb", StringComparison.Ordinal) && pagesOfSeries.Contains(name) ? Place(name, id, Page.Url(name)) : null;
    }

    /// <summary>Whether a link leads out of the site.</summary>
    public static bool IsExternal(string target) => Scheme(target) is "http" or "https";

    /// <summary>The address of a picture, sound or film; null, and a problem, if the page cannot show it.</summary>
    /// <param name="url">The address in the notebook.</param>
    /// <param name="attachments">The files that the cell itself holds.</param>
    public string? Media(string url, JsonObject? attachments)
    {
        string clean = Clean(url);
        if (clean.StartsWith("//", StringComparison.Ordinal)) return "https:" + clean;
        string? found = Scheme(clean) switch
        {
            "http" or "https" => clean,
            "data" => MediaData().IsMatch(clean) ? clean : null,
            "attachment" => Attachment(attachments, clean["attachment:".Length..]),
            null when clean.Length > 0 => copy(clean),
            _ => null,
        };
        if (found is null) Problems.Add($"{page}: {Named(clean)}");
        return found;
    }

    private static string Named(string url) => url.Length == 0
        ? "a picture cannot be shown: it has no address that a page may show."
        : $"the picture {(url.Length > 100 ? url[..100] + "…" : url)} cannot be shown: there is no such file or attachment.";

    private string Place(string name, string id, string url)
    {
        // JupyterLab's way to link to a cell.
        if (id.StartsWith("cell-id=", StringComparison.Ordinal)) id = "cell-" + id["cell-id=".Length..];
        if (id.Length == 0) return url.Length > 0 ? url : "#";
        Places.Add((name, Uri.UnescapeDataString(id)));
        return $"{url}#{id}";
    }

    // nbformat: attachments by file name, each a bundle of MIME types and Base64.
    private static string? Attachment(JsonObject? attachments, string name)
    {
        if ((attachments?[name] ?? attachments?[Uri.UnescapeDataString(name)]) is not JsonObject bundle) return null;
        foreach (var (type, data) in bundle)
        {
            string base64 = string.Concat(NotebookPage.TextOf(data).Where(c => !char.IsWhiteSpace(c)));
            if (MediaType().IsMatch(type) && Base64().IsMatch(base64)) return $"data:{type};base64,{base64}";
        }
        return null;
    }

    // Browsers ignore control characters in "java\nscript:".
    private static string Clean(string url) => string.Concat(url.Where(c => !char.IsControl(c))).Trim();

    private static string? Scheme(string url) =>
        SchemeOf().Match(url) is { Success: true } scheme ? scheme.Groups[1].Value.ToLowerInvariant() : null;

    [GeneratedRegex("^([a-zA-Z][a-zA-Z0-9+.-]*):")]
    private static partial Regex SchemeOf();

    [GeneratedRegex("^data:(image|audio|video)/", RegexOptions.IgnoreCase)]
    private static partial Regex MediaData();

    [GeneratedRegex("^(image|audio|video)/[a-z0-9.+-]+$")]
    private static partial Regex MediaType();

    [GeneratedRegex("^[A-Za-z0-9+/]+={0,2}$")]
    private static partial Regex Base64();
}
