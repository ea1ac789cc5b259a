using TorchSharp;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Exact k-nearest-neighbour search and classification by Euclidean distance, in blocks of matrix products.</summary>
/// <remarks>
/// A matrix product in float32 is fast but rounds: on raw MNIST pixels it cannot tell near ties apart. So it only proposes a
/// few candidates more than asked for; their distances are then computed in float64 from differences, and a rounding bound
/// tells whether anything outside the candidates could be nearer. The few queries for which it could are searched in float64.
/// </remarks>
/// <example><code>
/// var (distances, indices) = NearestNeighbors.Search(embeddings, k: 5);
/// double accuracy = NearestNeighbors.Accuracy(embeddings, labels, embeddings[..8], labels[..8], k: 5);
/// </code></example>
public static class NearestNeighbors
{
    // Floats in one block of squared distances (64 MB), and how many more candidates than neighbours are re-measured.
    private const long BlockElements = 1 << 24;
    private const int SpareCandidates = 8;

    /// <summary>
    /// For each query the k nearest rows of the database, nearest first; of equally near rows the one with the lower index comes first.
    /// </summary>
    /// <param name="database">[n, d], of any type.</param>
    /// <param name="queries">[m, d], of the same type and on the same device.</param>
    /// <param name="k">1 to n.</param>
    /// <returns>Euclidean distances [m, k] (float64 for float64 data, else float32) and int64 row indices [m, k].</returns>
    /// <exception cref="ArgumentException">
    /// The shapes, types or devices do not fit together, or a value is NaN or infinite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">k is outside 1 to n.</exception>
    public static (Tensor Distances, Tensor Indices) Search(Tensor database, Tensor queries, int k)
    {
        CheckRows(database, nameof(database));
        CheckRows(queries, nameof(queries));
        if (queries.shape[1] != database.shape[1] || queries.dtype != database.dtype || queries.device_type != database.device_type)
            throw new ArgumentException(
                $"Expected queries like the database, {Batch.Describe(database)}; got {Batch.Describe(queries)}.", nameof(queries));
        CheckCount(k, database.shape[0]);
        return Search(database, queries, k, excludeSelf: false);
    }

    /// <summary>For each point its k nearest among the others.</summary>
    /// <param name="points">[n, d], of any type.</param>
    /// <param name="k">1 to n - 1.</param>
    /// <returns>Euclidean distances [n, k] and int64 row indices [n, k], as <see cref="Search(Tensor, Tensor, int)"/> gives them.</returns>
    /// <exception cref="ArgumentException">The points are not a matrix, or a value is NaN or infinite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is outside 1 to n - 1.</exception>
    public static (Tensor Distances, Tensor Indices) Search(Tensor points, int k)
    {
        CheckRows(points, nameof(points));
        CheckCount(k, points.shape[0] - 1);
        return Search(points, points, k, excludeSelf: true);
    }

