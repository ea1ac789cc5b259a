using System.CommandLine;

namespace NotebookRunner;

/// <summary>The commands for those who write notebooks: new and strip.</summary>
internal static class AuthoringCommands
{
    public static Command New(Option<string> folder)
    {
        var name = new Argument<string>("name") { Description = "Two digits and words, such as 07-metric-trees." };
        var title = new Argument<string>("title") { Description = "The title, without the number." };
        var command = new Command("new", "Adds a notebook to the series from a template, and links its neighbours to it.") { name, title };
        command.SetAction(parsed => Refusing(() =>
            Console.WriteLine($"{NewNotebook.Create(parsed.GetValue(folder)!, parsed.GetValue(name)!, parsed.GetValue(title)!)} is ready to run and to be written.")));
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
        }));
        return command;
    }

    private static int Refusing(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception e) when (e is NewNotebookException or SelectionException or NotebookFormatException)
        {
            Console.Error.WriteLine(e.Message);
            return RunCommand.Misused;
        }
    }
}
