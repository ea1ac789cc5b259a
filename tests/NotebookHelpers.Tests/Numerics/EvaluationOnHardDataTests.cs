using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Numerics;

public class EvaluationOnHardDataTests
{
    [Theory]
    [MemberData(nameof(HardData.Names), MemberType = typeof(HardData))]
    public void Retrieval_in_float32_is_that_of_float64(string name)
    {
        using var scope = NewDisposeScope();
        var x = HardData.Of(name);
        var report = Retrieval.Evaluate(x, HardData.Labels);
        var exact = Retrieval.Evaluate(x.to_type(ScalarType.Float64), HardData.Labels);
        Assert.Equal(exact.PrecisionAt1, report.PrecisionAt1, 1e-12);
        Assert.Equal(exact.MeanAveragePrecisionAtR, report.MeanAveragePrecisionAtR, 2e-3);
        Assert.InRange(report.PrecisionAt1, 0.99, 1);
        var split = Retrieval.Evaluate(x[..100], HardData.Labels[..100], x[100..], HardData.Labels[100..]);
        Assert.InRange(split.PrecisionAt1, 0.99, 1);
    }

    [Theory]
    [MemberData(nameof(HardData.Names), MemberType = typeof(HardData))]
    public void Nearest_neighbours_clusters_and_probe_see_the_classes(string name)
    {
        using var scope = NewDisposeScope();
        var (x, labels) = (HardData.Of(name), HardData.Labels);
        Assert.Equal(1, NearestNeighbors.Accuracy(x[..100], labels[..100], x[100..], labels[100..], 5), 0.011);
        Assert.InRange(Clustering.AdjustedMutualInformation(labels, Clustering.KMeans(x, HardData.Classes)), name == "two scales" ? 0.75 : 0.98, 1 + 1e-9);
        Assert.InRange(LinearProbe.Accuracy(x[..100], labels[..100], x[100..], labels[100..]), 0.98, 1);
    }

    [Fact]
    public void Uniformity_of_nearly_collapsed_embeddings_is_that_of_float64()
    {
        using var scope = NewDisposeScope();
        var x = HardData.NearlyCollapsed(3e-4);
        double exact = AlignmentUniformity.Uniformity(x.to_type(ScalarType.Float64));
        Assert.Equal(exact, AlignmentUniformity.Uniformity(x), Math.Abs(exact) * 1e-2);
    }

    [Fact]
    public void Whole_numbers_beyond_float32_are_told_apart_and_beyond_float64_refused()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new long[] { 1L << 40, (1L << 40) + 1, (1L << 40) + 3 }).unsqueeze(1);
        Assert.Equal([1, 0, 1], NearestNeighbors.Search(x, 1).Indices.flatten().data<long>().ToArray());
        var error = Assert.Throws<ArgumentException>(() => NearestNeighbors.Search(x * (1L << 20), 1));
        Assert.Contains("float64 can hold", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Evaluations => [.. OfBadInput.Keys];

    private static readonly Dictionary<string, Action<Tensor, Tensor>> OfBadInput = new()
    {
        ["retrieval"] = (x, y) => Retrieval.Evaluate(x, y),
        ["retrieval, queries"] = (x, y) => Retrieval.Evaluate(ones_like(x), y, x, y),
        ["search"] = (x, _) => NearestNeighbors.Search(x, 1),
        ["prediction"] = (x, y) => NearestNeighbors.Predict(ones_like(x), y, x, 1),
        ["accuracy"] = (x, y) => NearestNeighbors.Accuracy(x, y, ones_like(x), y, 1),
        ["k-means"] = (x, _) => Clustering.KMeans(x, 2),
        ["probe, training"] = (x, y) => LinearProbe.Fit(x, y),
        ["probe, test"] = (x, y) => LinearProbe.Accuracy(rand_like(x), y, x, y),
        ["alignment"] = (x, _) => AlignmentUniformity.Alignment(ones_like(x), x),
        ["uniformity"] = (x, _) => AlignmentUniformity.Uniformity(x),
        ["collapse"] = (x, _) => Collapse.Diagnose(x),
        ["trustworthiness"] = (x, _) => Trustworthiness.Of(ones_like(x), x, 2),
        ["principal components"] = (x, _) => PrincipalComponents.Fit(x, 1),
        ["transform"] = (x, _) => PrincipalComponents.Fit(rand_like(x), 1).Transform(x),
        ["scaling"] = (x, _) => ClassicalScaling.Embed(x[.., 1..2].expand(12, 12)),
        ["isomap"] = (x, _) => Isomap.Fit(x, 2),
        ["intrinsic dimension"] = (x, _) => IntrinsicDimension.TwoNearestNeighbors(x),
        ["t-SNE"] = (x, _) => new TSne(2) { Iterations = 1 }.Embed(x),
    };

    [Theory]
    [MemberData(nameof(Evaluations))]
    public void NaN_and_infinity_are_refused_by_name(string name)
    {
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            using var scope = NewDisposeScope();
            random.manual_seed(1);
            var x = rand(12, 3);
            x[5, 1] = bad;
            var error = Assert.Throws<ArgumentException>(() => OfBadInput[name](x, arange(12).remainder(3)));
            Assert.NotNull(error.ParamName);
            Assert.Contains("finite", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Bool)]
    public void Integers_of_any_width_are_labels(ScalarType type)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var wide = arange(40).remainder(2);
        var (x, labels) = (randn(40, 4) + 3 * wide.unsqueeze(1), wide.to_type(type));
        Assert.Equal(Retrieval.Evaluate(x, wide).RPrecision, Retrieval.Evaluate(x, labels).RPrecision);
        Assert.Equal(NearestNeighbors.Accuracy(x, wide, x, wide, 3), NearestNeighbors.Accuracy(x, labels, x, labels, 3));
        Assert.Equal(LinearProbe.Accuracy(x, wide, x, wide), LinearProbe.Accuracy(x, labels, x, labels));
        Assert.Equal(1, Clustering.NormalizedMutualInformation(wide, labels), 1e-12);
    }

    [Fact]
    public void A_regular_grid_has_no_two_neighbour_estimate_and_the_error_says_why()
    {
        using var scope = NewDisposeScope();
        var grid = stack([arange(20).repeat_interleave(20), arange(20).repeat(20)], 1).to_type(ScalarType.Float32);
        var error = Assert.Throws<ArgumentException>(() => IntrinsicDimension.TwoNearestNeighbors(grid));
        Assert.Contains("regular grid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void K_means_keeps_no_temporaries()
    {
        using var scope = NewDisposeScope();
        var x = randn(500, 8);
        long before = LiveTensors.Count();
        using (var clusters = Clustering.KMeans(x, 5, iterations: 40)) { }
        Assert.Equal(before, LiveTensors.Count());
    }
}
