using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NotebookRunner;
using Spectre.Console;

if (args is [NotebookProcess.Command, var cellsFolder, var pipe])
{
    await NotebookProcess.RunAsync(cellsFolder, pipe);
    return 0;
}

if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 200; // no line of a log is folded
var names = new Argument<string[]>("notebooks")
{
    Description = "Numbers (04), names (contrastive-loss, 04-contrastive-loss) or paths of notebooks; all if none is given.",
};
var output = new Option<string>("--output")
{
    Description = "Folder for the executed notebooks and the pages.",
    DefaultValueFactory = _ => RunSettings.Output,
};
var timeout = new Option<double>("--timeout")
{
    Description = "Seconds that one notebook may take.",
    DefaultValueFactory = _ => 900,
};
timeout.Validators.Add(result =>
{
    if (result.Tokens is not [var token]) return;
    if (!double.TryParse(token.Value, CultureInfo.InvariantCulture, out double seconds) || seconds is not (> 0 and < 1e6))
        result.AddError($"--timeout takes a number of seconds greater than 0, not '{token.Value}'.");
});
var jobs = new Option<int?>("--jobs")
{
    Description = "Notebooks that run side by side; by default one per core, fewer where memory would not hold 3 GB for each.",
};
jobs.Validators.Add(result =>
{
    if (result.Tokens is not [var token]) return;
    if (!int.TryParse(token.Value, CultureInfo.InvariantCulture, out int count) || count is not (> 0 and <= 1024))
        result.AddError($"--jobs takes a whole number from 1 to 1024, not '{token.Value}'.");
});
var noHtml = new Option<bool>("--no-html") { Description = "Write no pages." };
var folder = new Option<string>("--notebooks")
{
    Description = "Folder with the notebooks.",
    Recursive = true,
    DefaultValueFactory = _ => Path.Combine(Repository.Root, "notebooks"),
};
var command = new RootCommand(
    "Runs the notebooks headless, each in a process of its own, and writes them with their outputs, as .ipynb and as pages.")
{
    names, output, timeout, jobs, noHtml, folder,
    AuthoringCommands.New(folder), AuthoringCommands.Strip(folder), AuthoringCommands.Readme(output),
    CalibrateCommand.New(folder, jobs), ClaimsCommand.New(folder),
};
command.SetAction(async (parsed, cancellation) =>
{
    IReadOnlyList<string> selected;
    try
    {
        selected = NotebookSelection.Select(parsed.GetValue(folder)!, parsed.GetValue(names)!);
    }
    catch (SelectionException e)
    {
        Console.Error.WriteLine(e.Message);
        return RunCommand.Misused;
    }
    string into = parsed.GetValue(output)!;
    if (OutputFolder.Problem(into, selected, [parsed.GetValue(folder)!, Path.Combine(Repository.Root, "notebooks")]) is { } problem)
    {
        Console.Error.WriteLine(problem);
        return RunCommand.Misused;
    }
    var run = new RunCommand(
        AnsiConsole.Console, into, TimeSpan.FromSeconds(parsed.GetValue(timeout)),
        writePages: !parsed.GetValue(noHtml), NotebookSchedule.ForThisMachine(parsed.GetValue(jobs)));
    return await run.RunAsync(selected, cancellation);
});

var parsed = command.Parse(args);
// The parser takes an option that it does not know for the name of a notebook.
if (parsed.Errors.Count == 0
    && parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).FirstOrDefault(IsOption) is { } unknown)
{
    Console.Error.WriteLine($"There is no option {unknown.Value} here; --help lists those that there are.");
    return RunCommand.Misused;
}
// After Ctrl+C there is a table to print before the process ends.
int exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(15) });
return parsed.Errors.Count > 0 ? RunCommand.Misused : exitCode;

static bool IsOption(Token token) =>
    token.Type == TokenType.Argument && token.Value.TrimStart('-') is [var first, ..] && token.Value[0] == '-' && char.IsLetter(first);
