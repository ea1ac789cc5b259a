using System.Text.RegularExpressions;
using Microsoft.DotNet.Interactive.Formatting;
using static TorchSharp.torch;

namespace NotebookHelpers.Tests.ChartTests;

public class ColourChartsTests
{
    [Fact]
    public void A_grid_shows_colours_that_come_second_as_those_that_come_last()
    {
        using var scope = NewDisposeScope();
        var last = arange(2 * 4 * 5 * 3).view(2, 4, 5, 3).to_type(ScalarType.Byte);
        Assert.Equal(Charts.ImageGrid(last).ToHtml(), Charts.ImageGrid(last.permute(0, 3, 1, 2)).ToHtml());
        Assert.Equal(
            Charts.ImageGrid(last).ToHtml(), Charts.ImageGrid(last.permute(0, 3, 1, 2).to_type(ScalarType.Float32) / 255).ToHtml());
        Assert.Equal("images", Assert.Throws<ArgumentException>(() => Charts.ImageGrid(zeros(2, 2, 4, 5))).ParamName);
    }

    [Fact]
    public void The_pictures_of_an_embedding_are_in_colour()
    {
        using var scope = NewDisposeScope();
        NotebookHelpers.Notebook.Start();
        var images = zeros(4, 3, 2, 5, dtype: ScalarType.Byte);
        images[.., 0] = 255;
        string html = Charts.Embedding("red", randn(4, 2), arange(4), images).ToDisplayString("text/html");
        string sprite = Regex.Match(html, "data:image/png;base64,([A-Za-z0-9+/=]+)").Groups[1].Value;
        byte[] file = Convert.FromBase64String(sprite);
        // 2 x 2 tiles, 5 wide and 2 high, 8 bits, RGB.
        Assert.Equal([10, 4, 8, 2], [file[19], file[23], file[24], file[25]]);
        Assert.Matches("\"tile\":\\s*\\[5,\\s*2\\]", html);
    }

    [Fact]
    public void Pictures_that_do_not_fit_the_points_are_refused()
    {
        using var scope = NewDisposeScope();
        foreach (var images in new[] { zeros(3, 3, 2, 2, dtype: ScalarType.Byte), zeros(4, 2, 2, 3, dtype: ScalarType.Byte), zeros(4, 2, 2) })
            Assert.Equal("images", Assert.Throws<ArgumentException>(() => Charts.Embedding("x", randn(4, 2), arange(4), images)).ParamName);
    }
}
