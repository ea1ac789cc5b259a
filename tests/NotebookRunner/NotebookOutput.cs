using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookRunner;

/// <summary>What a cell put out, as nbformat stores it.</summary>
internal abstract record NotebookOutput
{
    public abstract JsonObject ToJson();
}

/// <summary>Text on stdout or stderr.</summary>
internal sealed record StreamOutput(string Name, StringBuilder Text) : NotebookOutput
{
    public override JsonObject ToJson() => new()
    {
        ["name"] = Name, ["output_type"] = "stream", ["text"] = NotebookForm.Lines(Text.ToString()),
    };
}

/// <summary>A value in one or several formats; with the cell's number where it is the cell's result.</summary>
internal sealed record ValueOutput(string DisplayId, Dictionary<string, string> Data, int? ExecutionCount) : NotebookOutput
{
    public override JsonObject ToJson()
    {
        var data = new JsonObject();
        foreach (var (type, text) in Data) data[type] = IsJson(type) ? JsonOrText(text) : NotebookForm.Lines(text);
        var output = new JsonObject { ["data"] = data };
        if (ExecutionCount is { } count) output["execution_count"] = count;
        output["metadata"] = new JsonObject();
        output["output_type"] = ExecutionCount is null ? "display_data" : "execute_result";
        return output;
    }

    private const int Deepest = 400;

    internal static bool IsJson(string type) => type == "application/json"
        || (type.StartsWith("application/", StringComparison.Ordinal) && type.EndsWith("+json", StringComparison.Ordinal));

    // What the notebook's readers would refuse is kept as text; in the notebook it lies a few levels deeper.
    private static JsonNode? JsonOrText(string text)
    {
        try
        {
            return NotebookFile.ParseWhole(text, Deepest);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}

/// <summary>Why the cell failed.</summary>
internal sealed record ErrorOutput(CellFailed Failed) : NotebookOutput
{
    public override JsonObject ToJson() => new()
    {
        ["ename"] = Failed.Name,
        ["evalue"] = Failed.Message,
        ["output_type"] = "error",
        ["traceback"] = new JsonArray([.. Failed.Traceback.Select(line => (JsonNode)line)]),
    };
}
