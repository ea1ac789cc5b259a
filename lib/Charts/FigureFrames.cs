namespace NotebookHelpers;

/// <summary>The states of a figure that changes, with their slider and the button that plays them.</summary>
/// <param name="states">The name of each state, and for each trace its values along x, y and, in space, z.</param>
/// <param name="duration">How long one state takes to become the next, in milliseconds.</param>
internal sealed class FigureFrames((string Name, double[][][] Axes)[] states, int duration)
{
    private readonly string[] _names = [.. states.Select(state => state.Name)];

    /// <summary>Adds the states and a slider through them.</summary>
    /// <param name="figure">Its traces are those of the state <paramref name="active"/>.</param>
    /// <param name="active">The state that shows first.</param>
    /// <param name="prefix">What stands before a state's name.</param>
    /// <param name="playable">Whether a button plays them.</param>
    public void AddTo(FigureBuilder figure, int active, string prefix, bool playable)
    {
        // Plotly.NET's charts hold no frames; the formatter hands them to plotly.js.
        figure.Extras["frames"] = states.Select(Frame).ToArray();
        figure.Height += 80;
        figure.Margin.Set(("b", 145));
        figure.Layout.Set(("sliders", new[] { Slider(active, prefix, left: playable ? 95 : 0) }));
        if (playable) figure.Layout.Set(("updatemenus", new[] { PlayButton() }));
    }

    private static object Frame((string Name, double[][][] Axes) state) => new
    {
        name = state.Name,
        data = state.Axes.Select(axes => axes.Zip("xyz")
            .ToDictionary(pair => $"{pair.Second}", pair => ChartNumbers.WithGaps(pair.First))).ToArray(),
        traces = Enumerable.Range(0, state.Axes.Length).ToArray(),
    };

    private object Slider(int active, string prefix, int left) => new
    {
        active,
        currentvalue = new { prefix },
        bgcolor = ChartStyle.ControlColor,
        activebgcolor = "#bbb",
        bordercolor = ChartStyle.ControlColor,
        tickcolor = ChartStyle.ControlColor,
        pad = new { t = 45, l = left },
        steps = _names.Select(name => new
        {
            label = name,
            method = "animate",
            args = new[] { new[] { name }, Animation("immediate") },
        }).ToArray(),
    };

    private object PlayButton() => new
    {
        type = "buttons",
        showactive = false,
        bgcolor = ChartStyle.GridColor,
        bordercolor = ChartStyle.ControlColor,
        x = 0,
        y = 0,
        xanchor = "left",
        yanchor = "top",
        pad = new { t = 75 },
        buttons = new[] { new { label = "▶ play", method = "animate", args = new[] { _names, Animation("afterall") } } },
    };

    private object Animation(string mode) => new
    {
        mode,
        // Points in space move only where the whole scene is drawn again.
        frame = new { duration = duration + 200, redraw = states[0].Axes.Any(axes => axes.Length == 3) },
        transition = new { duration },
    };
}
