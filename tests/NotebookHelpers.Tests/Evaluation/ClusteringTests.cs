using CsCheck;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Evaluation;

// The reference values of NMI and AMI are checked with those of retrieval, which share a file: RetrievalTests.
public sealed class ClusteringTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Separated_groups_are_found()
    {
        random.manual_seed(10);
        var labels = arange(300).remainder(5);
        var x = nn.functional.one_hot(labels, 5).to_type(ScalarType.Float32) * 20 + randn(300, 5);
        var clusters = Clustering.KMeans(x, 5);
        Assert.Equal(1, Clustering.NormalizedMutualInformation(labels, clusters), 1e-12);
        Assert.Equal(1, Clustering.AdjustedMutualInformation(labels, clusters), 1e-12);
        Assert.Equal(clusters.data<long>().ToArray(), Clustering.KMeans(x, 5).data<long>().ToArray());
    }

    [Fact]
    public void Every_point_is_with_its_nearest_centre_and_every_centre_is_its_points_mean()
    {
        random.manual_seed(11);
        var x = randn(200, 3, dtype: ScalarType.Float64);
        var clusters = Clustering.KMeans(x, 7);
        var centres = stack([.. Enumerable.Range(0, 7).Select(k => x.index_select(0, clusters.eq(k).nonzero().flatten()).mean([0]))]);
        Assert.Equal(clusters.data<long>().ToArray(), cdist(x, centres).argmin(1).data<long>().ToArray());
    }

    [Fact]
    public void Degenerate_data_give_a_clustering()
    {
        Assert.Equal([50], Clustering.KMeans(zeros(50, 2), 4).shape);
        Assert.Equal(6, Clustering.KMeans(randn(6, 2), 6).unique().Item1.shape[0]);
        Assert.Equal(0, Clustering.KMeans(randn(6, 2), 1).sum().item<long>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(30)]
    public void Identical_partitions_agree_wholly_also_where_every_item_is_alone(int n)
    {
        var alone = arange(n);
        Assert.Equal(1, Clustering.AdjustedMutualInformation(alone, alone * 3 + 1));
        Assert.Equal(1, Clustering.NormalizedMutualInformation(alone, alone * 3 + 1));
        var pairs = alone.div(2, RoundingMode.floor).to_type(ScalarType.Int64);
        Assert.Equal(1, Clustering.AdjustedMutualInformation(pairs, -pairs));
    }

    [Fact]
    public void One_cluster_for_all_or_one_for_each_says_nothing()
    {
        var labels = arange(30).remainder(3);
        Assert.Equal(0, Clustering.NormalizedMutualInformation(labels, zeros(30, dtype: ScalarType.Int64)), 1e-12);
        Assert.Equal(0, Clustering.AdjustedMutualInformation(labels, zeros(30, dtype: ScalarType.Int64)), 1e-12);
        Assert.Equal(0, Clustering.AdjustedMutualInformation(labels, arange(30)), 1e-9);
        // Unlike AMI, NMI credits a cluster for each item.
        Assert.True(Clustering.NormalizedMutualInformation(labels, arange(30)) > 0.4);
        Assert.Equal(1, Clustering.AdjustedMutualInformation(labels - labels, labels - labels));
        Assert.Equal(1, Clustering.NormalizedMutualInformation(labels - labels, labels - labels));
    }

    [Fact]
    public void Agreement_is_symmetric_bounded_and_blind_to_names() =>
        Gen.Int[0, 5].Array[2, 40].SelectMany(a => Gen.Int[0, 5].Array[a.Length].Select(b => (a, b))).Sample((a, b) =>
        {
            using var scope = NewDisposeScope();
            var (x, y) = (tensor(a), tensor(b));
            double nmi = Clustering.NormalizedMutualInformation(x, y), ami = Clustering.AdjustedMutualInformation(x, y);
            return nmi >= 0 && nmi <= 1 + 1e-12 && ami <= nmi + 1e-9
                && Math.Abs(nmi - Clustering.NormalizedMutualInformation(y, x * -7)) < 1e-9
                && Math.Abs(ami - Clustering.AdjustedMutualInformation(y, x * -7)) < 1e-9;
        }, iter: 200);

    [Fact]
    public void Wrong_arguments_are_named()
    {
        Assert.Equal("clusters", Assert.Throws<ArgumentOutOfRangeException>(() => Clustering.KMeans(randn(3, 2), 4)).ParamName);
        Assert.Equal("points", Assert.Throws<ArgumentException>(() => Clustering.KMeans(randn(3), 1)).ParamName);
        Assert.Equal("clusters", Assert.Throws<ArgumentException>(() => Clustering.NormalizedMutualInformation(arange(3), arange(4))).ParamName);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => Clustering.AdjustedMutualInformation(arange(0), arange(0))).ParamName);
    }
}
