using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Writes PNG files (ISO/IEC 15948, third edition with animations): grey at 4 or 8 bits, or RGB at 8 bits.</summary>
internal static class Png
{
    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(CrcOf)];

    /// <summary>An image as a data URI.</summary>
    /// <param name="image">uint8 [height, width] grey or [height, width, 3] RGB.</param>
    /// <param name="fourBits">Grey only: 16 levels, about half the size.</param>
    public static string DataUri(Tensor image, bool fourBits = false)
    {
        using var scope = NewDisposeScope();
        byte[] pixels = image.cpu().contiguous().data<byte>().ToArray();
        return "data:image/png;base64," + Convert.ToBase64String(
            Encode(pixels, (int)image.shape[1], (int)image.shape[0], image.dim() == 3, fourBits));
    }

    /// <summary>The bytes of a PNG file.</summary>
    /// <param name="pixels">Row by row, one byte a pixel for grey, three for RGB.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="rgb">Whether a pixel has three bytes.</param>
    /// <param name="fourBits">Grey only: 16 levels.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, bool rgb, bool fourBits = false)
    {
        using var file = new MemoryStream();
        WriteStart(file, width, height, rgb, fourBits);
        WriteChunk(file, "IDAT", Packed(pixels, width, height, rgb, fourBits));
        WriteChunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>An animation as a data URI, played without end; hosts that know no animations show the first image.</summary>
    /// <param name="frames">Grey, uint8 [t, height, width].</param>
    /// <param name="milliseconds">How long each image shows.</param>
    public static string AnimationUri(Tensor frames, int milliseconds)
    {
        using var scope = NewDisposeScope();
        byte[] pixels = frames.cpu().contiguous().data<byte>().ToArray();
        int count = (int)frames.shape[0], height = (int)frames.shape[1], width = (int)frames.shape[2], sequence = 0;
        using var file = new MemoryStream();
        WriteStart(file, width, height, rgb: false, fourBits: true);
        WriteChunk(file, "acTL", [.. BigEndian(count), .. BigEndian(0)]);
        for (int i = 0; i < count; i++)
        {
            // Size, place (0, 0), delay in thousandths of a second, replacing what was there.
            WriteChunk(
                file, "fcTL", [
                    .. BigEndian(sequence++), .. BigEndian(width), .. BigEndian(height), .. BigEndian(0), .. BigEndian(0),
                    .. BigEndian((milliseconds << 16) | 1000), 0, 0,
                ]);
            byte[] data = Packed(pixels.AsSpan(i * width * height, width * height), width, height, rgb: false, fourBits: true);
            if (i == 0) WriteChunk(file, "IDAT", data);
            else WriteChunk(file, "fdAT", [.. BigEndian(sequence++), .. data]);
        }
        WriteChunk(file, "IEND", []);
        return "data:image/png;base64," + Convert.ToBase64String(file.ToArray());
    }

    private static void WriteStart(MemoryStream file, int width, int height, bool rgb, bool fourBits)
    {
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        // Deflate, adaptive filters, not interlaced.
        WriteChunk(file, "IHDR", [.. BigEndian(width), .. BigEndian(height), (byte)(fourBits ? 4 : 8), (byte)(rgb ? 2 : 0), 0, 0, 0]);
    }

    private static byte[] Packed(ReadOnlySpan<byte> pixels, int width, int height, bool rgb, bool fourBits)
    {
        using var rows = new MemoryStream();
        using (var zlib = new ZLibStream(rows, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            int stride = rgb ? 3 * width : width;
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0); // no row filter
                var row = pixels.Slice(y * stride, stride);
                if (!fourBits) zlib.Write(row);
                else for (int x = 0; x < width; x += 2) zlib.WriteByte((byte)((row[x] & 0xf0) | (x + 1 < width ? row[x + 1] >> 4 : 0)));
            }
        }
        return rows.ToArray();
    }

    private static byte[] BigEndian(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static void WriteChunk(Stream file, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. data];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(typed);
        uint crc = 0xffffffff;
        foreach (byte value in typed) crc = CrcTable[(crc ^ value) & 0xff] ^ (crc >> 8);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        file.Write(number);
    }

    private static uint CrcOf(int value)
    {
        uint crc = (uint)value;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xedb88320 ^ (crc >> 1) : crc >> 1;
        return crc;
    }
}
