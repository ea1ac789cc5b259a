using System.CommandLine;
using System.CommandLine.Parsing;

namespace NotebookRunner;

/// <summary>The commands for those who write notebooks: new, strip and readme.</summary>
internal static class AuthoringCommands
{
    public static Command New(Option<string> folder)
    {
        var name = new Argument<string>("name") { Description = "Two digits and words, such as 09-metric-trees." };
        var title = new Argument<string>("title") { Description = "The title, without the number." };
        var command = new Command("new", "Adds a notebook to the series from a template, and links its neighbours to it.") { name, title };
        command.SetAction(parsed => Refusing(() =>
        {
            string path = NewNotebook.Create(parsed.GetValue(folder)!, parsed.GetValue(name)!, parsed.GetValue(title)!);
            Console.WriteLine($"{path} is ready to run and to be written.");
            return RunCommand.Succeeded;
        }));
        return command;
    }

    public static Command Strip(Option<string> folder)
    {
        var names = new Argument<string[]>("notebooks") { Description = "As for running; all if none is given." };
        var command = new Command("strip", "Takes outputs out of notebooks and writes them in the one form that git holds.") { names };
        command.SetAction(parsed => Refusing(() =>
        {
            foreach (string path in NotebookSelection.Select(parsed.GetValue(folder)!, parsed.GetValue(names)!))
                Console.WriteLine($"{(NotebookForm.Strip(path) ? "stripped" : "unchanged")}  {path}");
            return RunCommand.Succeeded;
        }));
        return command;
    }

    public static Command Readme(Option<string> output)
    {
        var check = new Option<bool>("--check") { Description = "Write nothing; fail if the README shows something else." };
        var site = new Option<Uri?>("--site")
        {
            Description = "Only lead the README's links to the pages published here, as https://OWNER.github.io/REPOSITORY.",
            CustomParser = WebAddress,
        };
        var command = new Command("readme", "Renews the README's pictures and tables from the notebooks as they ran last.")
        {
            check, site, output,
        };
        command.SetAction(parsed => Refusing(() =>
        {
            var results = new ReadmeResults(Path.Combine(Repository.Root, "README.md"), parsed.GetValue(output)!);
            bool checks = parsed.GetValue(check);
            var lines = parsed.GetValue(site) is { } address ? results.LinkPages(address) : checks ? results.Problems() : results.Renew();
            foreach (string line in lines) Console.WriteLine(line);
            return checks && lines.Count > 0 ? RunCommand.Failed : RunCommand.Succeeded;
        }));
        return command;
    }

    private static Uri? WebAddress(ArgumentResult given)
    {
        string text = given.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http") return address;
        given.AddError($"--site: expected an address that begins with https://; got '{text}'.");
        return null;
    }

    private static int Refusing(Func<int> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is NewNotebookException or SelectionException or NotebookFormatException or IOException)
        {
            Console.Error.WriteLine(e.Message);
            return RunCommand.Misused;
        }
    }
}
