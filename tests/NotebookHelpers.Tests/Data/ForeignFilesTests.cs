using System.Buffers.Binary;
using System.IO.Compression;

namespace NotebookHelpers.Tests.Data;

public sealed class ForeignFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static byte[] Idx(params int[] shape)
    {
        byte[] header = [0, 0, 8, (byte)shape.Length, .. shape.SelectMany(length =>
        {
            byte[] four = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(four, length);
            return four;
        })];
        return header;
    }

    private string Write(string name, byte[] contents)
    {
        File.WriteAllBytes(_folder.File(name), contents);
        return _folder.File(name);
    }

    [Fact]
    public void Magic_bytes_tell_whether_a_file_is_compressed_whatever_its_name()
    {
        byte[] plain = [.. Idx(2, 1), 7, 9];
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true)) gzip.Write(plain);
        Assert.Equal([7, 9], IdxFile.Read(Write("plain.gz", plain)).Values);
        Assert.Equal([7, 9], IdxFile.Read(Write("packed.idx", packed.ToArray())).Values);
    }

    [Theory]
    [InlineData(65536, 65536, 65536, 65536)]
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue, 4)]
    public void A_shape_whose_product_no_64_bits_hold_is_refused(int a, int b, int c, int d)
    {
        var error = Assert.Throws<InvalidDataException>(() => IdxFile.Read(Write("large.idx", Idx(a, b, c, d))));
        Assert.Contains("holds 0 values, expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_files_of_the_repository_are_said_to_come_back_by_git()
    {
        Assert.DoesNotContain("git", Assert.Throws<FileNotFoundException>(() => IdxFile.Read(_folder.File("mine.idx"))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("git", Assert.Throws<InvalidDataException>(() => IdxFile.Read(Write("mine.idx", [.. Idx(1), 3]), new string('0', 64))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("git", Assert.Throws<InvalidDataException>(() => IdxFile.Read(Write("mine.gz", [0x1f, 0x8b, 0, 0]))).Message, StringComparison.Ordinal);
        Assert.Contains("git checkout -- data", Assert.Throws<FileNotFoundException>(() => IdxFile.Read(DataFolder.Path("mnist", "none.gz"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_is_null_in_safetensors_is_a_damaged_file()
    {
        byte[] header = """{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}   """u8.ToArray();
        string path = Write("null.safetensors", [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0, 0, 0]);
        var error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(path));
        Assert.Contains("is of type null", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_block_size_below_one_is_refused(int size)
    {
        using var encoder = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Embeddings.Of(encoder, torch.zeros(3, 2, 2, dtype: torch.ScalarType.Byte), size));
    }
}
