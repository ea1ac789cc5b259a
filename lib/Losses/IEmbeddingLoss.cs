using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// A loss over a batch of embeddings and their labels. Your own loss works wherever the library's do if it implements this interface.
/// </summary>
/// <remarks>A loss over pairs, found by label or by a miner, is shorter to write as a class derived from <see cref="PairLoss"/>.</remarks>
public interface IEmbeddingLoss
{
    /// <summary>The loss of a labelled batch.</summary>
    /// <param name="embeddings">Floating-point, [n, d].</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>A scalar; its backward pass gives the gradient at the embeddings.</returns>
    Tensor forward(Tensor embeddings, Tensor labels);
}
