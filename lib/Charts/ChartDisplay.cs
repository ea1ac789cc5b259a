namespace NotebookHelpers;

/// <summary>How a notebook shows Plotly.NET charts.</summary>
public enum ChartDisplay
{
    /// <summary>
    /// A static picture that becomes the live chart where scripts run. plotly.js (3.6 MB) comes with the first cell's output, so that
    /// no network is needed.
    /// </summary>
    Offline,

    /// <summary>
    /// By the formatter of Plotly.NET.Interactive: outputs of a few kilobytes, without a picture; the page loads RequireJS and plotly.js
    /// from a network.
    /// </summary>
    PlotlyInteractive,
}
