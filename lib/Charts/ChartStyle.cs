namespace NotebookHelpers;

/// <summary>The colours, symbols and dashes by which the charts tell things apart.</summary>
internal static class ChartStyle
{
    // The formatter gives the text the colour of the page; this one can be read on light and on dark where it cannot.
    public const string TextColor = "#7a7a7a", GridColor = "rgba(128,128,128,0.22)", ControlColor = "#888";

    // Black is left out of the palette: pages may be dark.
    public static readonly string[] Palette =
    [
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#A6761D", "#7F7F7F", "#B2182B",
    ];

    // Blue, violet, red, yellow and back: neighbours on the circle look alike, and what lies opposite differs in lightness or hue.
    public static readonly object[][] CyclicScale =
    [
        [0.0, "#1f3a93"], [0.125, "#5b4fae"], [0.25, "#a04b9b"], [0.375, "#d1495b"], [0.5, "#f0883e"], [0.625, "#f2c14e"],
        [0.75, "#8fb36b"], [0.875, "#3d8fa8"], [1.0, "#1f3a93"],
    ];

    private static readonly string[] Symbols =
    [
        "circle", "diamond", "square", "triangle-up", "cross", "x", "triangle-down", "pentagon", "star", "hexagon",
    ];

    private static readonly string[] SymbolsInSpace = ["circle", "diamond", "square", "cross", "x"];

    // As many as there are colours: a dash belongs to a colour.
    private static readonly string[] Dashes =
    [
        "solid", "dash", "dot", "dashdot", "longdash", "solid", "dash", "dot", "dashdot", "longdash",
    ];

    public static string ColorOf(int rank) => Palette[rank % Palette.Length];

    public static string DashOf(int rank) => Dashes[rank % Dashes.Length];

    public static string SymbolOf(int rank, int dimensions = 2)
    {
        string[] symbols = dimensions == 3 ? SymbolsInSpace : Symbols;
        return symbols[rank % symbols.Length];
    }
}
