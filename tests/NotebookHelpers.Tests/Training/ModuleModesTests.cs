using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

public class ModuleModesTests
{
    private static TorchSharp.Modules.Sequential Network() => nn.Sequential(
        ("flat", nn.Flatten()), ("norm", nn.BatchNorm1d(4)), ("inner", nn.Sequential(("linear", nn.Linear(4, 4)), ("drop", nn.Dropout(0.5)))));

    private static bool[] Modes(nn.Module network) => [.. network.modules().Select(module => module.training)];

    // A batch normalisation that is frozen in a network that trains, and a dropout that draws in one that does not.
    private static TorchSharp.Modules.Sequential Mixed(bool training)
    {
        var network = Network();
        network.train(training);
        network.named_children().Single(child => child.name == "norm").module.train(!training);
        return network;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Embeddings_and_distances_put_the_mode_of_every_module_back(bool training)
    {
        using var network = Mixed(training);
        bool[] before = Modes(network);
        Assert.Contains(!training, before);
        using var z = Embeddings.Of(network, zeros(3, 2, 2, dtype: ScalarType.Byte));
        Assert.Equal(before, Modes(network));
        _ = Distances.OfNetwork(network)([1, 2, 3, 4], [1, 2, 3, 5]);
        Assert.Equal(before, Modes(network));
    }

    [Fact]
    public void They_are_put_back_also_after_an_error()
    {
        using var network = Mixed(training: true);
        bool[] before = Modes(network);
        Assert.ThrowsAny<Exception>(() => Embeddings.Of(network, zeros(3, 9, 9, dtype: ScalarType.Byte)));
        Assert.Equal(before, Modes(network));
    }

    [Fact]
    public void The_distance_of_a_network_with_dropout_from_a_point_to_itself_is_zero()
    {
        using var network = Network();
        Assert.Equal(0, Distances.OfNetwork(network)([1, 2, 3, 4], [1, 2, 3, 4]));
    }

    [Fact]
    public void A_training_keeps_what_is_frozen_frozen_also_when_a_look_at_the_network_changes_its_mode()
    {
        using var network = Mixed(training: true);
        using var optimizer = optim.SGD(network.parameters(), 0.01);
        var norm = network.named_children().Single(child => child.name == "norm").module;
        using var data = randn(8, 4) + 5;
        var seen = new List<bool>();
        var loop = new TrainingLoop(network, optimizer, new ShuffledBatches(8, 4), batch =>
        {
            seen.Add(network.training && !norm.training);
            return network.forward(data.index_select(0, batch)).square().mean();
        })
        { AfterEpoch = _ => network.eval() };
        loop.Run(3);
        Assert.Equal(6, seen.Count);
        Assert.All(seen, Assert.True);
        Assert.Equal(0, ((TorchSharp.Modules.BatchNorm1d)norm).running_mean!.abs().sum().item<float>());
    }

    [Fact]
    public void A_network_that_is_in_evaluation_mode_as_a_whole_is_trained_in_training_mode()
    {
        using var network = Network();
        network.eval();
        using var optimizer = optim.SGD(network.parameters(), 0.01);
        using var data = randn(8, 4);
        bool[] modes = [];
        new TrainingLoop(network, optimizer, new ShuffledBatches(8, 8), batch =>
        {
            modes = Modes(network);
            return network.forward(data.index_select(0, batch)).square().mean();
        }).Run(1);
        Assert.All(modes, Assert.True);
    }
}
