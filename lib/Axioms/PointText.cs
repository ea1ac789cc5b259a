using System.Collections;
using System.Globalization;

namespace NotebookHelpers;

/// <summary>Points as a person writes them: numbers short, vectors in parentheses, sets in braces, texts in quotes.</summary>
internal static class PointText
{
    public static string Of(object? point) => point switch
    {
        null => "nothing",
        string text => $"\"{text}\"",
        double or float => ((IFormattable)point).ToString("0.####", CultureInfo.InvariantCulture),
        ValueTuple<double, double> pair => $"({Of(pair.Item1)}, {Of(pair.Item2)})",
        IEnumerable<string> set => $"{{{string.Join(", ", set.Order(StringComparer.Ordinal))}}}",
        IEnumerable values => $"({string.Join(", ", values.Cast<object?>().Select(Of))})",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => point.ToString() ?? "",
    };
}
