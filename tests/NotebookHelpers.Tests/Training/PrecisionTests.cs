using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

public sealed class PrecisionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    private static nn.Module<Tensor, Tensor> Net()
    {
        random.manual_seed(5);
        return nn.Sequential(
            nn.Sequential(nn.Conv2d(1, 8, 3, stride: 2, padding: 1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, groups: 2, dilation: 2, bias: false), nn.MaxPool2d(2)),
            nn.Flatten(), nn.Linear(200, 32), nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 16, hasBias: false));
    }

    private static Tensor Images()
    {
        random.manual_seed(6);
        return rand(16, 1, 28, 28);
    }

    [Fact]
    public void Bfloat16_is_near_float32_in_value_and_gradient()
    {
        var (net, images) = (Net(), Images());
        var shortened = Precision.BFloat16(net);
        var expected = net.forward(images);
        var actual = shortened.forward(images);
        Assert.Equal(ScalarType.Float32, actual.dtype);
        double error = ((actual - expected).norm() / expected.norm()).item<float>();
        Assert.InRange(error, 1e-5, 0.03); // bfloat16 has a relative precision of 0.4 %; float32 would be below the range

        Tensor GradientOf(nn.Module<Tensor, Tensor> encoder)
        {
            net.zero_grad();
            encoder.forward(images).square().mean().backward();
            Assert.All(net.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.grad!.dtype));
            return cat([.. net.parameters().Select(parameter => parameter.grad!.flatten().clone())]);
        }
        var (full, brief) = (GradientOf(net), GradientOf(shortened));
        Assert.InRange(((brief - full).norm() / full.norm()).item<float>(), 1e-5, 0.1);
    }

    // Where convolutions are computed in bfloat16 on a CPU, these come out wrong on some processors.
    [Theory]
    [InlineData(1, 8, 1)]
    [InlineData(8, 24, 1)]
    [InlineData(24, 24, 1)]
    [InlineData(48, 48, 2)]
    [InlineData(32, 64, 2)]
    public void Convolutions_of_any_width_keep_value_and_gradient(int from, int to, int stride)
    {
        random.manual_seed(7);
        var net = nn.Sequential(nn.Conv2d(1, from, 1), nn.Conv2d(from, to, 3, stride: stride, padding: 1), nn.ReLU());
        Tensor[] Results(nn.Module<Tensor, Tensor> encoder)
        {
            net.zero_grad();
            random.manual_seed(8);
            var y = encoder.forward(rand(16, 1, 14, 14));
            y.square().sum().backward();
            return [y, .. net.parameters().Select(parameter => parameter.grad!.clone())];
        }
        var brief = Precision.BFloat16(net);
        foreach (var (expected, actual) in Results(net).Zip(Results(brief)))
            Assert.InRange(((actual - expected).norm() / expected.norm()).item<float>(), 0, 0.02);
    }

    [Fact]
    public void It_trains_the_encoders_own_weights_and_leaves_no_tensors()
    {
        var (net, images) = (Net(), Images());
        var shortened = Precision.BFloat16(net);
        Assert.Equal(net.parameters().Count(), shortened.parameters().Count());
        var before = net.parameters().First().detach().clone();
        using var optimizer = optim.Adam(net.parameters(), 1e-3);
        var loop = new TrainingLoop(shortened, optimizer, new ShuffledBatches(16, 8), batch => (shortened.forward(images[batch]) - 1).square().mean());
        loop.Run(1);
        long tensors = LiveTensors.Count();
        var losses = loop.Run(40).EpochLosses;
        Assert.Equal(tensors, Tensor.TotalCount);
        Assert.True(losses[^1] < 0.5 * losses[0], $"{losses[0]} -> {losses[^1]}");
        Assert.False(net.parameters().First().eq(before).all().item<bool>());
        Assert.All(net.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
    }

    [Fact]
    public void Layers_it_does_not_know_are_refused_by_name()
    {
        Assert.Contains("Bilinear", Assert.Throws<ArgumentException>(() => Precision.BFloat16(nn.Sequential(nn.Linear(2, 2), new Own()))).Message);
        Assert.Equal("encoder", Assert.Throws<ArgumentException>(() => Precision.BFloat16(nn.Conv2d(1, 1, 3, padding: 1, padding_mode: PaddingModes.Reflect))).ParamName);
    }

    private sealed class Own : nn.Module<Tensor, Tensor>
    {
        public Own() : base("Bilinear") => register_module("inner", nn.Linear(2, 2));

        public override Tensor forward(Tensor input) => input;
    }

    [Fact]
    public void Tensor_float_32_is_refused_where_there_is_none() =>
        Assert.Contains("cpu", Assert.Throws<NotSupportedException>(() => Precision.AllowTensorFloat32(CPU)).Message);

    [Fact]
    public void Tensor_float_32_is_switched_on_where_there_is()
    {
        if (!cuda.is_available()) return;
        Precision.AllowTensorFloat32(CUDA);
        Assert.True(backends.cuda.matmul.allow_tf32);
        Assert.True(backends.cudnn.allow_tf32);
    }
}
