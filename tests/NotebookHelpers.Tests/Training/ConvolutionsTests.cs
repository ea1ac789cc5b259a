using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

/// <summary>On a processor where oneDNN is right these show that nothing is touched; where it is wrong, that it is found and mended.</summary>
public sealed class ConvolutionsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        Convolutions.UseOneDnn(true);
    }

    [Theory]
    [InlineData(1, 8, 5, 2)]
    [InlineData(1, 32, 3, 2)]
    [InlineData(3, 64, 7, 2)]
    [InlineData(8, 8, 3, 1)]
    [InlineData(15, 30, 9, 1)]
    [InlineData(16, 10, 5, 1)]
    [InlineData(21, 16, 3, 2)]
    [InlineData(24, 24, 3, 1)]
    [InlineData(32, 64, 3, 2)]
    [InlineData(48, 48, 3, 2)]
    public void After_the_check_values_and_gradients_are_those_of_float64(int from, int to, int kernel, int stride)
    {
        random.manual_seed(3);
        // The second convolution: the gradient of its inputs counts.
        var net = nn.Sequential(nn.Conv2d(1, from, 1), nn.Tanh(), nn.Conv2d(from, to, kernel, stride: stride, padding: 1));
        Convolutions.Ensure(net);
        foreach (int count in new[] { 1, 7, 64 })
        {
            random.manual_seed(4);
            var images = rand(count, 1, 14, 14);
            Tensor[] Results(ScalarType type)
            {
                var copy = nn.Sequential(nn.Conv2d(1, from, 1), nn.Tanh(), nn.Conv2d(from, to, kernel, stride: stride, padding: 1));
                copy.load_state_dict(net.state_dict());
                copy.to(type);
                full(4_000_000, float.NaN).Dispose(); // what is taken for zeros must be none
                var y = copy.forward(images.to_type(type));
                y.square().mean().backward();
                return [y, .. copy.parameters().Select(parameter => parameter.grad!)];
            }
            foreach (var (expected, actual) in Results(ScalarType.Float64).Zip(Results(ScalarType.Float32)))
                Assert.InRange(((actual.to_type(ScalarType.Float64) - expected).norm() / expected.norm()).item<double>(), 0, 1e-4);
        }
    }

    [Fact]
    public void The_check_leaves_tensors_and_random_numbers_as_they_are()
    {
        random.manual_seed(5);
        float expected = rand(1).item<float>();
        random.manual_seed(5);
        long before = LiveTensors.Count();
        Assert.Equal(Convolutions.OneDnnIsRight, Convolutions.IsRight(24, 24, 3, 1, 1, ScalarType.Float32));
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(expected, rand(1).item<float>());
    }

    [Fact]
    public void Layers_that_fill_registers_keep_oneDNN_and_without_it_all_are_right()
    {
        Convolutions.Ensure(nn.Sequential(nn.Conv2d(1, 16, 3), nn.Conv2d(16, 32, 3), nn.Conv2d(32, 64, 5)));
        Assert.Equal(Convolutions.OneDnnIsRight, Convolutions.IsRight(15, 30, 9, 1, 0, ScalarType.Float32));
        Convolutions.UseOneDnn(false);
        Assert.True(Convolutions.IsRight(15, 30, 9, 1, 0, ScalarType.Float32));
    }
}
