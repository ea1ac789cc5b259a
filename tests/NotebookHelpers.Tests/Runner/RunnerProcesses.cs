using System.Runtime.CompilerServices;
using NotebookRunner;

namespace NotebookHelpers.Tests.Runner;

/// <summary>Notebooks that tests run are run by the runner's own build: the copy beside the tests lacks the F# library that its kernel loads.</summary>
internal static class RunnerProcesses
{
    [ModuleInitializer]
    internal static void UseTheRunnersOwnBuild()
    {
        // artifacts/bin/PROJECT/CONFIGURATION
        char slash = Path.DirectorySeparatorChar;
        CellProcess.HostAssembly = typeof(CellProcess).Assembly.Location
            .Replace($"{slash}NotebookHelpers.Tests{slash}", $"{slash}NotebookRunner{slash}", StringComparison.Ordinal);
    }
}
