using System.Diagnostics;

namespace NotebookHelpers.Tests.Loading;

/// <summary>What the copy of TorchSharp.dll beside the library mends (lib/Loading/WovenTorchSharp.targets).</summary>
public class LifetimeTests
{
    /// <summary>The environment variable that names how many seconds each race lasts.</summary>
    private const string SecondsVariable = "NOTEBOOKS_RACE_SECONDS";

    public static TheoryData<string> Races => [.. LifetimeProcess.Races];

    // With the package's own TorchSharp.dll the two with an allocating thread were seen to end the process within a minute.
    [Theory]
    [MemberData(nameof(Races))]
    public void A_process_outlives_collections_in_the_midst_of_its_steps(string race)
    {
        string output = Run(race, Environment.GetEnvironmentVariable(SecondsVariable) ?? "4");
        Assert.StartsWith("lived, ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_calls_throw_and_the_process_goes_on()
    {
        string[] lines = Run(nameof(WrongCalls)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(WrongCalls.All.Select(call => call.Name), lines.Select(line => line.Split(": ")[0]));
        Assert.All(lines, line => Assert.DoesNotContain(": nothing", line, StringComparison.Ordinal));
        var products = lines.Where(line =>
            line.StartsWith("matmul ", StringComparison.Ordinal) && !line.Contains("disposed", StringComparison.Ordinal));
        Assert.All(products, line =>
            Assert.Matches(@"ArgumentException: matmul cannot multiply \w+ \[.*\] on \w+ by \w+ \[.*\] on \w+: ", line));
    }

    [Fact]
    public void Right_calls_give_what_they_gave()
    {
        TorchSharpGuards.Install();
        using var scope = torch.NewDisposeScope();
        using var batches = torch.ones(5, 1, 2, 3).matmul(torch.ones(4, 3, 6));
        Assert.Equal([5, 4, 2, 6], batches.shape);
        Assert.Equal([5, 2], torch.ones(5, 2, 3).matmul(torch.ones(3)).shape);
        Assert.Equal(3, torch.ones(3).matmul(torch.ones(3)).ToSingle());
        Assert.Equal(255, torch.tensor(255L).ToByte());
        Assert.Equal(float.PositiveInfinity, torch.tensor(double.PositiveInfinity).ToSingle());

        using var x = torch.tensor([1f, 2f], requires_grad: true);
        using var between = x * x;
        x.grad = torch.tensor([7f, 8f]);
        var first = torch.autograd.grad([between.sum()], [x, between], retain_graph: true, create_graph: true);
        Assert.Equal([2f, 4f], first[0].data<float>().ToArray());
        Assert.Equal([1f, 1f], first[1].data<float>().ToArray());
        Assert.Equal([2f, 2f], torch.autograd.grad([first[0].sum()], [x])[0].data<float>().ToArray()); // the second derivative
        Assert.Equal([7f, 8f], x.grad!.data<float>().ToArray());
        Assert.Null(torch.autograd.grad([(x * 1).sum()], [x, torch.ones(1, requires_grad: true)], allow_unused: true)[1]);
    }

    private static string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(LifetimeProcess).Assembly.Location, LifetimeProcess.Mode, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["DOTNET_GCgen0size"] = "40000"; // hexadecimal: a collection after each quarter of a megabyte
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode} after '{output}': {errors.Result}");
        return output;
    }
}
