using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>What a training run did.</summary>
/// <param name="EpochLosses">The mean loss of each epoch, from epoch 1 on; epochs before a resume are included.</param>
/// <param name="FirstEpoch">The epoch that this run began with, counted from 1; above 1 if it resumed from a checkpoint.</param>
/// <param name="Steps">The number of optimiser steps of this run.</param>
/// <param name="ImagesPerSecond">Images per second that went through the encoder in this run; all of its time counts.</param>
/// <param name="Elapsed">How long this run took.</param>
public sealed record TrainingResult(
    IReadOnlyList<double> EpochLosses, int FirstEpoch, long Steps, double ImagesPerSecond, TimeSpan Elapsed);

/// <summary>The loss became NaN or infinite. The message names the epoch, the step and the checkpoint file, if there is one.</summary>
public sealed class TrainingDivergedException : Exception
{
    internal TrainingDivergedException(int epoch, int step, string what, string? checkpoint)
        : base($"{what} in epoch {epoch}, step {step}. " +
               (checkpoint is null ? "No checkpoint was written." : $"The last good checkpoint is '{checkpoint}'.") +
               " Try a smaller learning rate, or look for a division by zero or the root of zero in the loss.") =>
        (Epoch, Step, LastGoodCheckpoint) = (epoch, step, checkpoint);

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; }

    /// <summary>The step within the epoch, from 1.</summary>
    public int Step { get; }

    /// <summary>The checkpoint file, which holds the epoch that was saved last; null if there is none.</summary>
    public string? LastGoodCheckpoint { get; }
}

/// <summary>
/// Trains an encoder by gradient descent: for each batch it computes the loss and its gradient and lets the optimiser take a step. It
/// reports progress, stops if the loss is NaN or infinite, writes checkpoints and resumes from them.
/// </summary>
/// <remarks>
/// Each epoch seeds torch's generators from <see cref="Seed"/> and the epoch's number, so the random state after a resume
/// is the same as in a run that never stopped. On the CPU the weights are then equal bit for bit.
/// </remarks>
/// <example><code>
/// var optimizer = optim.Adam(encoder.parameters(), 1e-3);
/// var batches = new ClassBalancedBatches(labels, classes: 4, perClass: 4);
/// var loss = new SupConLoss();
/// var loop = new TrainingLoop(encoder, optimizer, batches,
///     batch =&gt; loss.forward(encoder.forward(LabeledImages.ToPixels(images[batch])), labels[batch]));
/// var result = loop.Run(epochs: 2);
/// </code></example>
public sealed class TrainingLoop
{
    private readonly nn.Module _encoder;
    private readonly optim.Optimizer _optimizer;
    private readonly IBatches _batches;
    private readonly Func<Tensor, Tensor> _loss;

    /// <summary>A loop over <paramref name="batches"/>.</summary>
    /// <param name="encoder">
    /// The network that is trained. Every epoch begins with the modes that its modules have when the run begins, so that what is frozen
    /// by `eval()` inside it stays frozen; a network that is in evaluation mode as a whole is set to training mode.
    /// </param>
    /// <param name="optimizer">The optimiser of the network's parameters.</param>
    /// <param name="batches">Where the batches come from.</param>
    /// <param name="loss">Gives the scalar loss of a batch: positions in the data, int64, whose shape the batches define.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The optimiser has no parameters.</exception>
    public TrainingLoop(nn.Module encoder, optim.Optimizer optimizer, IBatches batches, Func<Tensor, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(loss);
        if (!optimizer.parameters().Any())
            throw new ArgumentException("The optimiser has no parameters, so no step would change a weight; "
                + "expected those of the network, as in optim.Adam(encoder.parameters()).", nameof(optimizer));
        (_encoder, _optimizer, _batches, _loss) = (encoder, optimizer, batches, loss);
    }

    /// <summary>The seed from which, with the epoch's number, torch's random generators are seeded in every epoch.</summary>
    public long Seed { get; init; }

    /// <summary>
    /// The checkpoint file, which holds the state after the epoch that was saved last; null for no checkpoints. A run resumes from the
    /// file if it exists: the weights and the optimiser's state (such as its momentum) are read from it, while the learning rate is
    /// that of the optimiser that was given.
    /// </summary>
    public string? CheckpointPath { get; init; }

    /// <summary>The number of epochs from one checkpoint to the next, at least 1. One is always written after the last epoch.</summary>
    public int CheckpointEvery { get; init; } = 1;

    /// <summary>
    /// The factor on the optimiser's initial learning rate, given the share of the run that is done (0 to 1); null for 1 throughout.
    /// </summary>
    public Func<double, double>? LearningRateSchedule { get; init; }

    /// <summary>
    /// Called after each epoch with the number of epochs done, for example to measure the network while it learns. A run that does not
    /// resume from a checkpoint also calls it with 0, before the first epoch.
    /// </summary>
    public Action<int>? AfterEpoch { get; init; }

