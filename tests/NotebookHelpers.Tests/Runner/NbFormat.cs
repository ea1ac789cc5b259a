using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

/// <summary>Checks a notebook against the nbformat 4.5 schema, as far as a C# notebook uses it.</summary>
internal static partial class NbFormat
{
    public static IReadOnlyList<string> Problems(string json) => Problems(JsonNode.Parse(json)!.AsObject());

    public static IReadOnlyList<string> Problems(JsonObject notebook)
    {
        List<string> problems = [];
        void Check(bool holds, string problem)
        {
            if (!holds) problems.Add(problem);
        }
        void Keys(JsonObject json, string place, params string[] keys) =>
            Check(json.Select(pair => pair.Key).Order().SequenceEqual(keys.Order()), $"{place}: keys {string.Join(", ", json.Select(pair => pair.Key))}; expected {string.Join(", ", keys)}");

        Keys(notebook, "notebook", "cells", "metadata", "nbformat", "nbformat_minor");
        Check(notebook["nbformat"]?.GetValue<int>() == 4 && notebook["nbformat_minor"]?.GetValue<int>() == 5, "not nbformat 4.5");
        Check(notebook["metadata"] is JsonObject, "notebook metadata is no object");
        HashSet<string> ids = [];
        foreach (var cell in notebook["cells"]!.AsArray().Select(cell => cell!.AsObject()))
        {
            string id = cell["id"]?.GetValue<string>() ?? "";
            string place = $"cell '{id}'";
            Check(CellIds.IsValid(id), $"{place}: id");
            Check(ids.Add(id), $"{place}: id used twice");
            Check(cell["metadata"] is JsonObject, $"{place}: metadata is no object");
            Check(IsMultiline(cell["source"]), $"{place}: source is no text");
            string type = cell["cell_type"]!.GetValue<string>();
            if (type != "code")
            {
                Check(type is "markdown" or "raw", $"{place}: cell_type {type}");
                Check(cell["attachments"] is null or JsonObject, $"{place}: attachments are no object");
                string[] optional = cell.ContainsKey("attachments") ? ["attachments"] : [];
                Keys(cell, place, ["cell_type", "id", "metadata", "source", .. optional]);
                continue;
            }
            Keys(cell, place, "cell_type", "execution_count", "id", "metadata", "outputs", "source");
            Check(IsCount(cell["execution_count"]), $"{place}: execution_count");
            foreach (var output in cell["outputs"]!.AsArray().Select(output => output!.AsObject()))
            {
                string outputType = output["output_type"]!.GetValue<string>();
                switch (outputType)
                {
                    case "stream":
                        Keys(output, place, "output_type", "name", "text");
                        Check(output["name"]!.GetValue<string>() is "stdout" or "stderr", $"{place}: stream name");
                        Check(IsMultiline(output["text"]), $"{place}: stream text");
                        break;
                    case "display_data" or "execute_result":
                        if (outputType == "display_data") Keys(output, place, "output_type", "data", "metadata");
                        else Keys(output, place, "output_type", "data", "metadata", "execution_count");
                        Check(output["metadata"] is JsonObject, $"{place}: output metadata");
                        Check(IsCount(output["execution_count"]), $"{place}: output execution_count");
                        foreach (var (mimeType, data) in output["data"]!.AsObject())
                        {
                            Check(MimeType().IsMatch(mimeType), $"{place}: MIME type {mimeType}");
                            Check(mimeType.EndsWith("json", StringComparison.Ordinal) || IsMultiline(data), $"{place}: {mimeType} is no text");
                        }
                        break;
                    case "error":
                        Keys(output, place, "output_type", "ename", "evalue", "traceback");
                        Check(IsText(output["ename"]) && IsText(output["evalue"]), $"{place}: error name or value");
                        Check(output["traceback"] is JsonArray lines && lines.All(IsText), $"{place}: traceback");
                        break;
                    default:
                        Check(false, $"{place}: output_type {outputType}");
                        break;
                }
            }
        }
        return problems;
    }

    private static bool IsText(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out _);

    private static bool IsMultiline(JsonNode? node) => IsText(node) || (node is JsonArray lines && lines.All(IsText));

    private static bool IsCount(JsonNode? node) => node is null || (node is JsonValue value && value.TryGetValue(out int count) && count >= 0);

    [GeneratedRegex("^[a-zA-Z0-9.+-]+/[a-zA-Z0-9.+-]+$")]
    private static partial Regex MimeType();
}
