using static TorchSharp.torch;

namespace NotebookHelpers.Tests;

/// <summary>A loss's gradient, by backward pass and by finite differences.</summary>
public static class Gradients
{
    public static (double Value, Tensor Gradient) Of(Func<Tensor, Tensor> loss, Tensor at)
    {
        var x = at.detach().clone().requires_grad_();
        var value = loss(x);
        Assert.Empty(value.shape);
        value.backward();
        return (value.to_type(ScalarType.Float64).item<double>(), x.grad!);
    }

    /// <summary>Central differences in float64, at a point where the loss is smooth.</summary>
    public static void AssertMatchDifferences(Func<Tensor, Tensor> loss, Tensor at, double tolerance = 1e-6)
    {
        const double step = 1e-6;
        Assert.Equal(ScalarType.Float64, at.dtype);
        double[] gradient = Of(loss, at).Gradient.data<double>().ToArray(), point = at.data<double>().ToArray();
        for (int i = 0; i < point.Length; i++)
        {
            double Value(double shift)
            {
                using var scope = NewDisposeScope();
                double[] moved = [.. point];
                moved[i] += shift;
                return loss(tensor(moved, at.shape)).item<double>();
            }
            double difference = (Value(step) - Value(-step)) / (2 * step);
            Assert.True(Math.Abs(difference - gradient[i]) <= tolerance * (1 + Math.Abs(difference)), $"Component {i}: gradient {gradient[i]}, finite difference {difference}.");
        }
    }

    public static void AssertFinite(Func<Tensor, Tensor> loss, Tensor at)
    {
        var (value, gradient) = Of(loss, at);
        Assert.True(double.IsFinite(value), $"The loss is {value}.");
        Assert.Equal(at.shape, gradient.shape);
        Assert.True(gradient.isfinite().all().item<bool>(), "The gradient is not finite.");
    }

    /// <summary>Forward and backward, over and over, leave no tensors behind.</summary>
    public static void AssertNoLeak(Func<Tensor, Tensor> loss, Tensor at, int steps = 200)
    {
        void Step()
        {
            using var scope = NewDisposeScope();
            var x = at.detach().requires_grad_();
            loss(x).backward();
        }
        Step();
        long before = LiveTensors.Count();
        for (int i = 0; i < steps; i++) Step();
        Assert.Equal(before, Tensor.TotalCount);
    }
}
