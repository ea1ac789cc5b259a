using System.CommandLine;

namespace NotebookRunner;

/// <summary>The command for authors that lists a notebook's measured claims and says which of them break a rule.</summary>
internal static class ClaimsCommand
{
    public static Command New(Option<string> folder)
    {
        var names = new Argument<string[]>("notebooks") { Description = "As for running; all if none is given." };
        var command = new Command("claims", "Lists measured claims with the words they quote, and what breaks a rule; runs nothing.")
        {
            names,
        };
        command.SetAction(parsed =>
        {
            try
            {
                var selected = NotebookSelection.Select(parsed.GetValue(folder)!, parsed.GetValue(names)!);
                // Each notebook is listed, also after one with problems.
                return selected.Select(List).ToArray().All(kept => kept) ? RunCommand.Succeeded : RunCommand.Failed;
            }
            catch (Exception e) when (e is SelectionException or NotebookFormatException or InvalidDataException or IOException)
            {
                Console.Error.WriteLine(e.Message);
                return RunCommand.Misused;
            }
        });
        return command;
    }

    private static bool List(string path)
    {
        var claims = ClaimRules.ClaimsOf(path);
        string file = Calibration.PathOf(path);
        string[] problems = [.. ClaimRules.Problems(path), .. File.Exists(file) ? ClaimRules.Problems(path, Calibration.Read(file)) : []];
        int measured = claims.Count(claim => claim.Kind == "measured");
        Console.WriteLine($"{Path.GetFileNameWithoutExtension(path)}: {claims.Count} claims, {measured} of them measured:");
        foreach (var claim in claims.Where(claim => claim.Kind == "measured"))
            Console.WriteLine($"  {claim.Name ?? "…"}: {claim.Band}, \"{claim.Quotation}\"");
        foreach (string problem in problems) Console.WriteLine($"  ✗ {problem}");
        if (problems.Length == 0) Console.WriteLine("  ✓ every claim keeps the rules");
        return problems.Length == 0;
    }
}
