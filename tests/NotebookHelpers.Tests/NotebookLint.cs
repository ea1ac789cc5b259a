using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookHelpers.Tests.Runner;
using NotebookRunner;

namespace NotebookHelpers.Tests;

/// <summary>The rules that every notebook in notebooks/ keeps.</summary>
internal static partial class NotebookLint
{
    /// <summary>The first lines of every notebook: what no error of the compiler can say.</summary>
    public const string Advice =
        "// Run this cell first, then the others in order (Restart & Run All does both). If the next\n"
        + "// line fails, run `dotnet build` in the repository's root, then restart the kernel.";

    private const int MedianLines = 6, MostLines = 25, MostInARow = 3, Widest = 96;

    public static IReadOnlyList<string> Problems(string path)
    {
        List<string> problems = [];
        void Check(bool holds, string problem)
        {
            if (!holds) problems.Add($"{Path.GetFileName(path)}: {problem}");
        }

        JsonObject notebook;
        string text;
        try
        {
            text = NotebookFile.ReadText(path);
            notebook = NotebookFile.ReadJson(path);
            NotebookDocument.Load(path);
        }
        catch (NotebookFormatException e)
        {
            return [e.Message];
        }
        Check(text == NotebookForm.Normal(notebook), "is not in normal form: keys sorted, indented by one space, non-ASCII kept, a line end at the end");
        foreach (string problem in NbFormat.Problems(notebook)) Check(false, problem);
        if (problems.Count > 1) return problems; // the rest counts on the structure

        Check(JsonNode.DeepEquals(notebook["metadata"], NotebookForm.MetadataOf(notebook)), "metadata are not those of a .NET (C#) notebook");
        var cells = notebook["cells"]!.AsArray().Select(json => new Cell(json!.AsObject())).ToList();
        foreach (var cell in cells)
        {
            Check(CellIds.IsStable(cell.Id), $"id '{cell.Id}' is not made of lower-case words and numbers, 64 characters at most");
            Check(JsonNode.DeepEquals(cell.Json["metadata"], NotebookForm.MetadataOfCell(cell.Json)), $"{cell.Id}: metadata of a host");
            Check(!MachinePath().IsMatch(cell.Source), $"{cell.Id}: names a path of some machine");
            if (!cell.IsCode) continue;
            Check(cell.Json["execution_count"] is null, $"{cell.Id}: has an execution count");
            Check(cell.Json["outputs"]!.AsArray().Count == 0, $"{cell.Id}: has outputs");
            Check(cell.Lines <= MostLines, $"{cell.Id}: {cell.Lines} lines, the most is {MostLines}");
            int width = cell.Source.Split('\n').Max(line => line.Length);
            Check(width <= Widest, $"{cell.Id}: a line of {width} characters, the most is {Widest}");
        }
        foreach (string id in TooManyInARow(cells)) Check(false, $"{id}: more than {MostInARow} code cells in a row without a sentence");
        foreach (string id in Unanswered(cells)) Check(false, $"{id}: asks for a prediction, and no text follows its result");
        Check(
            cells.Exists(cell => !cell.IsCode && SourcesHeading().IsMatch(cell.Source) && ExternalLink().IsMatch(cell.Source)),
            "has no part 'Sources' with a link");

        var code = cells.FindAll(cell => cell.IsCode);
        if (cells.Count == 0 || code.Count == 0)
        {
            Check(false, "has no code");
            return problems;
        }
        int[] lines = [.. code.Select(cell => cell.Lines).Order()];
        Check((lines[(lines.Length - 1) / 2] + lines[lines.Length / 2]) / 2.0 <= MedianLines, $"median code cell above {MedianLines} lines");

        var start = code[0];
        string firstStatement = start.Source.Split('\n').FirstOrDefault(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal)) ?? "";
        Check(firstStatement.StartsWith("#r \"../artifacts/helpers/NotebookHelpers.dll\"", StringComparison.Ordinal), $"{start.Id}: the first code cell does not begin with the library's #r");
        Check(start.Source.StartsWith(Advice + "\n", StringComparison.Ordinal), $"{start.Id}: the first code cell does not begin with '{Advice}'");
        Check(start.Source.Contains("Notebook.Start(", StringComparison.Ordinal), $"{start.Id}: the first code cell does not call Notebook.Start");
        Check(!PlotlyType().IsMatch(start.Source), $"{start.Id}: the first code cell names a Plotly type");
        Check(code[^1].Source.Contains("Claims.", StringComparison.Ordinal), $"{code[^1].Id}: the last code cell shows no claims");

