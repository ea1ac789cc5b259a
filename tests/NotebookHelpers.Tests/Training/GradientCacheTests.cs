using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

public sealed class GradientCacheTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    private static nn.Module<Tensor, Tensor> Encoder(params nn.Module<Tensor, Tensor>[] middle)
    {
        random.manual_seed(5);
        nn.Module<Tensor, Tensor>[] layers = [nn.Conv2d(1, 4, 3, stride: 2), .. middle, nn.ReLU(), nn.Flatten(), nn.Linear(36, 8)];
        return nn.Sequential(layers).to(ScalarType.Float64);
    }

    private static Tensor Images(int n)
    {
        random.manual_seed(6);
        return rand([n, 1, 8, 8], dtype: ScalarType.Float64);
    }

    private static Tensor TwoViews(Tensor z) => new NTXentLoss(0.2).OfViews(z[..(int)(z.shape[0] / 2)], z[(int)(z.shape[0] / 2)..]);

    private static (double Value, Tensor[] Gradients) Backward(nn.Module encoder, Func<Tensor> loss)
    {
        encoder.zero_grad();
        random.manual_seed(7);
        var value = loss();
        Assert.Empty(value.shape);
        value.backward();
        return (value.item<double>(), [.. encoder.parameters().Select(parameter => parameter.grad!.clone())]);
    }

    private static void AssertEqual((double Value, Tensor[] Gradients) expected, (double Value, Tensor[] Gradients) actual)
    {
        Assert.Equal(expected.Value, actual.Value, 1e-10);
        foreach (var (e, a) in expected.Gradients.Zip(actual.Gradients)) Assert.Equal(0, (e - a).abs().max().item<double>(), 1e-10);
        Assert.True(expected.Gradients.Max(e => e.abs().max().item<double>()) > 1e-3, "Gradients of zero show nothing.");
    }

    // 24 images: in one chunk, in equal ones, with a rest, one by one.
    [Theory]
    [InlineData(100)]
    [InlineData(24)]
    [InlineData(8)]
    [InlineData(7)]
    [InlineData(1)]
    public void Value_and_gradients_are_those_of_the_plain_form(int chunkSize)
    {
        var (encoder, images) = (Encoder(), Images(24));
        AssertEqual(Backward(encoder, () => TwoViews(encoder.forward(images))),
            Backward(encoder, () => GradientCache.Loss(encoder, images, TwoViews, chunkSize)));
    }

    [Fact]
    public void In_float32_the_gradients_agree_to_a_millionth()
    {
        var (encoder, images) = (Encoder().to(ScalarType.Float32), Images(256).to(ScalarType.Float32));
        encoder.zero_grad();
        TwoViews(encoder.forward(images)).backward();
        Tensor[] plain = [.. encoder.parameters().Select(parameter => parameter.grad!.clone())];
        encoder.zero_grad();
        GradientCache.Loss(encoder, images, TwoViews, 32).backward();
        foreach (var (expected, parameter) in plain.Zip(encoder.parameters()))
            Assert.InRange((parameter.grad! - expected).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public void Dropout_drops_the_same_units_in_both_runs()
    {
        var (encoder, images) = (Encoder(nn.Dropout(0.5)), Images(24));
        long seed = -1;
        // What the cache does, by autograd: each chunk from its own seed, all graphs kept.
        Tensor Plain()
        {
            seed = randint(long.MaxValue, [1], dtype: ScalarType.Int64).item<long>();
            return TwoViews(cat([.. new[] { 0, 10, 20 }.Select(start =>
            {
                random.manual_seed(unchecked(seed + start));
                return encoder.forward(images[start..Math.Min(24, start + 10)]);
            })]));
        }
        AssertEqual(Backward(encoder, Plain), Backward(encoder, () => GradientCache.Loss(encoder, images, TwoViews, 10)));
    }

    [Fact]
    public void The_global_generator_goes_on_after_one_number()
    {
        var (encoder, images) = (Encoder(nn.Dropout(0.5)), Images(24));
        double NextAfter(Action action)
        {
            random.manual_seed(9);
            action();
            return rand(1, dtype: ScalarType.Float64).item<double>();
        }
        double expected = NextAfter(() => randint(long.MaxValue, [1], dtype: ScalarType.Int64));
        Assert.Equal(expected, NextAfter(() => GradientCache.Loss(encoder, images, TwoViews, 5)));
        Assert.Equal(expected, NextAfter(() => Assert.Throws<ArgumentException>(() => GradientCache.Loss(encoder, images, z => z, 5))));
    }

    [Fact]
    public void Batch_normalisation_sees_each_chunk_by_itself()
    {
        var (encoder, images) = (Encoder(nn.BatchNorm2d(4)), Images(24));
        AssertEqual(Backward(encoder, () => TwoViews(cat([encoder.forward(images[..12]), encoder.forward(images[12..])]))),
            Backward(encoder, () => GradientCache.Loss(encoder, images, TwoViews, 12)));
        double whole = Backward(encoder, () => TwoViews(encoder.forward(images))).Value;
        Assert.NotEqual(whole, Backward(encoder, () => GradientCache.Loss(encoder, images, TwoViews, 12)).Value, 1e-6);
    }

    [Fact]
    public void Parameters_of_the_loss_and_gradients_from_elsewhere_are_not_lost()
    {
        var (encoder, images) = (Encoder(), Images(24));
        var scale = tensor(1.5, dtype: ScalarType.Float64).requires_grad_();
        Tensor Scaled(Tensor z) => (z * scale).square().mean();
        var penalty = () => 0.1 * encoder.parameters().First().square().sum();

        var plain = Backward(encoder, () => Scaled(encoder.forward(images)) + penalty());
        double ofScale = scale.grad!.item<double>();
        scale.grad.zero_();
        AssertEqual(plain, Backward(encoder, () => GradientCache.Loss(encoder, images, Scaled, 5) + penalty()));
        Assert.Equal(ofScale, scale.grad!.item<double>(), 1e-10);
    }

    [Fact]
    public void Frozen_and_unused_parameters_stay_without_gradient()
    {
        var (encoder, images) = (Encoder(), Images(6));
        var first = encoder.parameters().First();
        first.requires_grad_(false);
        encoder.register_module("spare", nn.Linear(2, 2)); // takes no part in forward
        GradientCache.Loss(encoder, images, z => z.square().sum(), 4).backward();
        Assert.Null(first.grad);
        Assert.Equal(3, encoder.parameters().Count(parameter => parameter.grad is not null));
    }

    [Fact]
    public void Without_gradients_it_is_the_value()
    {
        var (encoder, images) = (Encoder(), Images(24));
        using var noGradient = no_grad();
        var value = GradientCache.Loss(encoder, images, TwoViews, 5);
        Assert.False(value.requires_grad);
        Assert.Equal(TwoViews(encoder.forward(images)).item<double>(), value.item<double>(), 1e-10);
    }

    [Fact]
    public void Trains_in_the_loop_and_leaves_no_tensors()
    {
        var (encoder, images) = (Encoder(), Images(24));
        using var optimizer = optim.Adam(encoder.parameters(), 1e-2);
        var loop = new TrainingLoop(encoder, optimizer, new ShuffledBatches(24, 12), batch =>
            GradientCache.Loss(encoder, cat([images[batch], images[batch] + 0.01]), TwoViews, 5));
        loop.Run(1);
        long before = LiveTensors.Count();
        var result = loop.Run(30);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.True(result.EpochLosses[^1] < 0.8 * result.EpochLosses[0], $"{result.EpochLosses[0]} -> {result.EpochLosses[^1]}");
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        var (encoder, images) = (Encoder(), Images(4));
        Assert.Equal("chunkSize", Assert.Throws<ArgumentOutOfRangeException>(() => GradientCache.Loss(encoder, images, TwoViews, 0)).ParamName);
        Assert.Equal("inputs", Assert.Throws<ArgumentException>(() => GradientCache.Loss(encoder, images[..0], TwoViews, 2)).ParamName);
        Assert.Equal("loss", Assert.Throws<ArgumentException>(() => GradientCache.Loss(encoder, images, z => z, 2)).ParamName);
        using var flat = nn.Flatten(0);
        Assert.Equal("encoder", Assert.Throws<ArgumentException>(() => GradientCache.Loss(flat, images, TwoViews, 2)).ParamName);
    }
}
