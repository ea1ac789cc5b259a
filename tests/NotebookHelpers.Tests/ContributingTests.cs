using System.Text.RegularExpressions;
using NotebookRunner;

namespace NotebookHelpers.Tests;

public partial class ContributingTests
{
    [Fact]
    public async Task The_loss_and_the_miner_that_CONTRIBUTING_shows_work_with_the_librarys_own()
    {
        string text = File.ReadAllText(Path.Combine(HelpersAssemblies.RepositoryRoot, "CONTRIBUTING.md"));
        string[] code = [.. CodeBlock().Matches(text).Select(match => match.Groups[1].Value)];
        Assert.Equal(2, code.Length);
        Assert.All(code, block => Assert.InRange(block.Split('\n').Count(line => line.Trim().Length > 3), 5, 12));
        using var kernel = new NotebookKernel();
        string first = $$"""
            #r "{{HelpersAssemblies.Folder.Replace('\\', '/')}}NotebookHelpers.dll"
            using NotebookHelpers;
            using TorchSharp;
            using static TorchSharp.torch;
            """;
        const string Use = """
            random.manual_seed(1);
            var (x, y) = (randn(12, 4).requires_grad_(), arange(12).remainder(3));
            IEmbeddingLoss[] losses = [new MeanCosineLoss(), new ContrastiveLoss(), new TripletMarginLoss(), new RankedListLoss(), new HadsellLoss(1)];
            foreach (var loss in losses) loss.forward(x, y).backward();
            IMiner<Pairs>[] miners = [new NearestNegativeMiner(), new PairMarginMiner(), new MultiSimilarityMiner()];
            var mined = miners.Select(miner => (double)new MeanCosineLoss().forward(x, miner.Mine(x, y)).item<float>()).ToArray();
            Console.Write(x.grad.isfinite().all().item<bool>() && mined.All(double.IsFinite));
            """;
        List<ExecutionEvent> events = [];
        foreach (string cell in (string[])[first, .. code, Use])
            Assert.True(await kernel.RunAsync(cell, events.Add), string.Join('\n', events));
        Assert.Contains(events, happened => happened is StreamWritten { Name: "stdout", Text: "True" });
    }

    [Fact]
    public void Every_point_of_the_article_has_its_cell()
    {
        string text = File.ReadAllText(Path.Combine(HelpersAssemblies.RepositoryRoot, "CONTRIBUTING.md"));
        string notebooks = Path.Combine(HelpersAssemblies.RepositoryRoot, "notebooks");
        var places = Place().Matches(text);
        Assert.InRange(places.Count, 20, 60);
        foreach (Match place in places)
        {
            string path = Assert.Single(Directory.GetFiles(notebooks, place.Groups["notebook"].Value + "-*.ipynb"));
            var cells = NotebookFile.ReadJson(path)["cells"]!.AsArray();
            Assert.True(cells.Any(cell => (string?)cell!["id"] == place.Groups["cell"].Value), $"{place.Value} is not there.");
        }
    }

    [GeneratedRegex(@"(?<=[|,] )(?<notebook>\d\d) `(?<cell>[a-z0-9-]+)`")]
    private static partial Regex Place();

    [GeneratedRegex("```csharp\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
