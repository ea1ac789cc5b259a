using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Which triplets count, by D = d_an - d_ap, how much farther the negative is than the positive.</summary>
public enum TripletKind
{
    /// <summary>D ≤ margin: all that still violate the margin.</summary>
    All,

    /// <summary>D > margin: already solved.</summary>
    Easy,

    /// <summary>0 &lt; D ≤ margin: in the right order, but not by the margin.</summary>
    SemiHard,

    /// <summary>D ≤ 0: the negative is no farther than the positive.</summary>
    Hard,
}

/// <summary>
/// Triplets by margin (FaceNet, Schroff et al. 2015), as in PyTorch Metric Learning: distances between embeddings of length 1.
/// </summary>
/// <param name="margin">By how much a negative has to be farther than the positive.</param>
/// <param name="kind">Which triplets are kept.</param>
/// <example><code>
/// var triplets = new TripletMarginMiner(margin: 0.2, TripletKind.SemiHard).Mine(embeddings, labels);
/// Console.WriteLine($"{triplets.Count} semi-hard triplets");
/// </code></example>
public sealed class TripletMarginMiner(double margin = 0.2, TripletKind kind = TripletKind.All) : IMiner<Triplets>
{
    // Elements of a block of triplets that are compared at once.
    private const long BlockElements = 1 << 20;

    /// <summary>The triplets of a labelled batch that are of the miner's kind, ordered by anchor, positive, negative.</summary>
    /// <param name="embeddings">[n, d]; no gradient flows through the choice.</param>
    /// <param name="labels">Integers, [n].</param>
    /// <exception cref="ArgumentException">The shapes, types or devices do not fit together.</exception>
    public Triplets Mine(Tensor embeddings, Tensor labels)
    {
        using var scope = NewDisposeScope();
        labels = Batch.Check(embeddings, labels);
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

    private Tensor Chosen(Tensor difference) => kind switch
    {
        TripletKind.All => difference.le(margin),
        TripletKind.Easy => difference.gt(margin),
        TripletKind.SemiHard => difference.gt(0).logical_and_(difference.le(margin)),
        TripletKind.Hard => difference.le(0),
        _ => throw new InvalidOperationException($"Unknown kind of triplet: {kind}."),
    };
}
