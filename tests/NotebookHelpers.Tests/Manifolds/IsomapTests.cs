using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

public sealed class IsomapTests
{
    [Theory]
    [InlineData(40, 3)]
    [InlineData(25, 1)]
    [InlineData(20, 19)]
    public void Geodesics_are_those_of_Floyd_and_Warshall(int n, int neighbors)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(n);
        var points = randn([n, 3], ScalarType.Float64);
        double[,] d = Neighbours(points, neighbors);
        bool connected = FloydWarshall(d);
        if (!connected) Assert.Throws<InvalidOperationException>(() => Isomap.Fit(points, neighbors));
        else
        {
            var geodesics = Isomap.Fit(points, neighbors).GeodesicDistances;
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) Assert.Equal(d[i, j], geodesics[i, j].item<double>(), 1e-9);
        }
    }

    [Fact]
    public void A_bent_line_is_straightened()
    {
        using var scope = NewDisposeScope();
        var angle = linspace(0, Math.PI, 60, ScalarType.Float64);
        var halfCircle = stack([angle.cos(), angle.sin()], 1);
        var line = Isomap.Fit(halfCircle, 2, 1).Embedding.flatten();
        double length = (line.max() - line.min()).item<double>();
        Assert.Equal(Math.PI, length, 0.01);
    }

    [Fact]
    public void Parts_are_refused_or_joined_by_the_shortest_edge()
    {
        using var scope = NewDisposeScope();
        var points = tensor(new double[] { 0, 1, 2, 10, 11, 12 }).unsqueeze(1);
        var error = Assert.Throws<InvalidOperationException>(() => Isomap.Fit(points, 2, 1));
        Assert.Contains("2 parts", error.Message, StringComparison.Ordinal);
        var joined = Isomap.Fit(points, 2, 1, DisconnectedGraph.Join).GeodesicDistances;
        Assert.Equal(12, joined[0, 5].item<double>(), 1e-12);
    }

    [Fact]
    public void Duplicates_have_no_distance()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var some = randn([10, 2], ScalarType.Float64);
        var isomap = Isomap.Fit(cat([some, some]), 6);
        Assert.Equal(0, isomap.GeodesicDistances[0, 10].item<double>());
        Assert.True(isomap.Embedding.isfinite().all().item<bool>());
    }

    [Fact]
    public void Wrong_input_is_refused_and_a_cancelled_run_stops()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => Isomap.Fit(ones(1, 2), 1));
        Assert.Throws<ArgumentException>(() => Isomap.Fit(full(5, 2, float.NaN), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Isomap.Fit(ones(5, 2), 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Isomap.Fit(ones(5, 2), 0));
        Assert.ThrowsAny<OperationCanceledException>(() => Isomap.Fit(rand(5, 2), 4, cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Equal_points_give_equal_embeddings()
    {
        using var scope = NewDisposeScope();
        var roll = SwissRoll.Sample(200);
        Assert.True(Isomap.Fit(roll.Points, 10).Embedding.eq(Isomap.Fit(roll.Points, 10).Embedding).all().item<bool>());
    }

    private static double[,] Neighbours(Tensor points, int neighbors)
    {
        int n = (int)points.shape[0];
        double[] x = points.data<double>().ToArray();
        double Distance(int i, int j) => Math.Sqrt(Enumerable.Range(0, 3).Sum(c => Math.Pow(x[3 * i + c] - x[3 * j + c], 2)));
        double[,] d = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) d[i, j] = i == j ? 0 : double.PositiveInfinity;
        for (int i = 0; i < n; i++)
            foreach (int j in Enumerable.Range(0, n).Where(j => j != i).OrderBy(j => Distance(i, j)).Take(neighbors)) d[i, j] = d[j, i] = Distance(i, j);
        return d;
    }

    private static bool FloydWarshall(double[,] d)
    {
        int n = d.GetLength(0);
        for (int k = 0; k < n; k++)
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) d[i, j] = Math.Min(d[i, j], d[i, k] + d[k, j]);
        return d.Cast<double>().All(double.IsFinite);
    }
}
