using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

public sealed class PrincipalComponentsTests
{
    private static Tensor Points(int n = 50, int d = 6)
    {
        random.manual_seed(3);
        return randn([n, d], ScalarType.Float64) * arange(1, d + 1, dtype: ScalarType.Float64);
    }

    [Fact]
    public void All_components_lose_nothing_and_are_orthonormal()
    {
        using var scope = NewDisposeScope();
        var points = Points();
        var pca = PrincipalComponents.Fit(points, 6);
        Assert.True(pca.InverseTransform(pca.Transform(points)).allclose(points));
        Assert.True(pca.Components.mm(pca.Components.t()).allclose(eye(6, dtype: ScalarType.Float64)));
        Assert.Equal(1, pca.ExplainedVarianceRatio.sum().item<double>(), 1e-12);
        Assert.True(pca.Transform(points).var(0).allclose(pca.ExplainedVariance));
    }

    [Fact]
    public void What_is_lost_is_the_variance_left_out()
    {
        using var scope = NewDisposeScope();
        var points = Points();
        var pca = PrincipalComponents.Fit(points, 2);
        double lost = (pca.InverseTransform(pca.Transform(points)) - points).square().sum().item<double>() / 49;
        double total = points.var(0).sum().item<double>();
        Assert.Equal(total - pca.ExplainedVariance.sum().item<double>(), lost, 1e-9);
    }

    [Fact]
    public void Signs_do_not_depend_on_the_order_of_the_points()
    {
        using var scope = NewDisposeScope();
        var points = Points();
        Assert.True(PrincipalComponents.Fit(points, 3).Components.allclose(PrincipalComponents.Fit(points.flip(0), 3).Components));
        var largest = PrincipalComponents.Fit(points, 3).Components;
        Assert.True(largest.gather(1, largest.abs().argmax(1, keepdim: true)).gt(0).all().item<bool>());
    }

    [Fact]
    public void Equal_points_have_no_variance()
    {
        using var scope = NewDisposeScope();
        var pca = PrincipalComponents.Fit(ones(4, 3), 2);
        Assert.Equal(0, pca.ExplainedVarianceRatio.abs().max().item<float>());
        Assert.Equal(ScalarType.Float32, pca.Components.dtype);
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(ones(1, 3), 1));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(full(3, 3, double.NaN), 1));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(ones(3), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrincipalComponents.Fit(ones(3, 5), 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrincipalComponents.Fit(ones(3, 5), 0));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(ones(3, 5), 2).Transform(ones(3, 4)));
        Assert.Throws<ArgumentException>(() => PrincipalComponents.Fit(ones(3, 5), 2).InverseTransform(ones(3, 5)));
    }
}
