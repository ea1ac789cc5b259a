// Opens every page of the site in Chromium from disk, every request to a network refused, and checks what a reader would
// miss: charts drawn and moving, mathematics set, links that lead somewhere, code that copies, both themes, no error on the
// console, no sideways scrolling on a phone, no serious fault that axe-core finds, no page heavier than 3 MB.
//
//   node check-site.mjs SITE [--screenshots FOLDER]
import { createRequire } from "node:module";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { counter, launchBrowser } from "./browser.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const site = path.resolve(process.argv[2] ?? "../../artifacts/site");
const pictures = process.argv[3] === "--screenshots" ? path.resolve(process.argv[4]) : null;
const pages = readdirSync(site).filter((name) => name.endsWith(".html")).sort();
if (!pages.includes("index.html")) throw new Error(`${site} holds no index.html; run the notebooks first.`);

const { check, done } = counter();
const browser = await launchBrowser();

async function open(name, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors = [], requests = [], files = new Set();
  page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("dialog", (dialog) => { errors.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url().startsWith("file:")) files.add(fileURLToPath(request.url().split("#")[0])); });
  await context.route(/^(?!file:|data:|blob:)/, (route) => { requests.push(route.request().url()); return route.abort(); });
  await page.goto(pathToFileURL(path.join(site, name)).href, { waitUntil: "load" });
  if (options.javaScriptEnabled !== false)
    await page.waitForFunction(() => [...document.querySelectorAll(".nbh-chart")].every((chart) => chart.classList.contains("js-plotly-plot") && chart._fullLayout), null, { timeout: 30000 }).catch(() => {});
  return { context, page, errors, requests, files };
}

