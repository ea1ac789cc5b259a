using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>A loss over the positive and negative pairs of a batch, taken from its labels or from a miner.</summary>
/// <remarks>
/// To write your own loss, derive from it and compute the loss in <see cref="Of"/>; CONTRIBUTING shows an example.
/// </remarks>
public abstract class PairLoss : IEmbeddingLoss
{
    /// <summary>The loss over all pairs of a labelled batch: equal labels make a positive pair, unequal ones a negative pair.</summary>
    /// <param name="embeddings">Floating-point, [n, d].</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>A scalar; 0 for fewer than two embeddings.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d], or the labels are not n integers on the same device.
    /// </exception>
    public Tensor forward(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        var mask = new PairMask(Batch.Check(embeddings, labels));
        var x = Measurable.Accumulating(embeddings);
        return (x.shape[0] < 2 ? Batch.ZeroLoss(x) : Of(x, mask)).MoveToOuterDisposeScope();
    }

    /// <summary>The loss over mined pairs; a pair named twice counts once.</summary>
    /// <param name="embeddings">Floating-point, [n, d].</param>
    /// <param name="pairs">Positions in the batch, 0 to n - 1, such as a miner gives. They are not disposed.</param>
    /// <returns>A scalar; 0 for fewer than two embeddings.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d], or the pairs are not positions in this batch.
    /// </exception>
    public Tensor forward(Tensor embeddings, Pairs pairs)
    {
        Batch.CheckEmbeddings(embeddings);
        using var scope = NewDisposeScope();
        var x = Measurable.Accumulating(embeddings);
        var mask = new PairMask(x, pairs);
        return (x.shape[0] < 2 ? Batch.ZeroLoss(x) : Of(x, mask)).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of at least two embeddings. What it creates on the way is disposed by the caller.</summary>
    /// <param name="embeddings">[n, d], float32 or float64: narrower types have been widened.</param>
    /// <param name="mask">Which pairs are positive and which negative.</param>
    /// <returns>A scalar; its backward pass gives the gradient at the embeddings.</returns>
    protected abstract Tensor Of(Tensor embeddings, PairMask mask);
}
