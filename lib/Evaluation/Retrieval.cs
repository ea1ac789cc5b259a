using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// How often the nearest neighbours of a query share its label. Each number is a share from 0 to 1, averaged over the queries.
/// </summary>
/// <param name="RecallAt">For each k asked for: the share of queries with at least one item of their label among the k nearest.</param>
/// <param name="RPrecision">
/// The share of items with the query's label among its R nearest items, where R is how many items other than the query have that label.
/// </param>
/// <param name="MeanAveragePrecisionAtR">
/// MAP@R (Musgrave et al. 2020, "A Metric Learning Reality Check"): like R-precision, but a match counts more the earlier its rank.
/// </param>
/// <param name="Queries">The number of queries counted: those whose label occurs among the items to be found.</param>
public sealed record RetrievalReport(
    IReadOnlyDictionary<int, double> RecallAt, double RPrecision, double MeanAveragePrecisionAtR, long Queries)
{
    /// <summary>The share of queries whose nearest item has their label; the same as recall at 1.</summary>
    public double PrecisionAt1 => RecallAt[1];
}

/// <summary>
/// Measures retrieval by Euclidean distance, in blocks of queries. The mean of the data is subtracted before ranking, and queries whose
/// neighbours are too near to be told apart in float32 are ranked in float64.
/// </summary>
/// <example><code>
/// var report = Retrieval.Evaluate(embeddings, labels, recallAt: [1, 5]);
/// Console.WriteLine($"R@1 {report.RecallAt[1]:0.00}, MAP@R {report.MeanAveragePrecisionAtR:0.00}");
/// </code></example>
public static class Retrieval
{
    // Elements in one block of distances (64 MB of float32).
    private const long BlockElements = 1 << 24;

    /// <summary>Uses each item as a query against all other items.</summary>
    /// <param name="embeddings">Floating-point, [n, d].</param>
    /// <param name="labels">Integers, [n].</param>
    /// <param name="recallAt">The values of k for recall at k, at least 1; null for 1, 2, 4 and 8. 1 is always included.</param>
    /// <returns>The measures, averaged over the queries whose label occurs among the items to be found.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes, types or devices do not fit together, no item shares its label with another, a k is below 1, or a value is
    /// NaN or infinite.
    /// </exception>
    public static RetrievalReport Evaluate(Tensor embeddings, Tensor labels, IEnumerable<int>? recallAt = null)
    {
        using var scope = NewDisposeScope();
        labels = Batch.Check(embeddings, labels);
        var x = Measurable.Of(embeddings);
        labels = labels.to(x.device);
        return Evaluate(x, labels, x, labels, recallAt, excludeSelf: true, nameof(labels));
    }

    /// <summary>Uses separate queries against a database.</summary>
    /// <param name="database">Floating-point, [n, d].</param>
    /// <param name="databaseLabels">Integers, [n].</param>
    /// <param name="queries">[m, d], of the database's type and on its device.</param>
    /// <param name="queryLabels">Integers, [m].</param>
    /// <param name="recallAt">The values of k for recall at k, at least 1; null for 1, 2, 4 and 8. 1 is always included.</param>
    /// <returns>The measures, averaged over the queries whose label occurs among the items to be found.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes, types or devices do not fit together, no query's label occurs in the database, a k is below 1, or a value
    /// is NaN or infinite.
    /// </exception>
    public static RetrievalReport Evaluate(
        Tensor database, Tensor databaseLabels, Tensor queries, Tensor queryLabels, IEnumerable<int>? recallAt = null)
    {
        using var scope = NewDisposeScope();
        databaseLabels = Batch.Check(database, databaseLabels);
        queryLabels = Batch.Check(queries, queryLabels);
        if (queries.shape[1] != database.shape[1] || queries.dtype != database.dtype || queries.device_type != database.device_type)
            throw new ArgumentException(
                $"Expected queries like the database, {Batch.Describe(database)}; got {Batch.Describe(queries)}.", nameof(queries));
        var (items, asked) = Measurable.Of(database, queries, nameof(database), nameof(queries));
        return Evaluate(
            items, databaseLabels.to(items.device), asked, queryLabels.to(items.device), recallAt, excludeSelf: false, nameof(queryLabels));
    }

