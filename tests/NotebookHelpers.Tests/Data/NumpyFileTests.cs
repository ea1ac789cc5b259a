using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Data;

public sealed class NumpyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private (string Header, byte[] Values) Written(Tensor tensor)
    {
        string path = _folder.File("array.npy");
        NumpyFile.Write(path, tensor);
        byte[] file = File.ReadAllBytes(path);
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], file[..8]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        Assert.Equal(0, (10 + length) % 64);
        string header = Encoding.ASCII.GetString(file, 10, length);
        Assert.EndsWith("\n", header);
        Assert.Equal([path], Directory.GetFiles(_folder.Path)); // no temporary file is left
        return (header.TrimEnd(), file[(10 + length)..]);
    }

    // The first bytes as numpy.save (1.24) writes them.
    [Fact]
    public void Small_matrix_byte_for_byte()
    {
        NumpyFile.Write(_folder.File("array.npy"), tensor(new float[,] { { 1, 2, 3 }, { -1, 0.5f, 0 } }));
        string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".PadRight(117) + "\n";
        byte[] expected = [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header),
            .. new float[] { 1, 2, 3, -1, 0.5f, 0 }.SelectMany(BitConverter.GetBytes)];
        Assert.Equal(expected, File.ReadAllBytes(_folder.File("array.npy")));
    }

    public static TheoryData<ScalarType, string> Types => new() { { ScalarType.Float32, "<f4" }, { ScalarType.Float64, "<f8" }, { ScalarType.Int64, "<i8" }, { ScalarType.Byte, "|u1" } };

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_keeps_its_values(ScalarType type, string code)
    {
        var x = arange(24).view(2, 3, 4).to_type(type);
        var (header, values) = Written(x);
        Assert.Equal($"{{'descr': '{code}', 'fortran_order': False, 'shape': (2, 3, 4), }}", header);
        Assert.Equal(x.bytes.ToArray(), values);
    }

    [Theory]
    [InlineData(new long[0], "()")]
    [InlineData(new long[] { 5 }, "(5,)")]
    [InlineData(new long[] { 0, 7 }, "(0, 7)")]
    [InlineData(new long[] { 1, 1, 1 }, "(1, 1, 1)")]
    public void Shapes_are_Python_tuples(long[] shape, string written)
    {
        var (header, values) = Written(ones(shape));
        Assert.EndsWith($"'shape': {written}, }}", header);
        Assert.Equal(4 * shape.Aggregate(1L, (a, b) => a * b), values.Length);
    }

    // Transposed, cut out, part of a graph: what is written is what the tensor reads as, row by row.
    [Fact]
    public void Views_are_written_in_row_major_order()
    {
        var x = arange(12, dtype: ScalarType.Float64).view(3, 4).requires_grad_();
        Assert.Equal(new double[] { 5, 9, 6, 10 }.SelectMany(BitConverter.GetBytes), Written(x.t()[1..3, 1..]).Values);
    }

    [Fact]
    public void More_values_than_the_buffer_holds()
    {
        var x = randn(700, 1000);
        Assert.Equal(x.bytes.ToArray(), Written(x).Values);
    }

    [Fact]
    public void Other_types_are_refused_and_the_file_stays()
    {
        File.WriteAllText(_folder.File("array.npy"), "before");
        Assert.Contains("BFloat16", Assert.Throws<ArgumentException>(() => NumpyFile.Write(_folder.File("array.npy"), zeros(2, dtype: ScalarType.BFloat16))).Message);
        Directory.CreateDirectory(_folder.File("array.npy.tmp")); // in the way of the temporary file
        Assert.Contains("untouched", Assert.Throws<IOException>(() => NumpyFile.Write(_folder.File("array.npy"), zeros(2))).Message);
        Assert.Equal("before", File.ReadAllText(_folder.File("array.npy")));
    }
}
