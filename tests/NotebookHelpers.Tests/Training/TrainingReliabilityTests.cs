using System.Diagnostics;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

/// <summary>Training runs that are killed, run out of disk, or go on for long.</summary>
public sealed class TrainingReliabilityTests : IDisposable
{
    private const int Epochs = 200;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Process Start(string folder, int epochs, string? before = null)
    {
        string library = typeof(TrainingProcess).Assembly.Location;
        var start = before is null
            ? new ProcessStartInfo("dotnet", [library, folder, $"{epochs}"])
            : new ProcessStartInfo("/bin/sh", ["-c", $"{before}; exec dotnet \"$@\"", "sh", library, folder, $"{epochs}"]);
        start.RedirectStandardError = true;
        start.Environment["OMP_NUM_THREADS"] = "1"; // sums in one order, so that results can be compared bit for bit
        return Process.Start(start)!;
    }

    private static void RunToEnd(string folder, int epochs)
    {
        using var process = Start(folder, epochs);
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }

    private static byte[][] Results(string folder) =>
        [File.ReadAllBytes(Path.Combine(folder, TrainingProcess.Weights)), File.ReadAllBytes(Path.Combine(folder, TrainingProcess.Losses))];

    [Fact]
    public void Killed_at_random_moments_a_run_ends_with_the_weights_of_one_that_never_stopped()
    {
        string whole = Directory.CreateDirectory(_folder.File("whole")).FullName, killed = Directory.CreateDirectory(_folder.File("killed")).FullName;
        RunToEnd(whole, Epochs);

        string temporary = Path.Combine(killed, TrainingProcess.Checkpoint + ".tmp"), diary = Path.Combine(killed, TrainingProcess.Diary);
        File.WriteAllText(diary, "");
        var random = new Random(6);
        int saved = 0, kills = 0, killsWhileWriting = 0;
        for (int attempt = 0; attempt < 6; attempt++)
        {
            long length = new FileInfo(diary).Length;
            using var process = Start(killed, Epochs);
            while (new FileInfo(diary).Length == length && !process.HasExited) Thread.Sleep(1); // until it has resumed and done an epoch
            if (attempt % 2 == 0) Thread.Sleep(random.Next(100));
            else
                while (!File.Exists(temporary) && !process.HasExited) Thread.Yield(); // in the middle of writing
            process.Kill();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) kills++;
            if (File.Exists(temporary)) killsWhileWriting++;

            int[] epochs = [.. File.ReadAllText(diary)[(int)length..].Split('\n')[..^1].Select(int.Parse)]; // but a last line cut short
            Assert.True(epochs.Length > 0, errors);
            // A run killed between writing a checkpoint and its diary has saved one more than that says.
            Assert.True(epochs[0] == saved + 1 || epochs[0] == saved + 2 || (epochs[0], saved) == (0, 0), $"{saved} epochs were saved, the next run began with {epochs[0]}.");
            saved = epochs[^1];
        }
        Assert.True(kills >= 5, $"Only {kills} of the runs were killed before their end.");
        Assert.True(killsWhileWriting >= 1, "None was killed while it wrote.");

        RunToEnd(killed, Epochs);
        Assert.Equal(Results(whole), Results(killed));
        Assert.False(File.Exists(temporary));
    }

    // A limit on the size of files stands for a full disk: a write fails half-way through.
    [Fact]
    public void Without_space_the_error_is_clear_and_the_last_checkpoint_stays()
    {
        if (OperatingSystem.IsWindows()) return;
        RunToEnd(_folder.Path, 1);
        string checkpoint = _folder.File(TrainingProcess.Checkpoint);
        byte[] good = File.ReadAllBytes(checkpoint);

        // The runtime's own double mapping of code is a large file, too.
        using var process = Start(_folder.Path, 2, "trap '' XFSZ; ulimit -f 1000; export DOTNET_EnableWriteXorExecute=0");
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Contains($"The checkpoint of epoch 2 could not be written to '{checkpoint}'", error);
        Assert.Contains("untouched", error);
        Assert.Equal(good, File.ReadAllBytes(checkpoint));
        Assert.False(File.Exists(checkpoint + ".tmp"));

        RunToEnd(_folder.Path, 2); // with space again it goes on
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        using var net = nn.Linear(2, 2);
        using var optimizer = optim.SGD(net.parameters(), 1e-3);
        string Message(string path) => Assert.Throws<IOException>(() =>
            new TrainingLoop(net, optimizer, new ShuffledBatches(4, 2), _ => net.weight!.sum()) { CheckpointPath = path }.Run(1)).Message;

        // A folder whose name a file has: not even root can write below it.
        File.WriteAllText(_folder.File("taken"), "");
        string below = Path.Combine(_folder.File("taken"), "run.ckpt");
        Assert.Contains($"'{below}'", Message(below));

        // Permissions do not stop root, so there this half shows nothing.
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess) return;
        string locked = Directory.CreateDirectory(_folder.File("locked"), UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName;
        Assert.Contains(locked, Message(Path.Combine(locked, "run.ckpt")));
    }

    [Fact]
    public void Two_thousand_steps_need_no_more_tensors_or_memory_than_one_hundred()
    {
        random.manual_seed(2);
        using var net = nn.Sequential(nn.Conv2d(1, 16, 3, stride: 2), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(), nn.Linear(2704, 32));
        using var optimizer = optim.Adam(net.parameters(), 1e-3);
        using var pixels = rand(256, 1, 28, 28);
        using var labels = arange(256).remainder(8);
        var seen = new List<(long Tensors, double Megabytes)>();
        var loop = new TrainingLoop(net, optimizer, new ShuffledBatches(256, 32), batch =>
            new NTXentLoss(0.2).forward(net.forward(pixels.index_select(0, batch)), labels.index_select(0, batch)))
        {
            Seed = 4,
            LearningRateSchedule = LearningRates.WarmupCosine(),
            AfterEpoch = epoch =>
            {
                if (epoch is not (13 or 250)) return;
                seen.Add((LiveTensors.Count(), Environment.WorkingSet / 1e6));
            },
        };
        Assert.Equal(2000, loop.Run(250).Steps);
        Assert.Equal(seen[0].Tensors, seen[1].Tensors);
        // One batch of activations lost at each step would be 700 MB.
        Assert.InRange(seen[1].Megabytes - seen[0].Megabytes, double.MinValue, 40);
    }
}
