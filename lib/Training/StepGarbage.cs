namespace NotebookHelpers;

/// <summary>Collects garbage between the steps of a training, so that nothing is collected within one.</summary>
/// <remarks>
/// In <c>weights * 0.5</c> TorchSharp wraps the number for libtorch, and nothing refers to the wrapper while libtorch reads it. A garbage
/// collection that another thread starts at that moment frees it, and the step computes with what then lies there. Between two steps
/// nothing is being read.
/// </remarks>
internal sealed class StepGarbage
{
    // Less than the smallest amount after which .NET itself collects, a quarter of a megabyte; a step leaves some ten kilobytes.
    private const long DueAfter = 128 * 1024;

    private long _allocated = GC.GetTotalAllocatedBytes();

    /// <summary>Collects the youngest generation, if enough has been allocated since the last time.</summary>
    public void Collect()
    {
        if (GC.GetTotalAllocatedBytes() - _allocated < DueAfter) return;
        GC.Collect(0);
        _allocated = GC.GetTotalAllocatedBytes();
    }
}
