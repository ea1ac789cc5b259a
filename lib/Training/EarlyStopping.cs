using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Trains until the validation result stops improving, then restores the best network seen.</summary>
/// <param name="network">What is trained; its best state is kept in memory.</param>
/// <param name="validate">
/// Computes the score on validation data after an epoch; a larger score is better, and NaN counts as no improvement.
/// </param>
/// <param name="patience">The training ends after this number of epochs without a better score, at least 1.</param>
/// <remarks>
/// The loop calls <see cref="Look"/> after each epoch. Do not report the score of the validation data as the final result: the network was
/// chosen by it. Keep test data apart for that. Use a new object for each run.
/// </remarks>
/// <example><code>
/// var stopping = new EarlyStopping(encoder, () => NearestNeighbors.Accuracy(
///     Embeddings.Of(encoder, images), labels, Embeddings.Of(encoder, images[..8]), labels[..8], k: 1), patience: 2);
/// var loop = new TrainingLoop(encoder, optim.Adam(encoder.parameters(), 1e-3), new ShuffledBatches(32, 8),
///     batch => new SupConLoss().forward(encoder.forward(LabeledImages.ToPixels(images[batch])), labels[batch]))
///     { AfterEpoch = stopping.Look };
/// stopping.Run(loop, mostEpochs: 10);
/// Console.WriteLine($"best after epoch {stopping.BestEpoch}: {stopping.BestScore:0.00}");
/// </code></example>
public sealed class EarlyStopping(nn.Module network, Func<double> validate, int patience) : IDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private Dictionary<string, Tensor> _best = [];

    /// <summary>The best score so far; minus infinity before the first look.</summary>
    public double BestScore { get; private set; } = double.NegativeInfinity;

    /// <summary>The epoch of the best score, from 1; 0 means the network before training.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>
    /// Validates the network, keeps its state if it is the best so far, and asks the loop to stop once there was no better score for as
    /// many epochs as the patience allows.
    /// </summary>
    /// <param name="epoch">The number of epochs done; the loop gives it to its <see cref="TrainingLoop.AfterEpoch"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The patience is below 1.</exception>
    public void Look(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patience, 1);
        double score = validate();
        if (score > BestScore)
        {
            (BestScore, BestEpoch) = (score, epoch);
            Keep();
        }
        else if (epoch - BestEpoch >= patience) _enough.Cancel();
    }

    /// <summary>Runs the loop until validation stops improving, and puts the best state back into the network.</summary>
    /// <param name="loop">A loop whose <see cref="TrainingLoop.AfterEpoch"/> is <see cref="Look"/>.</param>
    /// <param name="mostEpochs">The largest number of epochs; what <see cref="TrainingLoop.Run"/> throws is thrown here, too.</param>
    /// <param name="progress">As for <see cref="TrainingLoop.Run"/>.</param>
    /// <exception cref="InvalidOperationException">
    /// No state was kept: the loop never called <see cref="Look"/>, or every score was NaN.
    /// </exception>
    /// <exception cref="OperationCanceledException">The running cell was stopped.</exception>
    public void Run(TrainingLoop loop, int mostEpochs, IProgress<TrainingReport>? progress = null)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_enough.Token, RunningCell.CancellationToken);
        try
        {
            loop.Run(mostEpochs, progress, either.Token);
        }
        catch (OperationCanceledException) when (_enough.IsCancellationRequested)
        {
        }
        if (_best.Count == 0)
            throw new InvalidOperationException(
                $"No state was kept: either the loop's {nameof(loop.AfterEpoch)} is not {nameof(Look)}, or every score was NaN.");
        network.load_state_dict(_best);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _enough.Dispose();
    }

    private void Keep()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Forget();
        _best = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone().DetachFromDisposeScope());
    }

    private void Forget()
    {
        foreach (var tensor in _best.Values) tensor.Dispose();
        _best = [];
    }
}
