namespace NotebookHelpers;

/// <summary>One output that can be replaced while its cell runs; on a console one text that is written over.</summary>
public sealed class LiveDisplay
{
    private readonly Action<object> _update;

    private LiveDisplay(Action<object> update) => _update = update;

    /// <summary>Shows a value as the host shows results; call it from the cell, updates may come from any thread.</summary>
    /// <param name="value">What to show: anything the host can format.</param>
    public static LiveDisplay Show(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new LiveDisplay(RunningCell.Display(value) ?? OnConsole(value));
    }

    /// <summary>Replaces what is shown.</summary>
    /// <param name="value">What to show instead.</param>
    public void Update(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _update(value);
    }

    private static Action<object> OnConsole(object first)
    {
        int lines = 0;
        void Write(object value)
        {
            if (value.ToString() is not { Length: > 0 } text) return;
            // Back to the first line of the text before, and clear from there; a file gets every version.
            if (lines > 0 && !Console.IsOutputRedirected) Console.Write($"\e[{lines}A\e[J");
            Console.WriteLine(text);
            lines = text.Count(letter => letter == '\n') + 1;
        }
        Write(first);
        return Write;
    }
}
