// Draws one chart. The formatter puts this into a function of its own, after the variables id, data, layout, extras, title, cdn.
function draw() {
  // As they were: plotly.js writes changes into the layout.
  var across = layout.xaxis && layout.xaxis.title && layout.xaxis.title.text;
  var panels = (layout.annotations || []).map(function (note) { return { name: note.text || "", x: note.x, size: (note.font || {}).size || 12, anchor: note.yanchor || "auto" }; });
  var chart = document.getElementById(id), fittedWidth = 0, slider = layout.sliders && layout.sliders[0], sliderTop = slider && (slider.pad || {}).t || 0;
  if (!chart) return;
  // Plotly.NET gives every chart of its own 600 x 600 pixels: nobody chose them. A width that somebody chose stays.
  if (layout.width === 600 && layout.height === 600) delete layout.width;
  var height = layout.height || 450, follows = layout.width === undefined;
  // Charts of the library are transparent: their text takes the page's colour, in its light and in its dark theme.
  var adaptive = layout.paper_bgcolor === "rgba(0,0,0,0)";
  function pageColor() { return getComputedStyle(chart).color; }
  function recolor() {
    if (chart.isConnected && chart.layout.font.color !== pageColor()) Plotly.relayout(chart, { "font.color": pageColor() });
  }

  // What a narrow picture in space changes, as it was.
  var seenNarrow = false, wideLeft = layout.margin && layout.margin.l, axisNames = {};
  if (layout.scene) ["xaxis", "yaxis", "zaxis"].forEach(function (axis) {
    var name = (layout.scene[axis] || {}).title;
    axisNames[axis] = (name && name.text !== undefined ? name.text : name) || "";
  });

  // The chart follows its container: the window, a sidebar, a phone that is turned.
  function fit() {
    if (chart.clientWidth === fittedWidth || !chart.clientWidth) return;
    fittedWidth = chart.clientWidth;
    chart.classList.toggle("nbh-narrow", fittedWidth < 480);
    Plotly.Plots.resize(chart).then(adaptive ? fitTitle : undefined, function () { fittedWidth = 0; });
  }

  // A text in lines of at most so many letters.
  function broken(text, most) {
    var lines = [""];
    text.split(" ").forEach(function (word) {
      var line = lines[lines.length - 1];
      if (line && line.length + word.length + 1 > most) lines.push(word);
      else lines[lines.length - 1] = line ? line + " " + word : word;
    });
    return lines;
  }

  // Long titles are broken, that of the chart beside the toolbar, and the legend gets the rows it needs; the drawing keeps its height.
  function fitTitle() {
    var left = chart._fullLayout._size.l, narrow = chart.classList.contains("nbh-narrow"), toolbar = narrow ? 0 : 150;
    var lines = broken(title, Math.max(16, Math.floor((fittedWidth - left - toolbar) / 8.6)));
    // plotly.js sets the first of several lines higher than a single one.
    var legend = chart.querySelector(".legend"), above = lines.length > 1 ? 22 : 10, top = above + 8 + 21 * lines.length + (legend ? legend.getBBox().height : 0);
    var changes = { "title.text": lines.join("<br>"), "title.pad.t": above, "margin.t": top };
    // In space the names of the axes stand at the sides: a narrow picture is seen from farther away and has short ones.
    if (layout.scene && narrow !== seenNarrow) {
      var eye = layout.scene.camera.eye, farther = narrow ? 1.55 : 1 / 1.55;
      changes["margin.l"] = narrow ? 8 : wideLeft;
      changes["scene.camera.eye"] = { x: eye.x * farther, y: eye.y * farther, z: eye.z * farther };
      Object.keys(axisNames).forEach(function (axis) {
        changes["scene." + axis + ".title.text"] = narrow ? axisNames[axis].split(" ")[0] : axisNames[axis];
        changes["scene." + axis + ".title.font.size"] = changes["scene." + axis + ".tickfont.size"] = narrow ? 10 : null;
      });
      seenNarrow = narrow;
    }
    // Names of panels side by side must not meet.
    var columns = new Set(panels.map(function (panel) { return panel.x; })).size, letters = narrow ? Math.max(8, Math.floor(chart._fullLayout._size.w / columns / 6)) : Infinity;
    panels.forEach(function (panel, i) {
      changes["annotations[" + i + "].text"] = broken(panel.name, letters).join("<br>");
      changes["annotations[" + i + "].font.size"] = narrow ? 10 : panel.size;
      changes["annotations[" + i + "].yanchor"] = narrow ? "bottom" : panel.anchor;
    });
    // A broken name of the axis needs room above the slider; plotly.js also sets its first line lower than a single one.
    var names = across ? broken(across, Math.max(16, Math.floor((fittedWidth - left) / 8.6))) : [], below = slider && names.length ? 42 * (names.length - 1) : 0;
    if (across) changes["xaxis.title.text"] = names.join("<br>");
    if (slider) changes["sliders[0].pad.t"] = sliderTop + below;
    chart.style.height = height - layout.margin.t + top + below + "px";
    Plotly.relayout(chart, changes).then(function () { Plotly.Plots.resize(chart); });
  }

  // The picture stays for paper, whose width no script learns in time.
  function style() {
    if (document.getElementById("nbh-style")) return;
    var rules = document.createElement("style"), live = ".nbh-chart.js-plotly-plot";
    rules.id = "nbh-style";
    rules.textContent = live + " > img { display: none !important } .nbh-narrow .modebar { display: none }"
      + "@media print { " + live + " { height: auto !important } " + live + " > img { display: block !important } " + live + " > .plot-container { display: none } }";
    document.head.appendChild(rules);
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

  style();
  chart.style.height = height + "px";
  chart.style.overflowX = "visible";
  if (adaptive) layout.font.color = pageColor();
  // plotly.js writes into the layout it is given; fit needs it as it was.
  var shape = JSON.parse(JSON.stringify(layout));
  if (follows) { delete shape.height; shape.autosize = true; }
  Plotly.newPlot(chart, data, shape, { displaylogo: false }).then(function () {
    if (extras.frames) return Plotly.addFrames(chart, extras.frames);
  }).then(function () {
    if (extras.sprite) showImages();
    if (slider) steerByKeys();
    if (follows) new ResizeObserver(fit).observe(chart);
    if (!adaptive) return;
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
