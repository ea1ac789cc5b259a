using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Manifolds;

public sealed class TSneTests
{
    private static Tensor TwoClouds()
    {
        random.manual_seed(5);
        return cat([randn([40, 5], ScalarType.Float64), randn([40, 5], ScalarType.Float64) + 20]);
    }

    [Fact]
    public void Two_clouds_stay_apart()
    {
        using var scope = NewDisposeScope();
        var labels = arange(80).div(40, RoundingMode.floor);
        var (embedding, divergence) = new TSne(10) { Iterations = 400 }.Embed(TwoClouds());
        Assert.Equal([80L, 2L], embedding.shape);
        Assert.Equal(1, NearestNeighbors.Accuracy(embedding, labels, embedding, labels, 5));
        Assert.InRange(divergence, 0, 1);
    }

    [Fact]
    public void Divergence_is_that_of_double_loops()
    {
        using var scope = NewDisposeScope();
        var points = TwoClouds()[..30];
        const double perplexity = 7;
        var (embedding, divergence) = new TSne(perplexity) { Iterations = 300 }.Embed(points);
        Assert.Equal(Divergence(Squared(points), Squared(embedding), perplexity), divergence, 1e-4);
    }

    [Fact]
    public void Equal_runs_give_equal_embeddings_and_report_progress()
    {
        using var scope = NewDisposeScope();
        var reports = new Reports();
        var method = new TSne(10) { Iterations = 120 };
        Assert.True(method.Embed(TwoClouds(), reports).Embedding.eq(method.Embed(TwoClouds()).Embedding).all().item<bool>());
        Assert.Equal([50, 100, 120], reports.Select(report => report.Iteration));
    }

    [Fact]
    public void Duplicates_and_equal_points_give_finite_embeddings()
    {
        using var scope = NewDisposeScope();
        var method = new TSne(5) { Iterations = 300 };
        var some = TwoClouds()[..20];
        Assert.True(method.Embed(cat([some, some, some])).Embedding.isfinite().all().item<bool>());
        Assert.True(method.Embed(ones(20, 3)).Embedding.isfinite().all().item<bool>());
        Assert.True(method.Embed(arange(20).to_type(ScalarType.Float32).unsqueeze(1)).Embedding.isfinite().all().item<bool>());
    }

    [Fact]
    public void Wrong_input_is_refused_and_a_cancelled_run_stops()
    {
        using var scope = NewDisposeScope();
        var method = new TSne(30);
        var error = Assert.Throws<ArgumentException>(() => method.Embed(rand(31, 2)));
        Assert.Contains("perplexity", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => method.Embed(rand(1, 2)));
        Assert.Throws<ArgumentException>(() => method.Embed(rand(TSne.MostPoints + 1, 2)));
        Assert.Throws<ArgumentException>(() => method.Embed(full(50, 2, float.NaN)));
        Assert.ThrowsAny<OperationCanceledException>(() => method.Embed(rand(50, 2), cancellation: new CancellationToken(canceled: true)));
    }

    private static double[,] Squared(Tensor points)
    {
        int n = (int)points.shape[0];
        double[,] d = new double[n, n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) d[i, j] = (points[i] - points[j]).square().sum().item<double>();
        return d;
    }

    private static double Divergence(double[,] data, double[,] map, double perplexity)
    {
        int n = data.GetLength(0);
        double[,] p = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            double low = 0, high = 1e6;
            double[] row = [];
            for (int tries = 0; tries < 200; tries++)
            {
                double middle = (low + high) / 2;
                row = [.. Enumerable.Range(0, n).Select(j => j == i ? 0 : Math.Exp(-middle * data[i, j]))];
                double sum = row.Sum();
                row = [.. row.Select(w => sum > 0 ? w / sum : 0)];
                double entropy = -row.Where(w => w > 0).Sum(w => w * Math.Log(w));
                if (entropy > Math.Log(perplexity)) low = middle;
                else high = middle;
            }
            for (int j = 0; j < n; j++)
            {
                p[i, j] += row[j] / (2 * n);
                p[j, i] += row[j] / (2 * n);
            }
        }
        double total = 0, divergence = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) total += i == j ? 0 : 1 / (1 + map[i, j]);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                if (i != j && p[i, j] > 0) divergence += p[i, j] * Math.Log(p[i, j] / (1 / (1 + map[i, j]) / total));
        return divergence;
    }

    private sealed class Reports : List<EmbeddingReport>, IProgress<EmbeddingReport>
    {
        public void Report(EmbeddingReport value) => Add(value);
    }
}