    /// <summary>Trains until <paramref name="epochs"/> epochs are done, those of a resumed checkpoint included.</summary>
    /// <param name="epochs">The number of epochs of the whole run, at least 0.</param>
    /// <param name="progress">Gets a report after every step; on a GPU, after every 20 steps and at the end of each epoch.</param>
    /// <param name="cancellation">
    /// Stops the run before the next step; the last checkpoint is kept. If none is given, the button in VS Code that stops the running
    /// cell stops the run.
    /// </param>
    /// <returns>The losses of the epochs, and the steps, speed and time of this run.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The epochs are negative, or <see cref="CheckpointEvery"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">Checkpoints are wanted, but the optimiser's state cannot be saved.</exception>
    /// <exception cref="TrainingDivergedException">
    /// The loss became NaN or infinite. On a GPU this is found up to 20 steps later.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellation"/> asked to stop, or the running cell was stopped.
    /// </exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or belongs to another network, optimiser or seed.</exception>
    /// <exception cref="IOException">A checkpoint could not be written.</exception>
    /// <exception cref="NotSupportedException">libtorch computes a convolution of the encoder wrong on this processor.</exception>
    public TrainingResult Run(int epochs, IProgress<TrainingReport>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointEvery, 1);
        if (!cancellation.CanBeCanceled) cancellation = RunningCell.CancellationToken;
        Convolutions.Ensure(_encoder);
        if (!_encoder.training) _encoder.train();
        var modes = ModuleModes.Of(_encoder);
        var epochLosses = new List<double>(Resume());
        int firstEpoch = epochLosses.Count + 1;
        var run = new RunState(epochs, progress, Stopwatch.StartNew());

        if (firstEpoch == 1) AfterEpoch?.Invoke(0);
        for (int epoch = firstEpoch; epoch <= epochs; epoch++)
        {
            epochLosses.Add(RunEpoch(epoch, run, modes, cancellation));
            if (CheckpointPath is not null && (epoch % CheckpointEvery == 0 || epoch == epochs))
            {
                // The last step of an epoch can spoil the weights after its loss was still finite.
                if (!WeightsAreFinite()) throw Diverged(epoch, _batches.StepsPerEpoch, "A weight became NaN or infinite");
                Checkpoint.Save(CheckpointPath, _encoder, CheckpointOptimizer(), new(Seed, epoch, [.. epochLosses]));
            }
            AfterEpoch?.Invoke(epoch);
        }
        return new TrainingResult(epochLosses, firstEpoch, run.Steps, run.ImagesPerSecond(_batches), run.Clock.Elapsed);
    }

    private double[] Resume()
    {
        if (CheckpointPath is null || !File.Exists(CheckpointPath)) return [];
        return Checkpoint.Load(CheckpointPath, Seed, _encoder, CheckpointOptimizer()).EpochLosses;
    }

    private OptimizerHelper CheckpointOptimizer() => _optimizer as OptimizerHelper
        ?? throw new InvalidOperationException(
            $"{nameof(CheckpointPath)} needs an optimiser whose state can be saved, one of TorchSharp's; got {_optimizer.GetType().Name}.");

    private double RunEpoch(int epoch, RunState run, ModuleModes modes, CancellationToken cancellation)
    {
        using var epochScope = NewDisposeScope();
        random.manual_seed(EpochSeed(epoch));
        modes.Restore();

        // Reading a loss waits until the device has computed it. On the CPU it already has; on a GPU losses are read every 20 steps.
        var unread = new List<Tensor>();
        double sum = 0;
        int read = 0, step = 0;
        void ReadLosses()
        {
            using var readScope = NewDisposeScope();
            foreach (var loss in unread)
            {
                double value = loss.to_type(ScalarType.Float32).cpu().item<float>();
                loss.Dispose();
                read++;
                if (!double.IsFinite(value))
                    throw Diverged(epoch, read, $"The loss became {value}");
                sum += value;
            }
            unread.Clear();
        }

        foreach (var batch in _batches.Epoch())
        {
            cancellation.ThrowIfCancellationRequested();
            using (batch)
            using (NewDisposeScope())
            {
                SetLearningRate(((epoch - 1L) * _batches.StepsPerEpoch + step) / ((double)run.Epochs * _batches.StepsPerEpoch));
                _optimizer.zero_grad();
                var loss = _loss(batch);
                loss.backward();
                if (!Notebook.Untrained) _optimizer.step();
                unread.Add(loss.detach().MoveToOuterDisposeScope());
            }
            step++;
            run.Steps++;
            bool onCpu = unread[0].device_type == DeviceType.CPU;
            if (onCpu || unread.Count == 20 || step == _batches.StepsPerEpoch)
            {
                ReadLosses();
                run.Report(epoch, step, sum / read, _batches);
            }
        }
        return step == 0 ? double.NaN : sum / read;
    }

    private TrainingDivergedException Diverged(int epoch, int step, string what) =>
        new(epoch, step, what, CheckpointPath is not null && File.Exists(CheckpointPath) ? CheckpointPath : null);

    private bool WeightsAreFinite()
    {
        using var scope = NewDisposeScope();
        return _encoder.parameters().All(weight => weight.isfinite().all().item<bool>());
    }

    // Seed and epoch must not cancel out: seed 1, epoch 2 is not seed 2, epoch 1.
    private long EpochSeed(int epoch) => unchecked(Seed * 1_000_003 + epoch);

    private void SetLearningRate(double done)
    {
        if (LearningRateSchedule is null) return;
        double factor = LearningRateSchedule(done);
        foreach (var group in _optimizer.ParamGroups) group.LearningRate = group.InitialLearningRate * factor;
    }

    private sealed record RunState(int Epochs, IProgress<TrainingReport>? Progress, Stopwatch Clock)
    {
        public long Steps { get; set; }

        public double ImagesPerSecond(IBatches batches) => Steps * batches.ImagesPerStep / Math.Max(1e-9, Clock.Elapsed.TotalSeconds);

        public void Report(int epoch, int step, double loss, IBatches batches)
        {
            if (Progress is null) return;
            long done = (epoch - 1L) * batches.StepsPerEpoch + step, all = (long)Epochs * batches.StepsPerEpoch;
            var remaining = Clock.Elapsed * ((double)(all - done) / Steps);
            Progress.Report(new(epoch, Epochs, done, all, loss, ImagesPerSecond(batches), Clock.Elapsed, remaining));
        }
    }
}
