using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Tensor _data = randn(16, 3);

    public void Dispose()
    {
        _data.Dispose();
        _folder.Dispose();
    }

    private string Path => _folder.File("run.checkpoint");

    private TrainingLoop Loop(nn.Module<Tensor, Tensor> net, optim.Optimizer optimizer, long seed = 1) =>
        new(net, optimizer, new ShuffledBatches(16, 8), batch => net.forward(_data.index_select(0, batch)).square().mean())
        {
            CheckpointPath = Path,
            Seed = seed,
        };

    private void Train(long seed = 1)
    {
        using var net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2));
        using var optimizer = optim.Adam(net.parameters(), 0.5);
        Loop(net, optimizer, seed).Run(2);
    }

    private static double[] Weights(nn.Module net) =>
        [.. net.state_dict().Values.SelectMany(tensor => tensor.to_type(ScalarType.Float64).flatten().data<double>().ToArray())];

    [Fact]
    public void The_learning_rate_of_the_new_optimiser_wins()
    {
        Train();
        using var net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2));
        using var optimizer = optim.Adam(net.parameters(), 1e-4);
        var result = Loop(net, optimizer).Run(3);
        Assert.Equal(3, result.FirstEpoch);
        Assert.Equal(1e-4, optimizer.ParamGroups.Single().LearningRate);
        Assert.Equal(1e-4, optimizer.ParamGroups.Single().InitialLearningRate);
    }

    public static TheoryData<string> Others => ["seed", "optimiser", "last layer", "more layers", "fewer layers"];

    [Theory]
    [MemberData(nameof(Others))]
    public void A_checkpoint_of_something_else_is_refused_with_its_path_and_the_remedy_and_changes_nothing(string other)
    {
        Train();
        using var net = other switch
        {
            "last layer" => nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5)),
            "more layers" => nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2), nn.Linear(2, 2)),
            "fewer layers" => nn.Sequential(nn.Linear(3, 4)),
            _ => nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2)),
        };
        using optim.Optimizer optimizer = other == "optimiser" ? optim.SGD(net.parameters(), 0.1, momentum: 0.9) : optim.Adam(net.parameters(), 0.1);
        double[] before = Weights(net);
        var error = Assert.Throws<InvalidDataException>(() => Loop(net, optimizer, seed: other == "seed" ? 2 : 1).Run(3));
        Assert.Contains(Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("Delete it, or name another file", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Weights(net));
        Assert.Equal(0.1, optimizer.ParamGroups.Single().LearningRate);
    }
}
