using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Which pairs of a batch count as positive and which as negative: by label, or as mined. An item makes no pair with itself.
/// </summary>
public sealed class PairMask
{
    private readonly Tensor? _labels, _positive, _negative;

    /// <summary>Equal labels make a positive pair, unequal ones a negative pair.</summary>
    /// <param name="labels">Integers, [n].</param>
    public PairMask(Tensor labels) => _labels = labels;

    /// <summary>The mined pairs; one that is named twice counts once.</summary>
    /// <param name="embeddings">The batch that the pairs are positions in, [n, d].</param>
    /// <param name="pairs">What a miner chose.</param>
    /// <exception cref="ArgumentException">
    /// The pairs are not positions in the batch, int64 on its device, or an anchor lacks its partner.
    /// </exception>
    public PairMask(Tensor embeddings, Pairs pairs) =>
        (_positive, _negative) = (Mask(embeddings, pairs.AnchorsPositive, pairs.Positives, nameof(pairs)),
            Mask(embeddings, pairs.AnchorsNegative, pairs.Negatives, nameof(pairs)));

    /// <summary>
    /// Whether there is a negative pair at all: a bool scalar on the batch's device, since to read it would wait for the device.
    /// </summary>
    public Tensor AnyNegative => _labels is null ? _negative!.any() : _labels.ne(_labels.narrow(0, 0, 1)).any();

    /// <summary>Whether every pair (i, j) is also there as (j, i). Pairs by label always are, mined pairs need not be.</summary>
    public bool Symmetric => _labels is not null;

    /// <summary>
    /// The masks of some anchors (rows) against the whole batch, bool [count, n] each: which pairs are positive, which negative.
    /// </summary>
    /// <param name="start">The position of the first anchor.</param>
    /// <param name="count">How many anchors.</param>
    public (Tensor Positive, Tensor Negative) Rows(long start, long count)
    {
        if (_labels is null) return (_positive!.narrow(0, start, count), _negative!.narrow(0, start, count));
        var positive = _labels.narrow(0, start, count).unsqueeze(1).eq(_labels);
        var negative = positive.logical_not();
        positive.diagonal(start).fill_(false);
        return (positive, negative);
    }

    private static Tensor Mask(Tensor embeddings, Tensor anchors, Tensor partners, string name)
    {
        long n = embeddings.shape[0], count = anchors.NumberOfElements;
        Batch.CheckPositions(anchors, count, embeddings, name);
        Batch.CheckPositions(partners, count, embeddings, name);
        var mask = zeros(n, n, dtype: ScalarType.Bool, device: embeddings.device);
        return mask.index_put_(ones(1, dtype: ScalarType.Bool, device: embeddings.device), [anchors, partners]);
    }
}
