using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace NotebookRunner;

/// <summary>
/// The results that the README shows, taken from executed notebooks: pictures named <c>.github/images/NOTEBOOK.CELL.svg</c>, and
/// the tables between <c>&lt;!-- table NOTEBOOK.CELL --&gt;</c> and <c>&lt;!-- end --&gt;</c>.
/// </summary>
/// <param name="readme">The README's path.</param>
/// <param name="executed">The folder with the executed notebooks.</param>
public sealed partial class ReadmeResults(string readme, string executed)
{
    /// <summary>How far a number may be from that of another run: shares of digits differ so much between processors.</summary>
    private const double Tolerance = 0.03;

    private readonly Dictionary<string, JsonObject> _notebooks = [];

    /// <summary>Writes the pictures, and the tables into the README.</summary>
    /// <returns>What was written: paths of pictures, and the README's own if a table changed.</returns>
    /// <exception cref="NotebookFormatException">A notebook was not executed, or its cell shows no such thing.</exception>
    public IReadOnlyList<string> Renew()
    {
        string before = File.ReadAllText(readme), after = Table().Replace(
            before, table => table.Groups["mark"].Value + TableOf(table) + table.Groups["end"].Value);
        var pictures = Pictures(before).Select(picture => (picture.Path, Svg: PictureOf(picture.Notebook, picture.Cell))).ToList();
        var written = new List<string>();
        void Write(string path, string text)
        {
            if (File.Exists(path) && File.ReadAllText(path) == text) return;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            NotebookForm.Replace(path, text);
            written.Add(path);
        }
        foreach (var (path, svg) in pictures) Write(path, svg);
        Write(readme, after);
        return written;
    }

    /// <summary>
    /// Leads the link <c>[page]</c> beside each notebook's to its published page, and <c>[local page]</c> to the one that a run writes.
    /// </summary>
    /// <param name="site">Where the pages are published, such as <c>https://OWNER.github.io/REPOSITORY</c>.</param>
    /// <returns>The README's path if a link changed.</returns>
    /// <exception cref="NotebookFormatException">The README has no such link.</exception>
    public IReadOnlyList<string> LinkPages(Uri site)
    {
        string before = File.ReadAllText(readme), start = site.AbsoluteUri.TrimEnd('/');
        if (!PageLink().IsMatch(before)) throw new NotebookFormatException($"{readme} has no link [page] beside a notebook's.");
        string after = PageLink().Replace(
            before, $"${{notebook}}[page]({start.Replace("$", "$$", StringComparison.Ordinal)}/${{name}}.html), "
                + "[local page](artifacts/site/${name}.html)");
        if (after == before) return [];
        NotebookForm.Replace(readme, after);
        return [readme];
    }

    /// <summary>What in the README is not what the notebooks show; times and last digits may differ.</summary>
    /// <exception cref="NotebookFormatException">A notebook was not executed, or its cell shows no such thing.</exception>
    public IReadOnlyList<string> Problems()
    {
        string text = File.ReadAllText(readme);
        var problems = new List<string>();
        foreach (var (path, notebook, cell) in Pictures(text))
        {
            PictureOf(notebook, cell);
            if (!File.Exists(path)) problems.Add($"The picture {path} is missing.");
        }
        foreach (Match table in Table().Matches(text))
        {
            string[] shown = Cells(table.Groups["rows"].Value), measured = Cells(TableOf(table));
            if (shown.Length != measured.Length)
                problems.Add(
                    $"{table.Groups["mark"].Value.Trim()}: {shown.Length} cells in the README, {measured.Length} in the notebook.");
            else
                problems.AddRange(shown.Zip(measured).Where(pair => !Alike(pair.First, pair.Second)).Select(pair =>
                    $"{table.Groups["mark"].Value.Trim()}: '{pair.First}' in the README, '{pair.Second}' in the notebook."));
        }
        return problems;
    }

    private IEnumerable<(string Path, string Notebook, string Cell)> Pictures(string text) =>
        Picture().Matches(text).DistinctBy(match => match.Value).Select(match =>
            (Path.Combine(Path.GetDirectoryName(Path.GetFullPath(readme))!, match.Value), match.Groups["notebook"].Value,
                match.Groups["cell"].Value));

