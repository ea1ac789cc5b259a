using System.Text.Json;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Losses;

/// <summary>Values and gradients of PyTorch Metric Learning 2.8, every case of the reference file.</summary>
public sealed class LossReferenceTests
{
    private static Func<Tensor, Tensor, Tensor> Loss(JsonElement given)
    {
        string name = given.GetProperty("name").GetString()!;
        var parameters = given.GetProperty("params");
        double Parameter(string parameter) => parameters.Number(parameter);
        bool Flag(string parameter) => parameters.GetProperty(parameter).GetBoolean();
        return name switch
        {
            "Contrastive" => new ContrastiveLoss(Parameter("positiveMargin"), Parameter("negativeMargin"), Measure(parameters.GetProperty("distance").GetString()!), Flag("normalize")).forward,
            "TripletMargin" => new TripletMarginLoss(Parameter("margin"), Flag("swap"), Flag("smooth")).forward,
            "NTXent" => new NTXentLoss(Parameter("temperature")).forward,
            "SupCon" => new SupConLoss(Parameter("temperature")).forward,
            "MultiSimilarity" => new MultiSimilarityLoss(Parameter("alpha"), Parameter("beta"), Parameter("base")).forward,
            "LiftedStructure" => new LiftedStructureLoss(Parameter("negativeMargin"), Parameter("positiveMargin")).forward,
            "GeneralizedLiftedStructure" => new GeneralizedLiftedStructureLoss(Parameter("negativeMargin"), Parameter("positiveMargin")).forward,
            "RankedList" => new RankedListLoss(Parameter("margin"), Parameter("temperature"), Parameter("imbalance")).forward,
            _ => throw new NotSupportedException($"The reference file has a case '{name}', which no loss here answers to."),
        };
    }

    private static PairMeasure Measure(string name) => name switch
    {
        "euclidean" => PairMeasure.EuclideanDistance,
        "cosineSimilarity" => PairMeasure.CosineSimilarity,
        _ => throw new NotSupportedException($"Unknown distance '{name}'."),
    };

    public static TheoryData<int> Numbers => ReferenceFile.Numbers("losses.json");

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Value_and_gradient_are_the_reference(int number)
    {
        using var scope = NewDisposeScope();
        var given = ReferenceFile.Cases("losses.json")[number];
        Assert.Equal("loss", given.GetProperty("kind").GetString());
        var loss = Loss(given);
        var labels = tensor(given.GetProperty("labels").Integers());
        var (value, gradient) = Gradients.Of(x => loss(x, labels), given.GetProperty("embeddings").Matrix());
        Assert.Equal(given.Number("value"), value, 1e-9);
        Assert.True((gradient - given.GetProperty("gradient").Matrix()).abs().max().item<double>() < 1e-9, $"The gradients of {given.GetProperty("name")} {given.GetProperty("params")} differ.");
    }

    [Fact]
    public void An_unknown_case_fails()
    {
        using var document = JsonDocument.Parse("""{"name": "Quadruplet", "params": {}}""");
        Assert.Throws<NotSupportedException>(() => Loss(document.RootElement));
    }
}