    /// <summary>
    /// The class of each query by majority among its k nearest; of equally frequent classes the one with the nearer neighbour wins.
    /// </summary>
    /// <param name="train">[n, d], of any type.</param>
    /// <param name="trainLabels">Integers, [n], on the device of the training points.</param>
    /// <param name="queries">[m, d], of the same type and on the same device.</param>
    /// <param name="k">1 to n.</param>
    /// <returns>Labels, int64 [m].</returns>
    /// <exception cref="ArgumentException">The shapes or types do not fit together, or a value is NaN or infinite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is outside 1 to n.</exception>
    public static Tensor Predict(Tensor train, Tensor trainLabels, Tensor queries, int k)
    {
        CheckLabels(trainLabels, train, nameof(trainLabels));
        using var scope = NewDisposeScope();
        var (_, indices) = Search(train, queries, k);
        var votes = trainLabels.to_type(ScalarType.Int64).index_select(0, indices.flatten()).reshape(indices.shape);
        // How often each neighbour's class occurs among the k; argmax takes the first, which is the nearest, of equals.
        var counts = zeros_like(votes);
        for (int i = 0; i < k; i++) counts += votes.eq(votes.narrow(1, i, 1));
        // Nearer neighbours get the higher rank: counts * k dominates, so the rank decides only among equal counts.
        var ranked = counts * k - arange(k, device: votes.device);
        return votes.gather(1, ranked.argmax(1, keepdim: true)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>The share of test points that their k nearest training points classify correctly.</summary>
    /// <param name="train">[n, d], of any type.</param>
    /// <param name="trainLabels">Integers, [n], on the device of the training points.</param>
    /// <param name="test">[m, d], m at least 1, of the same type and on the same device.</param>
    /// <param name="testLabels">Integers, [m], on the device of the test points.</param>
    /// <param name="k">1 to n.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">
    /// The shapes or types do not fit together, there is no test point, or a value is NaN or infinite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">k is outside 1 to n.</exception>
    public static double Accuracy(Tensor train, Tensor trainLabels, Tensor test, Tensor testLabels, int k)
    {
        CheckLabels(testLabels, test, nameof(testLabels));
        if (test.shape[0] == 0) throw new ArgumentException("Expected at least one test point; got none.", nameof(test));
        using var scope = NewDisposeScope();
        long right = Predict(train, trainLabels, test, k).eq(testLabels.to_type(ScalarType.Int64)).sum().item<long>();
        return (double)right / test.shape[0];
    }

    private static (Tensor Distances, Tensor Indices) Search(Tensor database, Tensor queries, int k, bool excludeSelf)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (type, device) = (database.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32, database.device);
        (database, queries) = Measurable.Of(
            database, queries, excludeSelf ? "points" : nameof(database), excludeSelf ? "points" : nameof(queries));
        var typed = new Database(database, scope);
        var self = excludeSelf ? arange(queries.shape[0], device: queries.device) : null;
        long rows = Blocks.Rows(database, Math.Max(typed.Count, (k + SpareCandidates) * typed.Width), BlockElements);

        var distances = new List<Tensor>();
        var indices = new List<Tensor>();
        for (long start = 0; start == 0 || start < queries.shape[0]; start += rows)
        {
            using var blockScope = NewDisposeScope();
            long length = Math.Min(rows, queries.shape[0] - start);
            var (squared, nearest) = SearchBlock(typed, queries.narrow(0, start, length), k, self?.narrow(0, start, length));
            distances.Add(squared.sqrt().to_type(type).MoveToOuterDisposeScope());
            indices.Add(nearest.MoveToOuterDisposeScope());
        }
        return (cat(distances).to(device).MoveToOuterDisposeScope(), cat(indices).to(device).MoveToOuterDisposeScope());
    }

    // Squared distances in float64 and indices, both [b, k]. self: for each query the database row that it is itself.
    private static (Tensor Squared, Tensor Indices) SearchBlock(Database database, Tensor queries, int k, Tensor? self)
    {
        long available = self is null ? database.Count : database.Count - 1;
        long candidates = Math.Min(available, k + SpareCandidates);
        // |q - x|² without |q|², which is the same for the whole row.
        var relative = database.SquaredNorms.addmm(queries, database.Rows.t(), alpha: -2);
        if (self is not null) Exclude(self, relative);
        var (proposed, found) = relative.topk((int)candidates, dim: 1, largest: false, sorted: true);
        relative.Dispose();
        var (squared, indices) = Remeasure(database.Rows, queries, found, k);
        if (candidates == available || queries.shape[0] == 0) return (squared, indices);

        var lowerBound = proposed.select(1, candidates - 1).to_type(ScalarType.Float64) + database.RoundingOffset(queries);
        var doubtful = lowerBound.le(squared.select(1, k - 1)).nonzero().flatten();
        if (doubtful.shape[0] == 0) return (squared, indices);

        var (rest, restSelf) = (queries.index_select(0, doubtful).to_type(ScalarType.Float64), self?.index_select(0, doubtful));
        var (restSquared, restIndices) = database.Rows.dtype == ScalarType.Float64
            ? SearchExhaustively(database.Rows, rest, k, restSelf)
            : SearchBlock(database.InFloat64, rest, k, restSelf);
        return (squared.index_copy_(0, doubtful, restSquared), indices.index_copy_(0, doubtful, restIndices));
    }

    // The k nearest of the candidates found, measured in float64 from differences.
    private static (Tensor Squared, Tensor Indices) Remeasure(Tensor rows, Tensor queries, Tensor found, int k)
    {
        // In the order of their indices, so that the stable sort leaves the lower index first among equals.
        found = found.sort(1).Values;
        var differences = rows.index_select(0, found.flatten()).to_type(ScalarType.Float64).reshape(
            found.shape[0], found.shape[1], rows.shape[1]);
        var (squared, order) = differences.sub_(queries.to_type(ScalarType.Float64).unsqueeze(1)).pow_(2).sum(2).sort(1, stable: true);
        return (squared.narrow(1, 0, k), found.gather(1, order.narrow(1, 0, k)));
    }

    // For data with more exact ties than there are spare candidates, such as a collapsed embedding.
    private static (Tensor Squared, Tensor Indices) SearchExhaustively(Tensor rows, Tensor queries, int k, Tensor? self)
    {
        var distances = cdist(queries, rows, compute_mode: TorchSharp.compute_mode.donot_use_mm_for_euclid_dist);
        if (self is not null) Exclude(self, distances);
        var (nearest, indices) = distances.sort(1, stable: true);
        return (nearest.narrow(1, 0, k).square(), indices.narrow(1, 0, k));
    }

    internal static void Exclude(Tensor self, Tensor distances) =>
        distances.scatter_(
            1, self.unsqueeze(1), full(self.shape[0], 1, double.PositiveInfinity, dtype: distances.dtype, device: distances.device));

    private static void CheckRows(Tensor rows, string name)
    {
        if (rows.dim() != 2) throw new ArgumentException($"Expected rows [n, d]; got {Batch.Describe(rows)}.", name);
    }

    private static void CheckLabels(Tensor labels, Tensor rows, string name)
    {
        if (labels.dim() != 1 || labels.shape[0] != rows.shape[0] || labels.is_floating_point()
            || labels.device_type != rows.device_type)
            throw new ArgumentException(
                $"Expected one integer label for each of the {rows.shape[0]} rows, on {rows.device}; got "
                + $"{Batch.Describe(labels)} on {labels.device}.", name);
    }

    private static void CheckCount(int k, long available)
    {
        if (k < 1 || k > available)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"Expected 1 to {available}, the number of rows to choose from.");
    }

