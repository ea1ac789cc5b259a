using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Data;

public class ColourImagesTests
{
    private static Tensor Colours() => arange(2 * 3 * 4 * 5).view(2, 3, 4, 5).to_type(ScalarType.Byte);

    [Fact]
    public void Pixels_and_vectors_keep_the_channels()
    {
        using var scope = NewDisposeScope();
        using var images = new LabeledImages(Colours(), arange(2));
        Assert.Equal([2, 3, 4, 5], images.Pixels().shape);
        Assert.Equal([2, 60], images.Vectors().shape);
        Assert.Equal(119 / 255f, images.Pixels()[1, 2, 3, 4].item<float>());
        Assert.Equal([1, 3, 4, 5], images.OfClasses([1]).Images.shape);
    }

    [Fact]
    public void An_encoder_gets_three_channels()
    {
        using var scope = NewDisposeScope();
        using var encoder = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Flatten());
        Assert.Equal([2, 40], Embeddings.Of(encoder, Colours(), blockSize: 1).shape);
    }

    [Theory]
    [InlineData(new long[] { 2, 1, 4, 5 })]
    [InlineData(new long[] { 2, 4, 5 })]
    [InlineData(new long[] { 2, 4, 5, 3 })]
    public void Other_shapes_and_types_are_refused(long[] shape)
    {
        using var scope = NewDisposeScope();
        // Three dimensions are right, but real numbers are not.
        var images = zeros(shape, dtype: shape.Length == 3 ? ScalarType.Float32 : ScalarType.Byte);
        using var encoder = nn.Sequential(nn.Flatten());
        foreach (Action use in new Action[] { () => LabeledImages.ToPixels(images), () => Embeddings.Of(encoder, images) })
        {
            var error = Assert.Throws<ArgumentException>(use);
            Assert.Equal("images", error.ParamName);
            Assert.Contains($"[{string.Join(", ", shape)}]", error.Message, StringComparison.Ordinal);
            Assert.Equal(shape[^1] == 3, error.Message.Contains("permute", StringComparison.Ordinal));
        }
    }
}
