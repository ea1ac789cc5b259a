using System.Reflection;

namespace NotebookHelpers;

/// <summary>
/// One output that can be replaced while its cell runs, in whatever host runs the cell; on a console one text that is
/// written over.
/// </summary>
/// <remarks>
/// The library knows no host. A host that follows .NET Interactive has a type KernelInvocationContext, whose Display gives
/// a handle with an Update; both are found by name.
/// </remarks>
public sealed class LiveDisplay
{
    private const string ContextType = "Microsoft.DotNet.Interactive.KernelInvocationContext";

    private readonly Action<object> _update;

    private LiveDisplay(Action<object> update) => _update = update;

    /// <summary>Shows a value as the host shows results; call it from the cell, updates may come from any thread.</summary>
    /// <param name="value">What to show: anything the host can format.</param>
    /// <exception cref="NotSupportedException">The host has a context that cannot display, or whose displays cannot be updated.</exception>
    public static LiveDisplay Show(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var contexts = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(ContextType)).OfType<Type>();
        object? context = contexts.Select(type => type.GetProperty("Current", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)).FirstOrDefault(current => current is not null);
        return context is null ? OnConsole(value) : new LiveDisplay(UpdateOf(Display(context, value)));
    }

    /// <summary>Replaces what is shown.</summary>
    /// <param name="value">What to show instead.</param>
    public void Update(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _update(value);
    }

    // An instance method in some versions of the kernel, an extension method in others.
    private static object Display(object context, object value)
    {
        var type = context.GetType();
        string[] preferred = [];
        if (type.GetMethod("Display", [typeof(object), typeof(string[])]) is { } instance) return instance.Invoke(context, [value, preferred])!;
        var extension = type.Assembly.GetExportedTypes().Where(candidate => candidate is { IsAbstract: true, IsSealed: true })
            .Select(candidate => candidate.GetMethod("Display", [type, typeof(object), typeof(string[])])).FirstOrDefault(method => method is not null)
            ?? throw new NotSupportedException($"{ContextType} of this host has no Display(object, params string[]).");
        return extension.Invoke(null, [context, value, preferred])!;
    }

    private static Action<object> UpdateOf(object handle)
    {
        var update = handle.GetType().GetMethod("Update", [typeof(object)])
            ?? throw new NotSupportedException($"{handle.GetType().FullName} of this host has no Update(object).");
        return value => update.Invoke(handle, [value]);
    }

    private static LiveDisplay OnConsole(object first)
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
        return new LiveDisplay(Write);
    }
}
