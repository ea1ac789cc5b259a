using System.Buffers.Binary;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Pbm;

namespace NotebookHelpers;

/// <summary>Tells whether a picture's file ends before its picture does: the decoders of some formats fill up what is missing.</summary>
internal static class CutPicture
{
    /// <param name="file">The whole file.</param>
    /// <param name="format">Its format.</param>
    /// <param name="header">What its header says.</param>
    public static bool Is(ReadOnlySpan<byte> file, IImageFormat format, IImageInfo header) => format.Name switch
    {
        "JPEG" => IsCutJpeg(file),
        "GIF" => file.TrimEnd((byte)0) is not [.., 0x3B],
        "BMP" => file.Length < BinaryPrimitives.ReadUInt32LittleEndian(file[2..]),
        "Webp" => file.Length < 8L + BinaryPrimitives.ReadUInt32LittleEndian(file[4..]),
        "PBM" => file.Length < LeastPbmBytes(header.Metadata.GetPbmMetadata(), header.Width, header.Height),
        _ => false,
    };

    // In what follows the start of a scan (FF DA), FF D9 can only be the picture's end; before it may stand a whole small preview.
    private static bool IsCutJpeg(ReadOnlySpan<byte> file)
    {
        int at = 2;
        while (at + 3 < file.Length && file[at] == 0xFF && file[at + 1] != 0xDA)
            at += file[at + 1] == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        return at >= file.Length || file[at..].IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]) < 0;
    }

    private static long LeastPbmBytes(PbmMetadata metadata, long width, long height)
    {
        if (metadata.ColorType == PbmColorType.BlackAndWhite)
            return metadata.Encoding == PbmEncoding.Binary ? (width + 7) / 8 * height : width * height;
        long values = width * height * (metadata.ColorType == PbmColorType.Rgb ? 3 : 1);
        // As text, each value has a digit and, but for the last, a space after it.
        if (metadata.Encoding == PbmEncoding.Plain) return 2 * values - 1;
        return values * (metadata.ComponentType == PbmComponentType.Short ? 2 : 1);
    }
}
