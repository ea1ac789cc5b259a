using static TorchSharp.torch;

namespace NotebookHelpers.Tests;

/// <summary>How many tensors the process holds, to compare <see cref="Tensor.TotalCount"/> with after some work.</summary>
public static class LiveTensors
{
    /// <summary>The count once everything is gone that earlier tests left to the garbage collector: otherwise that goes during the work.</summary>
    public static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
