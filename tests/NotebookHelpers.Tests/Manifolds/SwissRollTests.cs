using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

public sealed class SwissRollTests
{
    [Fact]
    public void Unrolled_lengths_are_lengths_along_the_roll()
    {
        using var scope = NewDisposeScope();
        var roll = SwissRoll.Sample(3000, seed: 2);
        // Neighbours on the flat rectangle are as far apart on the roll, since it is rolled, not stretched.
        var (flat, indices) = NearestNeighbors.Search(roll.Unrolled, 1);
        var rolled = (roll.Points - roll.Points[indices.flatten()]).square().sum(1).sqrt();
        Assert.True((rolled / flat.flatten() - 1).abs().max().item<double>() < 0.01);
    }

    [Fact]
    public void Equal_seeds_give_equal_points_and_others_do_not()
    {
        using var scope = NewDisposeScope();
        Assert.True(SwissRoll.Sample(50, 0.1, 7).Points.eq(SwissRoll.Sample(50, 0.1, 7).Points).all().item<bool>());
        Assert.False(SwissRoll.Sample(50, 0.1, 7).Points.eq(SwissRoll.Sample(50, 0.1, 8).Points).all().item<bool>());
        Assert.Equal([1L, 3L], SwissRoll.Sample(1).Points.shape);
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SwissRoll.Sample(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SwissRoll.Sample(5, -1));
    }
}
