using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace NotebookHelpers.Tests.Hosting;

/// <summary>The library in a program that holds no kernel, not even its assembly.</summary>
public sealed class ConsoleProgramTests : IDisposable
{
    private const string Program = """
        using System;
        using System.IO;
        using System.Linq;
        using System.Runtime.CompilerServices;
        using System.Runtime.Loader;
        using NotebookHelpers;
        using TorchSharp;
        using static TorchSharp.torch;

        internal static class Program
        {
            private static void Main(string[] arguments)
            {
                AssemblyLoadContext.Default.Resolving += (context, name) =>
                    Path.Combine(arguments[0], name.Name + ".dll") is var path && File.Exists(path)
                        ? context.LoadFromAssemblyPath(path)
                        : null;
                Train();
            }

            [MethodImpl(MethodImplOptions.NoInlining)]
            private static void Train()
            {
                Notebook.Start();
                using var net = nn.Linear(2, 2);
                using var optimizer = optim.SGD(net.parameters(), 0.01);
                var loop = new TrainingLoop(
                    net, optimizer, new ShuffledBatches(8, 4), batch => net.forward(ones(4, 2)).square().mean());
                Console.WriteLine($"epochs {loop.Run(2, new TrainingProgress("tiny")).EpochLosses.Count}");
                LiveDisplay.Show("0 %").Update("100 %");
                Console.WriteLine(Exercise.Check("an exercise", () => true, "none").State);
                var loaded = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name);
                Console.WriteLine($"kernel {loaded.Contains("Microsoft.DotNet.Interactive")}");
            }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_trains_and_shows_without_a_kernel()
    {
        Assert.False(File.Exists(Path.Combine(HelpersAssemblies.Folder, "Microsoft.DotNet.Interactive.dll")));
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Compile(), HelpersAssemblies.Folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        string[] lines = (await process.StandardOutput.ReadToEndAsync()).ReplaceLineEndings("\n").Split('\n');
        await process.WaitForExitAsync();
        Assert.Equal("", await errors);
        Assert.StartsWith("device ", lines[0], StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "epochs 2", "0 %", "100 %", "Solved", "kernel False" }, lines.ToHashSet());
        Assert.Equal(0, process.ExitCode);
    }

    private string Compile()
    {
        string runtime = RuntimeEnvironment.GetRuntimeDirectory();
        var framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => path.StartsWith(runtime, StringComparison.Ordinal));
        var helpers = new[] { "NotebookHelpers", "TorchSharp" }.Select(name => Path.Combine(HelpersAssemblies.Folder, name + ".dll"));
        var references = framework.Concat(helpers).Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("Program", [CSharpSyntaxTree.ParseText(Program)], references);
        string program = _folder.File("Program.dll");
        var result = compilation.Emit(program);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        File.WriteAllText(
            _folder.File("Program.runtimeconfig.json"),
            $$"""{ "runtimeOptions": { "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" } } }""");
        return program;
    }
}
