using Plotly.NET;

namespace NotebookHelpers;

public static partial class Charts
{
    /// <summary>A family of lines, one member at a time, chosen by a slider.</summary>
    /// <param name="title">The chart's title.</param>
    /// <param name="xAxis">The name of the horizontal axis, with its unit.</param>
    /// <param name="yAxis">The name of the vertical axis, with its unit.</param>
    /// <param name="slider">What the slider changes.</param>
    /// <param name="steps">The slider's value and the lines of each step; every step has the same lines.</param>
    /// <param name="active">The index of the step that is shown first, from 0.</param>
    /// <param name="equalAxes">Whether a unit has the same length on both axes, as shapes need.</param>
    /// <returns>The chart, not yet shown.</returns>
    /// <exception cref="ArgumentException">
    /// There is no step, the steps have different lines, or <paramref name="active"/> is not the index of a step.
    /// </exception>
    public static GenericChart SliderCurves(
        string title, string xAxis, string yAxis, string slider,
        IReadOnlyList<(string Value, IReadOnlyList<(string Name, double[] X, double[] Y)> Curves)> steps,
        int active = 0, bool equalAxes = false)
    {
        if (steps.Count == 0 || steps.Any(step => step.Curves.Count != steps[0].Curves.Count))
            throw new ArgumentException("Expected at least one step, and the same number of lines in each.", nameof(steps));
        if (active < 0 || active >= steps.Count)
            throw new ArgumentOutOfRangeException(nameof(active), active, $"Expected one of the steps, 0 to {steps.Count - 1}.");
        var figure = new FigureBuilder(title, xAxis, yAxis) { ShowLegend = steps[0].Curves.Count > 1 };
        var curves = steps.SelectMany(step => step.Curves).ToArray();
        // One range for all steps, so that what moves is seen to move.
        figure.XAxis.Set(("range", ChartNumbers.RangeOf(curves.SelectMany(curve => curve.X), margin: equalAxes ? 0.05 : 0)));
        figure.YAxis.Set(("range", ChartNumbers.RangeOf(curves.SelectMany(curve => curve.Y), margin: 0.05)));
        if (equalAxes) figure.ScaleEqually();
        AddLines(figure, steps[active].Curves, markers: false);
        double[] across = [.. curves.SelectMany(curve => curve.X)], up = [.. curves.SelectMany(curve => curve.Y)];
        double[][] Axes((string Name, double[] X, double[] Y) curve) =>
            [ChartNumbers.Significant(curve.X, 5, across), ChartNumbers.Significant(curve.Y, 5, up)];
        var states = steps.Select(step => (step.Value, step.Curves.Select(Axes).ToArray()));
        new FigureFrames([.. states], duration: 0).AddTo(figure, active, slider + " = ", playable: false);
        return figure.Build();
    }
}
