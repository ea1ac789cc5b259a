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
    private static int _shown;

    public static string PlotlyNetVersion => Notebook.VersionOf(typeof(GenericChart));

    public static void Register()
    {
        _shown = 0;
        Formatter.Register<GenericChart>(ToHtml, "text/html");
        Formatter.Register<GenericChart>(Describe, "text/plain");
        Formatter.SetPreferredMimeTypesFor(typeof(GenericChart), "text/html");
    }

    public static string ToHtml(GenericChart chart)
    {
        string json = GenericChart.toFigureJson(chart);
        var figure = JsonNode.Parse(json)!.AsObject();
        var layout = figure["layout"]!.AsObject();
        var meta = layout["meta"] as JsonObject;
        layout.Remove("meta"); // read by the script below, not by plotly.js
        string data = Script(figure["data"]), shape = Script(layout), extras = Script(meta);

        // Two outputs on one page must not share an id, even when a notebook holds outputs of an earlier session; two equal runs must give equal pages.
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data + shape)).AsSpan(0, 4));
        string id = string.Create(CultureInfo.InvariantCulture, $"nbh-chart-{++_shown}-{digest}");
        string height = layout["height"]?.ToJsonString() ?? "450";
        return $$"""
            <div class="nbh-chart" id="{{id}}" style="width:100%;min-height:{{height}}px">{{ChartSvg.Render(figure)}}</div>
            <script type="text/javascript">
            (function () {
              var data = {{data}}, layout = {{shape}}, extras = {{extras}} || {};
              function draw() {
                var chart = document.getElementById("{{id}}");
                if (!chart) return;
                chart.innerHTML = "";
                Plotly.newPlot(chart, data, layout, { responsive: true, displaylogo: false }).then(function () {
                  if (extras.frames) return Plotly.addFrames(chart, extras.frames);
                }).then(function () {
                  if (!extras.sprite) return;
                  var picture = document.createElement("div"), w = extras.tile[0], h = extras.tile[1], zoom = 3;
                  picture.style.cssText = "position:absolute;display:none;pointer-events:none;z-index:9;border:1px solid #888;image-rendering:pixelated;background-repeat:no-repeat;width:" + w * zoom + "px;height:" + h * zoom + "px";
                  picture.style.backgroundImage = "url(" + extras.sprite + ")";
                  picture.style.backgroundSize = w * zoom * extras.columns + "px auto";
                  chart.style.position = "relative";
                  chart.appendChild(picture);
                  chart.on("plotly_hover", function (hover) {
                    var point = hover.points[0], tile = point.customdata, box = chart.getBoundingClientRect();
                    if (tile === undefined) return;
                    picture.style.backgroundPosition = -(tile % extras.columns) * w * zoom + "px " + -Math.floor(tile / extras.columns) * h * zoom + "px";
                    picture.style.left = Math.min(hover.event.clientX - box.left + 14, box.width - w * zoom - 4) + "px";
                    picture.style.top = Math.max(0, hover.event.clientY - box.top - h * zoom - 10) + "px";
                    picture.style.display = "block";
                  });
                  chart.on("plotly_unhover", function () { picture.style.display = "none"; });
                });
              }
              function wait(tries) {
                if (window.Plotly) return draw();
                if (tries > 0) return setTimeout(function () { wait(tries - 1); }, 100);
                var script = document.createElement("script"); // the first cell was not run on this page
                script.src = "https://cdn.plot.ly/plotly-{{PlotlyScript.Version}}.min.js";
                script.onload = draw;
                document.head.appendChild(script);
              }
              wait(100);
            })();
            </script>
            """;
    }

    private static string Describe(GenericChart chart)
    {
        var figure = JsonNode.Parse(GenericChart.toFigureJson(chart))!;
        return $"chart: {TitleOf(figure)} ({figure["data"]!.AsArray().Count} traces)";
    }

    internal static string TitleOf(JsonNode figure) => figure["layout"]?["title"] switch
    {
        JsonObject title => (string?)title["text"] ?? "",
        JsonValue title => title.ToString(),
        _ => "",
    };

    // The default encoder writes < and > as escapes, so no text can end the script element.
    private static string Script(JsonNode? node) => node?.ToJsonString(JsonSerializerOptions.Default) ?? "null";
}

/// <summary>plotly.js as Plotly.NET ships it, brought to the page once by the first cell, so that charts need no network.</summary>
internal sealed class PlotlyScript : IHtmlReport
{
    public static string Version => Globals.PLOTLYJS_VERSION;

    public string ToHtml()
    {
        string resource = $"Plotly.NET.plotly-{Version}.min.js";
        using var stream = typeof(GenericChart).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"Plotly.NET {ChartFormatter.PlotlyNetVersion} has no resource {resource}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // Hidden from plotly.js, so that it registers as window.Plotly also on pages with RequireJS (Jupyter).
        return $"""
            <script type="text/javascript" data-nbh-plotly="{WebUtility.HtmlEncode(Version)}">
            if (!window.Plotly) (function (define, module, exports) {"{"}
            {reader.ReadToEnd()}
            {"}"}).call(window);
            </script>
            """;
    }

    public override string ToString() => "";
}
