using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Chooses the pairs or triplets of a batch that a loss is computed over. Implement it to write your own miner.</summary>
/// <typeparam name="TMined"><see cref="Pairs"/> or <see cref="Triplets"/>, which the caller disposes.</typeparam>
public interface IMiner<out TMined>
    where TMined : IDisposable
{
    /// <summary>The chosen positions in the batch.</summary>
    /// <param name="embeddings">Floating-point, [n, d]; no gradient flows through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    TMined Mine(Tensor embeddings, Tensor labels);
}
