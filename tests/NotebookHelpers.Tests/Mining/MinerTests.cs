using System.Text.Json;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Mining;

public sealed class MinerTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x, _labels;

    public MinerTests()
    {
        random.manual_seed(8);
        _x = randn(20, 4, dtype: ScalarType.Float64);
        _labels = tensor(Enumerable.Range(0, 20).Select(i => i * i % 7L).ToArray());
    }

    public void Dispose() => _scope.Dispose();

    private static TripletKind Kind(string name) => name switch
    {
        "all" => TripletKind.All,
        "easy" => TripletKind.Easy,
        "semihard" => TripletKind.SemiHard,
        "hard" => TripletKind.Hard,
        _ => throw new NotSupportedException($"Unknown type '{name}'."),
    };

    // What was found and what the case says, as sets of index tuples, each with a name.
    private static (string Name, string[] Found)[] Mine(JsonElement given, Tensor x, Tensor labels)
    {
        string name = given.GetProperty("name").GetString()!;
        var parameters = given.GetProperty("params");
        return name switch
        {
            "TripletMargin" => OfTriplets(new TripletMarginMiner(parameters.Number("margin"), Kind(parameters.GetProperty("type").GetString()!)).Mine(x, labels)),
            "BatchHard" => OfTriplets(new BatchHardMiner().Mine(x, labels)),
            "PairMargin" => OfPairs(new PairMarginMiner(parameters.Number("positiveMargin"), parameters.Number("negativeMargin")).Mine(x, labels)),
            "MultiSimilarity" => OfPairs(new MultiSimilarityMiner(parameters.Number("epsilon")).Mine(x, labels)),
            _ => throw new NotSupportedException($"The reference file has a case '{name}', which no miner here answers to."),
        };
    }

    private static (string, string[])[] OfTriplets(Triplets triplets) => [("triplets", Tuples(triplets.Anchors, triplets.Positives, triplets.Negatives))];

    private static (string, string[])[] OfPairs(Pairs pairs) =>
        [("positivePairs", Tuples(pairs.AnchorsPositive, pairs.Positives)), ("negativePairs", Tuples(pairs.AnchorsNegative, pairs.Negatives))];

    private static string[] Tuples(params Tensor[] columns)
    {
        Assert.All(columns, column => Assert.Equal(ScalarType.Int64, column.dtype));
        long[][] values = [.. columns.Select(column => column.data<long>().ToArray())];
        return [.. Enumerable.Range(0, values[0].Length).Select(i => string.Join(",", values.Select(column => column[i]))).Order()];
    }

    [Fact]
    public void Embeddings_with_NaN_and_parameters_that_are_no_numbers_are_refused_by_name()
    {
        var spoilt = _x.clone();
        spoilt[3, 1] = double.NaN;
        Func<Tensor, Tensor, IDisposable>[] miners =
        [
            new BatchHardMiner().Mine, new PairMarginMiner().Mine, new MultiSimilarityMiner().Mine, new TripletMarginMiner().Mine,
        ];
        Assert.All(miners, mine =>
        {
            var error = Assert.Throws<ArgumentException>(() => mine(spoilt, _labels));
            Assert.Equal("embeddings", error.ParamName);
            Assert.Contains("NaN in 1 of 20 rows", error.Message, StringComparison.Ordinal);
        });
        Assert.Throws<ArgumentOutOfRangeException>("margin", () => new TripletMarginMiner(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("kind", () => new TripletMarginMiner(0.2, (TripletKind)9));
        Assert.Throws<ArgumentOutOfRangeException>("positiveMargin", () => new PairMarginMiner(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>("negativeMargin", () => new PairMarginMiner(0.2, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>("epsilon", () => new MultiSimilarityMiner(double.NaN));
    }

    public static TheoryData<int> Numbers => ReferenceFile.Numbers("miners.json");

    [Theory]
    [MemberData(nameof(Numbers))]
    public void The_index_sets_are_the_reference(int number)
    {
        var given = ReferenceFile.Cases("miners.json")[number];
        Assert.Equal("miner", given.GetProperty("kind").GetString());
        foreach (var (name, found) in Mine(given, given.GetProperty("embeddings").Matrix(), tensor(given.GetProperty("labels").Integers())))
            Assert.Equal(given.GetProperty(name).EnumerateArray().Select(tuple => string.Join(",", tuple.Integers())).Order(), found);
    }

    [Fact]
    public void An_unknown_case_fails()
    {
        using var document = JsonDocument.Parse("""{"name": "Angular", "params": {}}""");
        Assert.Throws<NotSupportedException>(() => Mine(document.RootElement, _x, _labels));
    }

    private (double Distance, bool Same)[][] Measured()
    {
        var unit = nn.functional.normalize(_x, dim: 1);
        return [.. Enumerable.Range(0, 20).Select(i => Enumerable.Range(0, 20)
            .Select(j => ((unit[i] - unit[j]).norm().item<double>(), _labels[i].item<long>() == _labels[j].item<long>())).ToArray())];
    }

    [Theory]
    [InlineData(TripletKind.All)]
    [InlineData(TripletKind.Easy)]
    [InlineData(TripletKind.SemiHard)]
    [InlineData(TripletKind.Hard)]
    public void Triplets_are_those_of_the_triple_loop(TripletKind kind)
    {
        var d = Measured();
        var expected = from a in Enumerable.Range(0, 20)
                       from p in Enumerable.Range(0, 20)
                       from n in Enumerable.Range(0, 20)
                       where a != p && d[a][p].Same && !d[a][n].Same
                       let difference = d[a][n].Distance - d[a][p].Distance
                       where kind switch
                       {
                           TripletKind.All => difference <= 0.3,
                           TripletKind.Easy => difference > 0.3,
                           TripletKind.Hard => difference <= 0,
                           _ => difference > 0 && difference <= 0.3,
                       }
                       select $"{a},{p},{n}";
        Assert.Equal(expected.Order(), OfTriplets(new TripletMarginMiner(0.3, kind).Mine(_x, _labels))[0].Item2);
    }

    [Fact]
    public void Easy_and_all_and_semi_hard_and_hard_share_out_every_triplet()
    {
        long Count(TripletKind kind) => new TripletMarginMiner(0.3, kind).Mine(_x, _labels).Count;
        // P classes of K items have PK(K - 1)(PK - K) triplets; here the classes differ in size.
        long[] sizes = [.. _labels.data<long>().ToArray().GroupBy(label => label).Select(group => (long)group.Count())];
        Assert.Equal(sizes.Sum(k => k * (k - 1) * (20 - k)), Count(TripletKind.Easy) + Count(TripletKind.All));
        Assert.Equal(Count(TripletKind.All), Count(TripletKind.SemiHard) + Count(TripletKind.Hard));
        Assert.True(Count(TripletKind.SemiHard) > 0 && Count(TripletKind.Hard) > 0 && Count(TripletKind.Easy) > 0);
    }

    [Fact]
    public void Batch_hard_takes_the_farthest_positive_and_the_nearest_negative()
    {
        var d = Measured();
        var expected = from a in Enumerable.Range(0, 20)
                       let positives = Enumerable.Range(0, 20).Where(j => j != a && d[a][j].Same).ToArray()
                       where positives.Length > 0
                       select $"{a},{positives.MaxBy(j => d[a][j].Distance)},{Enumerable.Range(0, 20).Where(j => !d[a][j].Same).MinBy(j => d[a][j].Distance)}";
        Assert.Equal(expected.Order(), OfTriplets(new BatchHardMiner().Mine(_x, _labels))[0].Item2);
    }

    public static TheoryData<string> Names => ["triplet", "hard", "pair", "similarity"];

    private static (string, string[])[] ByName(string name, Tensor x, Tensor labels) => name switch
    {
        "triplet" => OfTriplets(new TripletMarginMiner().Mine(x, labels)),
        "hard" => OfTriplets(new BatchHardMiner().Mine(x, labels)),
        "pair" => OfPairs(new PairMarginMiner().Mine(x, labels)),
        _ => OfPairs(new MultiSimilarityMiner().Mine(x, labels)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Degenerate_batches_give_few_or_no_pairs(string name)
    {
        foreach (int n in new[] { 0, 1, 2 })
            Assert.All(ByName(name, randn(n, 3), zeros(n, dtype: ScalarType.Int64)), part => Assert.True(part.Item2.Length <= n));
        var ofOneClass = ByName(name, randn(6, 3), zeros(6, dtype: ScalarType.Int64));
        var ofManyClasses = ByName(name, randn(6, 3), arange(6));
        if (name != "pair")
            Assert.All(ofOneClass.Concat(ofManyClasses), part => Assert.Empty(part.Item2));
        Assert.NotNull(ByName(name, zeros(6, 3), arange(6).remainder(2)));
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => ByName(name, randn(3, 2), zeros(3))).ParamName);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Mining_leaves_no_tensors_behind_and_takes_no_part_in_the_gradient(string name)
    {
        var x = _x.detach().requires_grad_();
        void Step()
        {
            using var scope = NewDisposeScope();
            ByName(name, x, _labels);
        }
        Step();
        long before = LiveTensors.Count();
        for (int i = 0; i < 50; i++) Step();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Mined_triplets_give_the_loss_its_gradient()
    {
        var triplets = new TripletMarginMiner(0.2, TripletKind.All).Mine(_x, _labels);
        var loss = new TripletMarginLoss(0.2);
        // Triplets beyond the margin have no loss: mining them away changes nothing.
        Assert.Equal(loss.forward(_x, _labels).item<double>(), loss.forward(_x, triplets).item<double>(), 1e-12);
        Gradients.AssertMatchDifferences(x => loss.forward(x, triplets), _x);
        var few = new BatchHardMiner().Mine(_x, _labels);
        Gradients.AssertMatchDifferences(x => loss.forward(x, few), _x);
    }
}
