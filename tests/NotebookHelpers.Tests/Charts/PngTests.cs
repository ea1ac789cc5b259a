using System.Buffers.Binary;
using System.IO.Compression;

namespace NotebookHelpers.Tests.ChartTests;

public class PngTests
{
    [Theory]
    [InlineData(5, 3, false, false)]
    [InlineData(4, 2, true, false)]
    [InlineData(5, 3, false, true)]
    public void Pixels_come_back(int width, int height, bool rgb, bool fourBits)
    {
        byte[] pixels = [.. Enumerable.Range(0, width * height * (rgb ? 3 : 1)).Select(i => (byte)(i * 37))];
        byte[] file = Png.Encode(pixels, width, height, rgb, fourBits);
        var chunks = Chunks(file);
        Assert.Equal(["IHDR", "IDAT", "IEND"], chunks.Select(chunk => chunk.Type));
        Assert.Equal(width, BinaryPrimitives.ReadInt32BigEndian(chunks[0].Data));
        Assert.Equal(height, BinaryPrimitives.ReadInt32BigEndian(chunks[0].Data.AsSpan(4)));

        using var unpacked = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(chunks[1].Data), CompressionMode.Decompress)) zlib.CopyTo(unpacked);
        byte[] rows = unpacked.ToArray();
        int stride = fourBits ? (width + 1) / 2 : width * (rgb ? 3 : 1);
        Assert.Equal(height * (stride + 1), rows.Length);
        for (int y = 0; y < height; y++)
        {
            Assert.Equal(0, rows[y * (stride + 1)]);
            var row = rows.AsSpan(y * (stride + 1) + 1, stride);
            for (int x = 0; x < (fourBits ? width : stride); x++)
            {
                int expected = pixels[y * (fourBits ? width : stride) + x];
                int actual = fourBits ? (x % 2 == 0 ? row[x / 2] >> 4 : row[x / 2] & 15) : row[x];
                Assert.Equal(fourBits ? expected >> 4 : expected, actual);
            }
        }
    }

    private static List<(string Type, byte[] Data)> Chunks(byte[] file)
    {
        Assert.Equal<byte>([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], file[..8]);
        var chunks = new List<(string, byte[])>();
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32(file.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            chunks.Add((System.Text.Encoding.ASCII.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }
        return chunks;
    }
}
