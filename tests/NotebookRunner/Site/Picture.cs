using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NotebookRunner;

/// <summary>A picture for the index.</summary>
/// <param name="Extension">Its kind: svg or png.</param>
/// <param name="Bytes">The file.</param>
internal sealed partial record Picture(string Extension, byte[] Bytes)
{
    /// <summary>The static picture of a chart, or else the first image; null if there is neither.</summary>
    /// <param name="outputs">The data of all outputs, by MIME type.</param>
    public static Picture? Of(IEnumerable<JsonObject> outputs)
    {
        var charts = new List<string>();
        byte[]? image = null;
        foreach (var data in outputs)
        {
            string html = NotebookPage.TextOf(data["text/html"]);
            charts.AddRange(NotebookPage.StaticCharts(html).Select(ForCard));
            image ??= FromBase64(NotebookPage.TextOf(data["image/png"])) ?? FromBase64(InlinePicture().Match(html).Groups[1].Value);
        }
        // The first chart that has about as many marks as any tells most about its notebook.
        string? rich = charts.Find(chart => 2 * chart.Length > charts.Max(other => other.Length));
        if (rich is not null) return new("svg", Encoding.UTF8.GetBytes(rich));
        return image is null ? null : new("png", image);
    }

    // On a card the picture is too small to be read: its texts and its paper go, and the margins beyond its grid.
    private static string ForCard(string svg)
    {
        svg = Paper().Replace(ChartText().Replace(svg, ""), "");
        if (GridLineUp().Match(svg) is not { Success: true } up || GridLineAcross().Match(svg) is not { Success: true } across) return svg;
        double left = Real(across, "from") - 10, right = Real(across, "to") + 10, top = Real(up, "to") - 10, bottom = Real(up, "from") + 10;
        string grid = string.Create(CultureInfo.InvariantCulture, $"viewBox=\"{left} {top} {right - left} {bottom - top}\"");
        return ViewBox().Replace(svg, grid, 1);
    }

    private static double Real(Match match, string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static byte[]? FromBase64(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int written) && written > 0 ? bytes[..written] : null;
    }

    [GeneratedRegex("""<rect width="100%"[^>]*/>|(?<=<svg [^>]*)(width|height)="[0-9]+" ?""")]
    private static partial Regex Paper();

    [GeneratedRegex("viewBox=\"[^\"]*\"")]
    private static partial Regex ViewBox();

    [GeneratedRegex("""<path d="M[0-9.]+ (?<from>[0-9.]+)V(?<to>[0-9.]+)(?=\D)""")]
    private static partial Regex GridLineUp();

    [GeneratedRegex("""<path d="M(?<from>[0-9.]+) [0-9.]+H(?<to>[0-9.]+)(?=\D)""")]
    private static partial Regex GridLineAcross();

    [GeneratedRegex("<text[^>]*>[^<]*</text>")]
    private static partial Regex ChartText();

    [GeneratedRegex("""<img[^>]*\bsrc="data:image/png;base64,([A-Za-z0-9+/=]+)""")]
    private static partial Regex InlinePicture();
}
