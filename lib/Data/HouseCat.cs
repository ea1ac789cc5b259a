using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// A house cat in motion: the twenty-four views of one plate of Eadweard J. Muybridge's <i>Animal Locomotion</i> (1887),
/// cut out of the picture in <c>data/house-cat</c> (its README says where and how).
/// </summary>
public static class HouseCat
{
    private const string Frames = "house-cat-frames-idx3-ubyte.gz";
    private const string Sha256 = "f7ce37fce5864215c4986de3fa8dfaea1cf8e672662fa989f30bdaeb433dfb97";

    /// <summary>Loads the views and checks the SHA-256 digest of the file.</summary>
    /// <param name="device">Where the tensor lives; null for the CPU.</param>
    /// <param name="folder">The folder of the file; null for the repository's <c>data/house-cat</c>.</param>
    /// <returns>Grey images, uint8 [24, 104, 156], 0 to 255, in the order of the numbers on the plate.</returns>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="InvalidDataException">The file is damaged; the message names it with its expected and actual digest.</exception>
    /// <example><code>
    /// Charts.ImageGrid(HouseCat.Load()[..6], columns: 3)
    /// </code></example>
    public static Tensor Load(Device? device = null, string? folder = null)
    {
        var file = IdxFile.Read(Path.Combine(folder ?? DataFolder.Path("house-cat"), Frames), Sha256);

        using var scope = NewDisposeScope();
        return IdxImages.ToTensor(file).to(device ?? CPU).MoveToOuterDisposeScope();
    }
}
