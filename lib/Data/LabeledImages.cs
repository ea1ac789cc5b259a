using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Images, grey or in colour, and their labels, on one device.</summary>
/// <param name="Images">The images, uint8, 0 to 255: [n, height, width] grey, or [n, 3, height, width] red, green and blue.</param>
/// <param name="Labels">One label per image, int64 [n].</param>
/// <example><code>
/// var digits = new LabeledImages(images, labels);
/// var zeros = digits.OfClasses([0], perClass: 5);
/// var pixels = zeros.Pixels(); // float32 [5, 1, 28, 28], 0 to 1
/// </code></example>
public sealed record LabeledImages(Tensor Images, Tensor Labels) : IDisposable
{
    /// <summary>The number of images.</summary>
    public int Count => (int)Images.shape[0];

    /// <summary>The images as network input: float32 [n, 1, height, width] if grey, [n, 3, height, width] in colour, 0 to 1.</summary>
    public Tensor Pixels() => ToPixels(Images);

    /// <summary>Scales images to network input, 0 to 1.</summary>
    /// <param name="images">uint8: [n, height, width] grey, or [n, 3, height, width] red, green and blue.</param>
    /// <returns>float32 [n, 1, height, width] if grey, [n, 3, height, width] in colour.</returns>
    /// <exception cref="ArgumentException">The images are of another type or shape.</exception>
    public static Tensor ToPixels(Tensor images)
    {
        Check(images);
        using var scope = NewDisposeScope();
        var pixels = images.to_type(ScalarType.Float32).div_(255);
        return (pixels.dim() == 3 ? pixels.unsqueeze(1) : pixels).MoveToOuterDisposeScope();
    }

    internal static void Check(Tensor images)
    {
        if (images.dtype == ScalarType.Byte && (images.dim() == 3 || images.dim() == 4 && images.shape[1] == 3)) return;
        bool last = images.dim() == 4 && images.shape[3] == 3;
        throw new ArgumentException(
            $"Expected uint8 images [n, height, width] or [n, 3, height, width]; got {images.dtype} [{string.Join(", ", images.shape)}]."
            + (last ? " Colours that lie last come second by permute(0, 3, 1, 2)." : ""), nameof(images));
    }

    /// <summary>The images as flat vectors: float32 [n, height * width] if grey, [n, 3 * height * width] in colour, 0 to 1.</summary>
    public Tensor Vectors()
    {
        using var scope = NewDisposeScope();
        return Pixels().flatten(1).MoveToOuterDisposeScope();
    }

    /// <summary>The images at the given positions, in that order, as a copy.</summary>
    /// <param name="indices">int64 [m], each 0 to n - 1, on the images' device.</param>
    /// <returns>m images and labels. The caller disposes them.</returns>
    public LabeledImages Select(Tensor indices) => new(Images.index_select(0, indices), Labels.index_select(0, indices));

    /// <summary>The first <paramref name="perClass"/> images of each of the given classes, in the data's order.</summary>
    /// <param name="classes">The labels to keep.</param>
    /// <param name="perClass">How many images of each class; null for all.</param>
    /// <returns>A copy of the chosen images and labels. The caller disposes it.</returns>
    /// <exception cref="ArgumentException">
    /// A class has no image or fewer than asked for, a class is named twice, or no class is given.
    /// </exception>
    public LabeledImages OfClasses(IEnumerable<int> classes, int? perClass = null)
    {
        using var scope = NewDisposeScope();
        var kept = new List<Tensor>();
        var seen = new HashSet<int>();
        foreach (int label in classes)
        {
            if (!seen.Add(label)) throw new ArgumentException($"Expected each class once; class {label} is named twice.", nameof(classes));
            var found = Labels.eq(label).nonzero().flatten();
            if (found.shape[0] == 0)
                throw new ArgumentException($"Class {label} has no images; the classes are {ClassesText()}.", nameof(classes));
            long count = perClass ?? found.shape[0];
            if (found.shape[0] < count)
                throw new ArgumentException(
                    $"Class {label} has {found.shape[0]} images, fewer than the {count} asked for.", nameof(perClass));
            kept.Add(found.narrow(0, 0, count));
        }
        if (kept.Count == 0) throw new ArgumentException("No class was named.", nameof(classes));
        var indices = cat(kept).sort().Values;
        var selected = Select(indices);
        selected.Images.MoveToOuterDisposeScope();
        selected.Labels.MoveToOuterDisposeScope();
        return selected;
    }

    private string ClassesText()
    {
        long[] classes = Labels.unique().output.to_type(ScalarType.Int64).cpu().data<long>().ToArray();
        return classes.Length <= 20 ? string.Join(", ", classes) : $"{classes[0]} to {classes[^1]}, {classes.Length} in all";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
