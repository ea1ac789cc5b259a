using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The MNIST database of handwritten digits (LeCun, Cortes, Burges 1998): 60,000 images for training and 10,000 for testing, grey, of 28 x
/// 28 pixels.
/// </summary>
public static class Mnist
{
    private static readonly (string Name, string Sha256) TrainImages =
        ("train-images-idx3-ubyte.gz", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
    private static readonly (string Name, string Sha256) TrainLabels =
        ("train-labels-idx1-ubyte.gz", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");
    private static readonly (string Name, string Sha256) TestImages =
        ("t10k-images-idx3-ubyte.gz", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
    private static readonly (string Name, string Sha256) TestLabels =
        ("t10k-labels-idx1-ubyte.gz", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

    /// <summary>Loads one of the two parts and checks the SHA-256 digest of each file.</summary>
    /// <param name="train">True for the 60,000 training images, false for the 10,000 test images.</param>
    /// <param name="device">Where the tensors live; null for the CPU.</param>
    /// <param name="folder">The folder of the four files; null for the repository's <c>data/mnist</c>.</param>
    /// <returns>Images, uint8 [n, 28, 28], 0 to 255, and labels, int64 [n], 0 to 9. The caller disposes them.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; the message names it with its expected and actual digest.</exception>
    /// <example><code>
    /// var test = Mnist.Load(train: false);
    /// Charts.ImageGrid(test.Images[..10], columns: 5)
    /// </code></example>
    public static LabeledImages Load(bool train, Device? device = null, string? folder = null)
    {
        folder ??= DataFolder.Path("mnist");
        var (imagesFile, labelsFile) = train ? (TrainImages, TrainLabels) : (TestImages, TestLabels);
        var images = IdxFile.Read(Path.Combine(folder, imagesFile.Name), imagesFile.Sha256);
        var labels = IdxFile.Read(Path.Combine(folder, labelsFile.Name), labelsFile.Sha256);

        using var scope = NewDisposeScope();
        device ??= CPU;
        return new LabeledImages(
            IdxImages.ToTensor(images).to(device).MoveToOuterDisposeScope(),
            IdxImages.ToTensor(labels).to_type(ScalarType.Int64).to(device).MoveToOuterDisposeScope());
    }
}
