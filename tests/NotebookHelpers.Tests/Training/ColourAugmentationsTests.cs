using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

public sealed class ColourAugmentationsTests
{
    private static Tensor Luma(Tensor pixels) => 0.299 * pixels[.., 0] + 0.587 * pixels[.., 1] + 0.114 * pixels[.., 2];

    private static double Largest(Tensor difference) => difference.abs().max().item<double>();

    // Away from 0 and 1, so that nothing is cut off.
    private static Tensor Middling(int n) => rand(n, 3, 6, 8, dtype: ScalarType.Float64) * 0.1 + 0.45;

    [Fact]
    public void Brightness_is_one_factor_for_each_image()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var pixels = Middling(400);
        var ratio = Augmentations.ColorJitter(brightness: 0.3, contrast: 0, saturation: 0, hue: 0)(pixels) / pixels;
        Assert.True(Largest(ratio - ratio[.., ..1, ..1, ..1]) < 1e-9);
        Assert.InRange(ratio.min().item<double>(), 0.7, 0.72);
        Assert.InRange(ratio.max().item<double>(), 1.28, 1.3);
    }

    [Fact]
    public void Contrast_keeps_the_mean_grey()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var pixels = Middling(400);
        var mean = Luma(pixels).mean([1L, 2L]).view(-1, 1, 1, 1);
        var changed = Augmentations.ColorJitter(0, contrast: 0.5, 0, 0)(pixels);
        var ratio = (changed - mean).flatten(1).norm(1) / (pixels - mean).flatten(1).norm(1);
        Assert.True(Largest(changed - mean - (pixels - mean) * ratio.view(-1, 1, 1, 1)) < 1e-9);
        Assert.InRange(ratio.min().item<double>(), 0.5, 0.52);
        Assert.InRange(ratio.max().item<double>(), 1.48, 1.5);
    }

    [Fact]
    public void Saturation_keeps_the_grey_of_each_pixel()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var pixels = Middling(50);
        var changed = Augmentations.ColorJitter(0, 0, saturation: 0.5, 0)(pixels);
        Assert.True(Largest(Luma(changed) - Luma(pixels)) < 1e-9);
        Assert.True(Largest(changed - pixels) > 0.01);
    }

    [Fact]
    public void Hue_turns_colours_and_keeps_grey()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var pixels = Middling(50);
        var changed = Augmentations.ColorJitter(0, 0, 0, hue: 0.5)(pixels);
        Assert.True(Largest(Luma(changed) - Luma(pixels)) < 1e-9);
        // I and Q of the standard's own matrix, to its three digits: a turn keeps their length.
        Tensor Chroma(Tensor p) => ((0.596 * p[.., 0] - 0.274 * p[.., 1] - 0.322 * p[.., 2]).square()
            + (0.211 * p[.., 0] - 0.523 * p[.., 1] + 0.312 * p[.., 2]).square()).sqrt();
        Assert.True(Largest(Chroma(changed) - Chroma(pixels)) < 1e-3);
        Assert.True(Largest(changed - pixels) > 0.05);
        var grey = pixels[.., ..1].expand(-1, 3, -1, -1);
        Assert.True(Largest(Augmentations.ColorJitter(0, 0, 0.4, 0.5)(grey) - grey) < 1e-9);
    }

    [Fact]
    public void Jitter_stays_between_black_and_white_and_is_each_images_own()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        foreach (int channels in new[] { 1, 3 })
        {
            var batch = rand(1, channels, 6, 8).expand(16, channels, 6, 8);
            var changed = Augmentations.ColorJitter(0.8, 0.8, 0.8, 0.2)(batch);
            Assert.Equal(batch.shape, changed.shape);
            Assert.InRange(changed.min().item<float>(), 0, 1);
            Assert.InRange(changed.max().item<float>(), 0, 1);
            for (int i = 1; i < 16; i++) Assert.False(changed[0].eq(changed[i]).all().item<bool>());
        }
    }

    [Fact]
    public void Some_images_lose_their_colour()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        var pixels = rand(1000, 3, 2, 2);
        var changed = Augmentations.RandomGrey(0.2)(pixels);
        var grey = changed.std(1, unbiased: false).flatten(1).amax([1L]).lt(1e-6);
        Assert.InRange(grey.sum().item<long>(), 150, 250);
        Assert.True(where(grey.view(-1, 1, 1, 1), Luma(pixels).unsqueeze(1), pixels).sub(changed).abs().max().item<float>() < 1e-6);
        var single = rand(5, 1, 2, 2);
        Assert.True(Augmentations.RandomGrey(1)(single).eq(single).all().item<bool>());
    }

    [Fact]
    public void Some_images_are_mirrored()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var pixels = rand(1000, 1, 2, 3);
        var changed = Augmentations.HorizontalFlip()(pixels);
        var (kept, mirrored) = (changed.eq(pixels).flatten(1).all(1), changed.eq(pixels.flip(3)).flatten(1).all(1));
        Assert.True(kept.logical_xor(mirrored).all().item<bool>());
        Assert.InRange(mirrored.sum().item<long>(), 430, 570);
    }

    public static TheoryData<string> Names => [.. Each.Keys];

    private static readonly Dictionary<string, Augmentation> Each = new()
    {
        ["crop"] = Augmentations.ResizedCrop(0.3),
        ["affine"] = Augmentations.Affine(30, 0.2, 1.3, 0.2),
        ["erase"] = Augmentations.Erase(0.5),
        ["blur"] = Augmentations.Blur(0.5, 2),
        ["noise"] = Augmentations.Noise(0.3),
        ["jitter"] = Augmentations.ColorJitter(),
        ["grey"] = Augmentations.RandomGrey(0.5),
        ["flip"] = Augmentations.HorizontalFlip(),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Same_seed_same_views_and_nothing_is_left(string name)
    {
        using var scope = NewDisposeScope();
        Tensor Seen(Tensor batch)
        {
            random.manual_seed(8);
            return Each[name](batch);
        }
        Assert.Equal([0L, 3L, 8L, 8L], Seen(zeros(0, 3, 8, 8)).shape);
        var batch = rand(4, 3, 8, 8);
        var before = batch.clone();
        Assert.True(Seen(batch).eq(Seen(batch)).all().item<bool>());
        Assert.True(batch.eq(before).all().item<bool>());
        long live = LiveTensors.Count();
        Each[name](batch).Dispose();
        Assert.Equal(live, Tensor.TotalCount);
    }

    [Fact]
    public void Other_channels_and_bounds_are_refused()
    {
        using var scope = NewDisposeScope();
        foreach (var colours in new[] { Augmentations.ColorJitter(), Augmentations.RandomGrey() })
            Assert.Contains("[2, 2, 4, 4]", Assert.Throws<ArgumentException>(() => colours(zeros(2, 2, 4, 4))).Message, StringComparison.Ordinal);
        Assert.Equal("brightness", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.ColorJitter(brightness: -0.1)).ParamName);
        Assert.Equal("contrast", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.ColorJitter(contrast: 2)).ParamName);
        Assert.Equal("saturation", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.ColorJitter(saturation: double.NaN)).ParamName);
        Assert.Equal("hue", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.ColorJitter(hue: 0.6)).ParamName);
        Assert.Equal("probability", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.RandomGrey(1.1)).ParamName);
        Assert.Equal("probability", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.HorizontalFlip(-1)).ParamName);
    }
}
