using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace NotebookRunner;

/// <summary>Writes JSON as Python's json module does, byte for byte.</summary>
internal sealed class NotebookJson
{
    private readonly StringBuilder _text = new();

    /// <summary>As json.dumps(node, indent=1, ensure_ascii=False, sort_keys=True) writes it.</summary>
    public static string Write(JsonNode node)
    {
        var json = new NotebookJson();
        json.Write(node, 0);
        return json._text.ToString();
    }

    private void Write(JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } json:
                List('{', '}', json.OrderBy(pair => pair.Key, StringComparer.Ordinal), depth, pair =>
                {
                    Quote(pair.Key);
                    _text.Append(": ");
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
                _text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    private void List<T>(char open, char close, IEnumerable<T> items, int depth, Action<T> write)
    {
        char before = open;
        foreach (var item in items)
        {
            _text.Append(before).Append('\n').Append(' ', depth + 1);
            write(item);
            before = ',';
        }
        _text.Append('\n').Append(' ', depth).Append(close);
    }

    private void Quote(string literal)
    {
        _text.Append('"');
        foreach (char c in literal)
            _text.Append(c switch
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
        _text.Append('"');
    }
}
