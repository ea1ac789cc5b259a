using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>One picture of all images, which is much smaller than a picture each.</summary>
internal static class SpriteSheet
{
    /// <param name="images">uint8 [n, height, width] grey, or [n, 3, height, width] in colour.</param>
    /// <param name="shown">Which of them, row by row.</param>
    /// <param name="columns">How many stand in a row.</param>
    /// <returns>A PNG, as a data URI; grey images in 16 greys.</returns>
    public static string Of(Tensor images, int[] shown, out int columns)
    {
        columns = (int)Math.Ceiling(Math.Sqrt(Math.Max(1, shown.Length)));
        long height = images.shape[^2], width = images.shape[^1], channels = images.dim() == 4 ? 3 : 1;
        int rows = (shown.Length + columns - 1) / columns;
        var sheet = zeros(rows * (long)columns, channels, height, width, dtype: ScalarType.Byte);
        var chosen = images.cpu().index_select(0, tensor(shown.Select(i => (long)i).ToArray()));
        sheet.narrow(0, 0, shown.Length).copy_(chosen.view(-1, channels, height, width));
        var tiled = sheet.view(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2);
        return channels == 1
            ? Png.DataUri(tiled.reshape(rows * height, columns * width), fourBits: true)
            : Png.DataUri(tiled.reshape(rows * height, columns * width, channels));
    }
}
