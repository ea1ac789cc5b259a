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

        byte[] rows = Unpacked(chunks[1].Data);
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

    [Fact]
    public void An_animation_holds_every_image()
    {
        var frames = torch.arange(3 * 4 * 6).remainder(256).view(3, 4, 6).to_type(torch.ScalarType.Byte);
        string uri = Png.AnimationUri(frames, 120);
        var chunks = Chunks(Convert.FromBase64String(uri[(uri.IndexOf(',', StringComparison.Ordinal) + 1)..]));
        Assert.Equal(["IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"], chunks.Select(chunk => chunk.Type));
        Assert.Equal(3, BinaryPrimitives.ReadInt32BigEndian(chunks[1].Data));
        Assert.Equal([0, 1, 2, 3, 4], chunks.Where(chunk => chunk.Type is "fcTL" or "fdAT").Select(chunk => BinaryPrimitives.ReadInt32BigEndian(chunk.Data)));
        Assert.Equal(120, BinaryPrimitives.ReadInt16BigEndian(chunks[2].Data.AsSpan(20)));
        Assert.Equal(4 * (3 + 1), Unpacked(chunks[7].Data[4..]).Length);
    }

    /// <summary>The pixels of a grey picture with 4 bits a pixel, one byte each, and its width.</summary>
    public static (byte[] Pixels, int Width) ReadGrey(byte[] file)
    {
        var chunks = Chunks(file);
        int width = BinaryPrimitives.ReadInt32BigEndian(chunks[0].Data), stride = (width + 1) / 2 + 1;
        Assert.Equal(4, chunks[0].Data[8]);
        byte[] rows = Unpacked(chunks[1].Data);
        return ([.. Enumerable.Range(0, rows.Length / stride * width).Select(i => rows[i / width * stride + 1 + i % width / 2]).Select((pair, i) => (byte)(i % width % 2 == 0 ? pair >> 4 : pair & 15))], width);
    }

    private static byte[] Unpacked(byte[] packed)
    {
        using var unpacked = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress)) zlib.CopyTo(unpacked);
        return unpacked.ToArray();
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
