namespace NotebookHelpers;

/// <summary>How a notebook shows Plotly.NET charts.</summary>
public enum ChartDisplay
{
    /// <summary>
    /// A static picture, which becomes the interactive chart where scripts can run. plotly.js (3.6 MB) comes with the first cell's output,
    /// so that no network is needed.
    /// </summary>
    Offline,

    /// <summary>
    /// The formatter of Plotly.NET.Interactive is used: outputs of a few kilobytes, without a picture; the page loads RequireJS and
    /// plotly.js from a network.
    /// </summary>
    PlotlyInteractive,
}
