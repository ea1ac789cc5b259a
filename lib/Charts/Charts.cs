using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The charts of the series, as Plotly.NET charts: a title, axis names, the colour-blind-safe palette of Okabe and Ito
/// (2008, "Color Universal Design"), and bounded sizes, so that a notebook does not become large.
/// </summary>
public static partial class Charts
{
    /// <summary>The largest number of points that an embedding shows; of more points a random choice is shown.</summary>
    public const int MostPoints = 2000;

    /// <summary>Images side by side, each with a caption.</summary>
    /// <param name="images">
    /// uint8, or real from 0 (black) to 1 (white): [n, height, width] or [n, 1, height, width] grey, [n, 3, height, width] or
    /// [n, height, width, 3] RGB.
    /// </param>
    /// <param name="captions">A caption per image; null for none.</param>
    /// <param name="columns">The number of images per row.</param>
    /// <param name="title">The title above them.</param>
    /// <param name="width">The greatest width of an image, in CSS pixels.</param>
    /// <exception cref="ArgumentException">The images have another shape or type, or the captions do not fit them.</exception>
    public static ImageGrid ImageGrid(
        Tensor images, IReadOnlyList<string>? captions = null, int columns = 10, string title = "", int width = 84) =>
        new(images, captions, columns, width, title);

    /// <summary>Short films side by side, each with a caption, which repeat endlessly; no script is needed.</summary>
    /// <param name="films">A caption and the images of each, grey, uint8 [t, height, width], shown with 16 levels.</param>
    /// <param name="milliseconds">How long each image is shown, in milliseconds.</param>
    /// <param name="title">The title above them.</param>
    /// <param name="width">The greatest width of a film, in CSS pixels.</param>
    /// <exception cref="ArgumentException">The images have another shape or type, or there is no film.</exception>
    public static ImageGrid Films(
        IReadOnlyList<(string Caption, Tensor Frames)> films, int milliseconds = 100, string title = "", int width = 168) =>
        new(films, milliseconds, width, title);

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