    private string PictureOf(string notebook, string cell)
    {
        string svg = Html(notebook, cell).SelectMany(NotebookPage.StaticCharts).FirstOrDefault()
            ?? throw new NotebookFormatException($"Cell {cell} of {notebook} shows no chart.");
        return svg + "\n";
    }

    private string TableOf(Match mark)
    {
        string notebook = mark.Groups["notebook"].Value, cell = mark.Groups["cell"].Value;
        string html = Html(notebook, cell).FirstOrDefault(text => text.Contains("<table", StringComparison.Ordinal))
            ?? throw new NotebookFormatException($"Cell {cell} of {notebook} shows no table.");
        XElement[] rows;
        try
        {
            rows = [.. XElement.Parse(html).Descendants("tr")];
        }
        catch (XmlException e)
        {
            throw new NotebookFormatException($"Cell {cell} of {notebook}: its table is not well-formed: {e.Message}", e);
        }
        var lines = new List<string>();
        foreach (var row in rows)
        {
            lines.Add(Line(row.Elements().Select(TextOf)));
            if (lines.Count == 1) lines.Add(Line(row.Elements().Select(element => IsRight(element) ? "--:" : "---")));
        }
        return string.Concat(lines.Select(line => line + "\n"));
    }

    private static string TextOf(XElement cell) =>
        cell.Value.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static bool IsRight(XElement cell) =>
        ((string?)cell.Attribute("style"))?.Contains("right", StringComparison.Ordinal) == true;

    private IEnumerable<string> Html(string notebook, string cell)
    {
        if (!_notebooks.TryGetValue(notebook, out var read))
            _notebooks[notebook] = read = NotebookFile.ReadJson(Path.Combine(executed, notebook + ".ipynb"));
        var found = (read["cells"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(each => NotebookPage.TextOf(each["id"]) == cell)
            ?? throw new NotebookFormatException($"{notebook} has no cell {cell}.");
        return NotebookPage.OutputsOf(found).Select(output => NotebookPage.TextOf((output["data"] as JsonObject)?["text/html"]));
    }

    private static string Line(IEnumerable<string> cells) =>
        string.Concat(cells.Select(cell => cell.Length == 0 ? "| " : $"| {cell} ")) + "|";

    private static string[] Cells(string rows) =>
        [.. rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(line => line.Trim().Trim('|').Split('|'))
            .Select(cell => cell.Trim())];

    private static bool Alike(string shown, string measured) =>
        shown == measured || (Time().IsMatch(shown) && Time().IsMatch(measured))
        || (Numbers(shown) is { } one && Numbers(measured) is { } other && one.Length == other.Length
            && one.Zip(other).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance));

    // A number, or a mean ± its spread; null for any other text.
    private static double[]? Numbers(string text)
    {
        string[] parts = text.Split(" ± ");
        double[] numbers = [.. parts.Select(part =>
            double.TryParse(part, CultureInfo.InvariantCulture, out double number) ? number : double.NaN)];
        return Array.Exists(numbers, double.IsNaN) ? null : numbers;
    }

    [GeneratedRegex(@"\.github/images/(?<notebook>[a-z0-9-]+)\.(?<cell>[a-z0-9-]+)\.svg")]
    private static partial Regex Picture();

    [GeneratedRegex(@"(?<mark><!-- table (?<notebook>[a-z0-9-]+)\.(?<cell>[a-z0-9-]+) -->\n)(?<rows>.*?)(?<end><!-- end -->)",
        RegexOptions.Singleline)]
    private static partial Regex Table();

    [GeneratedRegex(@"(?<notebook>\(notebooks/(?<name>[\w-]+)\.ipynb\), )\[page\]\([^)]*\)(, \[local page\]\([^)]*\))?")]
    private static partial Regex PageLink();

    [GeneratedRegex(@"^[0-9.,]+ s$")]
    private static partial Regex Time();
}
