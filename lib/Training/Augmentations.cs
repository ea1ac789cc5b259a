using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>A random change that does not alter what a picture shows; it makes the views of self-supervised learning.</summary>
/// <param name="pixels">[n, channels, height, width], floating point; not changed.</param>
/// <returns>New pixels of the same shape, type and device. Every image of the batch is changed in its own way.</returns>
/// <exception cref="ArgumentException">The pixels are not floating-point [n, channels, height, width].</exception>
public delegate Tensor Augmentation(Tensor pixels);

/// <summary>
/// Augmentations of whole batches, as tensor operations on the batch's device. Their random numbers come from torch's global
/// generator of that device, which <see cref="TrainingLoop"/> seeds for each epoch.
/// </summary>
/// <example><code>
/// var views = Augmentations.Compose(Augmentations.Affine(degrees: 15, translate: 0.1), Augmentations.Noise(0.05));
/// var changed = views(LabeledImages.ToPixels(images)); // as many pictures, each changed in its own way
/// </code></example>
public static partial class Augmentations
{
    /// <summary>Combines augmentations into one that applies them one after the other.</summary>
    /// <param name="steps">Applied from first to last; if there are none, the values stay as they are.</param>
    public static Augmentation Compose(params Augmentation[] steps) => pixels =>
    {
        Check(pixels);
        using var scope = NewDisposeScope();
        var changed = steps.Aggregate(pixels, (so, step) => step(so));
        // The caller's own tensor is no tensor of this scope: hand back a new handle to it.
        return (ReferenceEquals(changed, pixels) ? pixels.alias() : changed).MoveToOuterDisposeScope();
    };

    /// <summary>
    /// Cuts a random part out of each image and enlarges it to the full size by bilinear interpolation (the "random resized crop" of
    /// Szegedy et al. 2015 and SimCLR).
    /// </summary>
    /// <param name="minArea">The smallest share of the area that is kept, above 0.</param>
    /// <param name="maxArea">The largest share, at most 1. The share is drawn uniformly between both.</param>
    /// <param name="maxAspect">
    /// The largest ratio of the sides of the part, at least 1; its logarithm is drawn uniformly. A side is never longer than the image's.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is outside its range.</exception>
    public static Augmentation ResizedCrop(double minArea, double maxArea = 1, double maxAspect = 4.0 / 3)
    {
        if (!(minArea > 0 && minArea <= maxArea))
            throw new ArgumentOutOfRangeException(
                nameof(minArea), minArea, $"Expected a share of the area above 0 and at most maxArea, {maxArea}.");
        if (!(maxArea <= 1)) throw new ArgumentOutOfRangeException(nameof(maxArea), maxArea, "Expected a share of the area of at most 1.");
        if (!(maxAspect >= 1 && double.IsFinite(maxAspect)))
            throw new ArgumentOutOfRangeException(nameof(maxAspect), maxAspect, "Expected a ratio of at least 1.");
        return pixels => Sampled(pixels, () =>
        {
            var area = Uniform(pixels, minArea, maxArea);
            var stretch = Uniform(pixels, -0.5 * Math.Log(maxAspect), 0.5 * Math.Log(maxAspect)).exp();
            var (width, height) = ((area.sqrt() * stretch).clamp_max(1), (area.sqrt() / stretch).clamp_max(1));
            var none = zeros_like(area);
            return [width, none, Uniform(pixels, -1, 1) * (1 - width), none, height, Uniform(pixels, -1, 1) * (1 - height)];
        });
    }

