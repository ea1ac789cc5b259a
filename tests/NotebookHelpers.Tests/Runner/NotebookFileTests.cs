using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

/// <summary>What `strip` and the readers of notebook files do with files that editors and people have written.</summary>
public sealed class NotebookFileTests : IDisposable
{
    private const string Text = "# 대조 학습, naïve 😀";
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JsonObject Notebook()
    {
        var notebook = ScratchNotebook.Json("1 + 1");
        notebook["cells"]!.AsArray().Insert(0, ScratchNotebook.Markdown("title", Text));
        return notebook;
    }

    private string Stripped(JsonObject notebook, out JsonObject after)
    {
        string path = _folder.Write("x.ipynb", notebook.ToJsonString());
        NotebookForm.Strip(path);
        Assert.False(NotebookForm.Strip(path));
        after = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        return path;
    }

    [Fact]
    public void Strip_keeps_what_an_author_may_have_put_there()
    {
        const string Kept = """
            {
              "attachments": { "a.png": { "image/png": "AAAA" } },
              "metadata": {
                "tags": ["raises-exception", "한국어"], "slideshow": { "slide_type": "skip" }, "jupyter": { "source_hidden": true }, "x": null
              },
              "unknown": [1, { "deep": true }]
            }
            """;
        var notebook = Notebook();
        foreach (var cell in notebook["cells"]!.AsArray())
            foreach (var (key, value) in JsonNode.Parse(Kept)!.AsObject())
                if (key != "metadata") cell![key] = value!.DeepClone();
                else foreach (var (name, own) in value!.AsObject()) cell![key]![name] = own?.DeepClone();
        notebook["metadata"]!["authors"] = new JsonArray(new JsonObject { ["name"] = "Kim" });
        notebook["future"] = 1.50;
        var expected = notebook.DeepClone();
        var raw = ScratchNotebook.Markdown("raw", "raw");
        raw["cell_type"] = "raw";
        raw["metadata"]!["raw_mimetype"] = "text/latex";
        notebook["cells"]!.AsArray().Add(raw);
        expected["cells"]!.AsArray().Add(raw.DeepClone());

        Stripped(notebook, out var after);
        Assert.True(JsonNode.DeepEquals(expected, after), after.ToJsonString());
    }

    [Fact]
    public void Strip_takes_out_what_hosts_note_about_their_runs()
    {
        var notebook = Notebook();
        string before = NotebookForm.Normal(notebook);
        foreach (string key in new[] { "notebook_runner", "vscode", "widgets", "signature" })
            notebook["metadata"]![key] = new JsonObject { ["a"] = 1 };
        notebook["metadata"]!["kernelspec"]!["display_name"] = "another";
        foreach (var cell in notebook["cells"]!.AsArray())
        {
            foreach (string key in new[] { "collapsed", "scrolled", "execution", "ExecuteTime", "vscode" }) cell!["metadata"]![key] = true;
            cell!["metadata"]!["jupyter"] = new JsonObject { ["outputs_hidden"] = true };
            cell["metadata"]!["polyglot_notebook"] = new JsonObject { ["kernelName"] = "csharp" };
        }
        notebook["cells"]![1]!["execution_count"] = 3;
        var output = new JsonObject { ["output_type"] = "stream", ["name"] = "stdout", ["text"] = "x" };
        notebook["cells"]![1]!["outputs"] = new JsonArray(output);
        Assert.Equal(before, File.ReadAllText(Stripped(notebook, out _)));
    }

    [Theory]
    [InlineData("a\fb\u0085c\u2028d\u2029e\vf\rg\u001ch")]
    [InlineData("one\ntwo\fstill two\n\nthree\n")]
    public void Lines_end_at_line_feeds_only(string source)
    {
        var notebook = Notebook();
        foreach (var cell in notebook["cells"]!.AsArray()) cell!["source"] = source;
        string path = Stripped(notebook, out var after);
        foreach (var cell in after["cells"]!.AsArray())
        {
            string[] lines = [.. cell!["source"]!.AsArray().Select(line => (string)line!)];
            Assert.Equal(source, string.Concat(lines));
            Assert.Equal(source.TrimEnd('\n').Count(c => c == '\n') + 1, lines.Length);
        }
        Assert.Equal(source, NotebookDocument.Load(path).Cells[0].Source);
    }

