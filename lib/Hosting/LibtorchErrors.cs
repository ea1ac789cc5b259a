using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NotebookHelpers;

/// <summary>Keeps libtorch's own stack out of what its exceptions say.</summary>
/// <remarks>
/// libtorch adds thirty lines of C++ frames to each message, below which the cell's line and an exercise's hint are off the screen.
/// </remarks>
internal static class LibtorchErrors
{
    private const string Stack = "\nException raised from ";

    // Exception.Message cannot be set. Where .NET has no such field any more, messages stay as long as they are.
    private static readonly FieldInfo? s_message = typeof(Exception).GetField("_message", BindingFlags.Instance | BindingFlags.NonPublic);

    private static int s_watching;

    /// <summary>From now on every exception of libtorch says what is wrong and no more, whoever catches it.</summary>
    public static void Shorten()
    {
        if (Interlocked.Exchange(ref s_watching, 1) == 0) AppDomain.CurrentDomain.FirstChanceException += Shorten;
    }

    private static void Shorten(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (thrown.Exception is not ExternalException error) return;
        int end = error.Message.IndexOf(Stack, StringComparison.Ordinal);
        if (end > 0) s_message?.SetValue(error, error.Message[..end].TrimEnd());
    }
}
