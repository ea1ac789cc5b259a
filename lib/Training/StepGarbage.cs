using System.Runtime;

namespace NotebookHelpers;

/// <summary>Collects garbage between the steps of a training, so that nothing is collected within one.</summary>
/// <remarks>
/// In <c>weights * 0.5</c> TorchSharp wraps the number for libtorch, and nothing refers to the wrapper while libtorch reads it. A garbage
/// collection at that moment frees it, and the step computes with what then lies there. Between two steps nothing is being read. A
/// collection in the background would end at any moment, within a step too; therefore there is none while a training runs.
/// </remarks>
internal sealed class StepGarbage : IDisposable
{
    // Less than the smallest amount after which .NET itself collects, a quarter of a megabyte; a step leaves some ten kilobytes.
    private const long DueAfter = 128 * 1024;

    private static readonly Lock Trainings = new();
    private static int _running;
    private static GCLatencyMode _before;

    private long _allocated = GC.GetTotalAllocatedBytes();

    /// <summary>Ends collections in the background until the last training of the process is disposed.</summary>
    public StepGarbage()
    {
        lock (Trainings)
        {
            if (_running++ > 0) return;
            _before = GCSettings.LatencyMode;
            NoBackground();
        }
    }

    /// <summary>From here on, every collection of the process is done when the call that began it returns.</summary>
    public static void NoBackground() => GCSettings.LatencyMode = GCLatencyMode.Batch;

    /// <summary>Collects the youngest generation, if enough has been allocated since the last time.</summary>
    public void Collect()
    {
        if (GC.GetTotalAllocatedBytes() - _allocated < DueAfter) return;
        GC.Collect(0);
        _allocated = GC.GetTotalAllocatedBytes();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Trainings)
        {
            if (--_running == 0) GCSettings.LatencyMode = _before;
        }
    }
}
