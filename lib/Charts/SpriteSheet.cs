using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>One picture of all images, which is much smaller than a picture each.</summary>
internal static class SpriteSheet
{
    /// <param name="images">uint8 [n, height, width].</param>
    /// <param name="shown">Which of them, row by row.</param>
    /// <param name="columns">How many stand in a row.</param>
    /// <returns>A PNG of 16 greys, as a data URI.</returns>
    public static string Of(Tensor images, int[] shown, out int columns)
    {
        columns = (int)Math.Ceiling(Math.Sqrt(Math.Max(1, shown.Length)));
        long height = images.shape[1], width = images.shape[2];
        int rows = (shown.Length + columns - 1) / columns;
        var sheet = zeros(rows * (long)columns, height, width, dtype: ScalarType.Byte);
        sheet.narrow(0, 0, shown.Length).copy_(images.cpu().index_select(0, tensor(shown.Select(i => (long)i).ToArray())));
        var tiled = sheet.view(rows, columns, height, width).permute(0, 2, 1, 3).reshape(rows * height, columns * width);
        return Png.DataUri(tiled, fourBits: true);
    }
}
