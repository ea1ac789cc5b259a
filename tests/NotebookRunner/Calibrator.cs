using System.Diagnostics;
using System.Globalization;

namespace NotebookRunner;

/// <summary>Runs a notebook with other seeds and kernels, and once untrained; what is stored already is not repeated.</summary>
/// <param name="notebook">The notebook's path.</param>
/// <param name="folder">Where finished runs are stored.</param>
/// <param name="schedule">How many run at a time.</param>
/// <param name="log">Where progress is said.</param>
internal sealed class Calibrator(string notebook, string folder, NotebookSchedule schedule, TextWriter log)
{
    // Runs side by side write to it.
    private readonly TextWriter _log = TextWriter.Synchronized(log);
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <param name="seeds">How many other seeds.</param>
    /// <param name="cancellation">Ends the runs at once; those that are finished stay stored.</param>
    /// <exception cref="CalibrationException">A cell failed, or the runs make different claims.</exception>
    /// <exception cref="OperationCanceledException">The calibration was cancelled.</exception>
    public async Task<Calibration> RunAsync(int seeds, CancellationToken cancellation)
    {
        var document = NotebookDocument.Load(notebook);
        var store = new CalibrationStore(folder, document);
        var plan = CalibrationPlan.Of(seeds, CalibrationPlan.OwnSeed(document));
        CalibrationSetting untrained = new(null, 1, Untrained: true);
        CalibrationSetting[] all = [untrained, .. plan], missing = [.. all.Where(setting => store.Find(setting) is null)];
        _log.WriteLine($"{document.Name}: {all.Length} runs, {all.Length - missing.Length} of them are stored; {schedule.Jobs} at a time.");
        int done = all.Length - missing.Length;
        await schedule.RunAsync(missing, async (setting, token) =>
        {
            var run = await RunOneAsync(setting, store.Calls, token);
            store.Add(setting, run);
            int left = all.Length - Interlocked.Increment(ref done), beyond = run.Claims.Count(claim => !claim.Holds);
            _log.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{_clock.Elapsed:h\\:mm\\:ss}  {setting}: {run.Claims.Count} claims, {beyond} do not hold; {left} runs left"));
        }, cancellation);
        var measured = ClaimRules.ClaimsOf(notebook).Where(claim => claim is { Kind: "measured", Name: not null });
        return Calibration.Of([.. plan.Select(setting => (setting, store.Find(setting)!))], store.Find(untrained)!,
            [.. measured.Select(claim => claim.Name!)]);
    }

    private async Task<CalibrationRun> RunOneAsync(
        CalibrationSetting setting, IReadOnlyList<ClaimCall> calls, CancellationToken cancellation)
    {
        var document = NotebookDocument.Load(notebook);
        var result = await NotebookExecutor.RunAsync(
            document, Timeout.InfiniteTimeSpan, environment: setting.Environment, cancellation: cancellation);
        // A claim that does not hold ends no run here, so that whatever ended one is something else.
        string? endedAt = result.CellsRun < document.Cells.Count ? result.Failure : null;
        if (endedAt is not null && !setting.Untrained) throw new CalibrationException($"{setting}: {endedAt}");
        return new(calls, result.Claims, endedAt is null ? null : InOneLine(endedAt, document));
    }

    // The cell, and the first line of what it says.
    private static string InOneLine(string failure, NotebookDocument document) =>
        string.Join(' ', failure.Split('\n').Take(2)).Replace($"{document.Name}, ", "", StringComparison.Ordinal);
}
