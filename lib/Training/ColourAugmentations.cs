using static TorchSharp.torch;

namespace NotebookHelpers;

public static partial class Augmentations
{
    /// <summary>
    /// Changes brightness, contrast, saturation and hue of each image by random amounts, in this order (the "colour jitter" of SimCLR,
    /// Chen et al. 2020, whose hue is rotated in the colour space YIQ here). Results below 0
    /// become 0, and those above 1 become 1.
    /// </summary>
    /// <param name="brightness">
    /// All values are multiplied by a factor drawn uniformly from 1 - brightness to 1 + brightness; 0 to 1.
    /// </param>
    /// <param name="contrast">The distance from the image's mean grey is multiplied by such a factor; 0 to 1.</param>
    /// <param name="saturation">The distance of each pixel from its own grey is multiplied by such a factor; 0 to 1. Colour only.</param>
    /// <param name="hue">
    /// The hue is rotated by at most this share of the whole circle to either side; 0 to 0.5. Colour only.
    /// </param>
    /// <returns>For pixels [n, 3, height, width] from 0 to 1, or [n, 1, height, width], which have no saturation and hue.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An amount is outside its range.</exception>
    public static Augmentation ColorJitter(double brightness = 0.4, double contrast = 0.4, double saturation = 0.4, double hue = 0.1)
    {
        Share(brightness, nameof(brightness));
        Share(contrast, nameof(contrast));
        Share(saturation, nameof(saturation));
        if (!(hue is >= 0 and <= 0.5))
            throw new ArgumentOutOfRangeException(nameof(hue), hue, "Expected a share of the circle from 0 to 0.5.");
        return pixels =>
        {
            CheckColours(pixels);
            using var scope = NewDisposeScope();
            Tensor Factor(double amount) => Uniform(pixels, 1 - amount, 1 + amount).view(-1, 1, 1, 1);
            var changed = (pixels * Factor(brightness)).clamp(0, 1);
            var mean = Grey(changed).mean([1L, 2L, 3L], keepdim: true);
            changed = (mean + (changed - mean) * Factor(contrast)).clamp(0, 1);
            if (pixels.shape[1] == 3)
            {
                var grey = Grey(changed);
                changed = (grey + (changed - grey) * Factor(saturation)).clamp(0, 1);
                changed = Turned(changed, Uniform(pixels, -2 * Math.PI * hue, 2 * Math.PI * hue)).clamp(0, 1);
            }
            return changed.MoveToOuterDisposeScope();
        };
    }

    /// <summary>
    /// Takes the colour out of some images: all three channels then hold the grey (ITU-R 601 luma). Grey images are not changed.
    /// </summary>
    /// <param name="probability">The share of images that lose their colour, 0 to 1; SimCLR (Chen et al. 2020) uses 0.2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside 0 to 1.</exception>
    public static Augmentation RandomGrey(double probability = 0.2)
    {
        Share(probability, nameof(probability));
        return pixels =>
        {
            CheckColours(pixels);
            using var scope = NewDisposeScope();
            return where(Chosen(pixels, probability), Grey(pixels).expand_as(pixels), pixels).MoveToOuterDisposeScope();
        };
    }

    // ITU-R BT.601 luma: [n, 1, height, width]. By channels: a tensor of weights would be copied from the host to the device.
    private static Tensor Grey(Tensor pixels) => pixels.shape[1] == 1
        ? pixels
        : 0.299 * pixels.narrow(1, 0, 1) + 0.587 * pixels.narrow(1, 1, 1) + 0.114 * pixels.narrow(1, 2, 1);

    // Hue by a turn of the plane (I, Q) of the NTSC colour space YIQ, which leaves the luma Y as it is.
    private static Tensor Turned(Tensor pixels, Tensor angle)
    {
        var (red, green, blue) = (pixels.narrow(1, 0, 1), pixels.narrow(1, 1, 1), pixels.narrow(1, 2, 1));
        var y = Grey(pixels);
        // I and Q are multiples of red - Y and blue - Y; the scales of NTSC make the plane's unit lengths alike.
        var i = 0.7355 * (red - y) - 0.2684 * (blue - y);
        var q = 0.4777 * (red - y) + 0.4133 * (blue - y);
        var (cosine, sine) = (angle.cos().view(-1, 1, 1, 1), angle.sin().view(-1, 1, 1, 1));
        var (newI, newQ) = (cosine * i - sine * q, sine * i + cosine * q);
        const double determinant = 0.7355 * 0.4133 + 0.2684 * 0.4777;
        var newRed = y + (0.4133 * newI + 0.2684 * newQ) / determinant;
        var newBlue = y + (0.7355 * newQ - 0.4777 * newI) / determinant;
        return cat([newRed, (y - 0.299 * newRed - 0.114 * newBlue) / 0.587, newBlue], 1);
    }

    private static void CheckColours(Tensor pixels)
    {
        Check(pixels);
        if (pixels.shape[1] is not (1 or 3))
            throw new ArgumentException(
                $"Expected pixels with 1 channel (grey) or 3 (red, green, blue); got [{string.Join(", ", pixels.shape)}].", nameof(pixels));
    }
}