    [Fact]
    public void Line_ends_of_Windows_become_those_of_Unix()
    {
        var notebook = Notebook();
        notebook["cells"]![1]!["source"] = new JsonArray("a\r\n", "b\r", "\nc");
        string path = Stripped(notebook, out var after);
        Assert.Equal(["a\n", "b\n", "c"], after["cells"]![1]!["source"]!.AsArray().Select(line => (string)line!));
        File.WriteAllText(path, File.ReadAllText(path).ReplaceLineEndings("\r\n"));
        Assert.True(NotebookForm.Strip(path));
        Assert.DoesNotContain('\r', File.ReadAllText(path));
    }

    public static TheoryData<string> Marked => ["utf-8", "utf-16", "utf-16BE", "utf-32"];

    [Theory]
    [MemberData(nameof(Marked))]
    public void A_byte_order_mark_is_refused_by_name_and_taken_out_by_strip(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        string text = NotebookForm.Normal(Notebook());
        string path = _folder.Write("x.ipynb", [.. encoding.GetPreamble(), .. encoding.GetBytes(text)]);
        foreach (Action read in new Action[] { () => NotebookDocument.Load(path), () => NotebookFile.ReadJson(path) })
        {
            string message = Assert.Throws<NotebookFormatException>(read).Message;
            Assert.StartsWith(path + ": is UTF-", message, StringComparison.Ordinal);
            Assert.Contains("strip", message, StringComparison.Ordinal);
        }
        Assert.Contains(NotebookLint.Problems(path), problem => problem.Contains("byte order mark", StringComparison.Ordinal));
        Assert.True(NotebookForm.Strip(path));
        Assert.Equal(Encoding.UTF8.GetBytes(text), File.ReadAllBytes(path));
    }

    public static TheoryData<byte[], string> Undecodable => new()
    {
        { [.. "{\"a\": \""u8, 0xE9, .. "\"}"u8], "is not UTF-8: the bytes E9 at 7" }, // é in Windows-1252
        { [.. "{\"a\": \""u8, 0xB4, 0xEB, .. "\"}"u8], "is not UTF-8: the bytes B4 at 7" }, // 대 in EUC-KR
        { [.. "{\"a\": \""u8, 0xC0, 0xAF, .. "\"}"u8], "is not UTF-8" }, // a slash, too long
        { [.. "{\"a\": \""u8, 0xED, 0xA0, 0x80, .. "\"}"u8], "is not UTF-8" }, // half a surrogate pair
        { Encoding.Unicode.GetBytes("{}"), "holds zero bytes" },
        { [0xFF, 0xFE, 0x7B, 0x00, 0x00, 0xD8], "is not UTF-16" },
        { [0xEF, 0xBB, 0xBF, 0x7B, 0xE9], "is not UTF-8 with a byte order mark: the bytes E9 at 4" },
    };

