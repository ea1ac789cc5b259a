// Opens the executed notebooks where readers do: in Jupyter Notebook (Debian's jupyter-notebook 6.4), in Chromium, and as the
// HTML of jupyter nbconvert. Charts have to be drawn, pictures shown, and, in Jupyter, mathematics set. The notebooks are
// copies in a temporary folder, trusted there; nothing runs, for there is no .NET kernel here. Every request to a network is refused.
//
//   node check-jupyter.mjs SITE
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const site = path.resolve(process.argv[2] ?? "../../artifacts/site");
const names = readdirSync(site).filter((name) => name.endsWith(".ipynb")).sort();
if (names.length === 0) throw new Error(`${site} holds no executed notebooks; run them first.`);
const browserPath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file));
if (!browserPath) throw new Error("No Chromium found; install Debian's package chromium or name one in CHROMIUM.");
const jupyter = process.env.JUPYTER ?? ["/usr/bin/jupyter"].find((file) => existsSync(file)) ?? "jupyter";

let passed = 0, failed = 0;
function check(name, what, holds, detail = "") {
  if (holds) passed++;
  else { failed++; console.log(`FAILED ${name}: ${what} ${detail}`); }
}

const folder = mkdtempSync(path.join(os.tmpdir(), "jupyter-"));
const environment = { ...process.env, HOME: folder, JUPYTER_CONFIG_DIR: path.join(folder, ".jupyter"), JUPYTER_DATA_DIR: path.join(folder, ".data"), JUPYTER_RUNTIME_DIR: path.join(folder, ".runtime") };
const run = (...args) => execFileSync(jupyter, args, { cwd: folder, env: environment, stdio: ["ignore", "ignore", "pipe"] });

// What a notebook holds, by its own outputs.
function contents(name) {
  const cells = JSON.parse(readFileSync(path.join(site, name), "utf8")).cells;
  const html = cells.flatMap((cell) => cell.outputs ?? []).map((output) => [output.data?.["text/html"] ?? []].flat().join("")).join("\n");
  const prose = cells.filter((cell) => cell.cell_type === "markdown").map((cell) => [cell.source].flat().join("")).join("\n");
  return { charts: html.split('class="nbh-chart"').length - 1, mathematics: /\$[^$]+\$/.test(prose) };
}

const freePort = () => new Promise((resolve) => { const server = createServer().listen(0, "127.0.0.1", () => { const { port } = server.address(); server.close(() => resolve(port)); }); });

async function open(browser, url, allowed) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await context.route((address) => !address.href.startsWith(allowed) && !/^(file|data|blob):/.test(address.href), (route) => route.abort());
  await page.goto(url, { waitUntil: "load" });
  return { context, page, errors };
}

const drawn = (page) => page.$$eval(".nbh-chart", (all) => all.filter((chart) => chart.classList.contains("js-plotly-plot") && chart.querySelector(".plot-container")).length);

async function charts(page, wanted) {
  const until = Date.now() + 60000;
  let count = 0;
  while (Date.now() < until && (count = await drawn(page)) < wanted) await page.waitForTimeout(250);
  return count;
}

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"] });
let server;
try {
  for (const name of names) copyFileSync(path.join(site, name), path.join(folder, name));
  run("trust", ...names);
  const port = await freePort();
  server = spawn(jupyter, ["notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, "--NotebookApp.token=", "--NotebookApp.password=", `--notebook-dir=${folder}`], { cwd: folder, env: environment, stdio: "ignore" });
  const home = `http://127.0.0.1:${port}/`;
  for (let i = 0; ; i++) {
    try { if ((await fetch(home + "api")).ok) break; } catch { /* not yet */ }
    if (i === 120) throw new Error("Jupyter did not start within a minute.");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }

  for (const name of names) {
    const wanted = contents(name);
    const { context, page, errors } = await open(browser, `${home}notebooks/${name}`, home);
    await page.waitForSelector(".cell", { timeout: 60000 });
    const count = await charts(page, wanted.charts);
    check(name, "every chart is drawn in Jupyter", count === wanted.charts, `${count} of ${wanted.charts}`);
    if (wanted.mathematics) {
      await page.waitForSelector(".text_cell_render .MathJax, .text_cell_render mjx-container", { timeout: 60000, state: "attached" }).catch(() => {});
      check(name, "mathematics is set in Jupyter", (await page.$$(".text_cell_render .MathJax, .text_cell_render mjx-container")).length > 0);
    }
    check(name, "no script fails in Jupyter", errors.length === 0, errors.slice(0, 3).join(" | "));
    await context.close();
  }

  run("nbconvert", "--to", "html", "--output-dir", path.join(folder, "html"), ...names);
  for (const name of names) {
    const wanted = contents(name), url = pathToFileURL(path.join(folder, "html", name.replace(/ipynb$/, "html"))).href;
    const { context, page } = await open(browser, url, "file:");
    const count = await charts(page, wanted.charts);
    check(name, "every chart is drawn in nbconvert's HTML", count === wanted.charts, `${count} of ${wanted.charts}`);
    await context.close();
  }
} finally {
  server?.kill();
  await browser.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`${names.length} notebooks in Jupyter and as nbconvert's HTML: ${passed} checks passed, ${failed} failed.`);
process.exit(failed ? 1 : 0);
