using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>A tensor's values as they lie in memory on the CPU: row-major, little-endian.</summary>
internal static class TensorBytes
{
    private const int BufferSize = 1 << 20;

    public static void Write(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        tensor.detach().cpu().contiguous().WriteBytesToStream(stream, BufferSize);
    }

    public static Tensor Read(Stream stream, long[] shape, ScalarType type)
    {
        var tensor = empty(shape, dtype: type);
        tensor.ReadBytesFromStream(stream, BufferSize);
        return tensor;
    }
}
