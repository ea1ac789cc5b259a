using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NotebookRunner;

/// <summary>A notebook that cannot be run as it stands; the message names file and cell.</summary>
public sealed class NotebookFormatException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Notebook files on disk. nbformat is JSON in UTF-8 without a byte order mark; Jupyter opens nothing else, and text that is
/// decoded with a guess is damaged for good as soon as it is written again.
/// </summary>
public static class NotebookFile
{
    // Python, which Jupyter is written in, reads no more than about a thousand.
    private const int Deepest = 500;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly (byte[] Mark, string Name, Encoding Encoding)[] Marked =
    [
        ([0xEF, 0xBB, 0xBF], "UTF-8 with a byte order mark", Utf8),
        ([0xFF, 0xFE, 0, 0], "UTF-32", new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true)),
        ([0xFF, 0xFE], "UTF-16", new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true)),
        ([0xFE, 0xFF], "UTF-16", new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true)),
    ];

    /// <summary>The text of a file that Jupyter can read, too.</summary>
    /// <exception cref="NotebookFormatException">The file is missing, or is not UTF-8 without a byte order mark.</exception>
    public static string ReadText(string path) => Decode(path, ReadBytes(path), marked => throw new NotebookFormatException(
        $"{path}: is {marked}; Jupyter opens only UTF-8 without a byte order mark. The command `strip` writes it so."));

    /// <summary>The JSON object in a file; every string in it is whole text.</summary>
    /// <exception cref="NotebookFormatException">The file is missing, or holds something else.</exception>
    public static JsonObject ReadJson(string path) => Parse(path, ReadText(path));

    /// <summary>As <see cref="ReadJson"/>, also of a file whose byte order mark says for certain how it is to be decoded.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">What stands in it.</param>
    /// <exception cref="NotebookFormatException">The file is missing, or its encoding would have to be guessed.</exception>
    internal static JsonObject ReadMarkedJson(string path, out byte[] bytes)
    {
        bytes = ReadBytes(path);
        return Parse(path, Decode(path, bytes, _ => { }));
    }

    /// <summary>Text as a notebook's file holds it.</summary>
    internal static byte[] Encode(string text) => Utf8.GetBytes(text);

    private static byte[] ReadBytes(string path)
    {
        try
        {
            // Nothing is opened that has no length: a pipe would wait for its writer.
            return new FileInfo(path).Length == 0 ? [] : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NotebookFormatException(File.Exists(path) ? $"{path}: {e.Message}" : $"{path}: there is no such file.", e);
        }
    }

    private static string Decode(string path, byte[] bytes, Action<string> judge)
    {
        var (mark, name, encoding) = Array.Find(Marked, known => bytes.AsSpan().StartsWith(known.Mark));
        if (mark is null) (mark, name, encoding) = ([], "UTF-8", Utf8);
        else judge(name);
        try
        {
            return encoding.GetString(bytes, mark.Length, bytes.Length - mark.Length);
        }
        catch (DecoderFallbackException e)
        {
            string unknown = Convert.ToHexString(e.BytesUnknown ?? []);
            throw new NotebookFormatException(
                $"{path}: is not {name}: the bytes {unknown} at {mark.Length + e.Index} are no character. "
                + "Open it in the encoding in which it was written, such as Windows-1252, and save it as UTF-8.", e);
        }
    }

    private static JsonObject Parse(string path, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new NotebookFormatException($"{path}: holds zero bytes, as UTF-16 without a byte order mark does. Save it as UTF-8.");
        try
        {
            return ParseWhole(text, Deepest) as JsonObject ?? throw new NotebookFormatException($"{path}: a notebook is a JSON object.");
        }
        catch (JsonException e)
        {
            throw new NotebookFormatException($"{path}: not JSON: {e.Message}", e);
        }
    }

    /// <summary>JSON in which every string is whole text and no name stands twice.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="deepest">How many lists and objects may lie within each other.</param>
    /// <exception cref="JsonException">It is something else.</exception>
    internal static JsonNode? ParseWhole(string text, int deepest)
    {
        try
        {
            var root = JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false, MaxDepth = deepest });
            ReadAll(root);
            return root;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new JsonException(e.Message, e); // half a character, such as "\ud800", is noticed only when it is read
        }
    }

    private static void ReadAll(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (_, value) in json) ReadAll(value);
                break;
            case JsonArray json:
                foreach (var value in json) ReadAll(value);
                break;
            case JsonValue value:
                value.TryGetValue(out string? _);
                break;
        }
    }
}
