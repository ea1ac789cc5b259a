using System.Globalization;
using static TorchSharp.torch;

namespace NotebookHelpers;

/// <summary>Which numbers a chart shows, and with how many digits: enough for the eye, few enough for a light page.</summary>
internal static class ChartNumbers
{
    /// <summary>The values of a tensor of any shape, in order.</summary>
    /// <remarks>TorchSharp's accessor throws where there is nothing.</remarks>
    public static double[] Of(Tensor tensor) =>
        tensor.numel() == 0 ? [] : tensor.detach().to_type(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();

    /// <summary>At most <paramref name="most"/> of 0 .. count - 1, in order, chosen at random, always the same ones.</summary>
    /// <remarks>
    /// Points often come in a rhythm (class by class, five views of each image): an even choice could leave out a whole class.
    /// </remarks>
    public static int[] Drawn(int count, int most)
    {
        int[] all = [.. Enumerable.Range(0, count)];
        if (count <= most) return all;
        new Random(1).Shuffle(all);
        return [.. all[..most].Order()];
    }

    /// <summary>At most <paramref name="most"/> of 0 .. count - 1, evenly, the last one included.</summary>
    public static int[] Thinned(int count, int most) => count <= most
        ? [.. Enumerable.Range(0, count)]
        : [.. Enumerable.Range(0, most).Select(i => (int)((long)i * (count - 1) / (most - 1)))];

    /// <summary>The values to four digits of <paramref name="range"/>, which is finer than a pixel.</summary>
    public static double[] Rounded(double[] values, double range)
    {
        int digits = range > 0 ? Math.Clamp(4 - (int)Math.Ceiling(Math.Log10(range)), 0, 15) : 6;
        return [.. values.Select(value => Math.Round(value, digits))];
    }

    /// <summary>The values to so many significant digits each, or to more where all lie close together and far from zero.</summary>
    /// <param name="values">The values.</param>
    /// <param name="digits">The least number of digits.</param>
    /// <param name="among">All values that the chart compares them with.</param>
    public static double[] Significant(double[] values, int digits, IEnumerable<double> among)
    {
        var invariant = CultureInfo.InvariantCulture;
        double[] finite = [.. among.Where(double.IsFinite)];
        double range = finite.Length == 0 ? 0 : finite.Max() - finite.Min();
        double farther = range > 0 && double.IsFinite(range) ? Math.Log10(finite.Max(Math.Abs) / range) : 0;
        string format = string.Create(invariant, $"G{Math.Clamp(digits + (int)farther, digits, 17)}");
        return [.. values.Select(value => double.Parse(value.ToString(format, invariant), invariant))];
    }

    /// <summary>The values as plotly.js takes them: what is no finite number is null, a gap.</summary>
    /// <remarks>Plotly.NET writes NaN as the text "NaN", which makes a category of its own on a categorical axis.</remarks>
    public static object WithGaps(double[] values) =>
        values.All(double.IsFinite) ? values : values.Select(value => double.IsFinite(value) ? value : (double?)null).ToArray();

    /// <summary>
    /// The names, each of them different: plotly.js draws bars and cells of one name on each other. A repeated name gets marks of no width.
    /// </summary>
    public static string[] Apart(IEnumerable<string> names)
    {
        var seen = new HashSet<string>();
        return [.. names.Select(name =>
        {
            while (!seen.Add(name)) name += '\u200B';
            return name;
        })];
    }

    /// <summary>How far an axis reaches to both sides of its only value: so far that the ends differ from it as numbers, too.</summary>
    public static double Around(double only) => Math.Max(0.5, 0.1 * Math.Abs(only));

    /// <summary>The ends of an axis over the finite values, with a margin given as a share of their range.</summary>
    public static double[] RangeOf(IEnumerable<double> values, double margin)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length == 0) return [0, 1];
        double low = finite.Min(), high = finite.Max(), beyond = high > low ? margin * (high - low) : Around(low);
        return [low - beyond, high + beyond];
    }
}
