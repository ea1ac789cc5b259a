namespace NotebookHelpers;

/// <summary>Properties of a part of a figure (an axis, a marker, the legend), by the names that plotly.js gives them.</summary>
/// <remarks>
/// Not Plotly.NET's own objects for them: their constructors take dozens of options of F# and type arguments that C# cannot leave out, and
/// their base class comes from an assembly of which a host may hold a second copy, so that no generic method can name it.
/// </remarks>
internal sealed class FigureProperties : Dictionary<string, object>
{
    /// <summary>Sets the properties whose value is not null. Numbers in a list that are not finite become gaps.</summary>
    public FigureProperties Set(params (string Name, object? Value)[] properties)
    {
        foreach (var (name, value) in properties)
            if (value is not null)
                this[name] = value switch
                {
                    double[] numbers => ChartNumbers.WithGaps(numbers),
                    double[][] rows => rows.Select(ChartNumbers.WithGaps).ToArray(),
                    _ => value,
                };
        return this;
    }
}
