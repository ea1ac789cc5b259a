using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Reads and writes the format safetensors: named tensors in one file, which PyTorch, JAX and others read (its specification is the README
/// of Hugging Face's repository safetensors). A file is the length of the header as a 64-bit little-endian integer, the header as
/// JSON (name to type, shape and place), and the values, row-major. Nothing in it is ever executed.
/// </summary>
public static class Safetensors
{
    private const string Metadata = "__metadata__";

    // The specification's own bound, against headers that fill the memory.
    private const int LongestHeader = 100_000_000;

    private static readonly Dictionary<string, (ScalarType Type, int Size)> Types = new()
    {
        ["F64"] = (ScalarType.Float64, 8), ["I64"] = (ScalarType.Int64, 8), ["F32"] = (ScalarType.Float32, 4),
            ["I32"] = (ScalarType.Int32, 4),
        ["F16"] = (ScalarType.Float16, 2), ["BF16"] = (ScalarType.BFloat16, 2), ["I16"] = (ScalarType.Int16, 2),
        ["I8"] = (ScalarType.Int8, 1), ["U8"] = (ScalarType.Byte, 1), ["BOOL"] = (ScalarType.Bool, 1),
    };

    /// <summary>Writes tensors from any device. An existing file is replaced only once the new one is complete.</summary>
    /// <param name="path">The file, usually with the ending .safetensors; its folder is created if it is missing.</param>
    /// <param name="tensors">Tensors by name; a network gives its weights by <c>state_dict()</c>.</param>
    /// <exception cref="ArgumentException">A tensor's type or name is one the format does not have.</exception>
    /// <exception cref="IOException">The file could not be written; an existing file is unchanged.</exception>
    /// <example><code>
    /// Safetensors.Write("encoder.safetensors", encoder.state_dict());
    /// </code></example>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        // Large elements first, so that each tensor begins at a multiple of its elements' size.
        var entries = tensors.Select(entry => (entry.Key, Tensor: entry.Value, Type: TypeOf(entry.Key, entry.Value)))
            .OrderByDescending(entry => Types[entry.Type].Size).ThenBy(entry => entry.Key, StringComparer.Ordinal).ToArray();
        byte[] header = Header(entries);
        AtomicFile.Write(path, "The tensors", file =>
        {
            Span<byte> length = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            file.Write(length);
            file.Write(header);
            foreach (var (_, tensor, _) in entries) TensorBytes.Write(file, tensor);
        });
    }

    /// <summary>Reads all tensors of a file to the CPU. A network takes them over by <c>load_state_dict</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors by name. The caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, is not a safetensors file, or holds a type of numbers that torch does not have.
    /// </exception>
    /// <example><code>
    /// encoder.load_state_dict(Safetensors.Read("encoder.safetensors"));
    /// </code></example>
    public static Dictionary<string, Tensor> Read(string path)
    {
        using var file = File.OpenRead(path);
        var entries = Places(path, file, out long start);
        using var scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, type, shape, begin) in entries)
        {
            file.Position = start + begin;
            tensors.Add(name, TensorBytes.Read(file, shape, type));
        }
        foreach (var tensor in tensors.Values) tensor.MoveToOuterDisposeScope();
        return tensors;
    }

    private static string TypeOf(string name, Tensor tensor)
    {
        if (name == Metadata)
            throw new ArgumentException($"A tensor cannot be called {Metadata}: the format keeps that name for notes.", "tensors");
        return Types.FirstOrDefault(type => type.Value.Type == tensor.dtype).Key
            ?? throw new ArgumentException($"Tensor '{name}' is of type {tensor.dtype}, which safetensors files do not have.", "tensors");
    }

    private static byte[] Header((string Name, Tensor Tensor, string Type)[] entries)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            long offset = 0;
            foreach (var (name, tensor, type) in entries)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                WriteArray("shape", tensor.shape);
                long begin = offset;
                offset += tensor.numel() * Types[type].Size;
                WriteArray("data_offsets", [begin, offset]);
                json.WriteEndObject();
            }
            json.WriteEndObject();

            void WriteArray(string name, long[] numbers)
            {
                json.WriteStartArray(name);
                foreach (long number in numbers) json.WriteNumberValue(number);
                json.WriteEndArray();
            }
        }
        // Spaces up to a multiple of 8, so that the values are aligned in a file mapped into memory.
        while (memory.Length % 8 != 0) memory.WriteByte((byte)' ');
        return memory.ToArray();
    }

    // What the header says, checked against the file: the tensors lie one behind the other and fill it.
    private static List<(string Name, ScalarType Type, long[] Shape, long Begin)> Places(string path, FileStream file, out long start)
    {
        InvalidDataException Damaged(string why, Exception? inner = null) => new($"'{path}' is no whole safetensors file: {why}.", inner);

        Span<byte> first = stackalloc byte[sizeof(long)];
        if (file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) < first.Length)
            throw Damaged($"it has {file.Length} bytes, fewer than 8");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(first);
        if (length > LongestHeader || (long)length > file.Length - first.Length)
            throw Damaged($"a header of {length} bytes is announced, the file has {file.Length}");
        byte[] header = new byte[(int)length];
        file.ReadExactly(header);
        start = file.Position;

        var entries = new List<(string Name, ScalarType Type, long[] Shape, long Begin, long End)>();
        try
        {
            using var json = JsonDocument.Parse(header, new() { AllowDuplicateProperties = false });
            foreach (var property in json.RootElement.EnumerateObject().Where(property => property.Name != Metadata))
            {
                string type = property.Value.GetProperty("dtype").GetString() ?? "null";
                if (!Types.TryGetValue(type, out var known))
                    throw Damaged($"tensor '{property.Name}' is of type {type}, expected one of {string.Join(", ", Types.Keys)}");
                long[] shape = Numbers(property.Value.GetProperty("shape")), place = Numbers(property.Value.GetProperty("data_offsets"));
                long bytes = shape.Aggregate((long)known.Size, (product, side) => checked(product * side));
                if (shape.Any(side => side < 0) || place.Length != 2 || place[0] < 0 || place[1] - place[0] != bytes)
                    throw Damaged(
                        $"tensor '{property.Name}', {type} "
                        + $"[{string.Join(", ", shape)}], takes {bytes} bytes, but lies at [{string.Join(", ", place)}]");
                entries.Add((property.Name, known.Type, shape, place[0], place[1]));
            }
        }
        catch (Exception error) when (
            error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw Damaged($"its header cannot be read: {error.Message}", error);
        }

        long end = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != end) throw Damaged($"tensor '{entry.Name}' begins at byte {entry.Begin}, expected {end}");
            end = entry.End;
        }
        if (file.Length - start != end) throw Damaged($"{file.Length - start} bytes of values, expected {end}");
        return [.. entries.Select(entry => (entry.Name, entry.Type, entry.Shape, entry.Begin))];

        static long[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(number => number.GetInt64())];
    }
}
