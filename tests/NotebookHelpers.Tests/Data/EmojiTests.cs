using static TorchSharp.torch;

namespace NotebookHelpers.Tests.Data;

public class EmojiTests
{
    [Fact]
    public void Every_emoji_has_two_pictures_and_names()
    {
        using var emoji = Emoji.Load();
        foreach (var pictures in new[] { emoji.Twemoji, emoji.Noto })
        {
            Assert.Equal([1911, 3, 32, 32], pictures.shape);
            Assert.Equal(ScalarType.Byte, pictures.dtype);
        }
        Assert.Equal(1911, emoji.Entries.Select(entry => entry.ShortName).Distinct().Count());
        Assert.Equal((10, 99), (emoji.Categories.Count, emoji.Subcategories.Count));
        Assert.Contains(new EmojiEntry("1F436", "dog", "dog face", "Animals & Nature", "animal-mammal"), emoji.Entries);
    }

    [Fact]
    public void Labels_are_places_in_the_lists_of_names()
    {
        using var scope = NewDisposeScope();
        using var emoji = Emoji.Load();
        long[] categories = emoji.CategoryLabels().data<long>().ToArray(), subcategories = emoji.SubcategoryLabels().data<long>().ToArray();
        Assert.Equal(emoji.Entries.Select(entry => entry.Category), categories.Select(label => emoji.Categories[(int)label]));
        Assert.Equal(emoji.Entries.Select(entry => entry.Subcategory), subcategories.Select(label => emoji.Subcategories[(int)label]));
    }

    [Fact]
    public void The_split_is_fixed_and_has_every_category_in_proportion()
    {
        using var emoji = Emoji.Load();
        var (train, validation, unseen) = emoji.Split();
        Assert.Equal((1147, 382, 382), (train.Length, validation.Length, unseen.Length));
        Assert.Equal(Enumerable.Range(0, 1911), train.Concat(validation).Concat(unseen).Order());
        foreach (var category in emoji.Entries.Index().GroupBy(entry => entry.Item.Category, entry => entry.Index))
            foreach (var (part, share) in new[] { (train, 0.6), (validation, 0.2), (unseen, 0.2) })
                Assert.InRange(part.Intersect(category).Count() - share * category.Count(), -1, 1);

        // The same every time, whatever the seed, and in every version: what the notebooks say was measured on it.
        manual_seed(5);
        using var again = Emoji.Load();
        var other = again.Split();
        Assert.Equal(train, other.Train);
        Assert.Equal(validation, other.Validation);
        Assert.Equal(unseen, other.Unseen);
        Assert.Equal(["sled", "football", "ticket"], new[] { train, validation, unseen }.Select(part => emoji.Entries[part[0]].ShortName));
    }

    [Theory]
    [InlineData("red_circle", 0)]
    [InlineData("large_green_circle", 1)]
    [InlineData("large_blue_circle", 2)]
    public void Channels_are_red_green_and_blue_on_white(string shortName, int brightest)
    {
        using var scope = NewDisposeScope();
        using var emoji = Emoji.Load();
        int place = emoji.Entries.ToList().FindIndex(entry => entry.ShortName == shortName);
        foreach (var pictures in new[] { emoji.Twemoji, emoji.Noto })
        {
            Assert.Equal(brightest, pictures[place, .., 16, 16].argmax().item<long>());
            Assert.True(pictures[place, .., 0, 0].eq(255).all().item<bool>());
        }
    }

    [Fact]
    public void Rows_run_from_top_to_bottom_and_columns_from_left_to_right()
    {
        using var scope = NewDisposeScope();
        using var emoji = Emoji.Load();
        // Green, white and red from left to right.
        var italy = emoji.Twemoji[emoji.Entries.ToList().FindIndex(entry => entry.ShortName == "it")];
        Assert.True(italy[1, 16, 3].item<byte>() > italy[0, 16, 3].item<byte>());
        Assert.True(italy[0, 16, 28].item<byte>() > italy[1, 16, 28].item<byte>());
        // White above red.
        var poland = emoji.Twemoji[emoji.Entries.ToList().FindIndex(entry => entry.ShortName == "flag-pl")];
        Assert.True(poland[1, 10, 16].item<byte>() > poland[1, 22, 16].item<byte>() + 100);
    }

    [Fact]
    public void Both_artists_drew_the_same_thing_in_each_row()
    {
        using var scope = NewDisposeScope();
        using var emoji = Emoji.Load();
        Tensor Small(Tensor pictures)
        {
            var mean = nn.functional.avg_pool2d(LabeledImages.ToPixels(pictures), 4).flatten(1);
            return nn.functional.normalize(mean - mean.mean([0L]), dim: 1);
        }
        // In colours averaged over 4 x 4 pixels the counterpart is often the nearest of 1,911; by chance it would be one.
        var nearest = Small(emoji.Twemoji).matmul(Small(emoji.Noto).t()).argmax(1);
        Assert.True(nearest.eq(arange(1911)).sum().item<long>() > 500);
    }

    [Fact]
    public void Missing_and_damaged_files_are_named()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(DataFolder.Path("emoji"))) File.Copy(file, folder.File(Path.GetFileName(file)));
        foreach (string name in new[] { "emoji.tsv", "noto-idx4-ubyte.gz", "twemoji-idx4-ubyte.gz" })
        {
            string path = folder.File(name);
            byte[] bytes = File.ReadAllBytes(path);
            File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
            Assert.Contains(path, Assert.Throws<InvalidDataException>(() => Emoji.Load(folder: folder.Path)).Message);
            File.Delete(path);
            Assert.Contains(path, Assert.Throws<FileNotFoundException>(() => Emoji.Load(folder: folder.Path)).Message);
            File.WriteAllBytes(path, bytes);
        }
    }
}