async function checkDesktop(name) {
  const { context, page, errors, requests, files } = await open(name, { viewport: { width: 1200, height: 900 }, colorScheme: "light" });
  const charts = await page.$$eval(".nbh-chart", (all) => all.map((chart) => ({
    id: chart.id,
    // As the page's source has it, whatever plotly.js made of it.
    wanted: JSON.parse(/var data = (\[.*?\]), layout = /s.exec(chart.parentElement.querySelector("script").textContent)[1]).length,
    drawn: chart._fullData?.filter((trace) => trace.visible === true).length ?? 0,
    marks: chart.querySelectorAll(".trace, .heatmaplayer image, .bars .point, canvas").length,
    title: chart.layout?.title?.text ?? "",
    axes: ["xaxis", "yaxis"].map((axis) => chart.layout?.[axis]?.title?.text ?? ""),
  })));
  for (const chart of charts) {
    check(name, `${chart.id} is drawn with all its traces`, chart.wanted > 0 && chart.drawn === chart.wanted && chart.marks > 0, JSON.stringify(chart));
    check(name, `${chart.id} has a title`, chart.title.length > 0);
  }
  check(name, "all chart ids differ", new Set(charts.map((chart) => chart.id)).size === charts.length);

  // Each slider is moved to each of its ends, and each animation played, as a reader would.
  const moved = await page.evaluate(async () => {
    const results = [];
    for (const chart of document.querySelectorAll(".nbh-chart")) {
      const slider = chart.layout?.sliders?.[0];
      if (!slider) continue;
      const states = [];
      for (const step of [slider.steps[0], slider.steps.at(-1)]) {
        await Plotly.animate(chart, ...step.args);
        states.push(JSON.stringify(chart._fullData.map((trace) => [Array.from(trace.x).slice(0, 40), Array.from(trace.y).slice(0, 40)])));
      }
      results.push({ id: chart.id, changed: states[0] !== states[1] });
    }
    return results;
  });
  for (const chart of moved) check(name, `${chart.id} changes with its slider`, chart.changed);
  for (const id of await page.$$eval(".nbh-chart:has(.updatemenu-button)", (all) => all.map((chart) => chart.id))) {
    await page.locator(`#${id} .updatemenu-button`).first().click();
    const atEnd = (chart) => document.getElementById(chart).layout.sliders[0].active === document.getElementById(chart).layout.sliders[0].steps.length - 1;
    check(name, `${id} plays to its end`, await page.waitForFunction(atEnd, id, { timeout: 20000 }).then(() => true, () => false));
  }

  const math = await page.evaluate(() => ({
    wanted: document.querySelectorAll(".math").length,
    set: document.querySelectorAll(".math .katex").length,
    faults: document.querySelectorAll(".katex-error").length,
    raw: [...document.querySelectorAll("main .text")].some((text) => {
      const copy = text.cloneNode(true);
      copy.querySelectorAll(".katex, pre, code").forEach((element) => element.remove());
      return /\$\$|\\begin\{/.test(copy.textContent);
    }),
  }));
  check(name, "all mathematics is set", math.set >= math.wanted && math.faults === 0 && !math.raw, JSON.stringify(math));
  check(name, "no text of the notebook ran as a script", (await page.title()).endsWith("Contrastive learning in C#"), await page.title());
  check(name, "no broken picture", await page.$$eval("img", (all) => all.every((image) => image.complete && image.naturalWidth > 0)));
  const links = await page.$$eval("a[href]", (all) => all.map((link) => link.href).filter((href) => href.startsWith("file:")));
  const dead = [...new Set(links)].filter((href) => {
    const [file, anchor] = href.split("#");
    return !existsSync(new URL(file)) || (anchor && !readFileSync(new URL(file), "utf8").includes(` id="${decodeURIComponent(anchor)}"`));
  });
  check(name, "every link leads somewhere", dead.length === 0, dead.join(" "));
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.light.png`), fullPage: true });

  const weight = [...files].filter((file) => path.basename(file) !== "plotly.min.js").reduce((sum, file) => sum + (existsSync(file) ? statSync(file).size : 0), 0);
  check(name, "at most 3 MB beside plotly.js", weight <= 3e6, `${(weight / 1e6).toFixed(2)} MB`);

  await page.addScriptTag({ path: axe });
  for (const theme of ["light", "dark"]) {
    await page.evaluate((chosen) => { document.documentElement.dataset.theme = chosen; }, theme);
    const report = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"], preload: false }));
    const serious = report.violations.filter((violation) => ["serious", "critical"].includes(violation.impact));
    check(name, `axe finds no serious fault (${theme})`, serious.length === 0, serious.map((violation) => `${violation.id} ${violation.nodes.slice(0, 3).map((node) => node.target)} ${violation.nodes[0].failureSummary}`).join("; "));
    if (pictures && theme === "dark") await page.screenshot({ path: path.join(pictures, `${name}.dark.png`), fullPage: true });
  }
  check(name, "no error on the console", errors.length === 0, errors.join(" | "));
  check(name, "no request leaves the machine", requests.length === 0, requests.join(" "));
  await context.close();
  return charts.length;
}

// With the keyboard alone: past the header, to the theme, and a cell's code into the clipboard.
async function checkControls(name) {
  const { context, page } = await open(name, { viewport: { width: 1200, height: 900 }, colorScheme: "light" });
  await page.keyboard.press("Tab");
  check(name, "the first stop skips to the content", await page.evaluate(() => document.activeElement.hash) === "#content");
  await page.keyboard.press("Enter");
  check(name, "the content gets the focus", await page.evaluate(() => document.activeElement.id) === "content");

  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.focus("#theme");
  await page.keyboard.press("Enter");
  const dark = await background();
  await page.reload({ waitUntil: "load" });
  check(name, "the theme changes and is remembered", dark !== light && await background() === dark);

  const copy = page.locator(".cell .codebox button").first();
  if (await copy.count() > 0) {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await copy.focus();
    await page.keyboard.press("Enter");
    await page.locator("#status:not(:empty)").waitFor({ state: "attached", timeout: 2000 }).catch(() => {});
    const [copied, code] = await page.evaluate(async () => [await navigator.clipboard.readText(), document.querySelector(".cell pre.code").textContent]);
    check(name, "code is copied", copied === code);
  }
  await context.close();
}

async function checkPhone(name) {
  const { context, page } = await open(name, { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await page.$$eval("details", (all) => all.forEach((details) => { details.open = true; }));
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  check(name, "no sideways scrolling at 360 pixels", width <= 360, `${width} pixels wide`);
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.phone.png`), fullPage: true });
  await context.close();
}

