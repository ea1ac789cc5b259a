using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>How much of a large matrix is computed at a time.</summary>
internal static class Blocks
{
    // A processor is fast while a block stays in its cache. A GPU is fast while a block fills it: 128 MB of float32.
    private const long ElementsOnGpu = 1 << 25;

    /// <summary>The number of rows in a block, at least 1.</summary>
    /// <param name="data">Where the block is computed.</param>
    /// <param name="width">The elements of a row.</param>
    /// <param name="elements">The elements of a block on a processor.</param>
    public static long Rows(Tensor data, long width, long elements) =>
        Math.Max(1, (data.device_type == TorchSharp.DeviceType.CPU ? elements : Math.Max(elements, ElementsOnGpu)) / Math.Max(1, width));
}
