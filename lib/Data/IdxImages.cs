using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Loads pictures and labels from any pair of IDX files: Fashion-MNIST (Xiao et al. 2017), KMNIST (Clanuwat et al. 2018),
/// EMNIST (Cohen et al. 2017) and other data sets published in the format of MNIST.
/// No digest is checked.
/// </summary>
public static class IdxImages
{
    /// <summary>Loads pictures and their labels; both files may be plain or compressed by gzip.</summary>
    /// <param name="imagesPath">IDX of unsigned bytes: [n, height, width] grey, or [n, 3, height, width] colour.</param>
    /// <param name="labelsPath">IDX of unsigned bytes: [n].</param>
    /// <param name="device">Where the tensors live; null for the CPU.</param>
    /// <param name="transposed">
    /// True if the file stores each picture column by column, as EMNIST does; rows and columns are then exchanged.
    /// </param>
    /// <returns>Images, uint8 of the file's shape, 0 to 255, and labels, int64 [n]. The caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another shape, or the two files differ in n.</exception>
    /// <example><code>
    /// var clothes = IdxImages.Load("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz");
    /// </code></example>
    public static LabeledImages Load(string imagesPath, string labelsPath, Device? device = null, bool transposed = false)
    {
        var images = IdxFile.Read(imagesPath);
        var labels = IdxFile.Read(labelsPath);
        if (images.Shape.Count != 3 && (images.Shape.Count != 4 || images.Shape[1] != 3))
            throw new InvalidDataException(
                $"Expected images [n, height, width] or [n, 3, height, width] in '{imagesPath}'; got {Shape(images)}.");
        if (labels.Shape.Count != 1)
            throw new InvalidDataException($"Expected labels [n] in '{labelsPath}'; got {Shape(labels)}.");
        if (labels.Shape[0] != images.Shape[0])
            throw new InvalidDataException(
                $"'{imagesPath}' holds {images.Shape[0]} images, '{labelsPath}' {labels.Shape[0]} labels: expected as many.");

        using var scope = NewDisposeScope();
        var pixels = ToTensor(images);
        return new LabeledImages(
            (transposed ? pixels.transpose(-1, -2).contiguous() : pixels).to(device ?? CPU).MoveToOuterDisposeScope(),
            ToTensor(labels).to_type(ScalarType.Int64).to(device ?? CPU).MoveToOuterDisposeScope());
    }

    /// <summary>The contents of an IDX file as a uint8 tensor of its shape, on the CPU.</summary>
    internal static Tensor ToTensor(IdxFile file) =>
        tensor(file.Values, [.. file.Shape.Select(length => (long)length)], dtype: ScalarType.Byte);

    private static string Shape(IdxFile file) => $"[{string.Join(", ", file.Shape)}]";
}
