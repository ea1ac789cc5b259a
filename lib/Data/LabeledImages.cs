using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Grey-scale images and their labels, resident on one device.</summary>
/// <param name="Images">The images, uint8 [n, height, width], 0 to 255.</param>
/// <param name="Labels">One label per image, int64 [n].</param>
public sealed record LabeledImages(Tensor Images, Tensor Labels) : IDisposable
{
    /// <summary>The number of images.</summary>
    public int Count => (int)Images.shape[0];

    /// <summary>The images as network input: float32 [n, 1, height, width], 0 to 1.</summary>
    public Tensor Pixels() => ToPixels(Images);

    /// <summary>Scales uint8 images [n, height, width] to network input: float32 [n, 1, height, width], 0 to 1.</summary>
    public static Tensor ToPixels(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.to_type(ScalarType.Float32).div_(255).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The images as flat vectors: float32 [n, height * width], 0 to 1.</summary>
    public Tensor Vectors()
    {
        using var scope = NewDisposeScope();
        return Pixels().flatten(1).MoveToOuterDisposeScope();
    }

    /// <summary>The images at the given positions, in that order, as a copy.</summary>
    /// <param name="indices">int64 [m], each 0 to n - 1, on the images' device.</param>
    public LabeledImages Select(Tensor indices) => new(Images.index_select(0, indices), Labels.index_select(0, indices));

    /// <summary>The first <paramref name="perClass"/> images of each of the given classes, in the data's order.</summary>
    /// <param name="classes">The labels to keep.</param>
    /// <param name="perClass">How many images of each class; null for all.</param>
    /// <exception cref="ArgumentException">A class has fewer images than asked for.</exception>
    public LabeledImages OfClasses(IEnumerable<int> classes, int? perClass = null)
    {
        using var scope = NewDisposeScope();
        var kept = new List<Tensor>();
        foreach (int label in classes)
        {
            var found = Labels.eq(label).nonzero().flatten();
            long count = perClass ?? found.shape[0];
            if (found.shape[0] < count)
                throw new ArgumentException($"Class {label} has {found.shape[0]} images, fewer than the {count} asked for.", nameof(perClass));
            kept.Add(found.narrow(0, 0, count));
        }
        if (kept.Count == 0) throw new ArgumentException("No class was named.", nameof(classes));
        var indices = cat(kept).sort().Values;
        var selected = Select(indices);
        selected.Images.MoveToOuterDisposeScope();
        selected.Labels.MoveToOuterDisposeScope();
        return selected;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }
}
