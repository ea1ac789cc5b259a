using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

public sealed class SampleManifoldsTests
{
    [Fact]
    public void The_S_is_bent_not_stretched()
    {
        using var scope = NewDisposeScope();
        var (points, unrolled) = SampleManifolds.SCurve(3000, seed: 2);
        var (flat, indices) = NearestNeighbors.Search(unrolled, 1);
        var bent = (points - points[indices.flatten()]).square().sum(1).sqrt();
        Assert.True((bent / flat.flatten() - 1).abs().max().item<double>() < 0.01);
        Assert.True(points[.., 1].ge(0).all().item<bool>() && points[.., 1].le(2).all().item<bool>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void The_sphere_has_radius_one_and_no_preferred_direction(int dimension)
    {
        using var scope = NewDisposeScope();
        var points = SampleManifolds.Sphere(20_000, dimension, seed: 3);
        Assert.Equal([20_000L, dimension + 1], points.shape);
        Assert.True((points.square().sum(1) - 1).abs().max().item<double>() < 1e-12);
        // Each coordinate: mean 0, mean square 1 / (d + 1), here at four standard errors of at most 0.007.
        Assert.True(points.mean([0L]).abs().max().item<double>() < 0.03);
        Assert.True((points.square().mean([0L]) - 1.0 / (dimension + 1)).abs().max().item<double>() < 0.03);
    }

    [Fact]
    public void Equal_seeds_give_equal_points_and_others_do_not()
    {
        using var scope = NewDisposeScope();
        Assert.True(SampleManifolds.SCurve(20, 7).Points.eq(SampleManifolds.SCurve(20, 7).Points).all().item<bool>());
        Assert.False(SampleManifolds.SCurve(20, 7).Points.eq(SampleManifolds.SCurve(20, 8).Points).all().item<bool>());
        Assert.True(SampleManifolds.Sphere(20, 2, 7).eq(SampleManifolds.Sphere(20, 2, 7)).all().item<bool>());
        Assert.False(SampleManifolds.Sphere(20, 2, 7).eq(SampleManifolds.Sphere(20, 2, 8)).all().item<bool>());
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleManifolds.SCurve(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleManifolds.Sphere(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleManifolds.Sphere(5, 0));
    }
}
