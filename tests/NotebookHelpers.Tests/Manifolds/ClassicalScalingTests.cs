using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

public sealed class ClassicalScalingTests
{
    [Fact]
    public void Euclidean_distances_come_back_and_are_those_of_principal_components()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var points = randn([30, 3], ScalarType.Float64);
        var distances = Distances(points);
        Assert.True(Distances(ClassicalScaling.Embed(distances, 3)).allclose(distances, 1e-8, 1e-7));
        var linear = PrincipalComponents.Fit(points, 2).Transform(points);
        Assert.True(Distances(ClassicalScaling.Embed(distances)).allclose(Distances(linear), 1e-8, 1e-7));
    }

    [Fact]
    public void Distances_that_are_not_Euclidean_get_zeros_instead_of_NaN()
    {
        using var scope = NewDisposeScope();
        // The graph of a star with three rays: its distances need a negative eigenvalue.
        var star = tensor(new double[,] { { 0, 1, 1, 1 }, { 1, 0, 2, 2 }, { 1, 2, 0, 2 }, { 1, 2, 2, 0 } });
        var coordinates = ClassicalScaling.Embed(star, 4);
        Assert.True(coordinates.isfinite().all().item<bool>());
        Assert.Equal(0, coordinates[.., 3].abs().max().item<double>(), 1e-7);
    }

    [Fact]
    public void The_roots_of_rounding_that_cdist_leaves_on_the_diagonal_are_no_distances()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var points = randn(200, 64);
        var single = cdist(points, points);
        Assert.True(single.diagonal().max().item<float>() > 1e-3);
        var exact = Distances(points.to_type(ScalarType.Float64));
        Assert.True(ClassicalScaling.Embed(single, 3).to_type(ScalarType.Float64).allclose(ClassicalScaling.Embed(exact, 3), 1e-3, 1e-3));
        Assert.Throws<ArgumentException>(() => ClassicalScaling.Embed(exact + eye(200, dtype: ScalarType.Float64) * 1e-3));
    }

    [Fact]
    public void What_is_no_distance_matrix_is_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => ClassicalScaling.Embed(ones(3, 4)));
        Assert.Throws<ArgumentException>(() => ClassicalScaling.Embed(ones(3, 3)));
        Assert.Throws<ArgumentException>(() => ClassicalScaling.Embed(-(ones(3, 3) - eye(3))));
        Assert.Throws<ArgumentException>(() => ClassicalScaling.Embed(ones(3, 3).triu(1)));
        Assert.Throws<ArgumentException>(() => ClassicalScaling.Embed(zeros(1, 1), 1));
    }

    private static Tensor Distances(Tensor points) => cdist(points, points, compute_mode: compute_mode.donot_use_mm_for_euclid_dist);
}
