using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Losses;

public sealed class RankedListLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x, _labels;

    public RankedListLossTests()
    {
        random.manual_seed(25);
        _x = randn(14, 4, dtype: ScalarType.Float64);
        _labels = tensor(Enumerable.Range(0, 14).Select(i => i * i % 5L).ToArray());
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0.4, 10, 0.5)]
    [InlineData(0.7, 0, 0.2)]
    public void Is_the_loop_over_its_definition(double margin, double temperature, double imbalance)
    {
        var loss = new RankedListLoss(margin, temperature, imbalance);
        var unit = nn.functional.normalize(_x, dim: 1);
        long[] labels = _labels.data<long>().ToArray();
        double boundary = 1 + margin / 2, total = 0;
        for (int a = 0; a < 14; a++)
        {
            double pull = 0, pulled = 0, push = 0, weights = 0;
            for (int j = 0; j < 14; j++)
            {
                double distance = (unit[a] - unit[j]).norm().item<double>();
                if (j != a && labels[a] == labels[j] && distance > boundary - margin) (pull, pulled) = (pull + distance - (boundary - margin), pulled + 1);
                if (labels[a] == labels[j] || distance >= boundary) continue;
                double weight = Math.Exp(temperature * (boundary - distance));
                (push, weights) = (push + weight * (boundary - distance), weights + weight);
            }
            total += (1 - imbalance) * pull / (pulled + 14e-5) + imbalance * push / (weights + 14e-5);
        }
        Assert.Equal(total / 14, loss.forward(_x, _labels).item<double>(), 1e-10);
        Gradients.AssertMatchDifferences(x => loss.forward(x, _labels), _x);
    }

    [Fact]
    public void Degenerate_batches_have_finite_values_and_gradients() => EdgeCases.AssertFinite(new RankedListLoss().forward);

    [Fact]
    public void Training_steps_leave_no_tensors_behind() => Gradients.AssertNoLeak(x => new RankedListLoss().forward(x, _labels), _x);

    [Fact]
    public void A_share_outside_0_to_1_is_refused() =>
        Assert.Equal("imbalance", Assert.Throws<ArgumentOutOfRangeException>(() => new RankedListLoss(imbalance: 1.5)).ParamName);
}
