using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Data;

public class HouseCatTests
{
    [Fact]
    public void Twenty_four_grey_views()
    {
        using var frames = HouseCat.Load();
        Assert.Equal([24, 104, 156], frames.shape);
        Assert.Equal(ScalarType.Byte, frames.dtype);
    }

    [Fact]
    public void Views_are_in_the_order_of_the_stride_and_all_different()
    {
        using var scope = NewDisposeScope();
        var vectors = HouseCat.Load().flatten(1).to_type(ScalarType.Float32) / 255;
        var distances = cdist(vectors, vectors) + eye(24) * 1e9;
        Assert.True(distances.min().item<float>() > 1);

        // A cat that moves looks more like its next moment than like the average other one.
        var successive = distances.diagonal(offset: 1).mean().item<float>();
        var any = distances[eye(24).eq(0)].mean().item<float>();
        Assert.True(successive < any, $"successive views {successive}, any two {any}");
    }

    [Fact]
    public void No_view_reaches_over_the_dark_margins_of_the_plate()
    {
        using var scope = NewDisposeScope();
        var frames = HouseCat.Load().to_type(ScalarType.Float32);
        foreach (var edge in new[] { frames[.., 0, ..], frames[.., 103, ..], frames[.., .., 0], frames[.., .., 155] })
            Assert.True(edge.mean([1L]).min().item<float>() > 80, "an edge is as dark as the margin between the views");
    }

    [Fact]
    public void Missing_and_damaged_files_are_named()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("house-cat-frames-idx3-ubyte.gz");
        Assert.Contains(file, Assert.Throws<FileNotFoundException>(() => HouseCat.Load(folder: folder.Path)).Message);

        byte[] bytes = File.ReadAllBytes(DataFolder.Path("house-cat", "house-cat-frames-idx3-ubyte.gz"));
        File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
        Assert.Contains(file, Assert.Throws<InvalidDataException>(() => HouseCat.Load(folder: folder.Path)).Message);
    }

    [Fact]
    public void Nothing_but_the_result_stays_alive()
    {
        using var scope = NewDisposeScope();
        using var frames = HouseCat.Load(CPU);
        Assert.Equal(1, scope.DisposablesCount);
    }
}
