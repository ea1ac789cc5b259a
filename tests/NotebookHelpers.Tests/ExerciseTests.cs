using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookRunner;

namespace NotebookHelpers.Tests;

/// <summary>
/// Runs every notebook with its own solutions: behind each checker cell (id exercise-N-check) the code of the solution
/// (exercise-N-solution) and the checker once more. The first check has to fail, the second to pass.
/// </summary>
public sealed partial class ExerciseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Notebooks => [.. Directory.GetFiles(Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks"), "*.ipynb").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public async Task Every_exercise_is_open_before_its_solution_and_solved_after(string name)
    {
        var notebook = JsonNode.Parse(File.ReadAllText(Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks", name + ".ipynb")))!;
        var cells = notebook["cells"]!.AsArray();
        string[] exercises = [.. cells.Select(cell => CheckId().Match((string)cell!["id"]!)).Where(match => match.Success).Select(match => match.Groups[1].Value)];
        Assert.InRange(exercises.Length, 2, 4);
        foreach (string exercise in exercises) Insert(cells, exercise);
        cells[cells.Index().First(cell => (string)cell.Item!["cell_type"]! == "code").Index]!["source"] =
            Source(cells.First(cell => (string)cell!["cell_type"]! == "code")!).Replace("\"../artifacts/helpers/", $"\"{HelpersAssemblies.Folder.Replace('\\', '/')}", StringComparison.Ordinal);

        string path = _folder.File(name + ".ipynb");
        File.WriteAllText(path, notebook.ToJsonString());
        var document = NotebookDocument.Load(path);
        var result = await NotebookExecutor.RunAsync(document, TimeSpan.FromMinutes(10));
        document.Write(_folder.File("executed.ipynb"));
        Assert.Null(result.Failure);

        var executed = JsonNode.Parse(File.ReadAllText(_folder.File("executed.ipynb")))!["cells"]!.AsArray().ToDictionary(cell => (string)cell!["id"]!, cell => cell!);
        foreach (string exercise in exercises)
        {
            Assert.Contains("○", Shown(executed[exercise + "-check"]), StringComparison.Ordinal);
            Assert.Contains("✓", Shown(executed[exercise + "-again"]), StringComparison.Ordinal);
        }
    }

    private static void Insert(JsonArray cells, string exercise)
    {
        JsonNode Cell(string id) => cells.Single(cell => (string)cell!["id"]! == id)!;
        var check = Cell(exercise + "-check");
        var solution = SolutionCode().Match(Source(Cell(exercise + "-solution")));
        Assert.True(solution.Success, $"{exercise}-solution holds no C# code");
        int at = cells.IndexOf(check);
        cells.Insert(at + 1, Code(check, exercise + "-answer", solution.Groups[1].Value));
        cells.Insert(at + 2, Code(check, exercise + "-again", Source(check)));
    }

    private static JsonNode Code(JsonNode like, string id, string source)
    {
        var cell = like.DeepClone();
        cell["id"] = id;
        cell["source"] = source;
        return cell;
    }

    private static string Source(JsonNode cell) => cell["source"] is JsonArray lines ? string.Concat(lines.Select(line => (string)line!)) : (string)cell["source"]!;

    private static string Shown(JsonNode cell) => string.Concat(cell["outputs"]!.AsArray().Select(output => output!["data"]?["text/plain"]?.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));

    [GeneratedRegex("^(exercise-[0-9]+)-check$")]
    private static partial Regex CheckId();

    [GeneratedRegex("```csharp\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex SolutionCode();
}
