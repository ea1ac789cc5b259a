using System.Text;
using Microsoft.DotNet.Interactive;

namespace NotebookRunner;

/// <summary>
/// A writer that sends text to the cell on whose behalf it is written, and to the process's own stream where there is none.
/// </summary>
internal sealed class CellConsole(string name, TextWriter elsewhere) : TextWriter
{
    private static readonly Lock Installing = new();
    private static bool s_installed;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Puts such writers in the place of Console.Out and Console.Error, once.</summary>
    public static void Install()
    {
        lock (Installing)
        {
            if (s_installed) return;
            s_installed = true;
            Console.SetOut(new CellConsole("stdout", Console.Out));
            Console.SetError(new CellConsole("stderr", Console.Error));
        }
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        if (KernelInvocationContext.Current is { } cell) cell.Publish(new StreamWritten(name, value));
        else elsewhere.Write(value);
    }

    public override void WriteLine(string? value) => Write(value + NewLine);

    public override void WriteLine() => Write(NewLine);
}
