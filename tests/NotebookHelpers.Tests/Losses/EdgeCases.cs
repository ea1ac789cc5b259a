using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Losses;

/// <summary>The batches that break losses: duplicates, one class, no positive pair, one item, none, zero vectors.</summary>
public static class EdgeCases
{
    public static void AssertFinite(Func<Tensor, Tensor, Tensor> loss)
    {
        random.manual_seed(6);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var x = randn(8, 4, dtype: type);
            var wide = randn(40, 4, dtype: type);
            var labels = arange(8).remainder(3);
            Check(cat([x, x]), cat([labels, labels]));
            Check(cat([x, x]), cat([labels, labels + 1]));
            Check(cat([wide, wide]), arange(80).remainder(7));
            Check(ones(40, 4, dtype: type), arange(40).remainder(4));
            Check(x, zeros(8, dtype: ScalarType.Int64));
            Check(x, arange(8));
            Check(x[..2], tensor(new long[] { 0, 1 }));
            Check(x[..2], tensor(new long[] { 0, 0 }));
            Check(x[..1], zeros(1, dtype: ScalarType.Int64));
            Check(x[..0], zeros(0, dtype: ScalarType.Int64));
            Check(cat([zeros(3, 4, dtype: type), x]), arange(11).remainder(3));
            Check(zeros(6, 4, dtype: type), arange(6).remainder(2));
            Check(x * 1e-8, labels);
            Check(x * 1e8, labels);
        }
        var batch = randn(4, 2);
        Assert.Equal("embeddings", Assert.Throws<ArgumentException>(() => loss(randn(4), zeros(4, dtype: ScalarType.Int64))).ParamName);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => loss(batch, zeros(3, dtype: ScalarType.Int64))).ParamName);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => loss(batch, zeros(4))).ParamName);

        void Check(Tensor at, Tensor labels) => Gradients.AssertFinite(v => loss(v, labels), at);
    }
}
