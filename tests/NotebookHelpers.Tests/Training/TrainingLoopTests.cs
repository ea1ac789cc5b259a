using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

public sealed class TrainingLoopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    // Dropout draws random numbers in every step and batch normalisation has buffers: both must survive a resume.
    private sealed class Run : IDisposable
    {
        public readonly nn.Module<Tensor, Tensor> Net;
        public readonly TrainingLoop Loop;
        private readonly Tensor _x;
        private readonly optim.Optimizer _optimizer;

        public Run(string? checkpoint, Func<Tensor, Tensor>? spoil = null, Func<nn.Module, optim.Optimizer>? optimizer = null, int every = 1, Action<int>? afterEpoch = null, long seed = 3)
        {
            random.manual_seed(1);
            Net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2));
            _x = randn(64, 8);
            _optimizer = optimizer?.Invoke(Net) ?? optim.Adam(Net.parameters(), 1e-2);
            Loop = new TrainingLoop(Net, _optimizer, new ShuffledBatches(64, 16), batch =>
            {
                var loss = Net.forward(_x.index_select(0, batch)).square().mean();
                return spoil is null ? loss : spoil(loss);
            })
            { Seed = seed, CheckpointPath = checkpoint, CheckpointEvery = every, AfterEpoch = afterEpoch };
        }

        public byte[] Weights() => [.. Net.state_dict().Values.SelectMany(tensor => tensor.bytes.ToArray())];

        public void Dispose()
        {
            Net.Dispose();
            _optimizer.Dispose();
            _x.Dispose();
        }
    }

    public static TheoryData<string> Optimizers => ["adam", "adamw", "sgd-momentum", "rmsprop"];

    private static optim.Optimizer Create(string name, nn.Module net) => name switch
    {
        "adam" => optim.Adam(net.parameters(), 1e-2),
        "adamw" => optim.AdamW(net.parameters(), 1e-2),
        "sgd-momentum" => optim.SGD(net.parameters(), 1e-2, momentum: 0.9),
        _ => optim.RMSProp(net.parameters(), 1e-2),
    };

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Stopping_and_resuming_gives_the_same_weights_bit_for_bit(string optimizer)
    {
        using var whole = new Run(null, optimizer: net => Create(optimizer, net));
        var expected = whole.Loop.Run(5);

        using (var first = new Run(_folder.File("run.ckpt"), optimizer: net => Create(optimizer, net))) first.Loop.Run(2);
        using var second = new Run(_folder.File("run.ckpt"), optimizer: net => Create(optimizer, net));
        random.manual_seed(99); // whatever happened in between must not matter
        var resumed = second.Loop.Run(5);

        Assert.Equal(3, resumed.FirstEpoch);
        Assert.Equal(expected.EpochLosses, resumed.EpochLosses);
        Assert.Equal(whole.Weights(), second.Weights());
    }

    [Fact]
    public void An_untrained_run_does_everything_but_change_the_weights()
    {
        using var run = new Run(null);
        byte[] before = [.. run.Net.parameters().SelectMany(weight => weight.bytes.ToArray())];
        Environment.SetEnvironmentVariable(Notebook.UntrainedVariable, "1");
        try
        {
            var result = run.Loop.Run(2);
            Assert.Equal((2, 8L), (result.EpochLosses.Count, result.Steps));
        }
        finally { Environment.SetEnvironmentVariable(Notebook.UntrainedVariable, null); }
        Assert.Equal(before, run.Net.parameters().SelectMany(weight => weight.bytes.ToArray()));
        run.Loop.Run(1);
        Assert.NotEqual(before, run.Net.parameters().SelectMany(weight => weight.bytes.ToArray()));
    }

    [Fact]
    public void A_finished_run_resumes_to_nothing_to_do()
    {
        using (var first = new Run(_folder.File("run.ckpt"))) first.Loop.Run(2);
        using var again = new Run(_folder.File("run.ckpt"));
        var result = again.Loop.Run(2);
        Assert.Equal(0, result.Steps);
        Assert.Equal(2, result.EpochLosses.Count);
    }

    [Fact]
    public void Cancelled_run_stops_within_one_step_and_resumes_from_the_last_checkpoint()
    {
        using var whole = new Run(null);
        whole.Loop.Run(4);

        using var source = new CancellationTokenSource();
        int steps = 0;
        using (var first = new Run(_folder.File("run.ckpt"), loss => { if (++steps == 10) source.Cancel(); return loss; }))
            Assert.Throws<OperationCanceledException>(() => first.Loop.Run(4, cancellation: source.Token));
        Assert.Equal(10, steps);

        using var second = new Run(_folder.File("run.ckpt"));
        Assert.Equal(3, second.Loop.Run(4).FirstEpoch);
        Assert.Equal(whole.Weights(), second.Weights());
    }

    [Fact]
    public void Nan_stops_with_epoch_step_and_checkpoint()
    {
        int steps = 0;
        string path = _folder.File("run.ckpt");
        using var run = new Run(path, loss => ++steps == 7 ? loss * double.NaN : loss);
        var error = Assert.Throws<TrainingDivergedException>(() => run.Loop.Run(4));
        Assert.Equal((2, 3), (error.Epoch, error.Step));
        Assert.Equal(path, error.LastGoodCheckpoint);
        Assert.Contains("epoch 2, step 3", error.Message);
        Assert.Contains(path, error.Message);

        steps = 100;
        using var resumed = new Run(path);
        Assert.Equal(2, resumed.Loop.Run(4).FirstEpoch);
    }

    [Fact]
    public void Every_damage_to_a_checkpoint_is_refused()
    {
        string path = _folder.File("run.ckpt");
        using (var run = new Run(path)) run.Loop.Run(1);
        byte[] good = File.ReadAllBytes(path);
        var random = new Random(1);
        for (int i = 0; i < 40; i++)
        {
            byte[] bad = i % 2 == 0 ? good[..random.Next(good.Length)] : [.. good];
            if (i % 2 == 1) bad[random.Next(bad.Length)] ^= 0x10;
            File.WriteAllBytes(path, bad);
            using var run = new Run(path);
            Assert.Contains(path, Assert.Throws<InvalidDataException>(() => run.Loop.Run(2)).Message);
        }
    }

    [Fact]
    public void Digest_mismatch_names_expected_and_actual()
    {
        string path = _folder.File("run.ckpt");
        using (var run = new Run(path)) run.Loop.Run(1);
        byte[] bad = File.ReadAllBytes(path);
        bad[^40] ^= 1;
        File.WriteAllBytes(path, bad);
        using var resumed = new Run(path);
        Assert.Matches("SHA-256 of its contents is [0-9a-f]{64}, expected [0-9a-f]{64}", Assert.Throws<InvalidDataException>(() => resumed.Loop.Run(2)).Message);
    }

    [Fact]
    public void Checkpoint_of_another_seed_or_network_is_refused()
    {
        string path = _folder.File("run.ckpt");
        using (var run = new Run(path)) run.Loop.Run(1);
        using var otherSeed = new Run(path, seed: 4);
        Assert.Contains("seed 3", Assert.Throws<InvalidDataException>(() => otherSeed.Loop.Run(2)).Message);

        using var net = nn.Linear(8, 3);
        using var optimizer = optim.Adam(net.parameters());
        var loop = new TrainingLoop(net, optimizer, new ShuffledBatches(4, 2), _ => net.weight!.sum()) { Seed = 3, CheckpointPath = path };
        Assert.Contains("another network", Assert.Throws<InvalidDataException>(() => loop.Run(2)).Message);
    }

    [Fact]
    public void Unwritable_checkpoint_keeps_the_one_before()
    {
        string path = _folder.File("run.ckpt");
        using (var run = new Run(path)) run.Loop.Run(1);
        byte[] before = File.ReadAllBytes(path);
        Directory.CreateDirectory(path + ".tmp"); // a folder where the temporary file would go: writing fails for root, too
        using var resumed = new Run(path);
        Assert.Contains("untouched", Assert.Throws<IOException>(() => resumed.Loop.Run(2)).Message);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Live_tensor_count_is_flat_over_200_steps()
    {
        using var run = new Run(null);
        run.Loop.Run(1);
        long before = LiveTensors.Count(), most = 0;
        var watch = new ImmediateProgress(_ => most = Math.Max(most, Tensor.TotalCount - before));
        run.Loop.Run(51, watch);
        Assert.Equal(0, Tensor.TotalCount - before);
        Assert.InRange(most, 0, 4); // an epoch's order and the loss that is being read
    }

    [Fact]
    public void Schedule_sets_the_learning_rate_of_each_step()
    {
        using var net = nn.Linear(1, 1);
        using var optimizer = optim.SGD(net.parameters(), 0.5);
        var seen = new List<double>();
        var loop = new TrainingLoop(net, optimizer, new ShuffledBatches(4, 2), _ =>
        {
            seen.Add(optimizer.ParamGroups.Single().LearningRate);
            return net.weight!.sum();
        })
        { LearningRateSchedule = done => 1 - done };
        loop.Run(2);
        Assert.Equal([0.5, 0.375, 0.25, 0.125], seen);
    }

    // The only step of an epoch divides by zero in its gradient: the loss is finite, the weights are not.
    [Fact]
    public void Weights_that_are_no_numbers_are_not_saved()
    {
        string checkpoint = _folder.File("weights.bin");
        using var net = nn.Linear(1, 1);
        net.weight!.requires_grad = true;
        using var optimizer = optim.SGD(net.parameters(), 0.1);
        var loop = new TrainingLoop(net, optimizer, new ShuffledBatches(4, 4), _ => (net.weight - net.weight.detach()).square().sum().sqrt())
        { CheckpointPath = checkpoint };
        var error = Assert.Throws<TrainingDivergedException>(() => loop.Run(1));
        Assert.Contains("A weight became NaN or infinite in epoch 1", error.Message);
        Assert.Null(error.LastGoodCheckpoint);
        Assert.False(File.Exists(checkpoint));
    }

    [Fact]
    public void An_optimiser_without_parameters_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new Run(null, optimizer: _ => optim.Adam(Array.Empty<TorchSharp.Modules.Parameter>(), 0.1)));
        Assert.Equal("optimizer", error.ParamName);
        Assert.Contains("no parameters", error.Message);
    }

    [Fact]
    public void After_epoch_is_called_before_the_first_and_after_each()
    {
        var calls = new List<int>();
        using var run = new Run(null, afterEpoch: calls.Add);
        run.Loop.Run(3);
        Assert.Equal([0, 1, 2, 3], calls);
    }

    private sealed class ImmediateProgress(Action<TrainingReport> action) : IProgress<TrainingReport>
    {
        public void Report(TrainingReport value) => action(value);
    }
}
