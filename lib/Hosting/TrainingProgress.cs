using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace NotebookHelpers;

/// <summary>
/// Shows a training run while it goes: bar, epoch, loss with its curve, images per second, time left, in one output that updates in place.
/// </summary>
/// <remarks>
/// Unlike <see cref="Progress{T}"/> it reports on the calling thread, so that the last state is on the page when the cell ends.
/// </remarks>
public sealed class TrainingProgress : IProgress<TrainingReport>, IHtmlReport
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly string _title;
    private readonly List<double> _epochLosses = [];
    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();
    private LiveDisplay? _display;
    private TrainingReport? _last;

    /// <summary>A progress display, shown with the first report.</summary>
    /// <param name="title">What is trained.</param>
    public TrainingProgress(string title = "training") => _title = title;

    /// <inheritdoc/>
    public void Report(TrainingReport value)
    {
        if (_last is not null && _last.Epoch != value.Epoch) _epochLosses.Add(_last.Loss);
        _last = value;
        if (_display is null) _display = LiveDisplay.Show(this);
        else if (_sinceShown.Elapsed >= Pause || value.Step == value.Steps) _display.Update(this);
        else return;
        _sinceShown.Restart();
    }

    /// <inheritdoc/>
    public string ToHtml()
    {
        if (_last is not { } now) return "";
        double share = now.Steps == 0 ? 1 : (double)now.Step / now.Steps;
        var html = new StringBuilder("<div class=\"nbh-progress\" style=\"font-variant-numeric:tabular-nums\">");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<div style=\"display:flex;gap:1em;align-items:center;flex-wrap:wrap\">"
            + $"<b>{System.Net.WebUtility.HtmlEncode(_title)}</b>");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<progress max=\"1\" value=\"{share:0.###}\" aria-label=\"share of the training done\" style=\"width:12em\"></progress>");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<span>epoch {now.Epoch} of {now.Epochs}</span><span>loss {now.Loss:0.0000}</span>{Sparkline()}<span>{Speed(now)}</span>");
        return html.Append(CultureInfo.InvariantCulture, $"<span>{Time(now)}</span></div></div>").ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => _last is { } now
        ? string.Create(
            CultureInfo.InvariantCulture, $"{_title}: epoch {now.Epoch} of {now.Epochs}, loss {now.Loss:0.0000}, {Speed(now)}, {Time(now)}")
        : "";

    private static string Speed(TrainingReport report) =>
        string.Create(CultureInfo.InvariantCulture, $"{report.ImagesPerSecond:N0} images/s");

    private static string Time(TrainingReport report) => report.Step == report.Steps
        ? string.Create(CultureInfo.InvariantCulture, $"{report.Elapsed.TotalSeconds:0.0} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(report.Remaining.TotalSeconds):0} s left");

    private string Sparkline()
    {
        double[] losses = [.. _epochLosses, _last!.Loss];
        if (losses.Length < 2) return "";
        double low = losses.Min(), high = losses.Max(), height = high > low ? high - low : 1;
        var points = losses.Select((loss, i) => string.Create(
            CultureInfo.InvariantCulture, $"{100.0 * i / (losses.Length - 1):0.#},{19 - 18 * (loss - low) / height:0.#}"));
        return "<svg width=\"100\" height=\"20\" viewBox=\"0 0 100 20\" role=\"img\" aria-label=\"loss of each epoch\">"
            + $"<polyline points=\"{string.Join(' ', points)}\" fill=\"none\" stroke=\"#0072B2\" stroke-width=\"1.5\"/></svg>";
    }
}
