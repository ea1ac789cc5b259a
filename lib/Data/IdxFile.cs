using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Security.Cryptography;

namespace NotebookHelpers;

/// <summary>
/// The contents of an IDX file of unsigned bytes, the format in which MNIST is published: two zero bytes, a type byte,
/// the number of dimensions, each dimension as a big-endian 32-bit integer, then the values in row-major order.
/// </summary>
/// <param name="Shape">The length of each dimension, outermost first.</param>
/// <param name="Values">The values, row-major; their number is the product of the lengths in <paramref name="Shape"/>.</param>
public sealed record IdxFile(IReadOnlyList<int> Shape, byte[] Values)
{
    private const byte UnsignedByte = 0x08;

    /// <summary>
    /// Reads a whole IDX file, plain or compressed by gzip, whatever its name. The whole file is checked before anything is returned.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="sha256">The expected SHA-256 of the unpacked contents in lower-case hexadecimal; null to skip that check.</param>
    /// <returns>The shape and the values of the file.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file cannot be unpacked, has another digest, is no IDX file of unsigned bytes, or is cut short or too long.
    /// </exception>
    /// <example><code>
    /// var labels = IdxFile.Read(DataFolder.Path("mnist", "t10k-labels-idx1-ubyte.gz"));
    /// </code></example>
    public static IdxFile Read(string path, string? sha256 = null)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"Data file '{path}' is missing.{DataFolder.Remedy(path)}", path);

        byte[] contents = Unpack(path);
        if (sha256 is not null)
        {
            string actual = Convert.ToHexStringLower(SHA256.HashData(contents));
            if (actual != sha256)
                throw new InvalidDataException(
                    $"Data file '{path}' is damaged: the SHA-256 of its contents is {actual}, expected {sha256}.{DataFolder.Remedy(path)}");
        }
        return Parse(path, contents);
    }

    private static byte[] Unpack(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        // By what it begins with, whatever its name: downloads and browsers unpack a file and keep the ending, or the reverse.
        if (file is not [0x1f, 0x8b, ..]) return file;
        try
        {
            using var unpacked = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
            gzip.CopyTo(unpacked);
            return unpacked.ToArray();
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"Data file '{path}' cannot be unpacked: {error.Message}{DataFolder.Remedy(path)}", error);
        }
    }

    private static IdxFile Parse(string path, byte[] contents)
    {
        if (contents.Length < 4 || contents[0] != 0 || contents[1] != 0 || contents[2] != UnsignedByte || contents[3] == 0)
        {
            string found = Convert.ToHexStringLower(contents.AsSpan(0, Math.Min(4, contents.Length)));
            throw new InvalidDataException(
                $"Data file '{path}' is no IDX file of unsigned bytes: it begins with "
                + $"{(found.Length == 0 ? "nothing" : found)}, expected 000008 and the number of dimensions.");
        }
        int headerLength = 4 + 4 * contents[3];
        if (contents.Length < headerLength)
            throw new InvalidDataException(
                $"Data file '{path}' ends inside its header: {contents.Length} bytes, expected at least {headerLength}.");

        var shape = new int[contents[3]];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt32BigEndian(contents.AsSpan(4 + 4 * i));
            if (shape[i] < 0)
                throw new InvalidDataException($"Data file '{path}' gives dimension {i} the length {shape[i]}; expected 0 or more.");
        }
        // Four lengths of 65,536 make a product that no 64 bits hold.
        var expected = shape.Aggregate(BigInteger.One, (product, length) => product * length);
        if (contents.Length - headerLength != expected)
            throw new InvalidDataException(
                $"Data file '{path}' holds {contents.Length - headerLength} values, expected {expected} for the shape "
                + $"[{string.Join(", ", shape)}].");
        return new IdxFile(shape, contents[headerLength..]);
    }
}
