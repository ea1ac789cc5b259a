using TorchSharp;

namespace NotebookHelpers;

/// <summary>Keeps the tensors that a cell makes outside any scope until the cell has ended.</summary>
/// <remarks>
/// TorchSharp hands libtorch the address of a tensor and no longer refers to the tensor itself. In <c>stack([a + b, a - b])</c> nothing
/// else refers to the sums either, so that the garbage collector may free them while libtorch still reads them, and the process ends
/// without a word. A tensor in a scope is safe: the scope refers to it. Scopes belong to threads, and after an <c>await</c> a cell may go
/// on on another one; so each thread has a scope while it runs a part of the cell, below those that the cell opens.
/// </remarks>
internal static class CellTensors
{
    private const long ManyTensors = 100, ManyBytes = 64 << 20;

    // What all cells have left since the last collection.
    private static long s_tensors, s_bytes;

    // What the context of a cell carries from thread to thread. The handler runs on each thread that enters or leaves the context.
    private static readonly AsyncLocal<Left?> Cell = new(change =>
    {
        if (change.PreviousValue is { } left) Release(left);
        if (change.CurrentValue is not null) s_scope ??= torch.NewDisposeScope();
    });

    [ThreadStatic]
    private static DisposeScope? s_scope;

    /// <summary>From now on the tensors of the running cell are kept.</summary>
    public static void Keep() => Cell.Value = new();

    /// <summary>Runs a cell, keeping its tensors.</summary>
    /// <remarks>
    /// What the cell leaves is let go of, undisposed: what a variable holds lives on, and the rest is the garbage collector's. That does
    /// not see the memory of tensors and would let gigabytes pile up, so it is called where the last cells left much.
    /// </remarks>
    public static async Task KeepWhile(Func<Task> run)
    {
        var left = new Left();
        Cell.Value = left;
        try
        {
            await run();
        }
        finally
        {
            Cell.Value = null;
            if (left.MakesMuch()) GC.Collect();
        }
    }

    private static void Release(Left left)
    {
        if (s_scope is null) return;
        try
        {
            var made = s_scope.DisposablesView;
            left.Add(made);
            s_scope.Detach(made);
        }
        // Another thread disposes one of them now; what is thrown here would end the process.
        catch (Exception e) when (
            e is InvalidOperationException or ArgumentException or NullReferenceException or IndexOutOfRangeException)
        {
        }
    }

    /// <summary>How much the threads of a cell have left behind.</summary>
    private sealed class Left
    {
        private long _tensors, _bytes;

        /// <summary>Adds to what the cells before have left; if that is much, the count begins anew.</summary>
        public bool MakesMuch()
        {
            long tensors = Interlocked.Add(ref s_tensors, Interlocked.Read(ref _tensors));
            long bytes = Interlocked.Add(ref s_bytes, Interlocked.Read(ref _bytes));
            if (tensors < ManyTensors && bytes < ManyBytes) return false;
            Interlocked.Exchange(ref s_tensors, 0);
            Interlocked.Exchange(ref s_bytes, 0);
            return true;
        }

        public void Add(IEnumerable<IDisposable> left)
        {
            foreach (var tensor in left.OfType<torch.Tensor>().Where(tensor => !tensor.IsInvalid))
            {
                Interlocked.Increment(ref _tensors);
                Interlocked.Add(ref _bytes, tensor.numel() * tensor.element_size());
            }
        }
    }
}
