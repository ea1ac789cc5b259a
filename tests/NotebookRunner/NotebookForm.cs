using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace NotebookRunner;

/// <summary>How a notebook stands in git: without outputs, in one order of keys, with the metadata of a .NET (C#) notebook.</summary>
public static class NotebookForm
{
    private const string Metadata = """
        {
          "kernelspec": { "display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp" },
          "language_info": { "file_extension": ".cs", "mimetype": "text/x-csharp", "name": "C#", "pygments_lexer": "csharp", "version": "13.0" },
          "polyglot_notebook": { "kernelInfo": { "defaultKernelName": "csharp", "items": [{ "aliases": [], "languageName": "csharp", "name": "csharp" }] } }
        }
        """;

    private const string CodeMetadata = """{ "dotnet_interactive": { "language": "csharp" }, "polyglot_notebook": { "kernelName": "csharp" } }""";

    /// <summary>Strips and normalises the file; written under a temporary name and renamed.</summary>
    /// <param name="path">An nbformat 4 notebook in C#.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="NotebookFormatException">The file is missing, or no nbformat 4 notebook in C#.</exception>
    public static bool Strip(string path)
    {
        NotebookDocument.Load(path); // refuses what is no notebook of ours, with the reason
        string before = File.ReadAllText(path), after = Normal(Stripped(JsonNode.Parse(before)!.AsObject()));
        if (before == after) return false;
        Replace(path, after);
        return true;
    }

    /// <summary>Writes a text file under a temporary name and renames it.</summary>
    internal static void Replace(string path, string text) => WholeFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

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

    private static JsonObject Stripped(JsonObject notebook)
    {
        var ids = new HashSet<string>();
        var cells = notebook["cells"]!.AsArray().Select((cell, i) =>
        {
            string id = cell!["id"] is JsonValue value && value.TryGetValue(out string? own) && own.Length > 0 && ids.Add(own) ? own : Fresh(ids, i + 1);
            string type = (string)cell["cell_type"]!, source = Source(cell).ReplaceLineEndings("\n");
            if (type != "raw") return (JsonNode)Cell(id, type == "code", source);
            var raw = Cell(id, isCode: false, source);
            raw["cell_type"] = type;
            return raw;
        });
        return new JsonObject
        {
            ["cells"] = new JsonArray([.. cells]), ["metadata"] = JsonNode.Parse(Metadata), ["nbformat"] = 4, ["nbformat_minor"] = 5,
        };
    }

    private static string Fresh(HashSet<string> ids, int position)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"cell-{position}");
        while (!ids.Add(id)) id += "-again";
        return id;
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

    /// <summary>The one way in which a notebook is written: as Python's json.dumps(nb, indent=1, ensure_ascii=False, sort_keys=True) and a line end.</summary>
    public static string Normal(JsonNode notebook)
    {
        var text = new StringBuilder();
        Write(notebook, 0);
        return text.Append('\n').ToString();

        void Write(JsonNode? node, int depth)
        {
            switch (node)
            {
                case JsonObject { Count: > 0 } json:
                    List('{', '}', json.OrderBy(pair => pair.Key, StringComparer.Ordinal), depth, pair =>
                    {
                        Quote(pair.Key);
                        text.Append(": ");
                        Write(pair.Value, depth + 1);
                    });
                    break;
                case JsonArray { Count: > 0 } json:
                    List('[', ']', json, depth, item => Write(item, depth + 1));
                    break;
                case JsonValue value when value.TryGetValue(out string? literal):
                    Quote(literal);
                    break;
                default:
                    text.Append(node?.ToJsonString() ?? "null");
                    break;
            }
        }

        void List<T>(char open, char close, IEnumerable<T> items, int depth, Action<T> write)
        {
            char before = open;
            foreach (var item in items)
            {
                text.Append(before).Append('\n').Append(' ', depth + 1);
                write(item);
                before = ',';
            }
            text.Append('\n').Append(' ', depth).Append(close);
        }

        void Quote(string literal)
        {
            text.Append('"');
            foreach (char c in literal)
                text.Append(c switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    '\b' => "\\b",
                    '\f' => "\\f",
                    < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                    _ => c.ToString(),
                });
            text.Append('"');
        }
    }
}
