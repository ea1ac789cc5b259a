// Draws one chart. The formatter puts this into a function of its own, after the variables id, data, layout, extras, title, cdn.
function draw() {
  var chart = document.getElementById(id), fittedWidth = 0, slider = layout.sliders && layout.sliders[0];
  if (!chart) return;
  // Charts of the library are transparent: their text takes the page's colour, in its light and in its dark theme.
  var adaptive = layout.paper_bgcolor === "rgba(0,0,0,0)";
  function pageColor() { return getComputedStyle(chart).color; }
  function recolor() {
    if (chart.isConnected && chart.layout.font.color !== pageColor()) Plotly.relayout(chart, { "font.color": pageColor() });
  }

  // A long title is broken, and the legend gets the rows it needs, at every width; the drawing keeps its height.
  function fit() {
    if (chart.clientWidth === fittedWidth || !chart.clientWidth) return;
    fittedWidth = chart.clientWidth;
    var most = Math.max(16, Math.floor((fittedWidth - layout.margin.l) / 8.6)), lines = [""];
    title.split(" ").forEach(function (word) {
      var line = lines[lines.length - 1];
      if (line && line.length + word.length + 1 > most) lines.push(word);
      else lines[lines.length - 1] = line ? line + " " + word : word;
    });
    // plotly.js sets the first of several lines higher than a single one.
    var legend = chart.querySelector(".legend"), above = lines.length > 1 ? 22 : 10, top = above + 8 + 21 * lines.length + (legend ? legend.getBBox().height : 0);
    Plotly.relayout(chart, { "title.text": lines.join("<br>"), "title.pad.t": above, "margin.t": top, height: layout.height - layout.margin.t + top });
  }

  function showImages() {
    var picture = document.createElement("div"), w = extras.tile[0], h = extras.tile[1], zoom = Math.max(1, Math.round(84 / h)), pointer = [0, 0];
    picture.style.cssText = "position:absolute;display:none;pointer-events:none;z-index:9;border:1px solid #888;image-rendering:pixelated;background-repeat:no-repeat;width:" + w * zoom + "px;height:" + h * zoom + "px";
    picture.style.backgroundImage = "url(" + extras.sprite + ")";
    picture.style.backgroundSize = w * zoom * extras.columns + "px auto";
    chart.appendChild(picture);
    chart.addEventListener("mousemove", function (event) { pointer = [event.clientX, event.clientY]; }, true);
    chart.on("plotly_hover", function (hover) {
      var tile = hover.points[0].customdata, box = chart.getBoundingClientRect();
      if (tile === undefined) return;
      picture.style.backgroundPosition = -(tile % extras.columns) * w * zoom + "px " + -Math.floor(tile / extras.columns) * h * zoom + "px";
      picture.style.left = Math.max(0, Math.min(pointer[0] - box.left + 14, box.width - w * zoom - 4)) + "px";
      picture.style.top = Math.max(0, pointer[1] - box.top - h * zoom - 12) + "px";
      picture.style.display = "block";
    });
    chart.on("plotly_unhover", function () { picture.style.display = "none"; });
  }

  // plotly.js has no keys for its slider.
  function steerByKeys() {
    function tell() {
      var active = chart.layout.sliders[0].active || 0;
      chart.setAttribute("aria-valuenow", active);
      chart.setAttribute("aria-valuetext", (slider.currentvalue.prefix || "") + slider.steps[active].label);
    }
    chart.tabIndex = 0;
    chart.setAttribute("role", "slider");
    chart.setAttribute("aria-valuemin", 0);
    chart.setAttribute("aria-valuemax", slider.steps.length - 1);
    tell();
    chart.on("plotly_sliderchange", tell);
    chart.addEventListener("keydown", function (event) {
      var move = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key], active = chart.layout.sliders[0].active || 0;
      var step = move && slider.steps[active + move];
      if (!step) return;
      event.preventDefault();
      Plotly.animate(chart, step.args[0], step.args[1]);
    });
  }

  chart.innerHTML = "";
  if (adaptive) layout.font.color = pageColor();
  // plotly.js writes into the layout it is given; fit needs it as it was.
  Plotly.newPlot(chart, data, JSON.parse(JSON.stringify(layout)), { responsive: true, displaylogo: false }).then(function () {
    if (extras.frames) return Plotly.addFrames(chart, extras.frames);
  }).then(function () {
    if (extras.sprite) showImages();
    if (slider) steerByKeys();
    if (!adaptive) return;
    fit();
    chart.on("plotly_afterplot", fit);
    new MutationObserver(recolor).observe(document.documentElement, { attributes: true });
    new MutationObserver(recolor).observe(document.body, { attributes: true });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  });
}

function wait(tries) {
  if (window.Plotly) return draw();
  if (tries > 0) return setTimeout(function () { wait(tries - 1); }, 100);
  var script = document.createElement("script"); // the first cell was not run on this page
  script.src = cdn;
  script.onload = draw;
  document.head.appendChild(script);
}
wait(100);
