using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Evaluation;

public sealed class RetrievalTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // The definitions, query by query. relevant: per query, nearest first, whether the item has the query's label.
    private static RetrievalReport ByDefinition(Tensor database, Tensor databaseLabels, Tensor queries, Tensor queryLabels, int[] ks, bool excludeSelf)
    {
        long[] labels = databaseLabels.data<long>().ToArray(), wanted = queryLabels.data<long>().ToArray();
        var recall = ks.ToDictionary(k => k, _ => 0.0);
        double rPrecision = 0, map = 0;
        int counted = 0;
        for (int q = 0; q < wanted.Length; q++)
        {
            double[] distances = (database - queries[q]).norm(1).to_type(ScalarType.Float64).data<double>().ToArray();
            bool[] relevant = [.. Enumerable.Range(0, labels.Length).Where(j => !excludeSelf || j != q).OrderBy(j => distances[j]).Select(j => labels[j] == wanted[q])];
            int r = relevant.Count(x => x);
            if (r == 0) continue;
            counted++;
            foreach (int k in ks) recall[k] += relevant.Take(k).Any(x => x) ? 1 : 0;
            rPrecision += relevant.Take(r).Count(x => x) / (double)r;
            map += Enumerable.Range(1, r).Where(i => relevant[i - 1]).Sum(i => relevant.Take(i).Count(x => x) / (double)i) / r;
        }
        return new(recall.ToDictionary(pair => pair.Key, pair => pair.Value / counted), rPrecision / counted, map / counted, counted);
    }

    private static void AssertEqual(RetrievalReport expected, RetrievalReport actual)
    {
        Assert.Equal(expected.Queries, actual.Queries);
        Assert.Equal(expected.RPrecision, actual.RPrecision, 1e-12);
        Assert.Equal(expected.MeanAveragePrecisionAtR, actual.MeanAveragePrecisionAtR, 1e-12);
        Assert.Equal(expected.RecallAt.OrderBy(pair => pair.Key), actual.RecallAt.OrderBy(pair => pair.Key));
    }

    public static TheoryData<int> Numbers => ReferenceFile.Numbers("evaluation.json");

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Every_number_of_the_reference_is_met(int number)
    {
        var given = ReferenceFile.Cases("evaluation.json")[number];
        var labels = tensor(given.GetProperty("labels").Integers());
        switch (given.GetProperty("kind").GetString())
        {
            case "retrieval":
                var recall = given.GetProperty("recallAt").EnumerateObject().ToDictionary(p => int.Parse(p.Name), p => p.Value.GetDouble());
                var report = Retrieval.Evaluate(given.GetProperty("embeddings").Matrix(), labels, recall.Keys);
                Assert.Equal(given.Number("precisionAt1"), report.PrecisionAt1, 1e-9);
                Assert.Equal(given.Number("rPrecision"), report.RPrecision, 1e-9);
                Assert.Equal(given.Number("meanAveragePrecisionAtR"), report.MeanAveragePrecisionAtR, 1e-9);
                Assert.All(recall, pair => Assert.Equal(pair.Value, report.RecallAt[pair.Key], 1e-9));
                break;
            case "clustering":
                var clusters = tensor(given.GetProperty("clusters").Integers());
                Assert.Equal(given.Number("normalizedMutualInformation"), Clustering.NormalizedMutualInformation(labels, clusters), 1e-9);
                Assert.Equal(given.Number("adjustedMutualInformation"), Clustering.AdjustedMutualInformation(labels, clusters), 1e-9);
                break;
            case var kind:
                Assert.Fail($"The reference file has a case '{kind}', which nothing here answers to.");
                break;
        }
    }

    [Fact]
    public void Numbers_are_those_of_the_definitions()
    {
        random.manual_seed(9);
        // Classes of 1 to 9 items: one query is alone in its class and is not counted.
        var labels = tensor(Enumerable.Range(1, 9).SelectMany(size => Enumerable.Repeat((long)size * 3, size)).ToArray());
        var x = randn(45, 3, dtype: ScalarType.Float64) + labels.unsqueeze(1) * 0.05;
        var report = Retrieval.Evaluate(x, labels, [3, 1, 40]);
        AssertEqual(ByDefinition(x, labels, x, labels, [1, 3, 40], excludeSelf: true), report);
        Assert.Equal(44, report.Queries);

        var queries = randn(20, 3, dtype: ScalarType.Float64);
        var queryLabels = arange(20);
        AssertEqual(ByDefinition(x, labels, queries, queryLabels, [1, 2, 4, 8], excludeSelf: false), Retrieval.Evaluate(x, labels, queries, queryLabels));
    }

    [Fact]
    public void Separated_classes_are_retrieved_perfectly()
    {
        var labels = arange(40).remainder(4);
        var x = labels.unsqueeze(1).to_type(ScalarType.Float32) * 10 + rand(40, 2);
        var report = Retrieval.Evaluate(x, labels);
        Assert.Equal((1.0, 1.0, 1.0), (report.PrecisionAt1, report.RPrecision, report.MeanAveragePrecisionAtR));
        Assert.Equal([1, 2, 4, 8], report.RecallAt.Keys.Order());
    }

    [Fact]
    public void Without_a_query_to_count_or_with_wrong_arguments_it_says_so()
    {
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => Retrieval.Evaluate(randn(5, 2), arange(5))).ParamName);
        Assert.Equal("labels", Assert.Throws<ArgumentException>(() => Retrieval.Evaluate(randn(0, 2), arange(0))).ParamName);
        Assert.Equal("queryLabels", Assert.Throws<ArgumentException>(() => Retrieval.Evaluate(randn(5, 2), arange(5), randn(1, 2), arange(7, 8))).ParamName);
        Assert.Equal("queries", Assert.Throws<ArgumentException>(() => Retrieval.Evaluate(randn(5, 2), arange(5), randn(1, 3), arange(1))).ParamName);
        Assert.Equal("recallAt", Assert.Throws<ArgumentException>(() => Retrieval.Evaluate(randn(5, 2), zeros(5, dtype: ScalarType.Int64), [0])).ParamName);
    }
}
