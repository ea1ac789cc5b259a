using System.Globalization;
using System.Text.Json;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

/// <summary>scikit-learn's PCA, Isomap and trustworthiness: every case of the reference file, and t-SNE on MNIST.</summary>
public sealed class ManifoldReferenceTests
{
    private const double Tolerance = 1e-6;

    public static TheoryData<int> Numbers => ReferenceFile.Numbers("manifolds.json");

    [Theory]
    [MemberData(nameof(Numbers))]
    public void The_case_is_the_reference(int number)
    {
        using var scope = NewDisposeScope();
        Check(ReferenceFile.Cases("manifolds.json")[number]);
    }

    [Fact]
    public void An_unknown_case_fails()
    {
        using var document = JsonDocument.Parse("""{"kind": "umap", "points": [[0, 1], [1, 0], [2, 2]], "components": 2}""");
        Assert.Throws<NotSupportedException>(() => Check(document.RootElement));
    }

    [Fact]
    public void Tsne_of_MNIST_is_as_trustworthy_as_that_of_scikit_learn()
    {
        using var scope = NewDisposeScope();
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(HelpersAssemblies.RepositoryRoot, "tests", "reference-sklearn", "tsne-mnist-1000.json")));
        var digits = Mnist.Load(train: false).Vectors().narrow(0, 0, 1000);
        var (embedding, divergence) = new TSne(document.RootElement.GetProperty("parameters").Number("perplexity")).Embed(digits);
        foreach (var expected in document.RootElement.GetProperty("trustworthiness").EnumerateObject())
            Assert.Equal(expected.Value.GetDouble(), Trustworthiness.Of(digits, embedding, int.Parse(expected.Name, CultureInfo.InvariantCulture)), 0.005);
        Assert.Equal(document.RootElement.Number("klDivergence"), divergence, 0.02);
    }

    private static void Check(JsonElement given)
    {
        var points = given.GetProperty("points").Matrix();
        int components = given.GetProperty("components").GetInt32();
        Tensor embedding;
        switch (given.GetProperty("kind").GetString())
        {
            case "pca":
                var fitted = PrincipalComponents.Fit(points, components);
                double[] ratios = [.. given.GetProperty("explainedVarianceRatio").EnumerateArray().Select(v => v.GetDouble())];
                Near(tensor(ratios), fitted.ExplainedVarianceRatio);
                embedding = fitted.Transform(points);
                break;
            case "isomap":
                var isomap = Isomap.Fit(points, given.GetProperty("neighbors").GetInt32(), components, DisconnectedGraph.Join);
                Near(given.GetProperty("geodesicDistances").Matrix(), isomap.GeodesicDistances);
                embedding = isomap.Embedding;
                break;
            case var kind:
                throw new NotSupportedException($"The reference file has a case '{kind}', which nothing here answers to.");
        }
        Near(given.GetProperty("embeddingDistances").Matrix(), cdist(embedding, embedding, compute_mode: compute_mode.donot_use_mm_for_euclid_dist));
        foreach (var expected in given.GetProperty("trustworthiness").EnumerateObject())
            Assert.Equal(expected.Value.GetDouble(), Trustworthiness.Of(points, embedding, int.Parse(expected.Name, CultureInfo.InvariantCulture)), Tolerance);
    }

    private static void Near(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        double difference = (expected - actual).abs().max().item<double>();
        Assert.True(difference < Tolerance, $"The largest difference is {difference:G3}.");
    }
}
