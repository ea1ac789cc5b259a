using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Data;

public sealed class IdxImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Idx(string name, params byte[] shape)
    {
        int count = shape.Aggregate(1, (product, side) => product * side);
        byte[] header = [0, 0, 8, (byte)shape.Length, .. shape.SelectMany(side => new byte[] { 0, 0, 0, side })];
        File.WriteAllBytes(_folder.File(name), [.. header, .. Enumerable.Range(0, count).Select(value => (byte)value)]);
        return _folder.File(name);
    }

    [Fact]
    public void Grey_and_colour_with_their_labels()
    {
        using var grey = IdxImages.Load(Idx("grey", 2, 3, 4), Idx("labels", 2));
        Assert.Equal([2, 3, 4], grey.Images.shape);
        Assert.Equal([0L, 1L], grey.Labels.data<long>().ToArray());
        using var colour = IdxImages.Load(Idx("colour", 2, 3, 4, 5), Idx("labels", 2));
        Assert.Equal([2, 3, 4, 5], colour.Images.shape);
        Assert.Equal((byte)119, colour.Images[1, 2, 3, 4].item<byte>());
    }

    [Fact]
    public void Pictures_that_lie_column_by_column_are_turned()
    {
        using var images = IdxImages.Load(Idx("columns", 1, 2, 3), Idx("labels", 1), transposed: true);
        Assert.Equal([1, 3, 2], images.Images.shape);
        Assert.Equal([0, 3, 1, 4, 2, 5], images.Images.data<byte>().ToArray());
    }

    [Fact]
    public void The_repositorys_digits_read_the_same()
    {
        using var scope = NewDisposeScope();
        using var own = Mnist.Load(train: false);
        using var read = IdxImages.Load(
            DataFolder.Path("mnist", "t10k-images-idx3-ubyte.gz"), DataFolder.Path("mnist", "t10k-labels-idx1-ubyte.gz"));
        Assert.True(own.Images.eq(read.Images).all().item<bool>());
        Assert.True(own.Labels.eq(read.Labels).all().item<bool>());
    }

    [Fact]
    public void Files_that_do_not_fit_are_named()
    {
        void Refused(string images, string labels, params string[] parts)
        {
            string message = Assert.Throws<InvalidDataException>(() => IdxImages.Load(images, labels)).Message;
            Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }
        string images = Idx("images", 2, 3, 4), labels = Idx("labels", 2);
        Refused(labels, images, labels, "[n, height, width]", "[2]");
        Refused(Idx("four", 2, 4, 3, 3), labels, "four", "[2, 4, 3, 3]");
        Refused(images, Idx("matrix", 2, 1), "matrix", "[2, 1]");
        Refused(images, Idx("more", 3), images, "more", "2 images", "3 labels");
    }
}
