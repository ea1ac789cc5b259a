using NotebookHelpers.Tests.Loading;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

/// <summary>
/// A training run in a process of its own, which a test can kill: <c>dotnet NotebookHelpers.Tests.dll FOLDER EPOCHS</c>. It writes
/// a line into its diary each time an epoch is done, and leaves weights and losses in FOLDER at the end.
/// </summary>
internal static class TrainingProcess
{
    public const string Checkpoint = "run.ckpt", Diary = "diary.txt", Weights = "weights.safetensors", Losses = "losses.npy";

    public static int Main(string[] arguments)
    {
        if (arguments[0] == LifetimeProcess.Mode) return LifetimeProcess.Run(arguments[1..]);
        string folder = arguments[0];
        int epochs = int.Parse(arguments[1]);
        random.manual_seed(1);
        // Dropout and batch normalisation have state of their own; the weights are large enough for writing them to take a while.
        using var net = nn.Sequential(nn.Linear(64, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout(0.2), nn.Linear(512, 512));
        using var optimizer = optim.Adam(net.parameters(), 1e-3);
        using var x = randn(64, 64);
        var loop = new TrainingLoop(net, optimizer, new ShuffledBatches(64, 16), batch => net.forward(x[batch]).square().mean())
        {
            Seed = 3,
            CheckpointPath = Path.Combine(folder, Checkpoint),
            LearningRateSchedule = LearningRates.WarmupCosine(),
            AfterEpoch = epoch => File.AppendAllText(Path.Combine(folder, Diary), $"{epoch}\n"), // the checkpoint of this epoch is written
        };
        try
        {
            var result = loop.Run(epochs);
            Safetensors.Write(Path.Combine(folder, Weights), net.state_dict());
            NumpyFile.Write(Path.Combine(folder, Losses), tensor(result.EpochLosses.ToArray()));
            return 0;
        }
        catch (IOException error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }
}
