using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Evaluation;

public sealed class AlignmentUniformityTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Both_are_their_definitions()
    {
        random.manual_seed(14);
        var (x, y) = (randn(30, 5, dtype: ScalarType.Float64), randn(30, 5, dtype: ScalarType.Float64));
        var (u, v) = (nn.functional.normalize(x, dim: 1), nn.functional.normalize(y, dim: 1));
        Assert.Equal(Enumerable.Range(0, 30).Average(i => (u[i] - v[i]).square().sum().item<double>()), AlignmentUniformity.Alignment(x, y), 1e-12);
        var pairs = from i in Enumerable.Range(0, 30) from j in Enumerable.Range(0, i) select Math.Exp(-3 * (u[i] - u[j]).square().sum().item<double>());
        Assert.Equal(Math.Log(pairs.Average()), AlignmentUniformity.Uniformity(x, t: 3), 1e-12);
    }

    [Fact]
    public void Collapse_aligns_perfectly_and_is_not_uniform()
    {
        var x = ones(100, 8);
        Assert.Equal(0, AlignmentUniformity.Alignment(x, x * 2), 1e-6);
        Assert.Equal(0, AlignmentUniformity.Uniformity(x), 1e-6);
    }

    [Fact]
    public void In_many_dimensions_random_points_come_near_the_limit()
    {
        random.manual_seed(15);
        Assert.InRange(AlignmentUniformity.Uniformity(randn(1500, 512)), -4, -3.95);
    }

    // Over two opposite points the only pair is at squared distance 4; the items themselves would lift the mean to near 1/2.
    [Fact]
    public void An_item_is_no_pair_with_itself() =>
        Assert.Equal(-8, AlignmentUniformity.Uniformity(tensor(new double[,] { { 1, 0 }, { -1, 0 } })), 1e-9);

    [Fact]
    public void Wrong_arguments_are_named()
    {
        Assert.Equal("y", Assert.Throws<ArgumentException>(() => AlignmentUniformity.Alignment(randn(3, 2), randn(2, 2))).ParamName);
        Assert.Equal("x", Assert.Throws<ArgumentException>(() => AlignmentUniformity.Alignment(randn(0, 2), randn(0, 2))).ParamName);
        Assert.Equal("embeddings", Assert.Throws<ArgumentException>(() => AlignmentUniformity.Uniformity(randn(1, 2))).ParamName);
    }
}
