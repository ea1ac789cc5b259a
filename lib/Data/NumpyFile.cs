using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Writes NumPy's file format .npy, version 1.0: one array in row-major order, which numpy.load and most vector databases read
/// (NumPy Enhancement Proposal 1).
/// </summary>
public static class NumpyFile
{
    // Magic string, version and the length of the header before it; together with it a multiple of 64.
    private const int Preamble = 10, Alignment = 64;

    /// <summary>Writes a tensor from any device. An existing file is replaced only once the new one is complete.</summary>
    /// <param name="path">The file, usually with the ending .npy; its folder is created if it is missing.</param>
    /// <param name="tensor">float32, float64, int64 or uint8, of any shape.</param>
    /// <exception cref="ArgumentException">The tensor is of another type.</exception>
    /// <exception cref="IOException">The file could not be written; an existing file is unchanged.</exception>
    /// <example><code>
    /// NumpyFile.Write("embeddings.npy", embeddings.detach());
    /// </code></example>
    public static void Write(string path, Tensor tensor)
    {
        string type = tensor.dtype switch
        {
            ScalarType.Float32 => "<f4",
            ScalarType.Float64 => "<f8",
            ScalarType.Int64 => "<i8",
            ScalarType.Byte => "|u1",
            _ => throw new ArgumentException(
                $"Expected float32, float64, int64 or uint8; got {tensor.dtype}. Convert it first, with to_type.", nameof(tensor)),
        };
        // A tuple of one has a comma behind it in Python.
        string shape = tensor.dim() == 1 ? $"({tensor.shape[0]},)" : $"({string.Join(", ", tensor.shape)})";
        string header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        int length = (Preamble + header.Length + 1 + Alignment - 1) / Alignment * Alignment - Preamble;

        AtomicFile.Write(path, "The array", file =>
        {
            file.Write([0x93, .. "NUMPY"u8, 1, 0]);
            Span<byte> headerLength = stackalloc byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(headerLength, (ushort)length);
            file.Write(headerLength);
            file.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + '\n'));
            TensorBytes.Write(file, tensor);
        });
    }
}
