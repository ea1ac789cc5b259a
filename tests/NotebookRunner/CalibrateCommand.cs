using System.CommandLine;
using System.Globalization;

namespace NotebookRunner;

/// <summary>The command that runs a notebook with other seeds and writes how far its claims lie apart.</summary>
internal static class CalibrateCommand
{
    /// <summary>A notebook's own seed is 1; these are the others.</summary>
    private const int FirstSeed = 2;

    public static Command New(Option<string> folder, Option<int?> jobs)
    {
        var notebook = new Argument<string>("notebook") { Description = "The number (04), name or path of a notebook." };
        var seeds = new Option<int>("--seeds") { Description = "How many other seeds it runs with.", DefaultValueFactory = _ => 5 };
        seeds.Validators.Add(result =>
        {
            if (result.Tokens is not [var token]) return;
            if (!int.TryParse(token.Value, CultureInfo.InvariantCulture, out int count) || count is not (>= 2 and <= 1000))
                result.AddError($"--seeds takes a whole number from 2 to 1000, not '{token.Value}'.");
        });
        var command = new Command(
            "calibrate",
            "Runs a notebook with other seeds; writes the smallest, mean and largest value of its claims to tests/calibration.")
        {
            notebook, seeds, jobs,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed.GetValue(folder)!, parsed.GetValue(notebook)!, parsed.GetValue(seeds),
            NotebookSchedule.ForThisMachine(parsed.GetValue(jobs)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        string folder, string name, int seeds, NotebookSchedule schedule, CancellationToken cancellation)
    {
        try
        {
            string path = NotebookSelection.Select(folder, [name]).Single();
            var runs = new CalibrationRun[seeds];
            await schedule.RunAsync(Enumerable.Range(0, seeds), async (i, token) =>
            {
                runs[i] = await CalibrationRun.OfAsync(path, FirstSeed + i, schedule.Threads, token);
                Console.WriteLine(
                    $"seed {FirstSeed + i}: {runs[i].Claims.Count} claims, "
                    + $"{runs[i].Claims.Count(claim => !claim.Holds)} beyond their bands");
            }, cancellation);
            var calibration = Calibration.Of(runs);
            string file = Calibration.PathOf(path);
            calibration.Write(file);
            Console.WriteLine($"{file}: {calibration.Claims.Count} claims over {seeds} seeds");
            return RunCommand.Succeeded;
        }
        catch (Exception e) when (e is SelectionException or NotebookFormatException or CalibrationException)
        {
            Console.Error.WriteLine(e.Message);
            return e is CalibrationException ? RunCommand.Failed : RunCommand.Misused;
        }
    }
}
