using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp.Scripting;
using Microsoft.CodeAnalysis.Scripting;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests;

/// <summary>The examples of the library's documentation compile, and those that need no file of the reader's run.</summary>
public class DocumentationExampleTests
{
    // What an example may use without making it: a labelled batch and its two views, and an encoder.
    private const string Prelude = """
        random.manual_seed(1);
        var (images, labels) = (randint(0, 256, [32, 28, 28]).to_type(ScalarType.Byte), arange(32).remainder(4));
        var (firstViews, secondViews) = (rand(32, 1, 28, 28), rand(32, 1, 28, 28));
        var encoder = nn.Sequential(nn.Flatten(), nn.Linear(784, 8));
        var embeddings = randn(32, 8).requires_grad_();
        """;

    // Read files that only the reader has, or write into the reader's folder.
    private static readonly string[] NeedFiles = ["ImageFolder.Load", "IdxImages.Load", "NumpyFile.Write", "Safetensors.Write", "Safetensors.Read"];

    private static readonly Dictionary<string, string> Examples =
        XDocument.Load(Path.Combine(HelpersAssemblies.Folder, "NotebookHelpers.xml")).Descendants("member")
            .Where(member => member.Element("example") is not null)
            .ToDictionary(member => NameOf((string)member.Attribute("name")!), member => string.Join('\n', member.Elements("example").Select(e => e.Value)));

    public static TheoryData<string> Names => [.. Examples.Keys];

    private static string NameOf(string id) => id.Split('(')[0][2..].Replace("NotebookHelpers.", "", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_example_compiles_and_runs(string name)
    {
        string code = string.Join('\n', Examples[name].Split('\n').Select(line => line.Trim()));
        var options = ScriptOptions.Default
            .AddReferences(typeof(Notebook).Assembly, typeof(Tensor).Assembly, typeof(Plotly.NET.GenericChart).Assembly)
            .AddImports("System", "System.Collections.Generic", "System.Linq", "NotebookHelpers", "TorchSharp")
            .WithWarningLevel(1);
        var script = CSharpScript.Create("using static TorchSharp.torch;\n" + Prelude, options).ContinueWith(code);
        Assert.Empty(script.Compile().Where(found => found.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error));
        if (NeedFiles.Contains(name)) return;
        using var scope = NewDisposeScope();
        await script.RunAsync();
    }

    [Fact]
    public void Every_loss_miner_and_evaluation_and_the_loop_have_an_example()
    {
        var parts = typeof(Notebook).Assembly.GetExportedTypes().Where(IsLossOrMiner).Select(type => type.Name);
        string[] training = [nameof(TrainingLoop), nameof(Embeddings), nameof(GradientCache), nameof(ShuffledBatches), nameof(ClassBalancedBatches), nameof(ChopraLoss)];
        Assert.Empty(FilesOf("Evaluation").Concat(parts).Concat(training).Except(TypesWithExamples()));
    }

    // Static classes have no interface to be known by: those that a reader calls are those of these folders.
    [Theory]
    [InlineData("Axioms")]
    [InlineData("Data")]
    [InlineData("Manifolds")]
    public void What_a_reader_calls_has_an_example(string folder)
    {
        var called = typeof(Notebook).Assembly.GetExportedTypes()
            .Where(type => type.GetMethods().Any(method => method.IsStatic && !method.IsSpecialName)).Select(type => type.Name);
        Assert.Empty(FilesOf(folder).Intersect(called).Except(TypesWithExamples()));
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.GetFiles(Path.Combine(HelpersAssemblies.RepositoryRoot, "lib", folder), "*.cs").Select(path => Path.GetFileNameWithoutExtension(path));

    private static IEnumerable<string> TypesWithExamples() => Examples.Keys.Select(name => name.Split('.')[0]);

    private static bool IsLossOrMiner(Type type) => !type.IsAbstract && type.GetInterfaces().Any(face =>
        face == typeof(IEmbeddingLoss) || (face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IMiner<>)));
}
