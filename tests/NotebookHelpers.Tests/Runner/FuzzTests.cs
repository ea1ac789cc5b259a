using System.Text.Json.Nodes;
using CsCheck;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

/// <summary>Damaged, huge and hostile notebooks: the runner reads them, or says what is wrong, and writes nowhere but where it was told.</summary>
public sealed class FuzzTests : IDisposable
{
    private const string Hostile = "</script><script>alert(1)</script>\0\u001b]0;x\u0007\u202e<img src=x onerror=alert(1)>";
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JsonObject Whole()
    {
        var notebook = ScratchNotebook.Json("1 + 1", Hostile);
        notebook["cells"]!.AsArray().Insert(0, ScratchNotebook.Markdown("title", "# " + Hostile + "\n\ntext (대조) $x$"));
        notebook["cells"]![1]!["outputs"] = new JsonArray(
            new JsonObject { ["output_type"] = "stream", ["name"] = "stdout", ["text"] = Hostile },
            new JsonObject { ["output_type"] = "display_data", ["metadata"] = new JsonObject(), ["data"] = new JsonObject { ["text/plain"] = Hostile, ["text/html"] = "<b>x</b>" } },
            new JsonObject { ["output_type"] = "error", ["ename"] = Hostile, ["evalue"] = Hostile, ["traceback"] = new JsonArray(Hostile) });
        return notebook;
    }

    // Reads the file in every way the runner does; the one exception allowed says what is wrong with it.
    private void Survives(string json)
    {
        string inside = Directory.CreateDirectory(_folder.File("work")).FullName, path = Path.Combine(inside, "one.ipynb"), site = Path.Combine(inside, "site");
        foreach (Action read in new Action[] { () => NotebookDocument.Load(path), () => NotebookForm.Strip(path), () => SiteWriter.Write([path], site, helpersFolder: null) })
        {
            File.WriteAllText(path, json);
            try
            {
                read();
            }
            catch (NotebookFormatException e)
            {
                Assert.Contains("one.ipynb", e.Message, StringComparison.Ordinal);
            }
        }
        Assert.Equal([inside], Directory.GetFileSystemEntries(_folder.Path));
        Assert.Empty(Directory.GetFiles(inside, "*.tmp"));
    }

    [Fact]
    public void Damaged_text_is_refused_or_read()
    {
        string whole = Whole().ToJsonString();
        var change = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Int[0, 12], Gen.OneOfConst("", "{", "}", "[", "]", ",", "\"", "null", "0", "-1e999", "\\u0000", "\\ud800", " "));
        change.Array[1, 4].Sample(changes => Survives(changes.Aggregate(whole, (text, one) =>
        {
            int at = Math.Min(one.Item1, text.Length);
            return text[..at] + one.Item3 + text[Math.Min(text.Length, at + one.Item2)..];
        })), iter: 300, threads: 1);
    }

    [Fact]
    public void Values_of_the_wrong_kind_are_refused_or_read()
    {
        string[] wrong = ["null", "true", "7", "\"x\"", "[]", "{}", "[null]", "{\"a\":{}}", "[[[]]]", "1e30"];
        Gen.Select(Gen.Int[0, 10_000], Gen.OneOfConst(wrong)).Sample((place, value) =>
        {
            var notebook = Whole();
            var nodes = Descendants(notebook).ToArray();
            nodes[place % nodes.Length].ReplaceWith(JsonNode.Parse(value));
            Survives(notebook.ToJsonString());
        }, iter: 300, threads: 1);

        static IEnumerable<JsonNode> Descendants(JsonNode node) => (node switch
        {
            JsonObject json => json.Select(pair => pair.Value),
            JsonArray json => json,
            _ => [],
        }).OfType<JsonNode>().SelectMany(child => Descendants(child).Prepend(child));
    }

    [Theory]
    [InlineData("[", 100_000)]
    [InlineData("{\"a\":", 100_000)]
    [InlineData("\"", 1)]
    [InlineData("", 1)]
    public void Deep_or_broken_JSON_is_refused(string part, int times) => Survives(string.Concat(Enumerable.Repeat(part, times)));

    [Fact]
    public async Task A_cell_of_ten_megabytes_runs_and_its_output_is_kept()
    {
        var document = _folder.Load("// " + new string('x', 10_000_000) + "\nConsole.Write(new string('y', 3_000_000));");
        var result = await NotebookExecutor.RunAsync(document, TimeSpan.FromMinutes(1));
        Assert.Null(result.Failure);
        string written = _folder.File("huge.ipynb");
        document.Write(written);
        Assert.Contains(new string('y', 3_000_000), File.ReadAllText(written), StringComparison.Ordinal);
        SiteWriter.Write([written], _folder.File("site"), helpersFolder: null);
        Assert.True(new FileInfo(_folder.File("site/huge.html")).Length < 3_000_000);
    }

    [Fact]
    public void What_is_hostile_stays_text()
    {
        string path = _folder.Write("one.ipynb", Whole().ToJsonString());
        SiteWriter.Write([path], _folder.File("site"), helpersFolder: null);
        foreach (string page in new[] { "one.html", "index.html" })
        {
            string html = File.ReadAllText(_folder.File("site/" + page));
            Assert.DoesNotContain("<script>alert", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("<img src=x", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("\0", html, StringComparison.Ordinal);
        }
    }
}
