using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

public class EarlyStoppingTests
{
    private static TrainingLoop Loop(nn.Module<Tensor, Tensor> network, Action<int>? look) =>
        new(network, optim.SGD(network.parameters(), 0.1), new ShuffledBatches(8, 4), _ => network.forward(ones(4, 2)).sum()) { AfterEpoch = look };

    [Fact]
    public void It_ends_when_patience_does_and_the_best_network_is_back()
    {
        using var scope = NewDisposeScope();
        using var network = nn.Linear(2, 1);
        double[] scores = [0.1, 0.5, 0.7, 0.6, 0.7, 0.65, 0.9];
        var weights = new List<float>();
        using var stopping = new EarlyStopping(network, () =>
        {
            weights.Add(network.weight![0, 0].item<float>());
            return scores[weights.Count - 1];
        }, patience: 3);
        stopping.Run(Loop(network, stopping.Look), mostEpochs: 20);
        // An equal score is no better one, and the last is never seen.
        Assert.Equal((2, 0.7, 6), (stopping.BestEpoch, stopping.BestScore, weights.Count));
        Assert.Equal(weights[2], network.weight![0, 0].item<float>());
    }

    [Fact]
    public void A_run_that_keeps_improving_goes_to_its_last_epoch()
    {
        using var scope = NewDisposeScope();
        using var network = nn.Linear(2, 1);
        int looks = 0;
        using var stopping = new EarlyStopping(network, () => looks++, patience: 1);
        stopping.Run(Loop(network, stopping.Look), mostEpochs: 4);
        Assert.Equal(4, stopping.BestEpoch);
    }

    [Fact]
    public void A_loop_that_never_looks_is_refused()
    {
        using var network = nn.Linear(2, 1);
        using var stopping = new EarlyStopping(network, () => 0, patience: 1);
        Assert.Throws<InvalidOperationException>(() => stopping.Run(Loop(network, null), mostEpochs: 1));
    }
}
