// One live session, as a reader has it: a notebook in Jupyter Notebook on the real .NET Interactive kernel, Restart & Run All in
// Chromium. Charts have to be drawn while it runs, follow the window, links have to lead somewhere, hints have their triangle, and no
// request may go to another host.
//
//   node check-live.mjs REPOSITORY [NOTEBOOK]
//
// Needs `dotnet build`, `dotnet tool restore` and a kernel spec (JUPYTER_PATH). The notebook is a copy below artifacts/.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { counter, launchBrowser } from "./browser.mjs";
import { chartsDrawn, environmentOf, startServer } from "./jupyter.mjs";

const root = path.resolve(process.argv[2] ?? "../..");
const name = process.argv[3] ?? "00-what-is-contrast.ipynb";
const runSeconds = 240;
const { check, done } = counter();

// The paths of a first cell lead to artifacts/helpers beside the notebooks' folder: a folder of the same shape.
mkdirSync(path.join(root, "artifacts", "jupyter"), { recursive: true });
const folder = mkdtempSync(path.join(root, "artifacts", "jupyter", "live-"));
mkdirSync(path.join(folder, "notebooks"));
for (const each of readdirSync(path.join(root, "notebooks")).filter((file) => file.endsWith(".ipynb")))
  copyFileSync(path.join(root, "notebooks", each), path.join(folder, "notebooks", each));
for (const beside of ["artifacts", "data", "README.md"]) symlinkSync(path.join(root, beside), path.join(folder, beside));

const cells = JSON.parse(readFileSync(path.join(root, "notebooks", name), "utf8")).cells.filter((cell) => cell.cell_type === "code");
const browser = await launchBrowser();
let server;
try {
  let home;
  ({ server, home } = await startServer(folder, { ...environmentOf(folder), OMP_NUM_THREADS: process.env.OMP_NUM_THREADS ?? "1" }));
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const errors = [], foreign = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  // The kernel's own: its first output has the page look for the kernel's HTTP service, on this machine's addresses.
  const ours = new Set(["localhost", ...Object.values(networkInterfaces()).flat().map((network) => network.address.split("%")[0])]);
  const kernels = (address) => ours.has(address.hostname.replace(/^\[|\]$/g, ""))
    && ["/discovery", "/resources/dotnet-interactive.js"].includes(address.pathname)
    && Number(address.port) >= 2048 && Number(address.port) <= 3000;
  await context.route(
    (address) => !address.href.startsWith(home) && !/^(data|blob):/.test(address.href) && !kernels(address),
    (route) => { foreign.push(route.request().url()); return route.abort(); });
  page.on("websocket", (socket) => { if (new URL(socket.url()).host !== new URL(home).host) foreign.push(socket.url()); });
  await page.goto(`${home}notebooks/notebooks/${name}`, { waitUntil: "load", timeout: 120000 });
  await page.waitForFunction(() => window.Jupyter?.notebook?.kernel?.is_connected?.(), null, { timeout: 120000 });

  await page.click("#kernellink");
  await page.click("#restart_run_all a");
  await page.click(".modal-dialog .btn-danger");
  const first = await chartsDrawn(page, 1, runSeconds);
  const running = await page.evaluate(() => window.Jupyter.notebook.get_cells().filter((cell) => cell.element.hasClass("running")).length);
  check(name, "a chart is drawn while cells still run", first >= 1 && running > 0, `${first} charts, ${running} cells left`);

  await page.waitForFunction(
    (count) => window.Jupyter.notebook.get_cells().filter((cell) => cell.cell_type === "code" && Number.isInteger(cell.input_prompt_number)).length >= count,
    cells.filter((cell) => [cell.source].flat().join("").trim()).length, { timeout: runSeconds * 1000 });
  await page.waitForTimeout(3000);
  const outputs = await page.evaluate(() => window.Jupyter.notebook.toJSON().cells.flatMap((cell) => cell.outputs ?? []));
  check(name, "no cell failed", !outputs.some((output) => output.output_type === "error"), JSON.stringify(outputs.filter((output) => output.output_type === "error")).slice(0, 300));
  check(name, "nothing on stderr", !outputs.some((output) => output.name === "stderr"), JSON.stringify(outputs.filter((output) => output.name === "stderr")).slice(0, 300));
  check(name, "the claims are shown", outputs.some((output) => [output.data?.["text/html"] ?? []].flat().join("").includes("What this notebook claims")));
  const wanted = await page.$$eval(".nbh-chart", (all) => all.length);
  const count = await chartsDrawn(page, wanted);
  check(name, "every chart is drawn", wanted > 0 && count === wanted, `${count} of ${wanted}`);

  // Chromium draws the triangle of a summary that is a list item.
  const summaries = await page.$$eval(".rendered_html summary", (all) => all.map((summary) => getComputedStyle(summary).display));
  check(name, "hints and solutions have a triangle", summaries.length > 0 && summaries.every((display) => display === "list-item"), [...new Set(summaries)].join(" "));
  const links = [...new Set(await page.$$eval(".rendered_html a[href]", (all) => all.map((link) => link.href.split("#")[0])))].filter((link) => link.startsWith(home));
  // Fetched from the page: Jupyter serves files to its own pages only.
  const lost = (await page.evaluate((all) => Promise.all(all.map(async (link) => ({ link, ok: (await fetch(link)).ok }))), links)).filter(({ ok }) => !ok);
  check(name, "links to notebooks, data and the README lead there", links.length > 1 && lost.length === 0, lost.map(({ link }) => link).join(" "));

  const widths = () => page.$$eval(".nbh-chart", (all) => all.map((chart) => [chart.querySelector(".main-svg")?.getBoundingClientRect().width ?? 0, chart.parentElement.getBoundingClientRect().width]));
  const before = await widths();
  await page.setViewportSize({ width: 800, height: 900 });
  await page.waitForTimeout(1500);
  const after = await widths();
  check(name, "every chart follows the window", after.every(([chart, box], i) => chart <= box + 1 && chart >= 0.9 * box && chart < before[i][0]), JSON.stringify({ before, after }));
  check(name, "no script fails", errors.length === 0, errors.slice(0, 3).join(" | "));
  check(name, "no request to another host", foreign.length === 0, [...new Set(foreign)].slice(0, 5).join(" "));
} finally {
  server?.kill();
  await browser.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
done(`${name} live in Jupyter on the .NET kernel`);
