using System.Globalization;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Tensors as a reader wants them: images as images; else shape and type first, then the values with four decimals, long rows cut.
/// </summary>
internal static class TensorText
{
    private const int MostInARow = 12, MostImages = 40, SmallestImage = 8;

    public static string ToHtml(Tensor tensor)
    {
        if (tensor.IsInvalid || !HoldsImages(tensor)) return $"<pre>{System.Net.WebUtility.HtmlEncode(Describe(tensor))}</pre>";
        using var scope = NewDisposeScope();
        var images = tensor.dim() == 2 ? tensor.unsqueeze(0) : tensor;
        long shown = Math.Min(images.shape[0], MostImages);
        string title = $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]" + (shown < images.shape[0] ? $", the first {shown}" : "");
        return Charts.ImageGrid(images.narrow(0, 0, shown), title: title).ToHtml();
    }

    // Bytes with two long sides, alone or in a row, are grey-scale images everywhere in this series.
    private static bool HoldsImages(Tensor tensor) =>
        tensor.dtype == ScalarType.Byte
        && tensor.dim() is (2 or 3)
        && tensor.shape[^1] >= SmallestImage && tensor.shape[^2] >= SmallestImage;

    public static string Describe(Tensor tensor)
    {
        if (tensor.IsInvalid) return "disposed tensor";
        using var scope = NewDisposeScope();
        string head = $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]"
            + (tensor.device_type == DeviceType.CPU ? "" : $" on {tensor.device}");
        var values = tensor.detach().cpu();
        bool whole = values.dtype is ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64;
        if (values.is_complex() || values.numel() == 0) return head;
        Func<double, string> format = values.dtype == ScalarType.Bool
            ? value => value != 0 ? "true" : "false"
            : whole ? value => value.ToString("0", CultureInfo.InvariantCulture) : FormatReal;
        if (values.dim() == 0) return $"{format(values.to_type(ScalarType.Float64).item<double>())}   ({tensor.dtype})";
        var text = new StringBuilder(head);
        AppendRows(text, values, format, []);
        return text.ToString();
    }

    private static string FormatReal(double value) =>
        value == 0 || (Math.Abs(value) >= 1e-3 && Math.Abs(value) < 1e6)
            ? value.ToString("0.0000", CultureInfo.InvariantCulture)
            : value.ToString("0.###e+0", CultureInfo.InvariantCulture);

    private static void AppendRows(StringBuilder text, Tensor values, Func<double, string> format, long[] position)
    {
        if (values.dim() > 2)
        {
            long shown = Math.Min(values.shape[0], 3);
            for (long i = 0; i < shown; i++) AppendRows(text, values[i], format, [.. position, i]);
            if (shown < values.shape[0]) text.Append(CultureInfo.InvariantCulture, $"\n… {values.shape[0] - shown} more");
            return;
        }
        if (position.Length > 0) text.Append(CultureInfo.InvariantCulture, $"\n[{string.Join(", ", position)}, …]");
        var rows = values.dim() == 1 ? values.unsqueeze(0) : values;
        long shownRows = Math.Min(rows.shape[0], MostInARow), shownColumns = Math.Min(rows.shape[1], MostInARow);
        double[] cells = rows.narrow(0, 0, shownRows).narrow(1, 0, shownColumns)
            .to_type(ScalarType.Float64).contiguous().data<double>().ToArray();
        string[] texts = [.. cells.Select(format)];
        int width = texts.Length == 0 ? 0 : texts.Max(cell => cell.Length);
        for (int row = 0; row < shownRows; row++)
        {
            text.Append('\n').AppendJoin(
                "  ", texts.AsSpan((int)(row * shownColumns), (int)shownColumns).ToArray().Select(cell => cell.PadLeft(width)));
            if (shownColumns < rows.shape[1]) text.Append("  …");
        }
        if (shownRows < rows.shape[0]) text.Append("\n…");
    }
}
