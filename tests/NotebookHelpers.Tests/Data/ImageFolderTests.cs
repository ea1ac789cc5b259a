using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Bytes [height, width, 3] or grey [height, width] as a PNG file below the folder.
    private void Write(string path, Tensor pixels) =>
        WriteBytes(path, Convert.FromBase64String(Png.DataUri(pixels)["data:image/png;base64,".Length..]));

    private void WriteBytes(string path, byte[] contents)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        File.WriteAllBytes(_folder.File(path), contents);
    }

    private static Tensor Flat(byte red, byte green, byte blue, int height = 4, int width = 4) =>
        tensor(new[] { red, green, blue }).expand(height, width, 3);

    [Fact]
    public void A_class_per_subfolder_in_order_at_any_depth()
    {
        using var scope = NewDisposeScope();
        Write("dogs/b.png", Flat(1, 2, 3));
        Write("dogs/a/deep.png", Flat(4, 5, 6));
        Write("cats/x.jpg", Flat(7, 8, 9)); // a PNG in spite of its name
        Write(".hidden/y.png", Flat(0, 0, 0));
        Write("cats/.thumbnails/y.png", Flat(0, 0, 0));
        using var pictures = ImageFolder.Load(_folder.Path, size: 4);
        Assert.Equal(["cats", "dogs"], pictures.ClassNames);
        Assert.Equal(["cats/x.jpg", "dogs/a/deep.png", "dogs/b.png"], pictures.Paths);
        Assert.Equal([0L, 1L, 1L], pictures.Pictures.Labels.data<long>().ToArray());
        Assert.Equal([3, 3, 4, 4], pictures.Pictures.Images.shape);
        Assert.Equal([7, 8, 9, 4, 5, 6, 1, 2, 3], pictures.Pictures.Images[.., .., 2, 1].contiguous().data<byte>().ToArray());
        Assert.Empty(pictures.Unreadable);
        Assert.Equal("3 pictures in 2 classes.", pictures.ToString());
    }

    [Fact]
    public void The_central_square_is_kept_and_scaled()
    {
        using var scope = NewDisposeScope();
        // Red, green and blue thirds: only the green one is in the middle.
        Write("a/wide.png", cat([Flat(255, 0, 0), Flat(0, 255, 0), Flat(0, 0, 255)], 1));
        using var pictures = ImageFolder.Load(_folder.Path, size: 2);
        Assert.True(pictures.Pictures.Images.eq(tensor(new byte[] { 0, 255, 0 }).view(1, 3, 1, 1)).all().item<bool>());
    }

    [Fact]
    public void Rows_stay_rows_and_grey_files_have_three_equal_channels()
    {
        using var scope = NewDisposeScope();
        var grey = arange(16).view(4, 4).to_type(ScalarType.Byte) * 16;
        Write("a/grey.png", grey);
        using var pictures = ImageFolder.Load(_folder.Path, size: 4);
        Assert.True(pictures.Pictures.Images.eq(grey).all().item<bool>());
    }

    [Fact]
    public void A_real_photograph_is_read()
    {
        using var scope = NewDisposeScope();
        WriteBytes("cats/plate.jpg", File.ReadAllBytes(DataFolder.Path("house-cat", "house-cat.jpg")));
        using var pictures = ImageFolder.Load(_folder.Path, size: 64);
        Assert.InRange(pictures.Pictures.Pixels().mean().item<float>(), 0.2f, 0.8f);
    }

    [Fact]
    public void A_link_to_a_folder_above_is_not_followed_and_another_one_is()
    {
        using var scope = NewDisposeScope();
        Write("pictures/dogs/a.png", Flat(1, 2, 3));
        Write("pictures/cats/b.png", Flat(4, 5, 6));
        Write("elsewhere/c.png", Flat(7, 8, 9));
        Directory.CreateSymbolicLink(_folder.File("pictures/dogs/up"), "..");
        Directory.CreateSymbolicLink(_folder.File("pictures/dogs/again"), _folder.File("pictures/dogs"));
        Directory.CreateSymbolicLink(_folder.File("pictures/cats/linked"), _folder.File("elsewhere"));
        using var pictures = ImageFolder.Load(_folder.File("pictures"), size: 4);
        Assert.Equal(["cats/b.png", "cats/linked/c.png", "dogs/a.png"], pictures.Paths);
    }

    [Theory]
    [InlineData("bmp")]
    [InlineData("gif")]
    [InlineData("jpeg")]
    [InlineData("pbm")]
    [InlineData("png")]
    [InlineData("tga")]
    [InlineData("tiff")]
    [InlineData("webp")]
    public void A_file_that_was_cut_is_not_read(string format)
    {
        using var scope = NewDisposeScope();
        Write("a/whole.png", Flat(1, 2, 3));
        using var image = new SixLabors.ImageSharp.Image<SixLabors.ImageSharp.PixelFormats.Rgb24>(64, 64);
        var random = new Random(3);
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 64; x++) image[x, y] = new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
        using var file = new MemoryStream();
        var formats = SixLabors.ImageSharp.Configuration.Default.ImageFormatsManager;
        image.Save(file, formats.FindEncoder(formats.ImageFormats.Single(known => known.Name.Equals(format, StringComparison.OrdinalIgnoreCase))));
        WriteBytes("a/uncut." + format, file.ToArray());
        WriteBytes("a/cut." + format, file.ToArray()[..(int)(file.Length / 2)]);
        using var pictures = ImageFolder.Load(_folder.Path, size: 8);
        Assert.Equal(["a/uncut." + format, "a/whole.png"], pictures.Paths);
        Assert.Equal("a/cut." + format, Assert.Single(pictures.Unreadable).Path);
    }

    [Fact]
    public void A_preview_inside_a_cut_photograph_does_not_make_it_whole()
    {
        using var scope = NewDisposeScope();
        Write("cats/whole.png", Flat(1, 2, 3));
        byte[] photograph = File.ReadAllBytes(DataFolder.Path("house-cat", "house-cat.jpg"));
        byte[] preview = [0xFF, 0xE1, 0, 8, 0xFF, 0xD8, 0xFF, 0xD9, 1, 2];
        WriteBytes("cats/a.jpg", [.. photograph[..2], .. preview, .. photograph[2..]]);
        WriteBytes("cats/b.jpg", [.. photograph[..2], .. preview, .. photograph[2..(photograph.Length / 2)]]);
        using var pictures = ImageFolder.Load(_folder.Path, size: 8);
        Assert.Equal(["cats/a.jpg", "cats/whole.png"], pictures.Paths);
    }

    [Fact]
    public void Of_an_animation_the_first_picture_is_decoded()
    {
        using var scope = NewDisposeScope();
        using var film = new SixLabors.ImageSharp.Image<SixLabors.ImageSharp.PixelFormats.Rgba32>(500, 500, SixLabors.ImageSharp.Color.Red);
        using var blue = new SixLabors.ImageSharp.Image<SixLabors.ImageSharp.PixelFormats.Rgba32>(500, 500, SixLabors.ImageSharp.Color.Blue);
        film.Frames.AddFrame(blue.Frames.RootFrame);
        using var file = new MemoryStream();
        film.Save(file, new SixLabors.ImageSharp.Formats.Gif.GifEncoder());
        WriteBytes("a/film.gif", file.ToArray());
        using var pictures = ImageFolder.Load(_folder.Path, size: 2);
        Assert.Equal([255, 0, 0], pictures.Pictures.Images[0, .., 0, 0].contiguous().data<byte>().ToArray());
        using var decoded = SixLabors.ImageSharp.Image.Load(ImageFolder.FirstFrame, _folder.File("a/film.gif"));
        Assert.Equal(1, decoded.Frames.Count);
    }

    [Fact]
    public void What_is_transparent_is_white()
    {
        using var scope = NewDisposeScope();
        // One pixel, red and wholly transparent: a GIF with a transparent palette entry.
        WriteBytes("a/clear.gif", Convert.FromBase64String("R0lGODlhAQABAPAAAP8AAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="));
        using var pictures = ImageFolder.Load(_folder.Path, size: 1);
        Assert.Equal([255, 255, 255], pictures.Pictures.Images.data<byte>().ToArray());
    }

    [Fact]
    public void Files_that_cannot_be_read_are_named_and_the_others_load()
    {
        using var scope = NewDisposeScope();
        Write("a/good.png", Flat(1, 1, 1, 40, 40));
        byte[] good = File.ReadAllBytes(_folder.File("a/good.png"));
        WriteBytes("a/empty.png", []);
        WriteBytes("a/notes.txt", "no picture"u8.ToArray());
        WriteBytes("b/cut.jpg", File.ReadAllBytes(DataFolder.Path("house-cat", "house-cat.jpg"))[..300]);
        WriteBytes("b/header.png", good[..20]);
        using var pictures = ImageFolder.Load(_folder.Path, size: 4);
        Assert.Equal(["a/good.png"], pictures.Paths);
        Assert.Equal(["a", "b"], pictures.ClassNames);
        Assert.Equal(["a/empty.png", "a/notes.txt", "b/cut.jpg", "b/header.png"], pictures.Unreadable.Select(file => file.Path));
        Assert.All(pictures.Unreadable, file => Assert.Contains($"{file.Path} ({file.Reason})", pictures.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_announces_more_pixels_than_memory_holds_is_not_read()
    {
        using var scope = NewDisposeScope();
        Write("a/good.png", Flat(1, 1, 1));
        WriteBytes("a/vast.bmp", [.. "BM"u8, 0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 96, 234, 0, 0, 96, 234, 0, 0, 1, 0, 24, 0, .. new byte[24]]);
        using var pictures = ImageFolder.Load(_folder.Path, size: 4);
        Assert.Contains("60000 x 60000", Assert.Single(pictures.Unreadable).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_without_pictures_are_refused()
    {
        Assert.Contains("none", Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Load(_folder.File("none"), 4)).Message);
        Assert.Contains("subfolder", Assert.Throws<DirectoryNotFoundException>(() => ImageFolder.Load(_folder.Path, 4)).Message);
        WriteBytes("a/notes.txt", "no picture"u8.ToArray());
        Assert.Contains("a/notes.txt", Assert.Throws<InvalidDataException>(() => ImageFolder.Load(_folder.Path, 4)).Message);
        foreach (int size in new[] { 0, 8193 })
            Assert.Equal("size", Assert.Throws<ArgumentOutOfRangeException>(() => ImageFolder.Load(_folder.Path, size)).ParamName);
    }

    [Fact]
    public void Nothing_but_the_result_stays_alive()
    {
        using var scope = NewDisposeScope();
        using (var pixels = Flat(1, 2, 3)) Write("a/x.png", pixels);
        long before = scope.DisposablesCount;
        using var pictures = ImageFolder.Load(_folder.Path, size: 4);
        Assert.Equal(before + 2, scope.DisposablesCount);
    }
}
