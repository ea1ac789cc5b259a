using System.Text.Json.Nodes;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

public sealed class NotebookDocumentTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_notebook_without_cells_to_run_comes_back_as_it_was()
    {
        var json = ScratchNotebook.Json("", "  \n");
        json["cells"]!.AsArray().Insert(0, ScratchNotebook.Markdown("title", "# 대조 학습 😀\n\n$\\frac{1}{2}$"));
        json["metadata"]!["own"] = new JsonObject { ["kept"] = true };
        var document = NotebookDocument.Load(_folder.Write("empty.ipynb", json.ToJsonString()));
        document.Write(_folder.File("written.ipynb"));
        Assert.Empty(document.Cells);
        Assert.True(JsonNode.DeepEquals(json, Written()));
    }

    [Fact]
    public void Old_outputs_and_counts_are_forgotten_and_the_source_file_stays_as_it_was()
    {
        var json = ScratchNotebook.Json("1");
        json["cells"]![0]!["execution_count"] = 17;
        json["cells"]![0]!["outputs"] = new JsonArray(new JsonObject { ["output_type"] = "stream", ["name"] = "stdout", ["text"] = "old" });
        string path = _folder.Write("old.ipynb", json.ToJsonString());
        string before = File.ReadAllText(path);
        NotebookDocument.Load(path).Write(_folder.File("written.ipynb"));
        Assert.Equal(before, File.ReadAllText(path));
        Assert.Null(Written()["cells"]![0]!["execution_count"]);
        Assert.Empty(Written()["cells"]![0]!["outputs"]!.AsArray());
    }

    [Fact]
    public void Outputs_are_valid_nbformat()
    {
        var document = _folder.Load("first", "second", "third");
        document.Record(0, new CellStarted(0));
        document.Record(0, new StreamWritten("stdout", "a\nb\n"));
        document.Record(0, new StreamWritten("stdout", "c"));
        document.Record(0, new StreamWritten("stderr", "\u001b[31m\0"));
        document.Record(0, new ValueShown(ShownAs.Display, "x", new() { ["text/plain"] = "0 %" }));
        document.Record(0, new ValueShown(ShownAs.Display, "y", new() { ["text/html"] = "<b>\n</b>", ["application/json"] = "{\"a\":[1]}" }));
        document.Record(0, new ValueShown(ShownAs.Update, "x", new() { ["text/plain"] = "100 %" }));
        document.Record(0, new ValueShown(ShownAs.Update, "nobody", new() { ["text/plain"] = "lost" }));
        document.Record(0, new ValueShown(ShownAs.Result, "z", new() { ["text/html"] = "" }));
        document.Record(1, new CellStarted(1));
        document.Record(1, new CellFailed("Error", "no", ["line 1", "line 2"]));
        document.Write(_folder.File("written.ipynb"));

        var written = Written();
        Assert.Empty(NbFormat.Problems(written));
        Assert.Equal([1, 2, null], written["cells"]!.AsArray().Select(cell => (int?)cell!["execution_count"]));
        Assert.True(JsonNode.DeepEquals(written["cells"]![0]!["outputs"], JsonNode.Parse("""
            [
              { "output_type": "stream", "name": "stdout", "text": ["a\n", "b\n", "c"] },
              { "output_type": "stream", "name": "stderr", "text": ["\u001b[31m\u0000"] },
              { "output_type": "display_data", "data": { "text/plain": ["100 %"] }, "metadata": {} },
              { "output_type": "display_data", "data": { "text/html": ["<b>\n", "</b>"], "application/json": { "a": [1] } }, "metadata": {} },
              { "output_type": "execute_result", "data": { "text/html": [] }, "metadata": {}, "execution_count": 1 }
            ]
            """)));
        Assert.False(File.Exists(_folder.File("written.ipynb.tmp")));
    }

    [Fact]
    public void Ids_missing_before_nbformat_4_5_are_given()
    {
        var json = ScratchNotebook.Json("1", "2");
        json["nbformat_minor"] = 4;
        foreach (var cell in json["cells"]!.AsArray()) cell!.AsObject().Remove("id");
        var document = NotebookDocument.Load(_folder.Write("old.ipynb", json.ToJsonString()));
        document.Write(_folder.File("written.ipynb"));
        Assert.Empty(NbFormat.Problems(Written()));
    }

    [Theory]
    [InlineData("{ \"cells\": [", "not JSON")]
    [InlineData("", "not JSON")]
    [InlineData("{ \"nbformat\": 4, \"nbformat\": 4 }", "not JSON")]
    [InlineData("[]", "a notebook is a JSON object")]
    [InlineData("{ }", "nbformat is missing, expected 4")]
    [InlineData("{ \"nbformat\": 3 }", "nbformat is 3, expected 4")]
    [InlineData("{ \"nbformat\": \"4\" }", "nbformat is \"4\", expected 4")]
    [InlineData("{ \"nbformat\": 4, \"metadata\": {} }", "no list of cells")]
    [InlineData("{ \"nbformat\": 4, \"cells\": [] }", "no notebook metadata")]
    public void What_is_no_notebook_is_refused_with_its_path(string text, string reason) => Refused(text, reason);

    [Fact]
    public void A_missing_file_is_named()
    {
        string path = _folder.File("missing.ipynb");
        Assert.Equal($"{path}: there is no such file.", Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load(path)).Message);
    }

    [Theory]
    [InlineData("source", null, "cell 2 (code-2) has no source")]
    [InlineData("source", "5", "cell 2 (code-2) has no source")]
    [InlineData("source", "[1]", "cell 2 (code-2) has no source")]
    [InlineData("metadata", null, "cell 2 (code-2) has no metadata")]
    [InlineData("cell_type", null, "cell 2 (code-2) has no cell_type")]
    [InlineData("cell_type", "\"heading\"", "cell 2 (code-2) has the unknown cell_type 'heading'")]
    [InlineData("metadata", """{ "polyglot_notebook": { "kernelName": "fsharp" } }""", "cell 2 (code-2) asks for the kernel \"fsharp\"")]
    [InlineData("metadata", """{ "dotnet_interactive": { "language": "javascript" } }""", "cell 2 (code-2) asks for the kernel \"javascript\"")]
    public void A_cell_that_cannot_be_run_is_named(string key, string? value, string reason)
    {
        var json = ScratchNotebook.Json("1", "2");
        if (value is null) json["cells"]![1]!.AsObject().Remove(key);
        else json["cells"]![1]![key] = JsonNode.Parse(value);
        Refused(json.ToJsonString(), reason);
    }

    [Theory]
    [InlineData("""{ "kernelspec": { "name": "python3", "language": "python" } }""")]
    [InlineData("""{ "kernelspec": { "name": ".net-fsharp" } }""")]
    [InlineData("""{ "polyglot_notebook": { "kernelInfo": { "defaultKernelName": "fsharp" } } }""")]
    public void A_notebook_in_another_language_is_refused(string metadata)
    {
        var json = ScratchNotebook.Json("1");
        json["metadata"] = JsonNode.Parse(metadata);
        Refused(json.ToJsonString(), "this runner knows C# (csharp) only");
    }

    private void Refused(string text, string reason)
    {
        string path = _folder.Write("refused.ipynb", text);
        string message = Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load(path)).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    private JsonObject Written() => JsonNode.Parse(File.ReadAllText(_folder.File("written.ipynb")))!.AsObject();
}
