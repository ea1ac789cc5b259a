using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Evaluation;

public sealed class LinearProbeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Linearly_separable_classes_are_separated_whatever_the_features_scales()
    {
        random.manual_seed(12);
        var labels = arange(300).remainder(3) * 10 - 5;
        var x = nn.functional.one_hot(arange(300).remainder(3), 3).to_type(ScalarType.Float32) + 0.1 * randn(300, 3);
        // A huge, a tiny, an offset and a constant feature.
        x = cat([x * tensor([1e4f, 1e-4f, 1f]) + tensor([0f, 0f, 500f]), ones(300, 1)], 1);
        using var probe = LinearProbe.Fit(x[..200], labels[..200]);
        Assert.Equal(1, probe.Accuracy(x[200..], labels[200..]));
        Assert.Equal(labels[200..].data<long>().ToArray(), probe.Predict(x[200..]).data<long>().ToArray());
        Assert.Equal(1, LinearProbe.Accuracy(x[..200], labels[..200], x[200..], labels[200..]));
    }

    [Fact]
    public void A_circle_in_a_ring_is_beyond_a_line()
    {
        random.manual_seed(13);
        var angle = rand(1000) * 6.28318;
        var labels = arange(1000).remainder(2);
        var x = stack([angle.cos(), angle.sin()], 1) * (1 + 2 * labels.unsqueeze(1));
        Assert.InRange(LinearProbe.Accuracy(x, labels, x, labels), 0.4, 0.62);
    }

    [Fact]
    public void At_the_solution_the_gradient_is_zero()
    {
        // For one feature of deviation 1 and two balanced classes the optimum solves a scalar equation, found here by bisection.
        var x = tensor(new double[] { -1.5, -0.5, 0.5, 1.5, -0.4, 1.2, -1.2, 0.4 }).unsqueeze(1);
        x = (x - x.mean()) / x.square().mean().sqrt();
        var labels = tensor(new long[] { 0, 0, 1, 1, 1, 1, 0, 0 });
        double[] signed = [.. x.flatten().data<double>().ToArray().Zip(labels.data<long>().ToArray(), (v, y) => y == 1 ? v : -v)];
        // Weights ±w for the two classes: mean ln(1 + e^(-2 w v)) + penalty w².
        double Slope(double w) => signed.Average(v => -2 * v / (1 + Math.Exp(2 * w * v))) + 2 * 0.1 * w;
        double low = 0, high = 10;
        for (int i = 0; i < 100; i++) _ = Slope((low + high) / 2) < 0 ? low = (low + high) / 2 : high = (low + high) / 2;

        using var probe = LinearProbe.Fit(x, labels, penalty: 0.1);
        var weights = (Tensor)typeof(LinearProbe).GetField("_weights", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(probe)!;
        Assert.Equal(low, weights[0, 1].item<double>(), 1e-4);
        Assert.Equal(-low, weights[0, 0].item<double>(), 1e-4);
    }

    [Fact]
    public void The_best_penalty_is_the_one_that_a_loop_finds_on_validation_data_and_of_equals_the_largest()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(11);
        Tensor Labels(long n) => arange(n).remainder(4);
        Tensor Features(long n) => cat([nn.functional.one_hot(Labels(n), 4) * 1.5 + randn(n, 4), randn(n, 30)], 1);
        var (train, validation) = (Features(40), Features(400));
        double[] penalties = [1e-4, 1e-2, 1, 100];
        double[] right = [.. penalties.Select(penalty => LinearProbe.Accuracy(train, Labels(40), validation, Labels(400), penalty))];
        double expected = penalties.Zip(right).Where(pair => pair.Second == right.Max()).Max(pair => pair.First);
        using var best = LinearProbe.FitBest(train, Labels(40), validation, Labels(400), penalties);
        Assert.Equal(expected, best.Penalty);
        Assert.Equal(right.Max(), best.Accuracy(validation, Labels(400)));
        Assert.Equal("penalties", Assert.Throws<ArgumentException>(() => LinearProbe.FitBest(train, Labels(40), validation, Labels(400), [])).ParamName);
    }

    [Fact]
    public void Without_standardising_a_feature_a_thousand_times_smaller_than_another_stays_so()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(12);
        var labels = arange(60).remainder(2);
        // The large feature tells the class in most cases; the small one only looks as if it did, in the 60 items that are fitted.
        var x = stack([labels * 2.0 - 1 + 0.8 * randn(60), 1e-3 * (labels * 2.0 - 1 + 0.1 * randn(60))], 1);
        var other = x.clone();
        other[.., 1].neg_();
        using var each = LinearProbe.Fit(x, labels, 0.1);
        using var together = LinearProbe.Fit(x, labels, 0.1, standardize: false);
        Assert.InRange(each.Accuracy(other, labels), 0, 0.5);
        Assert.InRange(together.Accuracy(other, labels), 0.8, 1);
    }

    [Fact]
    public void One_class_or_one_item_is_predicted_as_it_is()
    {
        using var probe = LinearProbe.Fit(randn(1, 4), tensor(new long[] { 7 }));
        Assert.Equal(7, probe.Predict(randn(1, 4)).item<long>());
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var probe = LinearProbe.Fit(randn(4, 4), arange(4));
        Assert.Equal("features", Assert.Throws<ArgumentException>(() => probe.Predict(randn(4, 3))).ParamName);
        Assert.Equal("features", Assert.Throws<ArgumentException>(() => LinearProbe.Fit(randn(0, 4), arange(0))).ParamName);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => LinearProbe.Fit(randn(4, 4), arange(3))).ParamName);
        Assert.Equal("penalty", Assert.Throws<ArgumentOutOfRangeException>(() => LinearProbe.Fit(randn(4, 4), arange(4), penalty: 0)).ParamName);
    }
}
