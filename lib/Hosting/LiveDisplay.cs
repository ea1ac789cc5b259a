using System.Reflection;

namespace NotebookHelpers;

/// <summary>
/// One output that can be replaced while its cell runs, in whatever host runs the cell; on a console each version is a
/// line of its own.
/// </summary>
/// <remarks>
/// The library knows no host. A host that follows .NET Interactive has a type KernelInvocationContext, whose Display gives
/// a handle with an Update; both are found by name.
/// </remarks>
public sealed class LiveDisplay
{
    private const string ContextType = "Microsoft.DotNet.Interactive.KernelInvocationContext";

    private readonly object? _handle;
    private readonly MethodInfo? _update;

    private LiveDisplay(object? handle)
    {
        _handle = handle;
        _update = handle?.GetType().GetMethod("Update", [typeof(object)]);
    }

    /// <summary>Shows a value as the host shows results; call it from the cell, updates may come from any thread.</summary>
    public static LiveDisplay Show(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var contextType = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(ContextType)).FirstOrDefault(type => type is not null);
        object? context = contextType?.GetProperty("Current", BindingFlags.Public | BindingFlags.Static)?.GetValue(null);
        if (context is null)
        {
            WriteLine(value);
            return new LiveDisplay(null);
        }
        // An instance method in some versions of the kernel, an extension method in others.
        var instance = contextType!.GetMethod("Display", [typeof(object), typeof(string[])]);
        var extension = contextType.Assembly.GetType(ContextType + "Extensions")?.GetMethod("Display", [contextType, typeof(object), typeof(string[])]);
        string[] preferred = [];
        return new LiveDisplay(instance is not null
            ? instance.Invoke(context, [value, preferred])
            : extension?.Invoke(null, [context, value, preferred])
              ?? throw new NotSupportedException($"{ContextType} of this host has no Display(object, params string[])."));
    }

    /// <summary>Replaces what is shown.</summary>
    public void Update(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_handle is null) WriteLine(value);
        else _update?.Invoke(_handle, [value]);
    }

    private static void WriteLine(object value)
    {
        if (value.ToString() is { Length: > 0 } text) Console.WriteLine(text);
    }
}
