using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Scripting;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.Events;
using Diagnostic = Microsoft.DotNet.Interactive.Diagnostic;

namespace NotebookHelpers;

/// <summary>What the library changes in the kernel that runs a notebook, from its first cell on.</summary>
internal static class KernelSession
{
    /// <summary>What a reader is told whose `#r` has put a second TorchSharp beside the library's.</summary>
    public const string SecondTorchSharp =
        "An `#r` brought a second copy of TorchSharp, or of a library that TorchSharp uses (SkiaSharp, Google.Protobuf), "
        + "and the compiler takes the two for different types. NotebookHelpers brings TorchSharp along: "
        + "restart the kernel and leave that `#r` out.";

    private static Action s_registerCharts = () => { };
    private static object? s_watched;

    /// <summary>
    /// Keeps compiler notes about TorchSharp from readers, makes a second Plotly.NET that a package brings harmless, names a second
    /// TorchSharp where a cell fails to compile because of it, and remembers which names' definitions did not compile. Does nothing where
    /// no cell runs.
    /// </summary>
    /// <param name="registerCharts">
    /// Registers how charts are shown; called again after each extension of a package, because that may have registered its own way.
    /// </param>
    public static void Prepare(Action registerCharts)
    {
        s_registerCharts = registerCharts;
        if (RunningCell.KernelIsLoaded) PrepareKernel();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PrepareKernel()
    {
        if (KernelInvocationContext.Current?.HandlingKernel is not { } kernel) return;
        AdjustCompiler(kernel);
        SessionNames.Clear();
        if (ReferenceEquals(s_watched, kernel)) return; // the first cell ran before
        s_watched = kernel;
        kernel.RootKernel.KernelEvents.Subscribe(Handle);
        CellTensors.Keep();
        kernel.AddMiddleware(async (command, context, next) =>
        {
            AdjustCompiler(kernel);
            if (command is SubmitCode) await CellTensors.KeepWhile(() => next(command, context));
            else await next(command, context);
        });
    }

    private static void Handle(KernelEvent happened)
    {
        if (happened is CommandFailed { Command: SubmitCode failed, Exception: CodeSubmissionCompilationErrorException })
            SessionNames.DidNotCompile(failed.Code);
        if (happened is CommandSucceeded { Command: SubmitCode ran }) SessionNames.Ran(ran.Code);
        if (happened is KernelExtensionLoaded) s_registerCharts();
        if (happened is DiagnosticsProduced found && found.Diagnostics.Any(IsOfTwoCopies)) Console.Error.WriteLine(SecondTorchSharp);
    }

    /// <remarks>
    /// The kernel has no public setting for its compiler's options. It is archived, so this field will not move; in a kernel without
    /// it nothing changes.
    /// </remarks>
    private static void AdjustCompiler(Kernel kernel)
    {
        var field = kernel.GetType().GetField("_scriptOptions", BindingFlags.Instance | BindingFlags.NonPublic);
        if (field?.GetValue(kernel) is not ScriptOptions options) return;
        var kept = options.MetadataReferences.Where(reference => !RepeatsOurs(reference)).ToArray();
        // TorchSharp was built for an older .NET than the one that runs. CS1701 says so in every other cell and names no line of the
        // cell, so that no #pragma reaches it.
        if (options.WarningLevel == 1 && kept.Length == options.MetadataReferences.Length) return;
        field.SetValue(kernel, options.WithWarningLevel(1).WithReferences(kept));
    }

    // With a package's Plotly.NET beside the library's the compiler sees two types of each name. At run time both are the library's
    // (PlotlyAssemblies), so the compiler gets to see only that one.
    private static bool RepeatsOurs(MetadataReference reference) =>
        reference is PortableExecutableReference { FilePath: { } path } && PlotlyAssemblies.Repeats(path);

    // "cannot convert from 'TorchSharp.torch.Tensor [TorchSharp, Version=...]' to 'TorchSharp.torch.Tensor [PATH]'"
    private static bool IsOfTwoCopies(Diagnostic found) =>
        found.Severity == DiagnosticSeverity.Error
        && found.Message.Contains("[TorchSharp, ", StringComparison.Ordinal)
        && found.Message.Split("'TorchSharp.").Length > 2;
}
