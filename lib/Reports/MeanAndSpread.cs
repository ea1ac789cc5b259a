using System.Globalization;

namespace NotebookHelpers;

/// <summary>The mean of repeated runs and their spread, the standard deviation. As text <c>0.975 ± 0.002</c>.</summary>
/// <param name="Mean">The mean of the runs.</param>
/// <param name="Spread">The standard deviation of the runs, with n - 1 in the denominator; NaN for one run.</param>
/// <param name="Runs">How many runs there are.</param>
/// <example><code>
/// var accuracy = MeanAndSpread.Of([0.974, 0.976, 0.975]);
/// Console.WriteLine($"{accuracy} over {accuracy.Runs} seeds");
/// </code></example>
public sealed record MeanAndSpread(double Mean, double Spread, int Runs)
{
    /// <summary>The mean and the spread of the results of repeated runs.</summary>
    /// <param name="values">One value per run, at least one.</param>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static MeanAndSpread Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        if (all.Length == 0) throw new ArgumentException("Expected the result of at least one run; got none.", nameof(values));
        double mean = all.Average(), squares = all.Sum(value => (value - mean) * (value - mean));
        return new(mean, all.Length > 1 ? Math.Sqrt(squares / (all.Length - 1)) : double.NaN, all.Length);
    }

    /// <summary>Mean ± spread to three places, such as <c>0.975 ± 0.002</c>; the mean alone for one run.</summary>
    public override string ToString() => Runs > 1
        ? string.Create(CultureInfo.InvariantCulture, $"{Mean:0.000} ± {Spread:0.000}")
        : Mean.ToString("0.000", CultureInfo.InvariantCulture);
}
