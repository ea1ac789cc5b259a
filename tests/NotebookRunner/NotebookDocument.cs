using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using NotebookHelpers;

namespace NotebookRunner;

/// <summary>A code cell of a notebook.</summary>
/// <param name="Position">Its place among all cells, from 1, as an editor counts them.</param>
/// <param name="Id">Its nbformat id.</param>
/// <param name="Source">Its text.</param>
/// <param name="MayFail">Whether it is tagged `raises-exception`: its failure is shown, and the next cell runs.</param>
public sealed record CodeCell(int Position, string Id, string Source, bool MayFail = false)
{
    public string FirstLine => Source.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Length > 0) ?? "";
}

/// <summary>An nbformat 4 notebook: its code cells to run, and the place where their outputs go.</summary>
public sealed class NotebookDocument
{
    private static readonly string[] CSharpNames = ["csharp", "c#", "C#", ".net-csharp"];
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true, IndentSize = 1, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly JsonObject _root;
    private readonly List<(JsonObject Json, List<NotebookOutput> Outputs)> _cells = [];

    private NotebookDocument(string path, JsonObject root)
    {
        Path = path;
        _root = root;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The code cells that have something to run, in order.</summary>
    public List<CodeCell> Cells { get; } = [];

    /// <summary>Reads a notebook and forgets what outputs it has.</summary>
    /// <exception cref="NotebookFormatException">The file is missing, or no nbformat 4 notebook in C#.</exception>
    public static NotebookDocument Load(string path) => Of(path, NotebookFile.ReadJson(path));

    /// <summary>The notebook in JSON that is read already.</summary>
    /// <exception cref="NotebookFormatException">It is no nbformat 4 notebook in C#.</exception>
    internal static NotebookDocument Of(string path, JsonObject root)
    {
        var document = new NotebookDocument(path, root);
        document.Read();
        return document;
    }

    private void Read()
    {
        if (Integer(_root["nbformat"]) is not 4)
            throw Malformed($"nbformat is {_root["nbformat"]?.ToJsonString() ?? "missing"}, expected 4.");
        if (_root["cells"] is not JsonArray cells) throw Malformed("there is no list of cells.");
        if (_root["metadata"] is not JsonObject metadata) throw Malformed("there is no notebook metadata.");
        var kernelSpec = metadata["kernelspec"] as JsonObject;
        var kernelInfo = (metadata["polyglot_notebook"] as JsonObject)?["kernelInfo"] as JsonObject;
        RefuseOtherLanguage(kernelSpec?["language"] ?? kernelSpec?["name"], "the notebook");
        RefuseOtherLanguage(kernelInfo?["defaultKernelName"], "the notebook");
        // Ids came with nbformat 4.5, which is what is written; there they are a condition.
        CellIds.MakeValid(cells.OfType<JsonObject>());
        for (int i = 0; i < cells.Count; i++) ReadCell(cells[i], i + 1);
        _root["nbformat_minor"] = Math.Max(5, Integer(_root["nbformat_minor"]) ?? 5);
    }

    private void ReadCell(JsonNode? node, int position)
    {
        if (node is not JsonObject cell) throw Malformed($"cell {position} is not a JSON object.");
        string id = Text(cell["id"])!, place = $"cell {position} ({id})";
        string type = Text(cell["cell_type"]) ?? throw Malformed($"{place} has no cell_type.");
        string source = cell["source"] switch
        {
            JsonValue text when Text(text) is { } whole => whole,
            JsonArray lines when lines.All(line => Text(line) is not null) => string.Concat(lines.Select(Text)),
            _ => throw Malformed($"{place} has no source."),
        };
        if (cell["metadata"] is not JsonObject metadata) throw Malformed($"{place} has no metadata.");
        if (type is "markdown" or "raw") return;
        if (type != "code") throw Malformed($"{place} has the unknown cell_type '{type}'.");
        RefuseOtherLanguage((metadata["polyglot_notebook"] as JsonObject)?["kernelName"], place);
        RefuseOtherLanguage((metadata["dotnet_interactive"] as JsonObject)?["language"], place);

        cell["outputs"] = new JsonArray();
        cell["execution_count"] = null;
        if (string.IsNullOrWhiteSpace(source)) return;
        bool mayFail = metadata["tags"] is JsonArray tags && tags.Any(tag => Text(tag) == "raises-exception");
        Cells.Add(new(position, id, NotebookForm.UnixLines(source), mayFail));
        _cells.Add((cell, []));
    }

    private void RefuseOtherLanguage(JsonNode? named, string place)
    {
        if (named is not null && !CSharpNames.Contains(Text(named)))
            throw Malformed($"{place} asks for the kernel {named.ToJsonString()}; this runner knows C# (csharp) only.");
    }

    private NotebookFormatException Malformed(string what) => new($"{Path}: {what}");

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static int? Integer(JsonNode? node) => node is JsonValue value && value.TryGetValue(out int number) ? number : null;

    /// <summary>Notes what a running cell did. <paramref name="number"/> counts <see cref="Cells"/>.</summary>
    public void Record(int number, ExecutionEvent happened)
    {
        var (json, outputs) = _cells[number];
        switch (happened)
        {
            case CellStarted:
                json["execution_count"] = number + 1;
                break;
            case StreamWritten written:
                if (outputs is [.., StreamOutput last] && last.Name == written.Name) last.Text.Append(written.Text);
                else outputs.Add(new StreamOutput(written.Name, new(written.Text)));
                break;
            case ValueShown { Kind: ShownAs.Update } shown:
                Replace(shown);
                break;
            case ValueShown shown:
                outputs.Add(new ValueOutput(shown.DisplayId, shown.Data, shown.Kind == ShownAs.Result ? number + 1 : null));
                break;
            case CellFailed failed:
                outputs.Add(new ErrorOutput(failed));
                break;
        }
    }

    // The display may stand below an earlier cell; shown several times, it is replaced everywhere, as Jupyter does.
    private void Replace(ValueShown update)
    {
        foreach (var (_, outputs) in _cells)
            for (int i = 0; i < outputs.Count; i++)
                if (outputs[i] is ValueOutput value && value.DisplayId == update.DisplayId) outputs[i] = value with { Data = update.Data };
    }

    /// <summary>Notes in the notebook's metadata how its run went, for the pages.</summary>
    public void Record(NotebookResult result) => _root["metadata"]!["notebook_runner"] = new JsonObject
    {
        ["cells"] = result.CellsRun,
        ["changed"] = RunSettings.Changed,
        ["claims"] = result.Claims.Count,
        ["complete"] = result.CellsRun == Cells.Count,
        ["failedClaims"] = result.Claims.Count(claim => !claim.Holds),
        ["peakMB"] = Math.Round(result.PeakMegabytes),
        ["seconds"] = Math.Round(result.Elapsed.TotalSeconds, 1),
    };

    /// <summary>
    /// Writes the notebook with its outputs, under a temporary name first: what stands at <paramref name="path"/> is always whole.
    /// </summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Write(string path)
    {
        foreach (var (json, outputs) in _cells)
            json["outputs"] = new JsonArray([.. outputs.Select(output => output.ToJson())]);

        AtomicFile.Write(path, "The executed notebook", stream =>
        {
            using (var writer = new Utf8JsonWriter(stream, Indented)) _root.WriteTo(writer);
            stream.WriteByte((byte)'\n');
        });
    }
}
