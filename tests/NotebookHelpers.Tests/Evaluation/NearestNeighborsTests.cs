using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Evaluation;

public sealed class NearestNeighborsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // The definition: every distance from differences in float64, sorted by distance, then by index.
    private static (double[] Distances, long[] Indices) ByDefinition(Tensor database, Tensor queries, int k, bool excludeSelf)
    {
        var x = Rows(database);
        var q = Rows(queries);
        var distances = new List<double>();
        var indices = new List<long>();
        for (int i = 0; i < q.Length; i++)
        {
            var nearest = Enumerable.Range(0, x.Length).Where(j => !excludeSelf || j != i)
                .Select(j => (Distance: Math.Sqrt(q[i].Zip(x[j], (a, b) => (a - b) * (a - b)).Sum()), Index: j))
                .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Index).Take(k).ToArray();
            distances.AddRange(nearest.Select(pair => pair.Distance));
            indices.AddRange(nearest.Select(pair => (long)pair.Index));
        }
        return ([.. distances], [.. indices]);
    }

    private static double[][] Rows(Tensor tensor) =>
        [.. tensor.to_type(ScalarType.Float64).data<double>().ToArray().Chunk((int)tensor.shape[1])];

    private static void AssertAsDefined(Tensor database, Tensor queries, int k)
    {
        var (distances, indices) = NearestNeighbors.Search(database, queries, k);
        var expected = ByDefinition(database, queries, k, excludeSelf: false);
        Assert.Equal([queries.shape[0], k], indices.shape);
        Assert.Equal(expected.Indices, indices.data<long>().ToArray());
        Assert.All(distances.to_type(ScalarType.Float64).data<double>().ToArray().Zip(expected.Distances), pair => Assert.Equal(pair.Second, pair.First, 1e-6 * (1 + pair.Second)));
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(50, 7, 3, 1)]
    [InlineData(200, 31, 40, 5)]
    [InlineData(20, 3, 2, 20)]
    public void Neighbours_are_those_of_the_definition(int n, int m, int d, int k)
    {
        random.manual_seed(n);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
            AssertAsDefined(randn(n, d, dtype: type), randn(m, d, dtype: type), k);
    }

    [Fact]
    public void Near_ties_that_float32_products_cannot_tell_apart_are_resolved()
    {
        // Far from the origin, in steps far below what |x|² - 2qx in float32 resolves, and denser than the spare candidates.
        random.manual_seed(1);
        AssertAsDefined(randn(300, 4) * 1e-2 + 1000, randn(20, 4) * 1e-2 + 1000, 3);
    }

    [Fact]
    public void Of_equally_near_rows_the_lower_indices_come_first()
    {
        random.manual_seed(2);
        AssertAsDefined(randint(0, 3, [400, 3]), randint(0, 3, [30, 3]), 10);
        AssertAsDefined(zeros(100, 5), zeros(4, 5), 7);
        AssertAsDefined(randint(0, 256, [300, 784]).to_type(ScalarType.Byte), randint(0, 256, [10, 784]).to_type(ScalarType.Byte), 3);
    }

    [Fact]
    public void A_point_is_not_its_own_neighbour_even_among_duplicates()
    {
        random.manual_seed(3);
        foreach (var points in new[] { randn(60, 3), randint(0, 2, [60, 3]).to_type(ScalarType.Float32), zeros(40, 2) })
        {
            var (_, indices) = NearestNeighbors.Search(points, 4);
            Assert.Equal(ByDefinition(points, points, 4, excludeSelf: true).Indices, indices.data<long>().ToArray());
        }
    }

    [Fact]
    public void Majority_decides_and_the_nearer_neighbour_breaks_a_tie()
    {
        var train = tensor(new float[,] { { 1 }, { 2 }, { 3 }, { 4 }, { 5 } });
        var labels = tensor(new long[] { 7, 5, 5, 7, 5 });
        var query = zeros(1, 1);
        Assert.Equal([7, 7, 5, 7, 5], Enumerable.Range(1, 5).Select(k => NearestNeighbors.Predict(train, labels, query, k).item<long>()));
        Assert.Equal(0.5, NearestNeighbors.Accuracy(train, labels, zeros(2, 1), tensor(new long[] { 7, 5 }), 1));
    }

    [Fact]
    public void One_nearest_neighbour_on_raw_MNIST_pixels_makes_exactly_309_errors()
    {
        using var train = Mnist.Load(train: true);
        using var test = Mnist.Load(train: false);
        double accuracy = NearestNeighbors.Accuracy(train.Images.flatten(1), train.Labels, test.Images.flatten(1), test.Labels, k: 1);
        Assert.Equal(309, Math.Round((1 - accuracy) * test.Count));
    }

    [Fact]
    public void No_queries_give_no_neighbours()
    {
        var (distances, indices) = NearestNeighbors.Search(randn(20, 3), randn(0, 3), 2);
        Assert.Equal([0, 2], distances.shape);
        Assert.Equal([0, 2], indices.shape);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        var x = randn(5, 3);
        Assert.Equal("database", Assert.Throws<ArgumentException>(() => NearestNeighbors.Search(randn(5), x, 1)).ParamName);
        Assert.Equal("queries", Assert.Throws<ArgumentException>(() => NearestNeighbors.Search(x, randn(5, 2), 1)).ParamName);
        Assert.Equal("k", Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbors.Search(x, x, 6)).ParamName);
        Assert.Equal("k", Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbors.Search(x, 5)).ParamName);
        Assert.Equal("trainLabels", Assert.Throws<ArgumentException>(() => NearestNeighbors.Predict(x, zeros(5), x, 1)).ParamName);
        Assert.Equal("testLabels", Assert.Throws<ArgumentException>(() => NearestNeighbors.Accuracy(x, zeros(5, dtype: ScalarType.Int64), x, zeros(4, dtype: ScalarType.Int64), 1)).ParamName);
    }

    // So many points that there are several blocks, and so many on one spot that float32 settles none of them.
    [Fact]
    public void Ties_in_more_than_one_block_are_settled_and_leave_no_tensors_behind()
    {
        random.manual_seed(1);
        using var spots = randint(0, 3, [5000, 1]).to_type(ScalarType.Float32);
        long before = LiveTensors.Count();
        using (NewDisposeScope())
        {
            var (distances, indices) = NearestNeighbors.Search(spots, 5);
            Assert.Equal(0, distances.max().item<float>());
            Assert.True(spots.index_select(0, indices.flatten()).view(5000, 5).eq(spots).all().item<bool>());
        }
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Labels_of_another_device_are_refused_by_name()
    {
        var (x, labels) = (rand(6, 2), arange(6));
        var elsewhere = zeros(6, dtype: ScalarType.Int64, device: new Device(DeviceType.META));
        Assert.Equal("trainLabels", Assert.Throws<ArgumentException>(() => NearestNeighbors.Predict(x, elsewhere, x, 1)).ParamName);
        Assert.Equal("testLabels", Assert.Throws<ArgumentException>(() => NearestNeighbors.Accuracy(x, labels, x, elsewhere, 1)).ParamName);
    }

    [Fact]
    public void Searching_leaves_no_tensors_behind()
    {
        var x = randint(0, 2, [60, 3]).to_type(ScalarType.Float32);
        NearestNeighbors.Search(x, 4).Indices.Dispose();
        long before = LiveTensors.Count();
        for (int i = 0; i < 20; i++)
        {
            var (distances, indices) = NearestNeighbors.Search(x, 4);
            distances.Dispose();
            indices.Dispose();
        }
        Assert.Equal(before, Tensor.TotalCount);
    }
}
