using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.PackageManagement;

namespace NotebookRunner;

/// <summary>
/// The .NET Interactive C# kernel in this process, with the directives that it has in VS Code and Jupyter (`#r "nuget:..."`,
/// `#i`, `#!who`, `#!set`). Cells run in the current directory, to which paths of `#r` are relative.
/// </summary>
public sealed class NotebookKernel : IDisposable
{
    private readonly CompositeKernel _kernel = new()
    {
        new CSharpKernel()
            .UseNugetDirective(
                (kernel, packages) =>
                {
                    kernel.AddAssemblyReferences(packages.SelectMany(package => package.AssemblyPaths));
                    return Task.CompletedTask;
                },
                false)
            .UseKernelHelpers()
            .UseWho()
            .UseValueSharing(),
    };

    // What was displayed by any cell so far: a later cell may replace it.
    private readonly HashSet<string> _displayed = [];

    /// <summary>
    /// Runs one cell. Every output, and last a <see cref="CellSucceeded"/> or <see cref="CellFailed"/>, goes to <paramref name="publish"/>.
    /// </summary>
    /// <returns>Whether the cell compiled and ran to its end.</returns>
    public async Task<bool> RunAsync(string code, Action<ExecutionEvent> publish)
    {
        ExecutionEvent last = CellErrors.Refused(code) ?? await SubmitAsync(code, publish);
        publish(last);
        return last is CellSucceeded;
    }

    public void Dispose() => _kernel.Dispose();

    private async Task<ExecutionEvent> SubmitAsync(string code, Action<ExecutionEvent> publish)
    {
        var outputs = new CellOutputs(_displayed, publish);
        IReadOnlyCollection<Diagnostic> diagnostics = [];
        CommandFailed? failed = null;
        void Handle(KernelEvent happened)
        {
            switch (happened)
            {
                case DisplayEvent shown:
                    outputs.Show(shown);
                    break;
                case DiagnosticsProduced found:
                    diagnostics = found.Diagnostics;
                    outputs.Warn(found);
                    break;
                case CommandFailed failure:
                    failed ??= failure;
                    break;
            }
        }

        using (_kernel.KernelEvents.Subscribe(Handle))
            await _kernel.SendAsync(new SubmitCode(code));
        return failed is not null ? CellErrors.Describe(failed, diagnostics, code)
            : (ExecutionEvent?)outputs.Orphan ?? new CellSucceeded();
    }
}
