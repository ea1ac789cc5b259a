namespace NotebookHelpers;

/// <summary>How far a training run has come.</summary>
/// <param name="Epoch">The running epoch, from 1.</param>
/// <param name="Epochs">The number of epochs of the whole run.</param>
/// <param name="Step">The steps done since the first epoch.</param>
/// <param name="Steps">The steps of the whole run.</param>
/// <param name="Loss">The mean loss of the running epoch so far.</param>
/// <param name="ImagesPerSecond">Images that went through the encoder per second, since this run began.</param>
/// <param name="Elapsed">The time since this run began.</param>
/// <param name="Remaining">The time left at the speed so far.</param>
public sealed record TrainingReport(
    int Epoch, int Epochs, long Step, long Steps, double Loss, double ImagesPerSecond, TimeSpan Elapsed, TimeSpan Remaining);
