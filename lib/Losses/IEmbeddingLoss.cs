using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// A loss over a batch of embeddings and their labels. Your own loss works wherever the library's do if it implements this interface.
/// </summary>
/// <remarks>A loss over pairs by label or by a miner is written shorter as a <see cref="PairLoss"/>.</remarks>
public interface IEmbeddingLoss
{
    /// <summary>The loss of a labelled batch.</summary>
    /// <param name="embeddings">Floating-point, [n, d].</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>A scalar, from which gradients flow back.</returns>
    Tensor forward(Tensor embeddings, Tensor labels);
}
