using System.Text.Json.Nodes;
using NotebookHelpers;

namespace NotebookRunner;

/// <summary>How a notebook stands in git: without outputs, in one order of keys, with the metadata of a .NET (C#) notebook.</summary>
public static class NotebookForm
{
    private const string Metadata = """
        {
          "kernelspec": { "display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp" },
          "language_info": {
            "file_extension": ".cs", "mimetype": "text/x-csharp", "name": "C#", "pygments_lexer": "csharp", "version": "13.0"
          },
          "polyglot_notebook": {
            "kernelInfo": { "defaultKernelName": "csharp", "items": [{ "aliases": [], "languageName": "csharp", "name": "csharp" }] }
          }
        }
        """;

    private const string CodeMetadata =
        """{ "dotnet_interactive": { "language": "csharp" }, "polyglot_notebook": { "kernelName": "csharp" } }""";

    // What hosts note about their own last run or view; nothing an author wrote. The keys are those that nbstripout drops, and
    // what VS Code, papermill and this runner add.
    private static readonly HashSet<string> HostsOfNotebook =
        ["notebook_runner", "orig_nbformat", "papermill", "signature", "vscode", "widgets"];

    private static readonly HashSet<string> HostsOfCells =
    [
        "collapsed", "ExecuteTime", "execution", "heading_collapsed", "hidden", "jp-MarkdownHeadingCollapsed", "outputId", "papermill",
        "scrolled", "vscode",
    ];

    /// <summary>
    /// Takes outputs, counts and hosts' notes out of the file and writes it in the one form that git holds, under a temporary name
    /// first. What an author may have put there stays: attachments, tags, and every key that is not known here.
    /// </summary>
    /// <param name="path">An nbformat 4 notebook in C#, in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="NotebookFormatException">The file is missing, in no certain encoding, or no nbformat 4 notebook in C#.</exception>
    /// <exception cref="IOException">It could not be written; the file is as it was.</exception>
    public static bool Strip(string path)
    {
        var notebook = NotebookFile.ReadMarkedJson(path, out byte[] before);
        NotebookDocument.Of(path, notebook); // refuses what is no notebook of ours, with the reason
        byte[] after = NotebookFile.Encode(Normal(Stripped(notebook)));
        if (before.AsSpan().SequenceEqual(after)) return false;
        AtomicFile.Write(path, "The notebook", stream => stream.Write(after));
        return true;
    }

    /// <summary>
    /// The one way in which a notebook is written: as Python's json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) and a
    /// line end.
    /// </summary>
    public static string Normal(JsonNode notebook) => NotebookJson.Write(notebook) + "\n";

    /// <summary>Writes a text file under a temporary name and renames it.</summary>
    internal static void Replace(string path, string text) =>
        AtomicFile.Write(path, "The text", stream => stream.Write(NotebookFile.Encode(text)));

    /// <summary>A notebook of the given cells.</summary>
    internal static JsonObject Notebook(IEnumerable<(string Id, bool IsCode, string Source)> cells) => new()
    {
        ["cells"] = new JsonArray([.. cells.Select(cell => (JsonNode)Cell(cell.Id, cell.IsCode, cell.Source))]),
        ["metadata"] = JsonNode.Parse(Metadata),
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
    };

    /// <summary>A cell's text, whether it is held as one string or as lines.</summary>
    internal static string Source(JsonNode cell) =>
        cell["source"] is JsonArray lines ? string.Concat(lines.Select(line => (string?)line)) : (string?)cell["source"] ?? "";

    /// <summary>A notebook's metadata as git holds them: those of a .NET (C#) notebook, and the author's own.</summary>
    internal static JsonObject MetadataOf(JsonObject notebook) =>
        Joined(notebook["metadata"]!.AsObject(), HostsOfNotebook, JsonNode.Parse(Metadata)!.AsObject());

    /// <summary>A cell's metadata as git holds them: of code cells the kernel's name, and the author's own.</summary>
    internal static JsonObject MetadataOfCell(JsonObject cell)
    {
        var kernel = JsonNode.Parse(CodeMetadata)!.AsObject();
        bool isCode = (string?)cell["cell_type"] == "code";
        var joined = Joined(cell["metadata"]!.AsObject(), [.. HostsOfCells, .. kernel.Select(pair => pair.Key)], isCode ? kernel : []);
        // JupyterLab notes here both what is folded away at the moment and, as source_hidden, what the author hides.
        if (joined["jupyter"] is JsonObject view && view.Remove("outputs_hidden") && view.Count == 0) joined.Remove("jupyter");
        return joined;
    }

    /// <summary>Text with the line ends of Unix. Form feeds, U+0085 and U+2028 are characters of a line, not ends of it.</summary>
    internal static string UnixLines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static JsonObject Joined(JsonObject own, HashSet<string> unwanted, JsonObject known)
    {
        foreach (var (key, value) in own)
            if (!unwanted.Contains(key) && !known.ContainsKey(key)) known[key] = value?.DeepClone();
        return known;
    }

    private static JsonObject Stripped(JsonObject notebook)
    {
        var cells = notebook["cells"]!.AsArray().Select(cell => cell!.AsObject()).ToArray();
        CellIds.MakeStable(cells);
        foreach (var cell in cells)
        {
            cell["metadata"] = MetadataOfCell(cell);
            cell["source"] = Lines(UnixLines(Source(cell)));
        }
        notebook["metadata"] = MetadataOf(notebook);
        notebook["nbformat_minor"] = 5;
        return notebook;
    }

    private static JsonObject Cell(string id, bool isCode, string source)
    {
        var cell = new JsonObject
        {
            ["cell_type"] = isCode ? "code" : "markdown",
            ["id"] = id,
            ["metadata"] = isCode ? JsonNode.Parse(CodeMetadata) : new JsonObject(),
            ["source"] = Lines(source),
        };
        if (!isCode) return cell;
        cell["execution_count"] = null;
        cell["outputs"] = new JsonArray();
        return cell;
    }

    /// <summary>nbformat's habit for text: a list of lines, each with its line end.</summary>
    internal static JsonArray Lines(string text)
    {
        var lines = new JsonArray();
        for (int start = 0, end; start < text.Length; start = end)
        {
            int newLine = text.IndexOf('\n', start);
            end = newLine < 0 ? text.Length : newLine + 1;
            lines.Add((JsonNode)text[start..end]);
        }
        return lines;
    }
}