// A chart follows its container, and on a phone its toolbar does not lie on its title.
async function checkWidths(name) {
  const { context, page } = await open(name, { viewport: { width: 1200, height: 900 } });
  const widths = () => page.$$eval(".nbh-chart", (all) => all.map((chart) => [chart.querySelector(".main-svg").getBoundingClientRect().width, chart.clientWidth]));
  for (const width of [375, 740, 1200]) {
    await page.setViewportSize({ width, height: 800 });
    await page.waitForTimeout(700);
    const measured = await widths();
    check(name, `charts are as wide as their container at ${width} pixels`, measured.every(([chart, box]) => Math.abs(chart - box) <= 2), JSON.stringify(measured));
  }
  await page.setViewportSize({ width: 375, height: 800 });
  await page.waitForTimeout(700);
  const covered = await page.$$eval(".nbh-chart", (all) => all.filter((chart) => {
    const [title, bar] = [chart.querySelector(".gtitle"), chart.querySelector(".modebar")].map((part) => part?.getBoundingClientRect());
    return title && bar && bar.width > 0 && title.right > bar.left && title.bottom > bar.top && title.top < bar.bottom;
  }).map((chart) => chart.id));
  check(name, "no toolbar covers a title at 375 pixels", covered.length === 0, covered.join(" "));
  const outside = await page.$$eval(".nbh-chart", (all) => all.flatMap((chart) => {
    const box = chart.getBoundingClientRect();
    return [...chart.querySelectorAll(".xtick text, .ytick text, .gtitle, .xtitle, .ytitle")].filter((text) => {
      const place = text.getBoundingClientRect();
      return place.width > 0 && (place.left < box.left - 2 || place.right > box.right + 2);
    }).map((text) => `${chart.id}: ${text.textContent}`);
  }));
  check(name, "no label is cut off at 375 pixels", outside.length === 0, outside.slice(0, 5).join(" | "));
  const narrow = await page.$$eval(".html td:last-child", (all) => all.filter((cell) =>
    cell.textContent.length > 20 && cell.getBoundingClientRect().height > 200).map((cell) => cell.textContent.slice(0, 40)));
  check(name, "no long text of a table is squeezed into a narrow column at 375 pixels", narrow.length === 0, narrow.slice(0, 5).join(" | "));
  if (pictures) await page.screenshot({ path: path.join(pictures, `${name}.375.png`), fullPage: true });
  await page.emulateMedia({ media: "print" });
  const printed = await page.$$eval(".nbh-chart", (all) => all.filter((chart) =>
    chart.querySelector("img").getBoundingClientRect().width > 100 && chart.querySelector(".plot-container").getBoundingClientRect().width === 0).length);
  check(name, "on paper every chart is its picture", printed === (await widths()).length, `${printed}`);
  await context.close();
}

async function checkWithoutScripts(name, charts) {
  const { context, page } = await open(name, { viewport: { width: 1200, height: 900 }, javaScriptEnabled: false });
  const fallbacks = await page.$$eval(".nbh-chart > img[alt]", (all) => all.filter((image) => image.naturalWidth > 0 && image.src.startsWith("data:image/svg+xml")).length);
  check(name, "every chart has a picture where no script runs", fallbacks === charts, `${fallbacks} of ${charts}`);
  if (pictures && charts > 0) await page.screenshot({ path: path.join(pictures, `${name}.noscript.png`), fullPage: true });
  await context.close();
}

if (pictures) mkdirSync(pictures, { recursive: true });
for (const name of pages) {
  const charts = await checkDesktop(name);
  await checkControls(name);
  await checkPhone(name);
  if (charts > 0) await checkWidths(name);
  await checkWithoutScripts(name, charts);
}
await browser.close();
done(`${pages.length} pages`);
