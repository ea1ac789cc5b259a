using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>
/// The points that an embedding shows, in each of its states, thinned so that the chart stays light, and grouped by class.
/// </summary>
internal sealed class EmbeddingPoints
{
    // What the HTML of an embedding may weigh without its script and picture, in characters, so that it stays below 400 kB with them.
    private const int WeightLimit = 300_000;

    private readonly double[][] _coordinates;

    /// <param name="states">The points of each state, all [n, 2] or all [n, 3].</param>
    /// <param name="labels">[n]: classes if whole numbers, a quantity if real.</param>
    /// <param name="images">uint8 [n, height, width] grey, or [n, 3, height, width] in colour; null for no images.</param>
    /// <param name="classNames">A name per class; null for the label itself.</param>
    /// <exception cref="ArgumentException">A label has no name.</exception>
    public EmbeddingPoints(Tensor[] states, Tensor labels, Tensor? images, IReadOnlyList<string>? classNames)
    {
        int count = (int)labels.shape[0];
        Dimensions = DimensionsOf(states[0]);
        ByQuantity = labels.is_floating_point();
        // The last state stands in the figure's traces, too.
        int copies = states.Length == 1 ? 1 : states.Length + 1;
        Shown = ChartNumbers.Drawn(count, MostShown(count, Dimensions * copies, images));
        _coordinates = [.. states.Select(ChartNumbers.Of)];
        double[] finite = [.. _coordinates.SelectMany(values => values).Where(double.IsFinite)];
        (Low, High) = (finite.DefaultIfEmpty(0).Min(), finite.DefaultIfEmpty(1).Max());
        double[] all = ChartNumbers.Of(labels);
        Quantities = [.. Shown.Select(i => all[i])];
        Groups = ByQuantity ? [("", [.. Enumerable.Range(0, Shown.Length)])] : ByClass(classNames, all);
    }

    public int Dimensions { get; }

    public bool ByQuantity { get; }

    /// <summary>Which points show; the members of groups are places among them.</summary>
    public int[] Shown { get; }

    /// <summary>The label of each point shown.</summary>
    public double[] Quantities { get; }

    /// <summary>One group per class; a quantity is one group.</summary>
    public (string Name, int[] Members)[] Groups { get; }

    /// <summary>The least finite coordinate of all points in all states, 0 if there is none.</summary>
    public double Low { get; }

    /// <summary>The greatest finite coordinate of all points in all states, 1 if there is none.</summary>
    public double High { get; }

    public int LastState => _coordinates.Length - 1;

    public static int DimensionsOf(Tensor points) => points.dim() == 2 && points.shape[1] == 3 ? 3 : 2;

    /// <summary>The coordinates of a group's points in a state, axis by axis.</summary>
    public double[][] Axes(int state, int[] members) =>
    [
        .. Enumerable.Range(0, Dimensions).Select(axis => ChartNumbers.Rounded(
            [.. members.Select(place => _coordinates[state][Dimensions * Shown[place] + axis])], High - Low)),
    ];

    private (string Name, int[] Members)[] ByClass(IReadOnlyList<string>? classNames, double[] labels)
    {
        if (classNames is not null && Quantities.Any(label => label < 0 || label >= classNames.Count))
            throw new ArgumentException(
                $"Expected a name for each label; got {classNames.Count} names for labels {labels.Min()} to {labels.Max()}.",
                nameof(classNames));
        string NameOf(long label) => classNames is null ? label.ToString(CultureInfo.InvariantCulture) : classNames[(int)label];
        var classes = Enumerable.Range(0, Shown.Length).GroupBy(place => (long)Quantities[place]).OrderBy(group => group.Key);
        return [.. classes.Select(group => (NameOf(group.Key), group.ToArray()))];
    }

    // As many points as the chart may weigh: about 7 characters a number, and what an image takes in the sprite.
    private static int MostShown(int count, int numbersPerPoint, Tensor? images)
    {
        double weight = 7 * numbersPerPoint + 5;
        if (images is not null && count > 0)
        {
            int[] sample = ChartNumbers.Drawn(count, 200);
            weight += (double)SpriteSheet.Of(images, sample, out _).Length / sample.Length;
        }
        return Math.Clamp((int)(WeightLimit / weight), 2, Charts.MostPoints);
    }
}
