using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookRunner;

namespace NotebookHelpers.Tests;

/// <summary>
/// Runs every notebook with its own exercises tried out: behind each checker cell (id exercise-N-check) every wrong answer of
/// fixtures/wrong-answers and then the solution (exercise-N-solution), each followed by the checker. The untouched blank has to be
/// told as not tried, each wrong answer as wrong, the solution as solved.
/// </summary>
public sealed partial class ExerciseTests(ExerciseRuns runs) : IClassFixture<ExerciseRuns>
{
    public static TheoryData<string> Notebooks => [.. ExerciseRuns.Paths.Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Notebooks))]
    public async Task Every_exercise_tells_no_answer_a_wrong_one_and_a_right_one_apart(string name)
    {
        var cells = await runs.CellsOf(name);
        string[] exercises = [.. cells.Keys.Select(id => CheckId().Match(id)).Where(match => match.Success).Select(match => match.Groups[1].Value)];
        Assert.InRange(exercises.Length, 2, 4);
        foreach (string exercise in exercises)
        {
            Assert.StartsWith("○", Shown(cells[exercise + "-check"]), StringComparison.Ordinal);
            var wrong = cells.Where(cell => cell.Key.StartsWith(exercise + "-wrong-check-", StringComparison.Ordinal)).ToArray();
            Assert.True(wrong.Length >= 2, $"{name}, {exercise}: fixtures/wrong-answers has {wrong.Length} wrong answers; at least two are wanted.");
            Assert.All(wrong, cell => Assert.Contains("not right yet", Shown(cell.Value), StringComparison.Ordinal));
            Assert.StartsWith("✓", Verdict(cells[exercise + "-solved"]), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Notebooks))]
    public async Task A_whole_run_measures_every_claim_that_the_file_makes(string name)
    {
        string[] tables = [.. (await runs.CellsOf(name)).Values.Select(Shown).Where(text => text.StartsWith("What this notebook claims", StringComparison.Ordinal))];
        Assert.DoesNotContain("not in this session", Assert.Single(tables), StringComparison.Ordinal);
    }

    private static string Shown(JsonNode cell) => string.Concat((cell["outputs"] as JsonArray ?? []).Select(TextOf));

    // A check may train, and then shows how far it is before it judges.
    private static string Verdict(JsonNode cell) => TextOf(cell["outputs"]!.AsArray()[^1]);

    private static string TextOf(JsonNode? output) =>
        string.Concat((output!["data"]?["text/plain"] as JsonArray ?? []).Select(line => (string?)line));

    [GeneratedRegex("^(exercise-[0-9]+)-check$")]
    internal static partial Regex CheckId();
}

/// <summary>The runs of all notebooks with their exercises tried out, side by side as the runner runs them.</summary>
public sealed partial class ExerciseRuns : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, TaskCompletionSource<Dictionary<string, JsonNode>>> _executed;

    public ExerciseRuns()
    {
        _executed = Paths.ToDictionary(
            path => Path.GetFileNameWithoutExtension(path),
            _ => new TaskCompletionSource<Dictionary<string, JsonNode>>(TaskCreationOptions.RunContinuationsAsynchronously));
        var schedule = NotebookSchedule.ForThisMachine();
        _ = schedule.RunAsync(NotebookSchedule.FirstThenLongest(Paths, Path.Combine(HelpersAssemblies.RepositoryRoot, "artifacts", "site")), async (path, _) =>
        {
            var done = _executed[Path.GetFileNameWithoutExtension(path)];
            try { done.SetResult(await RunAsync(path, schedule.Threads)); }
            catch (Exception e) { done.SetException(e); }
        });
    }

    public static string[] Paths => Directory.GetFiles(Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks"), "*.ipynb");

    public void Dispose() => _folder.Dispose();

    /// <summary>The executed cells of a notebook, by id.</summary>
    public Task<Dictionary<string, JsonNode>> CellsOf(string name) => _executed[name].Task;

    private async Task<Dictionary<string, JsonNode>> RunAsync(string path, int threads)
    {
        string name = Path.GetFileName(path), copy = _folder.File(name);
        File.WriteAllText(copy, WithAnswers(path).ToJsonString());
        var document = NotebookDocument.Load(copy);
        // The exercises need no trained network: at the small scale what stands before them takes seconds.
        var result = await NotebookExecutor.RunAsync(
            document, TimeSpan.FromMinutes(15), threads: threads,
            environment: new Dictionary<string, string> { [Notebook.ScaleVariable] = "small" });
        Assert.Null(result.Failure);
        document.Write(_folder.File("executed-" + name));
        return JsonNode.Parse(File.ReadAllText(_folder.File("executed-" + name)))!["cells"]!.AsArray().ToDictionary(cell => (string)cell!["id"]!, cell => cell!);
    }

    private static JsonNode WithAnswers(string path)
    {
        var notebook = JsonNode.Parse(File.ReadAllText(path))!;
        var cells = notebook["cells"]!.AsArray();
        foreach (var cell in cells)
            cell!["source"] = NotebookForm.Source(cell).Replace("\"../artifacts/helpers/", $"\"{HelpersAssemblies.Folder.Replace('\\', '/')}", StringComparison.Ordinal);
        string wrong = File.ReadAllText(Path.Combine(
            HelpersAssemblies.RepositoryRoot, "tests", "NotebookHelpers.Tests", "fixtures", "wrong-answers", Path.GetFileName(path)[..2] + ".md"));
        foreach (var check in cells.Where(cell => ExerciseTests.CheckId().IsMatch((string)cell!["id"]!)).ToArray())
        {
            string exercise = ((string)check!["id"]!)[..^"-check".Length];
            string[] wrongAnswers = [.. Code().Matches(Section(wrong, exercise)).Select(match => match.Groups[1].Value)];
            string solution = NotebookForm.Source(cells.Single(cell => (string)cell!["id"]! == exercise + "-solution")!);
            int at = cells.IndexOf(check);
            void Add(string id, string source) => cells.Insert(++at, Cell(check, id, source));
            foreach (var (i, answer) in wrongAnswers.Index())
            {
                Add($"{exercise}-wrong-{i}", answer);
                Add($"{exercise}-wrong-check-{i}", NotebookForm.Source(check));
            }
            Add(exercise + "-answer", Code().Match(solution).Groups[1].Value);
            Add(exercise + "-solved", NotebookForm.Source(check));
        }
        return notebook;
    }

    private static string Section(string text, string heading)
    {
        int from = text.IndexOf($"## {heading}\n", StringComparison.Ordinal);
        if (from < 0) return "";
        int to = text.IndexOf("\n## ", from, StringComparison.Ordinal);
        return to < 0 ? text[from..] : text[from..to];
    }

    private static JsonNode Cell(JsonNode like, string id, string source)
    {
        var cell = like.DeepClone();
        cell["id"] = id;
        cell["source"] = source;
        return cell;
    }

    [GeneratedRegex("```csharp\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Code();
}
