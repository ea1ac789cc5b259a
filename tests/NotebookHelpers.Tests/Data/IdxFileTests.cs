using System.IO.Compression;
using System.Security.Cryptography;

namespace NotebookHelpers.Tests.Data;

public sealed class IdxFileTests : IDisposable
{
    private static readonly byte[] TwoByThree = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Good_file_gives_shape_and_values()
    {
        var file = IdxFile.Read(Write(TwoByThree));
        Assert.Equal([2, 3], file.Shape);
        Assert.Equal([10, 20, 30, 40, 50, 60], file.Values);
    }

    [Fact]
    public void Compressed_file_is_the_same()
    {
        var file = IdxFile.Read(Write(Gzip(TwoByThree), "x.gz"), Convert.ToHexStringLower(SHA256.HashData(TwoByThree)));
        Assert.Equal([10, 20, 30, 40, 50, 60], file.Values);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 0; length < TwoByThree.Length; length++)
            Assert.Throws<InvalidDataException>(() => IdxFile.Read(Write(TwoByThree[..length])));
    }

    [Fact]
    public void Every_truncation_of_a_compressed_file_is_refused()
    {
        byte[] packed = Gzip(TwoByThree);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(TwoByThree));
        for (int length = 0; length < packed.Length; length++)
        {
            string path = Write(packed[..length], "x.gz");
            try
            {
                // A cut behind the last value loses nothing, and the digest proves it.
                Assert.Equal(TwoByThree[^6..], IdxFile.Read(path, sha256).Values);
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(path, error.Message);
                continue;
            }
            Assert.True(length > packed.Length / 2);
        }
    }

    [Fact]
    public void Values_after_the_end_are_refused() =>
        Assert.Contains("7 values, expected 6", Assert.Throws<InvalidDataException>(() => IdxFile.Read(Write([.. TwoByThree, 0]))).Message);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 0x0d)] // an IDX file of floats
    [InlineData(3, 0)]
    public void Wrong_magic_is_refused(int position, byte value)
    {
        byte[] bytes = [.. TwoByThree];
        bytes[position] = value;
        Assert.Contains("no IDX file", Assert.Throws<InvalidDataException>(() => IdxFile.Read(Write(bytes))).Message);
    }

    [Fact]
    public void Wrong_digest_names_file_and_both_digests()
    {
        string path = Write(TwoByThree), expected = new('0', 64);
        string message = Assert.Throws<InvalidDataException>(() => IdxFile.Read(path, expected)).Message;
        Assert.Contains(path, message);
        Assert.Contains(expected, message);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(TwoByThree)), message);
    }

    [Fact]
    public void Missing_file_is_named()
    {
        string path = _folder.File("absent.gz");
        Assert.Contains(path, Assert.Throws<FileNotFoundException>(() => IdxFile.Read(path)).Message);
    }

    private string Write(byte[] bytes, string name = "x")
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
