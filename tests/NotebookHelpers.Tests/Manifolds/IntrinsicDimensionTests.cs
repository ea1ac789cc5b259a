using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

public sealed class IntrinsicDimensionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_flat_piece_of_a_larger_space_has_its_own_dimension(int dimension)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(dimension);
        var flat = rand([2000, dimension], ScalarType.Float64).mm(randn([dimension, 20], ScalarType.Float64));
        Assert.Equal(dimension, IntrinsicDimension.TwoNearestNeighbors(flat), 0.1 * dimension);
    }

    [Fact]
    public void A_roll_has_two_dimensions() =>
        Assert.Equal(2, IntrinsicDimension.TwoNearestNeighbors(SwissRoll.Sample(2000).Points), 0.15);

    [Fact]
    public void Duplicates_count_once()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var points = rand([300, 3], ScalarType.Float64);
        Assert.Equal(IntrinsicDimension.TwoNearestNeighbors(points), IntrinsicDimension.TwoNearestNeighbors(cat([points, points])), 1e-12);
        Assert.Throws<ArgumentException>(() => IntrinsicDimension.TwoNearestNeighbors(ones(10, 3)));
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => IntrinsicDimension.TwoNearestNeighbors(ones(1, 3)));
        Assert.Throws<ArgumentException>(() => IntrinsicDimension.TwoNearestNeighbors(full(5, 3, float.NaN)));
        Assert.Throws<ArgumentOutOfRangeException>(() => IntrinsicDimension.TwoNearestNeighbors(rand(5, 3), 1));
    }
}
