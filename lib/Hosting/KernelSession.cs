using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;
using Diagnostic = Microsoft.DotNet.Interactive.Diagnostic;

namespace NotebookHelpers;

/// <summary>What the library changes in the kernel that runs a notebook, from its first cell on.</summary>
internal static class KernelSession
{
    private const string SecondTorchSharp =
        "Two copies of TorchSharp are in use: an `#r` brought a second one (TorchSharp, or SkiaSharp or Google.Protobuf on which it stands). "
        + "The library brings TorchSharp along; restart the kernel and leave that `#r` out.";

    private static Action s_registerCharts = () => { };
    private static object? s_watched;

    /// <summary>Keeps compiler notes about TorchSharp from readers, and names a second TorchSharp where an `#r` brings one.</summary>
    /// <param name="registerCharts">Registers how charts are shown; called again after each package, whose extension may have changed it.</param>
    public static void Prepare(Action registerCharts)
    {
        s_registerCharts = registerCharts;
        if (RunningCell.KernelIsLoaded) PrepareKernel();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PrepareKernel()
    {
        if (KernelInvocationContext.Current?.HandlingKernel is not { } kernel) return;
        QuietCompiler(kernel);
        if (ReferenceEquals(s_watched, kernel)) return; // the first cell ran before
        s_watched = kernel;
        kernel.AddMiddleware((command, context, next) => WatchAsync(command, context, next));
    }

    // TorchSharp was built for an older .NET than the one that runs, which is what CS1701 says in every other cell, at no line of the
    // cell, so that no #pragma reaches it. The kernel has no public setting; it is archived, so that this field will not move, and
    // where it is missing nothing happens.
    private static void QuietCompiler(Kernel kernel)
    {
        var field = kernel.GetType().GetField("_scriptOptions", BindingFlags.Instance | BindingFlags.NonPublic);
        object? options = field?.GetValue(kernel);
        var withLevel = options?.GetType().GetMethod("WithWarningLevel", [typeof(int)]);
        if (withLevel is not null) field!.SetValue(kernel, withLevel.Invoke(options, [1]));
    }

    private static async Task WatchAsync(KernelCommand command, KernelInvocationContext context, KernelPipelineContinuation next)
    {
        using var watching = context.KernelEvents.Subscribe(happened =>
        {
            if (happened is PackageAdded or KernelExtensionLoaded) s_registerCharts();
            if (happened is DiagnosticsProduced found && found.Diagnostics.Any(IsOfTwoCopies)) Console.Error.WriteLine(SecondTorchSharp);
        });
        await next(command, context);
    }

    // "cannot convert from 'TorchSharp.torch.Tensor [TorchSharp, Version=...]' to 'TorchSharp.torch.Tensor [PATH]'"
    private static bool IsOfTwoCopies(Diagnostic found) =>
        found.Severity == DiagnosticSeverity.Error
        && found.Message.Contains("[TorchSharp, ", StringComparison.Ordinal)
        && found.Message.Split("TorchSharp.").Length > 2;
}
