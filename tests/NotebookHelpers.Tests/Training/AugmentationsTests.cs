using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Training;

public sealed class AugmentationsTests
{
    private const int Count = 200, Side = 29;

    public static TheoryData<string> Names => [.. Each.Keys];

    private static readonly Dictionary<string, Augmentation> Each = new()
    {
        ["crop"] = Augmentations.ResizedCrop(0.3),
        ["affine"] = Augmentations.Affine(30, 0.2, 1.3, 0.2),
        ["erase"] = Augmentations.Erase(0.5),
        ["blur"] = Augmentations.Blur(0.5, 2),
        ["noise"] = Augmentations.Noise(0.3),
        ["all"] = Augmentations.Compose(Augmentations.ResizedCrop(0.5), Augmentations.Blur(0.5, 1), Augmentations.Noise(0.1)),
    };

    // Column and row as values: what a sampled image shows is where it looked.
    private static Tensor Ramps(int n)
    {
        var place = (arange(Side, dtype: ScalarType.Float64) * 2 + 1) / Side - 1;
        return stack([place.unsqueeze(0).expand(Side, Side), place.unsqueeze(1).expand(Side, Side)]).expand(n, 2, Side, Side);
    }

    // The change across one pixel, times half the side: the matrix [n, (x, y), (column, row)] that Sampled used, read at the centre.
    private static Tensor MatrixOf(Tensor seen)
    {
        int c = Side / 2;
        var across = (seen[.., .., c, c + 1] - seen[.., .., c, c - 1]) * (Side / 4.0);
        var down = (seen[.., .., c + 1, c] - seen[.., .., c - 1, c]) * (Side / 4.0);
        return stack([across, down], 2);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_image_changes_in_its_own_way_and_the_input_stays(string name)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var image = rand(1, 3, 20, 24);
        var batch = image.expand(16, 3, 20, 24).clone();
        var before = batch.clone();
        var changed = Each[name](batch);
        Assert.Equal(batch.shape, changed.shape);
        Assert.Equal(batch.dtype, changed.dtype);
        Assert.True(batch.eq(before).all().item<bool>());
        for (int i = 1; i < 16; i++) Assert.False(changed[0].eq(changed[i]).all().item<bool>());
        random.manual_seed(1);
        rand(1, 3, 20, 24);
        Assert.True(Each[name](batch).eq(changed).all().item<bool>());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_images_give_no_images_and_no_tensor_is_left(string name)
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0L, 1L, 28L, 28L], Each[name](zeros(0, 1, 28, 28)).shape);
        var batch = rand(4, 1, 28, 28);
        Each[name](batch).Dispose();
        long live = LiveTensors.Count();
        Each[name](batch).Dispose();
        Assert.Equal(live, Tensor.TotalCount);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_no_batch_of_pixels_is_refused(string name)
    {
        using var scope = NewDisposeScope();
        Assert.Equal("pixels", Assert.Throws<ArgumentException>(() => Each[name](rand(28, 28))).ParamName);
        Assert.Equal("pixels", Assert.Throws<ArgumentException>(() => Each[name](zeros(2, 1, 28, 28, dtype: ScalarType.Byte))).ParamName);
    }

    [Fact]
    public void A_crop_keeps_its_share_of_the_area_and_stays_inside()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        var seen = Augmentations.ResizedCrop(0.4, 0.9, 1.5)(Ramps(Count));
        var matrix = MatrixOf(seen);
        var (width, height) = (matrix[.., 0, 0], matrix[.., 1, 1]);
        Assert.True(matrix[.., 0, 1].abs().max().item<double>() < 1e-9);
        var area = width * height;
        Assert.InRange(area.min().item<double>(), 0.3, 0.5);
        Assert.InRange(area.max().item<double>(), 0.8, 0.9 + 1e-9);
        Assert.InRange((width / height).log().abs().max().item<double>(), 0.3, Math.Log(1.5) + 1e-9);
        // The centre looks at most (1 - width) away from the middle.
        var centre = seen[.., .., Side / 2, Side / 2];
        Assert.True((centre[.., 0].abs() - (1 - width)).max().item<double>() < 1e-9);
        Assert.True((centre[.., 1].abs() - (1 - height)).max().item<double>() < 1e-9);
    }

    [Fact]
    public void Turns_scales_and_shifts_fill_their_ranges()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var seen = Augmentations.Affine(degrees: 20, translate: 0.1, scale: 1.25)(Ramps(Count));
        var matrix = MatrixOf(seen);
        var degrees = atan2(matrix[.., 1, 0], matrix[.., 0, 0]) * (180 / Math.PI);
        Assert.InRange(degrees.max().item<double>(), 18, 20 + 1e-9);
        Assert.InRange(degrees.min().item<double>(), -20 - 1e-9, -18);
        // A turn and a scale: the determinant is the square of the scale, the columns are at right angles.
        var scale = (matrix[.., 0, 0] * matrix[.., 1, 1] - matrix[.., 0, 1] * matrix[.., 1, 0]).sqrt();
        Assert.InRange(scale.max().item<double>(), 1.2, 1.25 + 1e-9);
        Assert.InRange(scale.min().item<double>(), 0.8 - 1e-9, 0.83);
        Assert.True((matrix[.., 0, 0] * matrix[.., 0, 1] + matrix[.., 1, 0] * matrix[.., 1, 1]).abs().max().item<double>() < 1e-9);
        // A tenth of the width is 0.2 of coordinates that run from -1 to 1.
        Assert.InRange(seen[.., .., Side / 2, Side / 2].abs().max().item<double>(), 0.18, 0.2 + 1e-9);
    }

    [Fact]
    public void In_a_picture_that_is_not_square_every_pixel_follows_one_turn_and_scale()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(8);
        const int height = 21, width = 35;
        // Where each pixel lies, in pixels from the centre: a turn keeps its shape.
        Tensor Places(int size) => arange(size, dtype: ScalarType.Float64) - (size - 1) / 2.0;
        var (x, y) = (Places(width).unsqueeze(0).expand(height, width), Places(height).unsqueeze(1).expand(height, width));
        var seen = Augmentations.Affine(degrees: 30, translate: 0.05, scale: 1.2)(stack([x, y]).expand(50, 2, height, width));
        var (middle, right, below) = (seen[.., .., 10, 17], seen[.., .., 10, 18] - seen[.., .., 10, 17], seen[.., .., 11, 17] - seen[.., .., 10, 17]);
        Assert.True((right * below).sum(1).abs().max().item<double>() < 1e-9); // at right angles
        Assert.True((right.norm(1) - below.norm(1)).abs().max().item<double>() < 1e-9); // of one length
        Assert.InRange(right.norm(1).max().item<double>(), 1.1, 1.2 + 1e-9);
        // Away from the border, where black comes in.
        for (int v = 7; v < 14; v++)
            for (int u = 12; u < 23; u++)
                Assert.True((seen[.., .., v, u] - (middle + right * (u - 17) + below * (v - 10))).abs().max().item<double>() < 1e-9);
    }

    [Fact]
    public void A_shear_shifts_rows_and_nothing_else()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var matrix = MatrixOf(Augmentations.Affine(shear: 0.3)(Ramps(Count)));
        Assert.InRange(matrix[.., 0, 1].abs().max().item<double>(), 0.27, 0.3 + 1e-9);
        Assert.True((matrix[.., 0, 0] - 1).abs().max().item<double>() < 1e-9);
        Assert.True(matrix[.., 1, 0].abs().max().item<double>() < 1e-9);
    }

    [Fact]
    public void Erasing_takes_one_rectangle_of_at_most_the_area()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var gone = Augmentations.Erase(0.25, probability: 0.5)(ones(1000, 1, 28, 28)).eq(0).squeeze(1);
        var (rows, columns) = (gone.any(2), gone.any(1));
        // A rectangle is the product of its rows and columns.
        Assert.True(gone.eq(rows.unsqueeze(2).logical_and(columns.unsqueeze(1))).all().item<bool>());
        var area = gone.to_type(ScalarType.Float64).mean([1L, 2L]);
        Assert.InRange(area.max().item<double>(), 0.2, 0.25 * 1.1); // sides are rounded to pixels
        Assert.InRange(area.gt(0).to_type(ScalarType.Float64).mean().item<double>(), 0.42, 0.58);
    }

    [Fact]
    public void A_blur_is_the_weighted_mean_of_double_loops()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        const double sigma = 1.3;
        var image = rand(1, 1, 7, 9, dtype: ScalarType.Float64);
        var blurred = Augmentations.Blur(sigma, sigma)(image);
        for (int y = 0; y < 7; y++)
            for (int x = 0; x < 9; x++)
            {
                double sum = 0, weights = 0;
                for (int v = 0; v < 7; v++)
                    for (int u = 0; u < 9; u++)
                    {
                        double weight = Math.Exp(-((x - u) * (x - u) + (y - v) * (y - v)) / (2 * sigma * sigma));
                        sum += weight * image[0, 0, v, u].item<double>();
                        weights += weight;
                    }
                Assert.Equal(sum / weights, blurred[0, 0, y, x].item<double>(), 1e-12);
            }
    }

    [Fact]
    public void Noise_has_the_deviation_asked_for()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var noise = Augmentations.Noise(0.2)(zeros(100, 1, 28, 28));
        Assert.Equal(0, noise.mean().item<float>(), 0.005f);
        Assert.Equal(0.2, noise.std().item<float>(), 0.005);
    }

    [Fact]
    public void Nothing_to_do_leaves_the_pixels()
    {
        using var scope = NewDisposeScope();
        var batch = rand(3, 1, 28, 28);
        foreach (var idle in new[] { Augmentations.Compose(), Augmentations.Affine(), Augmentations.ResizedCrop(1, 1, 1), Augmentations.Noise(0), Augmentations.Erase(1, 0) })
        {
            using var seen = idle(batch);
            Assert.True((seen - batch).abs().max().item<float>() < 1e-5);
        }
        Assert.False(batch.IsInvalid);
    }

    [Fact]
    public void Bounds_outside_their_range_are_refused()
    {
        Assert.Equal("minArea", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.ResizedCrop(0)).ParamName);
        Assert.Equal("maxArea", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.ResizedCrop(0.5, 1.1)).ParamName);
        Assert.Equal("maxAspect", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.ResizedCrop(0.5, 1, 0.5)).ParamName);
        Assert.Equal("degrees", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.Affine(-1)).ParamName);
        Assert.Equal("scale", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.Affine(scale: 0.9)).ParamName);
        Assert.Equal("probability", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.Erase(0.1, 2)).ParamName);
        Assert.Equal("minSigma", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.Blur(0, 1)).ParamName);
        Assert.Equal("maxSigma", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.Blur(1, 0.5)).ParamName);
        Assert.Equal("deviation", Assert.Throws<ArgumentOutOfRangeException>(() => Augmentations.Noise(double.NaN)).ParamName);
    }
}
