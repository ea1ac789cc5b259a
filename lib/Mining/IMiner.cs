using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Chooses the pairs or triplets of a batch that a loss is computed over. Implement it to write your own miner.</summary>
/// <typeparam name="TMined"><see cref="Pairs"/> or <see cref="Triplets"/>, which the caller disposes.</typeparam>
public interface IMiner<out TMined>
    where TMined : IDisposable
{
    /// <summary>The chosen positions in the batch.</summary>
    /// <param name="embeddings">Floating-point, [n, d]. No gradient is computed through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>Positions in the batch, int64. The caller disposes them.</returns>
    TMined Mine(Tensor embeddings, Tensor labels);
}
