using System.CommandLine;
using System.ComponentModel;
using System.Globalization;

namespace NotebookRunner;

/// <summary>The command that runs a notebook with other seeds and kernels and writes how far its claims are from their bounds.</summary>
internal static class CalibrateCommand
{
    public static Command New(Option<string> folder, Option<int?> jobs)
    {
        var notebook = new Argument<string>("notebook") { Description = "The number (04), name or path of a notebook." };
        var seeds = new Option<int>("--seeds")
        {
            Description = "How many other seeds it runs with, half of them with other CPU kernels.", DefaultValueFactory = _ => 10,
        };
        seeds.Validators.Add(result =>
        {
            if (result.Tokens is not [var token]) return;
            if (!int.TryParse(token.Value, CultureInfo.InvariantCulture, out int count) || count is not (>= 2 and <= 1000))
                result.AddError($"--seeds takes a whole number from 2 to 1000, not '{token.Value}'.");
        });
        var command = new Command(
            "calibrate",
            "Runs a notebook with other seeds and CPU kernels, and once untrained; writes what its claims measured to tests/calibration.")
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
            if (NotebookSelection.Select(folder, [name]) is not [var path])
                throw new SelectionException($"'{name}' names several notebooks; calibrate takes one.");
            string file = Calibration.PathOf(path);
            string stored = Path.Combine(Repository.Root, "artifacts", "calibration", Path.GetFileNameWithoutExtension(file));
            var calibration = await new Calibrator(path, stored, schedule, Console.Out).RunAsync(seeds, cancellation);
            calibration.Write(file);
            Console.WriteLine($"{file}: {calibration.Claims.Count} claims over {calibration.Runs.Count} runs");
            if (calibration.UntrainedEndedAt is { } cell) Console.WriteLine($"The untrained run ended at {cell}");
            Console.WriteLine(
                calibration.HoldUntrained.Count == 0 ? "No measured claim holds untrained." : "Measured claims that hold untrained, too:");
            foreach (string claim in calibration.HoldUntrained) Console.WriteLine($"  {claim}");
            foreach (string problem in ClaimRules.Problems(path, calibration)) Console.WriteLine($"  ✗ {problem}");
            return RunCommand.Succeeded;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("Interrupted. The runs that are finished are stored; the same command goes on with the others.");
            return RunCommand.Interrupted;
        }
        catch (Exception e) when (
            e is SelectionException or NotebookFormatException or CalibrationException or IOException or Win32Exception)
        {
            Console.Error.WriteLine(e.Message);
            return e is SelectionException or NotebookFormatException ? RunCommand.Misused : RunCommand.Failed;
        }
    }
}
