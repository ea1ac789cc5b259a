using System.Text.Json.Nodes;
using Plotly.NET;

namespace NotebookHelpers;

/// <summary>A chart as the JSON that plotly.js reads.</summary>
internal static class FigureJson
{
    private static readonly HashSet<string> NotFinite = ["NaN", "Infinity", "-Infinity"];

    /// <summary>
    /// The figure's data and layout. Values that are no finite numbers are null: a gap, which is what plotly.js makes of null.
    /// </summary>
    /// <remarks>Plotly.NET writes NaN as the text "NaN", of which plotly.js makes a category of its own on a categorical axis.</remarks>
    public static JsonObject Of(GenericChart chart)
    {
        var figure = JsonNode.Parse(GenericChart.toFigureJson(chart))!.AsObject();
        NullNotFinite(figure);
        return figure;
    }

    private static void NullNotFinite(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject properties:
                foreach (var (_, value) in properties) NullNotFinite(value);
                break;
            case JsonArray values when values.All(IsNumber):
                for (int i = 0; i < values.Count; i++)
                    if (IsNotFinite(values[i])) values[i] = null;
                break;
            case JsonArray values:
                foreach (var value in values) NullNotFinite(value);
                break;
        }
    }

    // A list of texts that holds the word "NaN" among others is one of names.
    private static bool IsNumber(JsonNode? node) =>
        node is null || IsNotFinite(node) || (node is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number);

    private static bool IsNotFinite(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) && NotFinite.Contains(text);
}
