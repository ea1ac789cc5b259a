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
    /// <summary>
    /// Falls from 1 to 0 along half a cosine (Loshchilov and Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", eq. 5,
    /// without restarts).
    /// </summary>
    /// <param name="done">The share of the run that is done; values outside 0 to 1 are moved to the nearer end.</param>
    /// <returns>The factor on the learning rate, 0 to 1.</returns>
    public static double Cosine(double done) => 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(done, 0, 1)));

    /// <summary>A linear rise from 0 to 1, then half a cosine down to 0 (as in SimCLR: Chen et al. 2020, appendix B.6).</summary>
    /// <param name="warmup">The share of the run that the rise takes, 0 to below 1.</param>
    /// <returns>From the share of the run that is done, 0 to 1, to the factor on the learning rate, 0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is below 0, is 1 or more, or is NaN.</exception>
    public static Func<double, double> WarmupCosine(double warmup = 0.1)
    {
        if (!(warmup is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(warmup), warmup, "Expected a share of the run from 0 to below 1.");
        return done => done < warmup ? done / warmup : Cosine((done - warmup) / (1 - warmup));
    }
}
