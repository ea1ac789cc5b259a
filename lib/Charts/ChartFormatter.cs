using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DotNet.Interactive.Formatting;
using Plotly.NET;

namespace NotebookHelpers;

/// <summary>
/// Shows Plotly.NET charts: a static SVG picture, which a script replaces by the live chart where scripts run. It takes
/// the part of Plotly.NET.Interactive, whose formatter needs RequireJS and a network.
/// </summary>
internal static class ChartFormatter
{
    private static readonly string LiveChart = Resource(typeof(ChartFormatter), "chart.js");

    private static int _shown;

    public static string PlotlyNetVersion => Notebook.VersionOf(typeof(GenericChart));

    /// <summary>Numbers charts from 1 again, as in a new session.</summary>
    public static void Restart() => _shown = 0;

    public static void Register(ChartDisplay display)
    {
        Formatter.Register<GenericChart>(display == ChartDisplay.Offline ? ToHtml : ToInteractiveHtml, "text/html");
        Formatter.Register<GenericChart>(Describe, "text/plain");
        Formatter.SetPreferredMimeTypesFor(typeof(GenericChart), "text/html");
    }

    public static string ToHtml(GenericChart chart)
    {
        var figure = FigureJson.Of(chart);
        var layout = figure["layout"]!.AsObject();
        var extras = layout["meta"] as JsonObject;
        layout.Remove("meta"); // read by the script below, not by plotly.js
        string data = Script(figure["data"]), shape = Script(layout), title = TitleOf(figure);

        // Two outputs on one page must not share an id, even when a notebook holds outputs of an earlier session; two equal runs must
        // give equal pages.
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data + shape)).AsSpan(0, 4));
        string id = string.Create(CultureInfo.InvariantCulture, $"nbh-chart-{++_shown}-{digest}");
        string height = layout["height"].AsText() ?? "450", label = WebUtility.HtmlEncode(title);
        // A picture in an image: Jupyter takes scripts and inline SVG out of notebooks that it does not trust. On a phone it scrolls.
        string picture = Convert.ToBase64String(Encoding.UTF8.GetBytes(ChartSvg.Render(figure)));
        return $$"""
            <div class="nbh-chart" id="{{id}}" role="figure" aria-label="{{label}}" style="position:relative;width:100%;min-height:{{height}}px;overflow-x:auto">
            <img alt="{{label}}" style="display:block;width:100%;min-width:480px;max-width:720px" src="data:image/svg+xml;base64,{{picture}}"></div>
            <script type="text/javascript">
            (function () {
              var data = {{data}}, layout = {{shape}}, extras = {{Script(extras)}} || {};
              var id = "{{id}}", title = {{Script(title)}}, cdn = "https://cdn.plot.ly/plotly-{{PageSetUp.Version}}.min.js";
            {{LiveChart}}
            })();
            </script>
            """;
    }

    private static string ToInteractiveHtml(GenericChart chart) => Plotly.NET.Interactive.Formatters.toInteractiveHTML(chart);

    private static string Describe(GenericChart chart)
    {
        var figure = FigureJson.Of(chart);
        return $"chart: {TitleOf(figure)} ({figure["data"]!.AsArray().Count} traces)";
    }

    internal static string Resource(Type owner, string name)
    {
        using var stream = owner.Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{owner.Assembly.GetName().Name} {Notebook.VersionOf(owner)} has no resource {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string TitleOf(JsonNode figure) => figure["layout"]?["title"].AsTitle() ?? "";

    // The default encoder writes < and > as escapes, so no text can end the script element.
    private static string Script(JsonNode? node) => node?.ToJsonString(JsonSerializerOptions.Default) ?? "null";
}

/// <summary>
/// What the first cell brings to the page: plotly.js as Plotly.NET ships it, so that charts need no network, and the triangle before
/// hints and solutions, which Jupyter Notebook 6 takes away.
/// </summary>
/// <param name="plotly">Whether plotly.js comes along.</param>
internal sealed class PageSetUp(bool plotly) : IHtmlReport
{
    public static string Version => Globals.PLOTLYJS_VERSION;

    // Jupyter Notebook 6 makes each summary a block, and only a list item has a marker.
    private const string Style = ".rendered_html summary { display: list-item; }";

    // Hidden from plotly.js, so that it registers as window.Plotly also on pages with RequireJS (Jupyter). One script does both: the
    // pages of the site, which have a style of their own, share one copy of it and show nothing in its place.
    public string ToHtml() => !plotly ? $"<style>{Style}</style>" : $$"""
        <script type="text/javascript" data-nbh-plotly="{{WebUtility.HtmlEncode(Version)}}">
        if (!window.Plotly) (function (define, module, exports) {
        {{ChartFormatter.Resource(typeof(GenericChart), $"Plotly.NET.plotly-{Version}.min.js")}}
        }).call(window);
        document.head.appendChild(document.createElement("style")).textContent = "{{Style}}";
        </script>
        """;

    public override string ToString() => "";
}
