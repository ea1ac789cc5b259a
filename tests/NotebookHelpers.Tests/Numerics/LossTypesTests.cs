using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Numerics;

/// <summary>Every loss and miner over every floating-point type, on every device at hand, against float64 on the CPU.</summary>
public class LossTypesTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Losses = new()
    {
        ["contrastive"] = new ContrastiveLoss().forward,
        ["contrastive, cosine"] = new ContrastiveLoss(measure: PairMeasure.CosineSimilarity).forward,
        ["contrastive, not normalised"] = new ContrastiveLoss(normalize: false).forward,
        ["contrastive, mined"] = (x, y) => new ContrastiveLoss().forward(x, new PairMarginMiner().Mine(x, y)),
        ["Hadsell"] = new HadsellLoss(1).forward,
        ["Hadsell, pairs"] = (x, y) => new HadsellLoss(1).forward(x, x.roll(1, 0), y.ne(y.roll(1, 0))),
        ["Chopra"] = (x, y) => new ChopraLoss(40).forward(x, x.roll(1, 0), y.ne(y.roll(1, 0))),
        ["triplet"] = new TripletMarginLoss().forward,
        ["triplet, smooth and swapped"] = new TripletMarginLoss(0.2, swap: true, smooth: true).forward,
        ["triplet, batch-hard"] = (x, y) => new TripletMarginLoss().forward(x, new BatchHardMiner().Mine(x, y)),
        ["NT-Xent"] = new NTXentLoss().forward,
        ["NT-Xent, two views"] = (x, _) => new NTXentLoss().OfViews(x, x.roll(1, 0)),
        ["SupCon"] = new SupConLoss().forward,
        ["multi-similarity"] = new MultiSimilarityLoss().forward,
        ["lifted structure"] = new LiftedStructureLoss().forward,
        ["generalised lifted structure"] = new GeneralizedLiftedStructureLoss().forward,
        ["ranked list"] = new RankedListLoss().forward,
    };

    public static TheoryData<string, ScalarType> Cases
    {
        get
        {
            var cases = new TheoryData<string, ScalarType>();
            foreach (string name in Losses.Keys)
                foreach (var type in new[] { ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16 }) cases.Add(name, type);
            return cases;
        }
    }

    private static Tensor Batch(int n)
    {
        random.manual_seed(3);
        return randn(16, 32).index_select(0, arange(n).remainder(16)) + randn(n, 32);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_loss_of_many_is_near_that_of_float64_and_its_gradient_finite_and_in_the_type_of_the_data(string name, ScalarType type)
    {
        foreach (var device in HardData.Devices)
        {
            if (type == ScalarType.Float64 && device.type == DeviceType.MPS) continue;
            using var scope = NewDisposeScope();
            var given = Batch(512).to_type(type);
            var labels = arange(512).remainder(16);
            double exact = Losses[name](given.to_type(ScalarType.Float64), labels).item<double>();
            var x = given.to(device).requires_grad_();
            var value = Losses[name](x, labels.to(device));
            Assert.Equal(type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32, value.dtype);
            double got = value.to_type(ScalarType.Float64).item<double>();
            Assert.Equal(exact, got, Math.Abs(exact) * (type == ScalarType.Float64 ? 1e-9 : 2e-3));
            value.backward();
            Assert.Equal(type, x.grad!.dtype);
            Assert.True(x.grad.isfinite().all().item<bool>());
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_row_of_zeros_gives_no_NaN(string name, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var x = Batch(40).to_type(type);
        x[7] = 0;
        x.requires_grad_();
        var value = Losses[name](x, arange(40).remainder(16));
        value.backward();
        Assert.True(value.isfinite().item<bool>());
        Assert.True(x.grad!.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData("NT-Xent")]
    [InlineData("triplet")]
    [InlineData("contrastive")]
    [InlineData("multi-similarity")]
    public void The_length_of_normalised_embeddings_does_not_matter_however_large(string name)
    {
        using var scope = NewDisposeScope();
        var (x, labels) = (Batch(64), arange(64).remainder(16));
        double expected = Losses[name](x, labels).item<float>();
        Assert.Equal(expected, Losses[name](x * 1e20, labels).item<float>(), Math.Abs(expected) * 1e-3);
    }

    public static TheoryData<string> NearPairs => ["collapsed 3e-4", "collapsed 1e-3", "far 1e3", "two scales"];

    [Theory]
    [MemberData(nameof(NearPairs))]
    public void Batch_hard_picks_what_float64_picks_where_pairs_lie_close_together(string data)
    {
        using var scope = NewDisposeScope();
        var (x, labels) = (HardData.Of(data), HardData.Labels);
        using var got = new BatchHardMiner().Mine(x, labels);
        using var exact = new BatchHardMiner().Mine(x.to_type(ScalarType.Float64), labels);
        Assert.InRange(got.Positives.eq(exact.Positives).to_type(ScalarType.Float32).mean().item<float>(), 0.97, 1);
        Assert.InRange(got.Negatives.eq(exact.Negatives).to_type(ScalarType.Float32).mean().item<float>(), 0.97, 1);
    }

    [Theory]
    [MemberData(nameof(NearPairs))]
    public void Losses_over_distances_are_those_of_float64_where_pairs_lie_close_together(string data)
    {
        using var scope = NewDisposeScope();
        var (x, labels) = (HardData.Of(data), HardData.Labels);
        foreach (string name in new[] { "contrastive", "contrastive, not normalised", "Hadsell", "triplet", "lifted structure", "ranked list" })
        {
            double exact = Losses[name](x.to_type(ScalarType.Float64), labels).item<double>();
            Assert.Equal(exact, Losses[name](x, labels).item<float>(), 2e-3 * Math.Abs(exact) + 1e-9);
        }
    }

    [Theory]
    [InlineData(1e-36)]
    [InlineData(1e-15)]
    [InlineData(1e-11)]
    [InlineData(1e20)]
    public void Losses_of_directions_do_not_depend_on_the_lengths_of_the_rows(double length)
    {
        using var scope = NewDisposeScope();
        var (x, labels) = (Batch(32), arange(32).remainder(4));
        foreach (string name in Losses.Keys.Where(name => !name.Contains("not normalised") && name is not ("Hadsell" or "Hadsell, pairs" or "Chopra")))
        {
            float expected = Losses[name](x, labels).item<float>();
            Assert.True(Math.Abs(expected - Losses[name](x * length, labels).item<float>()) <= 1e-5 * Math.Abs(expected) + 1e-6, name);
        }
        Assert.Equal(AlignmentUniformity.Uniformity(x), AlignmentUniformity.Uniformity(x * length), 1e-5);
        Assert.Equal(AlignmentUniformity.Alignment(x, x.roll(1, 0)), AlignmentUniformity.Alignment(x * length, x.roll(1, 0) * length), 1e-5);
    }

    [Theory]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void Integers_of_any_width_are_labels_of_losses_and_miners(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var (x, wide) = (Batch(32), arange(32).remainder(2));
        var labels = wide.to_type(type);
        foreach (string name in Losses.Keys) Assert.Equal(Losses[name](x, wide).item<float>(), Losses[name](x, labels).item<float>());
        using var mined = new TripletMarginMiner().Mine(x, labels);
        using var expected = new TripletMarginMiner().Mine(x, wide);
        Assert.Equal(expected.Count, mined.Count);
        using var batches = new ClassBalancedBatches(labels, classes: 2, perClass: 4);
        Assert.Equal(4, labels.index_select(0, batches.Epoch().First()).to_type(ScalarType.Int64).sum().item<long>());
    }

    [Fact]
    public void Batches_by_class_refuse_labels_that_are_no_integers_one_per_item()
    {
        foreach (var labels in new[] { zeros(8), zeros([4, 2], ScalarType.Int64) })
        {
            var e = Assert.Throws<ArgumentException>(() => new ClassBalancedBatches(labels, classes: 1, perClass: 2));
            Assert.Contains("Expected integer labels [n]", e.Message, StringComparison.Ordinal);
        }
    }
}