    private sealed class Database(Tensor rows, DisposeScope scope)
    {
        private readonly double _longest = rows.square().sum(1).max().to_type(ScalarType.Float64).item<double>();
        private Database? _inFloat64;

        public Tensor Rows { get; } = rows;
        public Tensor SquaredNorms { get; } = rows.square().sum(1);
        public long Count => Rows.shape[0];
        public long Width => Rows.shape[1];

        // Made when the first query needs it; it outlives the block it was made in.
        public Database InFloat64 => _inFloat64 ??= new Database(Rows.to_type(ScalarType.Float64), scope).Outliving();

        private Database Outliving()
        {
            scope.Attach(Rows);
            scope.Attach(SquaredNorms);
            return this;
        }

        // What turns |x|² - 2qx as computed into a lower bound of |q - x|²: a sum of d products is off by at most about
        // d units in the last place of the sum of magnitudes, |x|² + 2|q||x|.
        public Tensor RoundingOffset(Tensor queries)
        {
            double unit = Rows.dtype == ScalarType.Float64 ? double.BitIncrement(1) - 1 : float.BitIncrement(1) - 1;
            var queryNorms = queries.to_type(ScalarType.Float64).square().sum(1);
            return queryNorms - (Width + 4) * unit * (_longest + 2 * (queryNorms * _longest).sqrt());
        }
    }
}
