namespace NotebookHelpers.Tests.Data;

public class MnistTests
{
    [Theory]
    [InlineData(true, 60_000)]
    [InlineData(false, 10_000)]
    public void Loads_images_and_labels(bool train, int count)
    {
        using var digits = Mnist.Load(train);
        Assert.Equal(count, digits.Count);
        Assert.Equal([count, 28, 28], digits.Images.shape);
        Assert.Equal(torch.ScalarType.Byte, digits.Images.dtype);
        Assert.Equal(torch.ScalarType.Int64, digits.Labels.dtype);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), digits.Labels.data<long>().ToArray().Distinct().Order());
    }

    [Fact]
    public void Pixels_are_scaled_to_one()
    {
        using var digits = Mnist.Load(train: false);
        using var pixels = digits.Pixels();
        Assert.Equal([10_000, 1, 28, 28], pixels.shape);
        Assert.Equal(1f, pixels.max().item<float>());
        Assert.Equal(0f, pixels.min().item<float>());
    }

    [Fact]
    public void Damaged_folder_is_refused_before_anything_is_read()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(DataFolder.Path("mnist"))) File.Copy(file, folder.File(Path.GetFileName(file)));
        string labels = folder.File("t10k-labels-idx1-ubyte.gz");
        byte[] bytes = File.ReadAllBytes(labels);
        File.WriteAllBytes(labels, bytes[..(bytes.Length / 2)]);
        Assert.Contains(labels, Assert.Throws<InvalidDataException>(() => Mnist.Load(train: false, folder: folder.Path)).Message);
        File.Delete(labels);
        Assert.Contains(labels, Assert.Throws<FileNotFoundException>(() => Mnist.Load(train: false, folder: folder.Path)).Message);
    }

    [Fact]
    public void Of_classes_keeps_order_and_counts()
    {
        using var digits = Mnist.Load(train: true);
        using var some = digits.OfClasses([4, 9], perClass: 3000);
        Assert.Equal(6000, some.Count);
        Assert.Equal(3000, some.Labels.eq(4).sum().item<long>());
        Assert.Equal(3000, some.Labels.eq(9).sum().item<long>());
        Assert.Throws<ArgumentException>(() => digits.OfClasses([5], perClass: 10_000));
        Assert.Contains("named twice", Assert.Throws<ArgumentException>(() => digits.OfClasses([1, 1])).Message, StringComparison.Ordinal);
        Assert.Contains("0, 1, 2", Assert.Throws<ArgumentException>(() => digits.OfClasses([1, 11])).Message, StringComparison.Ordinal);
    }
}
