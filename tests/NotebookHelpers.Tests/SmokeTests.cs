namespace NotebookHelpers.Tests;

public class SmokeTests
{
    [Fact]
    public void Torch_loads() => Assert.Equal(6, torch.arange(4).sum().ToInt64());
}