    /// <summary>Turns, shifts, scales and shears each image around its centre; what comes in from outside is black (0).</summary>
    /// <param name="degrees">The largest angle of rotation to either side, in degrees.</param>
    /// <param name="translate">The largest shift, as a share of the width and of the height.</param>
    /// <param name="scale">The largest factor of enlarging or shrinking, at least 1; its logarithm is drawn uniformly.</param>
    /// <param name="shear">
    /// The largest shear: a row at the image's top or bottom is shifted by that share of half the width.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A bound is negative, or the scale below 1.</exception>
    public static Augmentation Affine(double degrees = 0, double translate = 0, double scale = 1, double shear = 0)
    {
        AtLeastZero(degrees, nameof(degrees));
        AtLeastZero(translate, nameof(translate));
        AtLeastZero(shear, nameof(shear));
        if (!(scale >= 1 && double.IsFinite(scale)))
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "Expected a factor of at least 1.");
        return pixels => Sampled(pixels, () =>
        {
            var angle = Uniform(pixels, -degrees, degrees) * (Math.PI / 180);
            var inverse = Uniform(pixels, -Math.Log(scale), Math.Log(scale)).exp();
            var (cosine, sine, slant) = (angle.cos() * inverse, angle.sin() * inverse, Uniform(pixels, -shear, shear));
            // Coordinates run from -1 to 1: a shift by the whole width is 2. Rows of a picture that is not square turn true to shape.
            double aspect = (double)pixels.shape[2] / pixels.shape[3];
            return [cosine, (slant * cosine - sine) * aspect, Uniform(pixels, -2 * translate, 2 * translate),
                sine / aspect, slant * sine + cosine, Uniform(pixels, -2 * translate, 2 * translate)];
        });
    }

    /// <summary>Blackens a random rectangle of each image (Zhong et al. 2020, "Random Erasing").</summary>
    /// <param name="maxArea">The share of the area that is erased is drawn uniformly from 0 to this, at most 1.</param>
    /// <param name="probability">The share of images that lose a rectangle, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share is outside 0 to 1.</exception>
    public static Augmentation Erase(double maxArea, double probability = 1)
    {
        Share(maxArea, nameof(maxArea));
        Share(probability, nameof(probability));
        return pixels =>
        {
            Check(pixels);
            using var scope = NewDisposeScope();
            var side = (Uniform(pixels, 0, maxArea) * Uniform(pixels, 0, 1).lt(probability)).sqrt();
            var stretch = Uniform(pixels, -0.5 * Math.Log(2), 0.5 * Math.Log(2)).exp();
            var down = Inside(pixels, pixels.shape[2], side * stretch).unsqueeze(2);
            var across = Inside(pixels, pixels.shape[3], side / stretch).unsqueeze(1);
            return pixels.masked_fill(down.logical_and(across).unsqueeze(1), 0).MoveToOuterDisposeScope();
        };
    }

    /// <summary>
    /// Blurs each image with a Gaussian whose width is drawn for each image. At the border only the weights inside the image
    /// count, scaled to sum 1.
    /// </summary>
    /// <param name="minSigma">The smallest standard deviation, in pixels, above 0.</param>
    /// <param name="maxSigma">The largest standard deviation, in pixels. It is drawn uniformly between both.</param>
    /// <exception cref="ArgumentOutOfRangeException">The smallest is not above 0, or the largest smaller than it.</exception>
    public static Augmentation Blur(double minSigma, double maxSigma)
    {
        if (!(minSigma > 0)) throw new ArgumentOutOfRangeException(nameof(minSigma), minSigma, "Expected a standard deviation above 0.");
        if (!(maxSigma >= minSigma && double.IsFinite(maxSigma)))
            throw new ArgumentOutOfRangeException(nameof(maxSigma), maxSigma, $"Expected at least minSigma, {minSigma}.");
        return pixels =>
        {
            Check(pixels);
            using var scope = NewDisposeScope();
            var sigma = Uniform(pixels, minSigma, maxSigma).view(-1, 1, 1, 1);
            // A Gaussian is the product of one along columns and one along rows; each is a matrix, one for every image.
            Tensor Along(long size)
            {
                var place = arange(size, dtype: pixels.dtype, device: pixels.device);
                var weight = (-0.5 * ((place.unsqueeze(1) - place) / sigma).square()).exp();
                return weight / weight.sum(-1, keepdim: true);
            }
            var columns = Along(pixels.shape[2]).matmul(pixels);
            return columns.matmul(Along(pixels.shape[3]).transpose(-2, -1)).MoveToOuterDisposeScope();
        };
    }

    /// <summary>Adds Gaussian noise to every pixel; the result is not cut off at 0 and 1.</summary>
    /// <param name="deviation">The standard deviation, at least 0, in units of the pixel values.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is negative.</exception>
    public static Augmentation Noise(double deviation)
    {
        AtLeastZero(deviation, nameof(deviation));
        return pixels =>
        {
            Check(pixels);
            using var scope = NewDisposeScope();
            return (pixels + deviation * randn_like(pixels)).MoveToOuterDisposeScope();
        };
    }

    /// <summary>Shows the mirror image, left and right exchanged, of some images.</summary>
    /// <param name="probability">The share of images that are mirrored, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside 0 to 1.</exception>
    public static Augmentation HorizontalFlip(double probability = 0.5)
    {
        Share(probability, nameof(probability));
        return pixels =>
        {
            Check(pixels);
            using var scope = NewDisposeScope();
            return where(Chosen(pixels, probability), pixels.flip(3), pixels).MoveToOuterDisposeScope();
        };
    }

    // Where each output pixel looks: out(x, y) = in(a x + b y + c, d x + e y + f), coordinates from -1 to 1 across the image.
    private static Tensor Sampled(Tensor pixels, Func<Tensor[]> matrix)
    {
        Check(pixels);
        if (pixels.shape[0] == 0) return pixels.clone();
        using var scope = NewDisposeScope();
        var m = stack(matrix(), 1).view(-1, 2, 3, 1);
        Tensor Centres(long size) => (arange(size, dtype: pixels.dtype, device: pixels.device) * 2 + 1) / size - 1;
        var across = m.select(2, 0) * Centres(pixels.shape[3]) + m.select(2, 2);
        var down = m.select(2, 1) * Centres(pixels.shape[2]);
        // All x, then all y: with affine_grid, which puts them in turn, the whole takes nearly three times as long.
        var places = across.unsqueeze(2) + down.unsqueeze(3); // [n, 2, height, width]
        return nn.functional.grid_sample(pixels, places.permute(0, 2, 3, 1), align_corners: false).MoveToOuterDisposeScope();
    }

    // Which images a change takes, by chance: [n, 1, 1, 1].
    private static Tensor Chosen(Tensor pixels, double probability) => Uniform(pixels, 0, 1).lt(probability).view(-1, 1, 1, 1);

    // One number for each image, [n].
    private static Tensor Uniform(Tensor pixels, double from, double to) =>
        rand(pixels.shape[0], dtype: pixels.dtype, device: pixels.device) * (to - from) + from;

    // Which of the places 0 to size - 1 lie in a stretch of the given share of the size, put at random: [n, size].
    private static Tensor Inside(Tensor pixels, long size, Tensor share)
    {
        var length = (share.clamp_max(1) * size).round();
        var start = minimum((Uniform(pixels, 0, 1) * (size - length + 1)).floor(), size - length).unsqueeze(1);
        var place = arange(size, dtype: pixels.dtype, device: pixels.device);
        return place.ge(start).logical_and(place.lt(start + length.unsqueeze(1)));
    }

    private static void Check(Tensor pixels)
    {
        if (pixels.dim() != 4 || !pixels.is_floating_point())
            throw new ArgumentException(
                $"Expected floating-point pixels [n, channels, height, width]; got {pixels.dtype} [{string.Join(", ", pixels.shape)}].",
                nameof(pixels));
    }

    private static void AtLeastZero(double value, string name)
    {
        if (!(value >= 0 && double.IsFinite(value))) throw new ArgumentOutOfRangeException(name, value, "Expected a number of at least 0.");
    }

    private static void Share(double value, string name)
    {
        if (!(value is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(name, value, "Expected a share from 0 to 1.");
    }
}