        var opening = cells[0];
        Check(!opening.IsCode && opening.Source.StartsWith("# ", StringComparison.Ordinal), "does not open with a title");
        string folder = Path.GetDirectoryName(path)!;
        string[] series = [.. Directory.GetFiles(folder, "*.ipynb").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
        int place = Array.IndexOf(series, Path.GetFileName(path));
        foreach (int neighbour in new[] { place - 1, place + 1 })
            if (neighbour >= 0 && neighbour < series.Length)
                Check(Links(opening.Source).Contains(series[neighbour]), $"the first cell does not link to {series[neighbour]}");
        foreach (var cell in cells.Where(cell => !cell.IsCode))
            foreach (string link in Links(cell.Source))
                Check(Path.Exists(Path.Combine(folder, link)), $"{cell.Id}: links to {link}, which is not there");
        return problems;
    }

    /// <summary>The first cell too many of each run of code cells.</summary>
    private static IEnumerable<string> TooManyInARow(List<Cell> cells)
    {
        int run = 0;
        foreach (var cell in cells)
        {
            run = cell.IsCode ? run + 1 : 0;
            if (run == MostInARow + 1) yield return cell.Id;
        }
    }

    /// <summary>The cells that ask for a prediction after whose code comes a heading or nothing instead of the answer.</summary>
    private static IEnumerable<string> Unanswered(List<Cell> cells)
    {
        for (int i = 0; i < cells.Count; i++)
        {
            if (cells[i].IsCode || !cells[i].Source.Contains("**Predict", StringComparison.Ordinal)) continue;
            int code = cells.FindIndex(i, cell => cell.IsCode);
            int answer = code < 0 ? -1 : cells.FindIndex(code, cell => !cell.IsCode);
            if (answer < 0 || cells[answer].Source.StartsWith('#')) yield return cells[i].Id;
        }
    }

    /// <summary>The files that Markdown text links to or shows, relative to the notebook.</summary>
    private static HashSet<string> Links(string markdown) =>
    [
        .. Link().Matches(NotText().Replace(markdown, ""))
            .Select(match => match.Groups["target"].Value)
            .Where(target => !target.StartsWith('#') && !Scheme().IsMatch(target))
            .Select(target => Uri.UnescapeDataString(target.Split('#', '?')[0])),
    ];

    private sealed class Cell(JsonObject json)
    {
        public JsonObject Json => json;

        public string Id { get; } = (string)json["id"]!;

        public bool IsCode { get; } = (string)json["cell_type"]! == "code";

        public string Source { get; } = NotebookForm.Source(json);

        public int Lines => Source.Split('\n').Count(line => !string.IsNullOrWhiteSpace(line));
    }

    [GeneratedRegex(@"(?<![\w.:/])/(home|Users|root|tmp|var|mnt)/|\b[A-Z]:\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex("^#{2,3} Sources$", RegexOptions.Multiline)]
    private static partial Regex SourcesHeading();

    [GeneratedRegex(@"https?://")]
    private static partial Regex ExternalLink();

    [GeneratedRegex(@"\bPlotly\b|\bGenericChart\b")]
    private static partial Regex PlotlyType();

    [GeneratedRegex(@"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", RegexOptions.Singleline)]
    private static partial Regex NotText();

    [GeneratedRegex("""\]\(<?(?<target>[^)\s>]+)|\b(src|href)="(?<target>[^"]+)"|^\[[^\]]+\]:\s*(?<target>\S+)""", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex("^([a-zA-Z][a-zA-Z0-9+.-]*:|//)")]
    private static partial Regex Scheme();
}
