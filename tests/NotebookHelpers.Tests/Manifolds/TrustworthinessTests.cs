using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

public sealed class TrustworthinessTests
{
    [Theory]
    [InlineData(30, 1)]
    [InlineData(30, 5)]
    [InlineData(31, 15)]
    public void Agrees_with_double_loops(int n, int neighbors)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(n + neighbors);
        Tensor points = randn([n, 6], ScalarType.Float64), map = randn([n, 2], ScalarType.Float64);
        Assert.Equal(ByLoops(points, map, neighbors), Trustworthiness.Of(points, map, neighbors), 1e-12);
        Assert.Equal(ByLoops(map, points, neighbors), Trustworthiness.Continuity(points, map, neighbors), 1e-12);
    }

    [Fact]
    public void Blocks_make_no_difference()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var points = randn([2500, 2], ScalarType.Float64); // more than one block
        Assert.Equal(1, Trustworthiness.Of(points, points * 3 + 1, 7));
        Assert.Equal(0.5, Trustworthiness.Of(points, randn([2500, 2]), 7), 0.02);
    }

    [Fact]
    public void Live_tensors_stay_level()
    {
        using var points = randn(20, 3);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Trustworthiness.Of(points, points);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        using var scope = NewDisposeScope();
        var points = rand(10, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => Trustworthiness.Of(points, points, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Trustworthiness.Of(points, points, 0));
        Assert.Throws<ArgumentException>(() => Trustworthiness.Of(points, rand(9, 2), 3));
        Assert.Throws<ArgumentException>(() => Trustworthiness.Of(points, points * float.NaN, 3));
        Assert.Throws<ArgumentException>(() => Trustworthiness.Of(rand(1, 2), rand(1, 2), 1));
    }

    private static double ByLoops(Tensor points, Tensor map, int neighbors)
    {
        int n = (int)points.shape[0];
        int[][] Orders(Tensor x) => [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Where(j => j != i).OrderBy(j => (x[i] - x[j]).square().sum().item<double>()).ToArray())];
        int[][] near = Orders(points), shown = Orders(map);
        double excess = 0;
        for (int i = 0; i < n; i++)
            for (int at = 0; at < neighbors; at++)
                excess += Math.Max(0, Array.IndexOf(near[i], shown[i][at]) + 1 - neighbors);
        return 1 - 2.0 / (n * neighbors * (2 * n - 3 * neighbors - 1)) * excess;
    }
}