    [Theory]
    [MemberData(nameof(Undecodable))]
    public void What_would_have_to_be_guessed_is_refused_and_left_as_it_is(byte[] bytes, string reason)
    {
        string path = _folder.Write("x.ipynb", bytes);
        Assert.Contains(reason, Assert.Throws<NotebookFormatException>(() => NotebookForm.Strip(path)).Message, StringComparison.Ordinal);
        Action[] readers = [() => NotebookDocument.Load(path), () => SiteWriter.Write([path], _folder.File("site"), helpersFolder: null)];
        foreach (var read in readers) Assert.StartsWith(path, Assert.Throws<NotebookFormatException>(read).Message, StringComparison.Ordinal);
        Assert.StartsWith(path, Assert.Single(NotebookLint.Problems(path)), StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void Strip_writes_through_a_link_and_keeps_permissions()
    {
        if (OperatingSystem.IsWindows()) return; // links and modes are Unix's
        string target = _folder.Write("real.ipynb", Notebook().ToJsonString()), link = _folder.File("link.ipynb");
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        File.SetUnixFileMode(target, Mode);
        File.CreateSymbolicLink(link, "real.ipynb");
        Assert.True(NotebookForm.Strip(link));
        Assert.Equal("real.ipynb", new FileInfo(link).LinkTarget);
        Assert.False(NotebookForm.Strip(target));
        Assert.Equal(Mode, File.GetUnixFileMode(target));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(5000)]
    public void Deep_json_in_an_output_costs_no_page(int depth)
    {
        var notebook = _folder.Load("1");
        notebook.Record(0, new CellStarted(0));
        string json = new string('[', depth) + new string(']', depth);
        notebook.Record(0, new ValueShown(ShownAs.Display, "a", new() { ["application/json"] = json }));
        notebook.Write(_folder.File("deep.ipynb"));
        SiteWriter.Write([_folder.File("deep.ipynb")], _folder.File("site"), helpersFolder: null);
        Assert.Contains(depth == 60 ? "[\n  [\n" : json, File.ReadAllText(_folder.File("site/deep.html")).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_is_named() =>
        Assert.Contains("not JSON", Assert.Throws<NotebookFormatException>(() => NotebookDocument.Load(_folder.Write("x.ipynb", ""))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Start_1", "start-1")]
    [InlineData("has space", "has-space")]
    [InlineData("-edge-", "edge")]
    [InlineData("대조", "cell-2")]
    [InlineData("", "cell-2")]
    [InlineData("title", "cell-2")]
    [InlineData("trailing\n", "trailing")]
    [InlineData(null, "cell-2")]
    public void Ids_that_the_lint_refuses_are_mended_by_strip(string? id, string mended)
    {
        var notebook = Notebook();
        if (id is null) notebook["cells"]![1]!.AsObject().Remove("id");
        else notebook["cells"]![1]!["id"] = id;
        string path = _folder.Write("x.ipynb", NotebookForm.Normal(notebook));
        Assert.True(HasIdProblem(path));
        Assert.Empty(NbFormat.Problems(Executed(path)));
        Assert.True(NotebookForm.Strip(path));
        Assert.False(HasIdProblem(path));
        Assert.Equal(mended, (string?)JsonNode.Parse(File.ReadAllText(path))!["cells"]![1]!["id"]);
    }

    [Fact]
    public void Strip_changes_ids_exactly_where_the_lint_refuses_them() =>
        Gen.OneOfConst(
                "a", "b", "A", "a-b", "cell-1", "cell-2", "a b", "", "_", new string('a', 64), new string('a', 65), new string('B', 64))
            .Array[1, 6].Sample(ids =>
            {
                var notebook = ScratchNotebook.Json(ids);
                foreach (var (cell, id) in notebook["cells"]!.AsArray().Zip(ids)) cell!["id"] = id;
                string path = _folder.Write("x.ipynb", NotebookForm.Normal(notebook));
                Assert.Equal(HasIdProblem(path), NotebookForm.Strip(path));
                Assert.False(HasIdProblem(path));
            }, iter: 300, threads: 1);

    private static bool HasIdProblem(string path) => NotebookLint.Problems(path).Any(problem =>
        problem.Contains(": id", StringComparison.Ordinal) || problem.Contains("expected cell_type", StringComparison.Ordinal));

    private JsonObject Executed(string path)
    {
        NotebookDocument.Load(path).Write(_folder.File("executed.ipynb"));
        return JsonNode.Parse(File.ReadAllText(_folder.File("executed.ipynb")))!.AsObject();
    }
}
