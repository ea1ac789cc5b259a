using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>What an emoji is called and where it belongs, after Unicode's lists.</summary>
/// <param name="Codes">Its code points in hexadecimal, with hyphens between: <c>1F436</c>.</param>
/// <param name="ShortName">A unique name without blanks: <c>dog</c>.</param>
/// <param name="Name">Its name in Unicode, in lower case: <c>dog face</c>.</param>
/// <param name="Category">One of ten: <c>Animals &amp; Nature</c>.</param>
/// <param name="Subcategory">One of 99: <c>animal-mammal</c>.</param>
public sealed record EmojiEntry(string Codes, string ShortName, string Name, string Category, string Subcategory);

/// <summary>
/// 1,911 emoji, each drawn by two artists, RGB 32 x 32 on white: Twitter's Twemoji and Google's Noto Emoji
/// (<c>data/README.md</c> names authors and licences). Row i of both and entry i are the same emoji.
/// </summary>
/// <param name="Twemoji">Twitter's drawings, uint8 [1911, 3, 32, 32], 0 to 255.</param>
/// <param name="Noto">Google's drawings, uint8 [1911, 3, 32, 32], 0 to 255.</param>
/// <param name="Entries">Names and categories, one entry per emoji.</param>
public sealed record Emoji(Tensor Twemoji, Tensor Noto, IReadOnlyList<EmojiEntry> Entries) : IDisposable
{
    private static readonly (string Name, string Sha256)
        TwemojiFile = ("twemoji-idx4-ubyte.gz", "bc942ea390ea92526381517cf64a3806ab7362b8a54235342ddda81ee0ef8fa2"),
        NotoFile = ("noto-idx4-ubyte.gz", "8b19ce205f702af38faba353aebc1566375c62f2da2726d0d5d95824f036bfcc"),
        EntriesFile = ("emoji.tsv", "e06876d073625662252ec9b684c015acd6ed41e04b695915876bf64642f2efb0");

    /// <summary>The categories, in alphabetical order; a label of <see cref="CategoryLabels"/> is a place in this list.</summary>
    public IReadOnlyList<string> Categories => Distinct(entry => entry.Category);

    /// <summary>
    /// The subcategories, in alphabetical order; a label of <see cref="SubcategoryLabels"/> is a place in this list.
    /// </summary>
    public IReadOnlyList<string> Subcategories => Distinct(entry => entry.Subcategory);

    /// <summary>The category of each emoji: int64 [1911] on the pictures' device.</summary>
    public Tensor CategoryLabels() => Labels(Categories, entry => entry.Category);

    /// <summary>The subcategory of each emoji: int64 [1911] on the pictures' device.</summary>
    public Tensor SubcategoryLabels() => Labels(Subcategories, entry => entry.Subcategory);

    /// <summary>
    /// One fixed split: about a fifth of the emoji (382) is unseen, another fifth (382) is for validation, and the
    /// rest (1,147) is for training. Each category has the same share of each part, up to one emoji. The split depends on the entries
    /// alone: neither on the notebook's seed nor on what was drawn before.
    /// </summary>
    /// <returns>Places in <see cref="Entries"/>, no place twice. Both drawings of an emoji are in the same part.</returns>
    /// <example><code>
    /// var (train, validation, unseen) = Emoji.Load().Split();
    /// </code></example>
    public (int[] Train, int[] Validation, int[] Unseen) Split()
    {
        // Shuffled within each category, then numbered: every fifth emoji is unseen, and the one next to it is for validation.
        var dice = new Random(8);
        int[] dealt = [.. Enumerable.Range(0, Entries.Count)
            .OrderBy(place => Entries[place].Category, StringComparer.Ordinal).ThenBy(_ => dice.Next())];
        int[] Cards(Func<int, bool> which) => [.. dealt.Where((_, card) => which(card % 5))];
        return (Cards(fifth => fifth < 3), Cards(fifth => fifth == 3), Cards(fifth => fifth == 4));
    }

    /// <summary>Loads the emoji and checks the SHA-256 digest of each file.</summary>
    /// <param name="device">Where the tensors live; null for the CPU.</param>
    /// <param name="folder">The folder of the three files; null for the repository's <c>data/emoji</c>.</param>
    /// <returns>The drawings and their entries. The caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message names it with its expected and actual digest.</exception>
    /// <example><code>
    /// var emoji = Emoji.Load();
    /// Charts.ImageGrid(emoji.Noto[..10], [.. emoji.Entries.Take(10).Select(entry => entry.Name)])
    /// </code></example>
    public static Emoji Load(Device? device = null, string? folder = null)
    {
        folder ??= DataFolder.Path("emoji");
        var entries = ReadEntries(Path.Combine(folder, EntriesFile.Name));
        var twemoji = IdxFile.Read(Path.Combine(folder, TwemojiFile.Name), TwemojiFile.Sha256);
        var noto = IdxFile.Read(Path.Combine(folder, NotoFile.Name), NotoFile.Sha256);

        using var scope = NewDisposeScope();
        return new Emoji(
            IdxImages.ToTensor(twemoji).to(device ?? CPU).MoveToOuterDisposeScope(),
            IdxImages.ToTensor(noto).to(device ?? CPU).MoveToOuterDisposeScope(),
            entries);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Twemoji.Dispose();
        Noto.Dispose();
    }

    private static EmojiEntry[] ReadEntries(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"Data file '{path}' is missing.{DataFolder.Remedy(path)}", path);
        byte[] contents = File.ReadAllBytes(path);
        string actual = Convert.ToHexStringLower(SHA256.HashData(contents));
        if (actual != EntriesFile.Sha256)
            throw new InvalidDataException(
                $"Data file '{path}' is damaged: its SHA-256 is {actual}, expected {EntriesFile.Sha256}.{DataFolder.Remedy(path)}");
        // The first line names the columns.
        return [.. Encoding.UTF8.GetString(contents).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.Split('\t')).Select(cells => new EmojiEntry(cells[0], cells[1], cells[2], cells[3], cells[4]))];
    }

    private string[] Distinct(Func<EmojiEntry, string> part) => [.. Entries.Select(part).Distinct().Order(StringComparer.Ordinal)];

    private Tensor Labels(IReadOnlyList<string> names, Func<EmojiEntry, string> part)
    {
        var places = names.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => (long)pair.place);
        return tensor(Entries.Select(entry => places[part(entry)]).ToArray(), device: Twemoji.device);
    }
}
