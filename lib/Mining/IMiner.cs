using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Chooses pairs or triplets of a batch for a loss to be taken over. A miner of one's own implements it.</summary>
/// <typeparam name="TMined"><see cref="Pairs"/> or <see cref="Triplets"/>, which the caller disposes.</typeparam>
public interface IMiner<out TMined>
    where TMined : IDisposable
{
    /// <summary>The chosen positions in the batch.</summary>
    /// <param name="embeddings">Floating-point, [n, d]; no gradient flows through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    TMined Mine(Tensor embeddings, Tensor labels);
}
