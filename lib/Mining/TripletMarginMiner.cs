using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// Which triplets a miner keeps. It depends on D = d_an - d_ap: how much farther the negative is from the anchor than the positive is.
/// </summary>
public enum TripletKind
{
    /// <summary>D ≤ margin: every triplet that still violates the margin, semi-hard and hard ones together.</summary>
    All,

    /// <summary>D > margin: the margin is already kept, so a triplet loss with this margin is zero.</summary>
    Easy,

    /// <summary>0 &lt; D ≤ margin: the negative is farther than the positive, but by no more than the margin.</summary>
    SemiHard,

    /// <summary>D ≤ 0: the negative is no farther than the positive.</summary>
    Hard,
}

/// <summary>
/// Chooses triplets by how they keep or violate a margin (Schroff et al. 2015, "FaceNet: A Unified Embedding for Face Recognition and
/// Clustering"). As in PyTorch Metric Learning, distances are Euclidean, between embeddings scaled to length 1.
/// </summary>
/// <param name="margin">By how much a negative has to be farther away than the positive: a distance, 0 to 2.</param>
/// <param name="kind">Which triplets are kept.</param>
/// <exception cref="ArgumentOutOfRangeException">The margin is NaN or infinite, or the kind is no value of its type.</exception>
/// <example><code>
/// var triplets = new TripletMarginMiner(margin: 0.2, TripletKind.SemiHard).Mine(embeddings, labels);
/// Console.WriteLine($"{triplets.Count} semi-hard triplets");
/// </code></example>
public sealed class TripletMarginMiner(double margin = 0.2, TripletKind kind = TripletKind.All) : IMiner<Triplets>
{
    private readonly double _margin = Batch.CheckFinite(margin);
    private readonly TripletKind _kind = Enum.IsDefined(kind) ? kind : throw new ArgumentOutOfRangeException(
        nameof(kind), kind, $"Expected one of {string.Join(", ", Enum.GetNames<TripletKind>())}; got {kind}.");

    // Elements of a block of triplets that are compared at once.
    private const long BlockElements = 1 << 20;

    /// <summary>The triplets of a labelled batch that are of the miner's kind, ordered by anchor, positive, negative.</summary>
    /// <param name="embeddings">Floating-point, [n, d]. No gradient is computed through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    /// <returns>Positions in the batch, int64, on the labels' device. The caller disposes them.</returns>
    /// <exception cref="ArgumentException">
    /// The embeddings are not floating-point [n, d] or hold NaN, or the labels are not n integers on the same device.
    /// </exception>
    public Triplets Mine(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.CheckForMining(embeddings, labels);
        using var noGradient = no_grad();
        long n = embeddings.shape[0];
        var mask = new PairMask(labels);
        var distances = Batch.Distances(Batch.Normalize(embeddings));
        var (positive, negative) = mask.Rows(0, n);
        var pairs = positive.nonzero();
        var found = new List<Tensor> { zeros(0, 3, dtype: ScalarType.Int64, device: labels.device) };
        long size = Blocks.Rows(distances, n, BlockElements);
        for (long start = 0; start < pairs.shape[0]; start += size)
        {
            using var blockScope = NewDisposeScope();
            var block = pairs.narrow(0, start, Math.Min(size, pairs.shape[0] - start));
            var (a, p) = (block.select(1, 0), block.select(1, 1));
            var fromAnchor = distances.index_select(0, a);
            var difference = fromAnchor - fromAnchor.gather(1, p.unsqueeze(1));
            var chosen = Chosen(difference).logical_and_(negative.index_select(0, a)).nonzero();
            found.Add(cat([block.index_select(0, chosen.select(1, 0)), chosen.narrow(1, 1, 1)], 1).MoveToOuterDisposeScope());
        }
        var triplets = cat(found);
        return new Triplets(
            triplets.select(1, 0).contiguous(), triplets.select(1, 1).contiguous(), triplets.select(1, 2).contiguous())
                .MoveToOuterDisposeScope();
    }

    private Tensor Chosen(Tensor difference) => _kind switch
    {
        TripletKind.All => difference.le(_margin),
        TripletKind.Easy => difference.gt(_margin),
        TripletKind.SemiHard => difference.gt(0).logical_and_(difference.le(_margin)),
        _ => difference.le(0),
    };
}
