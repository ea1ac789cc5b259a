using TorchSharp;

namespace NotebookHelpers;

/// <summary>Keeps the tensors that a cell makes outside any scope until the cell has ended.</summary>
/// <remarks>
/// TorchSharp hands libtorch the address of a tensor and no longer refers to the tensor itself. In <c>stack([a + b, a - b])</c> nothing
/// else refers to the sums either, so that the garbage collector may free them while libtorch still reads them, and the process ends
/// without a word. A tensor in a scope is safe: the scope refers to it.
/// </remarks>
internal static class CellTensors
{
    // Scopes belong to threads, and a kernel runs its cells on one. The scope stays open, below those that a cell opens.
    [ThreadStatic]
    private static DisposeScope? s_scope;

    /// <summary>From now on this thread's tensors are kept.</summary>
    public static void Keep() => s_scope ??= torch.NewDisposeScope();

    /// <summary>Lets go of them, undisposed: those that a variable holds live on, and the garbage collector frees the others.</summary>
    public static void Release() => s_scope?.Detach(s_scope.DisposablesView);
}
