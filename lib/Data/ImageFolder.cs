using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// A reader's own pictures: a folder with one subfolder per class, which holds the class's pictures, in further subfolders
/// or not. JPEG, PNG, GIF (its first
/// picture), WebP, BMP, TIFF, TGA and PBM files are recognised by their contents, not by their names.
/// </summary>
/// <param name="Pictures">uint8 [n, 3, size, size] and the class of each, int64 [n]: a place in <paramref name="ClassNames"/>.</param>
/// <param name="ClassNames">The names of the subfolders, in the order of their characters' codes.</param>
/// <param name="Paths">The file of each picture, as a path below the folder, with slashes; ordered by class, then by path.</param>
/// <param name="Unreadable">The files that could not be read as a picture, each with the reason.</param>
public sealed record ImageFolder(
    LabeledImages Pictures, IReadOnlyList<string> ClassNames, IReadOnlyList<string> Paths,
        IReadOnlyList<(string Path, string Reason)> Unreadable)
    : IDisposable
{
    // A file of a few kilobytes can announce a picture that fills the memory.
    private const long MostPixels = 200_000_000;
    private const int LongestSide = 8192;

    // Of an animation only the first picture is decoded: a small file may hold thousands.
    internal static readonly Configuration FirstFrame = DecodingFirstFrame();

    /// <summary>
    /// Reads the pictures of a folder. Each is cut to its largest central square and scaled; transparent parts become white.
    /// </summary>
    /// <param name="folder">The folder of the classes' folders. Files and folders whose names begin with a dot are skipped.</param>
    /// <param name="size">Width and height of the resulting pictures, in pixels, 1 to 8192.</param>
    /// <param name="device">Where the tensors live; null for the CPU.</param>
    /// <returns>The pictures with their classes and paths. The caller disposes them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1 or above 8192.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder is missing, or has no subfolder.</exception>
    /// <exception cref="InvalidDataException">No file in it is a picture.</exception>
    /// <example><code>
    /// var mine = ImageFolder.Load("pictures", size: 64);
    /// Console.WriteLine(mine);
    /// Charts.ImageGrid(mine.Pictures.Images[..10], [.. mine.Paths.Take(10)])
    /// </code></example>
    public static ImageFolder Load(string folder, int size, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, LongestSide);
        string[] classes = Classes(folder);
        using var scope = NewDisposeScope();
        var (pixels, labels, paths, unreadable) = (new List<Tensor>(), new List<long>(), new List<string>(), new List<(string, string)>());
        for (int label = 0; label < classes.Length; label++)
            foreach (string file in Files(Path.Combine(folder, classes[label])))
            {
                string path = Path.GetRelativePath(folder, file).Replace('\\', '/');
                if (TryRead(file, size, out byte[] picture, out string reason))
                {
                    pixels.Add(tensor(picture, [3, size, size], dtype: ScalarType.Byte));
                    labels.Add(label);
                    paths.Add(path);
                }
                else unreadable.Add((path, reason));
            }
        if (labels.Count == 0)
            throw new InvalidDataException($"No file in the subfolders of '{folder}' is a picture.{Listed(unreadable)}");

        var pictures = new LabeledImages(
            stack(pixels).to(device ?? CPU).MoveToOuterDisposeScope(),
                tensor(labels.ToArray()).to(device ?? CPU).MoveToOuterDisposeScope());
        return new ImageFolder(pictures, classes, paths, unreadable);
    }

    /// <summary>How many pictures and classes there are, and which files could not be read.</summary>
    public override string ToString() => $"{Paths.Count} pictures in {ClassNames.Count} classes.{Listed(Unreadable)}";

    /// <inheritdoc/>
    public void Dispose() => Pictures.Dispose();

    private static Configuration DecodingFirstFrame()
    {
        var configuration = Configuration.Default.Clone();
        configuration.ImageFormatsManager.SetDecoder(GifFormat.Instance, new GifDecoder { DecodingMode = FrameDecodingMode.First });
        configuration.ImageFormatsManager.SetDecoder(TiffFormat.Instance, new TiffDecoder { DecodingMode = FrameDecodingMode.First });
        return configuration;
    }

    private static string[] Classes(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{Path.GetFullPath(folder)}'.");
        string[] classes = [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!)
            .Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        return classes.Length > 0 ? classes : throw new DirectoryNotFoundException(
            $"'{Path.GetFullPath(folder)}' has no subfolder; expected one for each class, with the pictures of that class in it.");
    }

    private static IEnumerable<string> Files(string folder) =>
        FilesBelow(folder, [RealPath(folder, Path.GetDirectoryName(Path.GetFullPath(folder))!)]).Order(StringComparer.Ordinal);

    // Links are followed, but not to a folder that this way has come through or that contains one: its pictures would be read again.
    private static IEnumerable<string> FilesBelow(string folder, string[] way) =>
        Directory.GetFiles(folder).Where(IsShown).Concat(
            from inner in Directory.GetDirectories(folder).Where(IsShown)
            let real = RealPath(inner, way[^1])
            where !way.Any(earlier => earlier == real || earlier.StartsWith(real + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            from file in FilesBelow(inner, [.. way, real])
            select file);

    private static bool IsShown(string path) => !Path.GetFileName(path).StartsWith('.');

    private static string RealPath(string folder, string realParent) => Path.TrimEndingDirectorySeparator(
        Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName
            ?? Path.Combine(realParent, Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))));

    // All red values, all green, all blue, each row by row.
    private static bool TryRead(string path, int size, out byte[] picture, out string reason)
    {
        (picture, reason) = (new byte[3 * size * size], "");
        try
        {
            var found = Image.Identify(path, out var format)
                ?? throw new UnknownImageFormatException("it is in no format of pictures that is known here");
            if ((long)found.Width * found.Height > MostPixels)
                throw new InvalidImageContentException(
                    $"{found.Width} x {found.Height} pixels are more than the {MostPixels:N0} that are read");
            byte[] file = File.ReadAllBytes(path);
            if (CutPicture.Is(file, format, found))
                throw new InvalidImageContentException("the file ends before the picture does");
            using var image = Image.Load<Rgba32>(FirstFrame, file);
            image.Mutate(steps => steps.AutoOrient().BackgroundColor(Color.White));
            int side = Math.Min(image.Width, image.Height);
            var middle = new Rectangle((image.Width - side) / 2, (image.Height - side) / 2, side, side);
            image.Mutate(steps => steps.Crop(middle).Resize(size, size));
            for (int y = 0; y < size; y++)
                for (int x = 0; x < size; x++)
                {
                    var pixel = image[x, y];
                    int place = y * size + x;
                    (picture[place], picture[size * size + place], picture[2 * size * size + place]) = (pixel.R, pixel.G, pixel.B);
                }
            return true;
        }
        // A damaged file makes decoders throw what their authors did not foresee, an index out of range for one.
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            reason = error.Message.ReplaceLineEndings(" ");
            return false;
        }
    }

    private static string Listed(IReadOnlyList<(string Path, string Reason)> files)
    {
        const int most = 10;
        if (files.Count == 0) return "";
        string more = files.Count > most ? $"; and {files.Count - most} more" : "";
        return $" Not read: {string.Join("; ", files.Take(most).Select(file => $"{file.Path} ({file.Reason})"))}{more}.";
    }
}