    private static RetrievalReport Evaluate(
        Tensor database, Tensor databaseLabels, Tensor queries, Tensor queryLabels, IEnumerable<int>? recallAt, bool excludeSelf,
        string labelsName)
    {
        int[] ks = [.. (recallAt ?? [1, 2, 4, 8]).Append(1).Distinct().Order()];
        if (ks[0] < 1) throw new ArgumentException($"Expected every k to be at least 1; got {ks[0]}.", nameof(recallAt));

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var relevant = Relevant(databaseLabels, queryLabels, excludeSelf);
        var counted = relevant.gt(0).nonzero().flatten();
        if (counted.shape[0] == 0)
            throw new ArgumentException(
                "Expected at least one query whose label occurs among the items to be found; there is none.", labelsName);

        long n = database.shape[0];
        long depth = Math.Min(excludeSelf ? n - 1 : n, Math.Max(ks[^1], relevant.max().item<long>()));
        var ranking = new Ranking(Measurable.Centred(database, database), Measurable.Centred(queries, database));
        var ranks = arange(1, depth + 1, dtype: ScalarType.Float64, device: database.device);
        double rPrecision = 0, averagePrecision = 0;
        var found = new double[ks.Length];
        long size = Blocks.Rows(database, n, BlockElements);
        for (long start = 0; start < counted.shape[0]; start += size)
        {
            using var blockScope = NewDisposeScope();
            var block = counted.narrow(0, start, Math.Min(size, counted.shape[0] - start));
            var nearest = ranking.Nearest(block, (int)depth, excludeSelf);
            var match = databaseLabels.index_select(0, nearest.flatten()).reshape(nearest.shape).eq(
                queryLabels.index_select(0, block).unsqueeze(1));
            var r = relevant.index_select(0, block).to_type(ScalarType.Float64);
            var matchWithinR = match.logical_and(ranks.le(r.unsqueeze(1))).to_type(ScalarType.Float64);
            var matches = matchWithinR.cumsum(1);
            rPrecision += (matches.select(1, depth - 1) / r).sum().item<double>();
            averagePrecision += ((matches / ranks * matchWithinR).sum(1) / r).sum().item<double>();
            for (int i = 0; i < ks.Length; i++)
                found[i] += match.narrow(1, 0, Math.Min(ks[i], depth)).any(1).sum().item<long>();
        }
        double count = counted.shape[0];
        return new RetrievalReport(
            ks.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second / count), rPrecision / count, averagePrecision / count,
                counted.shape[0]);
    }

    /// <summary>
    /// The nearest items of queries, by |x|² - 2qx; again in float64 for the queries whose nearest item is too near for float32.
    /// </summary>
    private sealed class Ranking(Tensor database, Tensor queries)
    {
        // A squared distance of so many units in the last place of the squared lengths has three digits left.
        private const double UnitsKept = 1000, SingleUnit = 1.2e-7;

        private readonly Tensor _squaredNorms = database.square().sum(1), _queryNorms = queries.square().sum(1);
        private Ranking? _inDouble;

        /// <summary>Rows of the database, nearest first, int64 [queries, depth].</summary>
        public Tensor Nearest(Tensor block, int depth, bool excludeSelf)
        {
            var relative = _squaredNorms.addmm(queries.index_select(0, block), database.t(), alpha: -2);
            if (excludeSelf) NearestNeighbors.Exclude(block, relative);
            var (values, nearest) = relative.topk(depth, dim: 1, largest: false, sorted: true);
            if (database.dtype == ScalarType.Float64) return nearest;
            var lengths = _queryNorms.index_select(0, block);
            var units = (lengths + _squaredNorms.index_select(0, nearest.select(1, 0))) * (UnitsKept * SingleUnit);
            var doubtful = (values.select(1, 0) + lengths).lt(units).nonzero().flatten();
            if (doubtful.shape[0] == 0) return nearest;
            _inDouble ??= InDouble();
            return nearest.index_copy_(0, doubtful, _inDouble.Nearest(block.index_select(0, doubtful), depth, excludeSelf));
        }

        // Made in the block that needs it first, it outlives that block's scope.
        private Ranking InDouble()
        {
            Tensor Kept(Tensor tensor) => tensor.to_type(ScalarType.Float64).MoveToOuterDisposeScope();
            var exact = new Ranking(Kept(database), Kept(queries));
            exact._squaredNorms.MoveToOuterDisposeScope();
            exact._queryNorms.MoveToOuterDisposeScope();
            return exact;
        }
    }

    // R: how many items each query could find.
    private static Tensor Relevant(Tensor databaseLabels, Tensor queryLabels, bool excludeSelf)
    {
        var (distinct, _, counts) = databaseLabels.unique(return_counts: true);
        if (distinct.shape[0] == 0) return zeros_like(queryLabels, dtype: ScalarType.Int64);
        var at = searchsorted(distinct, queryLabels.to_type(distinct.dtype)).clamp_max(distinct.shape[0] - 1);
        return counts!.index_select(0, at) * distinct.index_select(0, at).eq(queryLabels) - (excludeSelf ? 1 : 0);
    }
}
