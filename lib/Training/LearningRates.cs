namespace NotebookHelpers;

/// <summary>
/// Schedules for <see cref="TrainingLoop.LearningRateSchedule"/>: the factor on the learning rate, given the share of the run that is
/// done.
/// </summary>
/// <example><code>
/// var loop = new TrainingLoop(encoder, optim.Adam(encoder.parameters(), 1e-3), new ShuffledBatches(32, 8),
///     batch => encoder.forward(firstViews[batch]).square().mean())
/// { LearningRateSchedule = LearningRates.WarmupCosine() };
/// </code></example>
public static class LearningRates
{
    /// <summary>From 1 down to 0 along half a cosine (Loshchilov and Hutter 2017, "SGDR", eq. 5, without restarts).</summary>
    /// <param name="done">The share of the run that is done, 0 to 1.</param>
    public static double Cosine(double done) => 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(done, 0, 1)));

    /// <summary>A linear rise from 0 to 1, then half a cosine down to 0 (as SimCLR, Chen et al. 2020, appendix B.6).</summary>
    /// <param name="warmup">The share of the run that the rise takes, 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is negative, 1 or more, or NaN.</exception>
    public static Func<double, double> WarmupCosine(double warmup = 0.1)
    {
        if (!(warmup is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(warmup), warmup, "Expected a share of the run from 0 to below 1.");
        return done => done < warmup ? done / warmup : Cosine((done - warmup) / (1 - warmup));
    }
}
