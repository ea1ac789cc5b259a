using System.Text.Json.Nodes;
using NotebookHelpers.Tests.Runner;
using NotebookRunner;

namespace NotebookHelpers.Tests;

public sealed class NotebookLintTests : IDisposable
{
    private const string Start = NotebookLint.Advice + "\n#r \"../artifacts/helpers/NotebookHelpers.dll\"\nusing NotebookHelpers;\nNotebook.Start();";
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_notebook_keeps_the_rules()
    {
        string folder = Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks");
        string[] notebooks = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.ipynb") : [];
        string problems = string.Join('\n', notebooks.Order(StringComparer.Ordinal).SelectMany(NotebookLint.Problems));
        Assert.True(problems.Length == 0, problems);
    }

    [Fact]
    public void A_good_notebook_has_no_problems() => Assert.Empty(Problems(_ => { }));

    public static TheoryData<string, string> Defects => new()
    {
        { "output", "start: has outputs" },
        { "count", "start: has an execution count" },
        { "metadata", "metadata are not those" },
        { "cell metadata", "text: metadata of a host" },
        { "id", "id 'Start_1'" },
        { "long id", "64 characters at most" },
        { "same id", "id used twice" },
        { "no library", "does not begin with the library's #r" },
        { "no advice", "does not begin with '// Run this cell first" },
        { "no start", "does not call Notebook.Start" },
        { "plotly", "names a Plotly type" },
        { "long cell", "26 lines, the most is 25" },
        { "long median", "median code cell above 6 lines" },
        { "dead link", "links to no-such-file.md" },
        { "dead image", "links to no-such-image.png" },
        { "no neighbour", "does not link to 02-next.ipynb" },
        { "no claims", "shows no claims" },
        { "no title", "does not open with a title" },
        { "machine path", "names a path of some machine" },
        { "no code", "has no code" },
        { "wide line", "start: a line of 97 characters, the most is 96" },
        { "cells in a row", "row4: more than 3 code cells in a row" },
        { "no sources", "has no part 'Sources' with a link" },
        { "sources without a link", "has no part 'Sources' with a link" },
        { "no answer", "question: asks for a prediction" },
        { "no text after the answer's code", "question: asks for a prediction" },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void Each_rule_finds_its_defect(string defect, string problem) => Assert.Contains(Problems(notebook =>
    {
        var cells = notebook["cells"]!.AsArray();
        var start = cells[1]!.AsObject();
        switch (defect)
        {
            case "output": start["outputs"] = new JsonArray(new JsonObject { ["output_type"] = "stream", ["name"] = "stdout", ["text"] = "1" }); break;
            case "count": start["execution_count"] = 1; break;
            case "metadata": notebook["metadata"]!["kernelspec"]!["name"] = "python3"; break;
            case "cell metadata": cells[2]!["metadata"]!["collapsed"] = true; break;
            case "id": start["id"] = "Start_1"; break;
            case "long id": start["id"] = new string('a', 65); break;
            case "same id": start["id"] = "text"; break;
            case "no library": start["source"] = "Notebook.Start();"; break;
            case "no advice": start["source"] = Start.Replace("dotnet build", "make", StringComparison.Ordinal); break;
            case "no start": start["source"] = Start.Replace("Notebook.Start", "Start", StringComparison.Ordinal); break;
            case "plotly": start["source"] = Start + "\nusing Plotly.NET;"; break;
            case "long cell": cells.Insert(2, ScratchNotebook.Code("long", string.Join('\n', Enumerable.Repeat("1;", 26)))); break;
            case "long median": foreach (int i in new[] { 2, 3, 4 }) cells.Insert(2, ScratchNotebook.Code($"l{i}", string.Join("\n\n", Enumerable.Repeat("1;", 7)))); break;
            case "dead link": cells[2]!["source"] = "[a](no-such-file.md)"; break;
            case "dead image": cells[2]!["source"] = "<img alt=\"\" src=\"no-such-image.png\">"; break;
            case "no neighbour": cells[0]!["source"] = "# Title"; break;
            case "no claims": cells[^1]!["source"] = "1"; break;
            case "no title": cells[0]!["source"] = "Text [next](02-next.ipynb)"; break;
            case "machine path": cells[2]!["source"] = "see /home/somebody/data"; break;
            case "wide line": start["source"] = Start + "\n//" + new string('x', 95); break;
            case "cells in a row": foreach (int i in new[] { 4, 3, 2, 1 }) cells.Insert(3, ScratchNotebook.Code($"row{i}", "1;")); break;
            case "no sources": cells.RemoveAt(2); break;
            case "sources without a link": cells[2]!["source"] = "## Sources\n\n- A book."; break;
            case "no answer": cells.Insert(1, ScratchNotebook.Markdown("question", "**Predict:** how many?")); cells[3]!["source"] = "## Next"; break;
            case "no text after the answer's code": cells.Insert(3, ScratchNotebook.Markdown("question", "**Predict** it.")); break;
            case "no code": notebook["cells"] = new JsonArray(cells[0]!.DeepClone()); break;
        }
    }), found => found.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Another_form_of_the_same_JSON_is_a_problem()
    {
        string path = _folder.Notebook("01-first.ipynb", "1");
        Assert.Contains(NotebookLint.Problems(path), found => found.Contains("not in normal form", StringComparison.Ordinal));
    }

    [Fact]
    public void Links_in_code_and_formulas_are_none() => Assert.Empty(Problems(notebook =>
        notebook["cells"]![2]!["source"] = "`a[1](x.md)` $f[x](y)$ [web](https://example.org/x) [here](#part) [there](02-next.ipynb#part)\n## Sources\n```csharp\nb[1](z.md)\n```"));

    [Fact]
    public void The_normal_form_is_pythons() => Assert.Equal(
        "{\n \"a\": [],\n \"b\": {\n  \"c\": [\n   1,\n   null,\n   true,\n   \"\\\"\\\\\\n\\t\\u001b한😀</>\"\n  ],\n  \"d\": {}\n }\n}\n",
        NotebookForm.Normal(JsonNode.Parse("""{ "b": { "d": {}, "c": [1, null, true, "\"\\\n\t\u001b한😀</>"] }, "a": [] }""")!));

    private IReadOnlyList<string> Problems(Action<JsonObject> change)
    {
        var notebook = ScratchNotebook.Json();
        notebook["cells"] = new JsonArray(
            ScratchNotebook.Markdown("title", "# Title\n\n[next](02-next.ipynb)"),
            ScratchNotebook.Code("start", Start),
            ScratchNotebook.Markdown("text", "Text with $x$.\n\n## Sources\n\n- [A page](https://example.org)."),
            ScratchNotebook.Code("claims", "Claims.Table()"));
        change(notebook);
        _folder.Write("02-next.ipynb", "");
        return NotebookLint.Problems(_folder.Write("01-first.ipynb", NotebookForm.Normal(notebook)));
    }
}
