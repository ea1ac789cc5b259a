// Opens the executed notebooks where readers do: in Jupyter Notebook (Debian's jupyter-notebook 6.4), in Chromium, and as the
// HTML of jupyter nbconvert. Charts have to be drawn, pictures shown, and, in Jupyter, mathematics set. The notebooks are
// copies in a temporary folder, trusted there; nothing runs, for there is no .NET kernel here. Every request to a network is refused.
//
//   node check-jupyter.mjs SITE
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { counter, launchBrowser } from "./browser.mjs";
import { chartsDrawn, environmentOf, jupyter, startServer } from "./jupyter.mjs";

const site = path.resolve(process.argv[2] ?? "../../artifacts/site");
const names = readdirSync(site).filter((name) => name.endsWith(".ipynb")).sort();
if (names.length === 0) throw new Error(`${site} holds no executed notebooks; run them first.`);
const { check, done } = counter();
const folder = mkdtempSync(path.join(os.tmpdir(), "jupyter-"));
const environment = { ...environmentOf(folder), HOME: folder };
const run = (...args) => execFileSync(jupyter, args, { cwd: folder, env: environment, stdio: ["ignore", "ignore", "pipe"] });

// What a notebook holds, by its own outputs.
function contents(name) {
  const cells = JSON.parse(readFileSync(path.join(site, name), "utf8")).cells;
  const html = cells.flatMap((cell) => cell.outputs ?? []).map((output) => [output.data?.["text/html"] ?? []].flat().join("")).join("\n");
  const prose = cells.filter((cell) => cell.cell_type === "markdown").map((cell) => [cell.source].flat().join("")).join("\n");
  return { charts: html.split('class="nbh-chart"').length - 1, mathematics: /\$[^$]+\$/.test(prose) };
}

async function open(browser, url, allowed) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await context.route((address) => !address.href.startsWith(allowed) && !/^(file|data|blob):/.test(address.href), (route) => route.abort());
  await page.goto(url, { waitUntil: "load" });
  return { context, page, errors };
}

const browser = await launchBrowser();
let server;
try {
  for (const name of names) copyFileSync(path.join(site, name), path.join(folder, name));
  run("trust", ...names);
  // Another content than the trusted one, so that Jupyter does not know it.
  const stranger = `untrusted-${names[0]}`;
  writeFileSync(path.join(folder, stranger), readFileSync(path.join(site, names[0]), "utf8").replace("# ", "# Untrusted: "));
  let home;
  ({ server, home } = await startServer(folder, environment));

  for (const name of names) {
    const wanted = contents(name);
    const { context, page, errors } = await open(browser, `${home}notebooks/${name}`, home);
    await page.waitForSelector(".cell", { timeout: 60000 });
    const count = await chartsDrawn(page, wanted.charts);
    check(name, "every chart is drawn in Jupyter", count === wanted.charts, `${count} of ${wanted.charts}`);
    if (wanted.mathematics) {
      await page.waitForSelector(".text_cell_render .MathJax, .text_cell_render mjx-container", { timeout: 60000, state: "attached" }).catch(() => {});
      check(name, "mathematics is set in Jupyter", (await page.$$(".text_cell_render .MathJax, .text_cell_render mjx-container")).length > 0);
    }
    const summaries = await page.$$eval(".rendered_html summary", (all) => all.map((summary) => getComputedStyle(summary).display));
    check(name, "hints and solutions have a triangle", summaries.every((display) => display === "list-item"), [...new Set(summaries)].join(" "));
    check(name, "no script fails in Jupyter", errors.length === 0, errors.slice(0, 3).join(" | "));
    await context.close();
  }

  // Jupyter takes scripts out of a notebook that it does not trust; the pictures of the charts stay.
  {
    const wanted = contents(names[0]);
    const { context, page } = await open(browser, `${home}notebooks/${stranger}`, home);
    await page.waitForSelector(".output_html img", { timeout: 60000 });
    const shown = await page.$$eval('.output_html img[src^="data:image/svg+xml"]', (all) => all.filter((image) => image.naturalWidth > 0 && image.getBoundingClientRect().width > 100).length);
    check(stranger, "every chart's picture is shown in an untrusted notebook", shown === wanted.charts, `${shown} of ${wanted.charts}`);
    check(stranger, "no script of it ran", (await page.$$(".js-plotly-plot")).length === 0);
    await context.close();
  }

  run("nbconvert", "--to", "html", "--output-dir", path.join(folder, "html"), ...names);
  for (const name of names) {
    const wanted = contents(name), url = pathToFileURL(path.join(folder, "html", name.replace(/ipynb$/, "html"))).href;
    const { context, page } = await open(browser, url, "file:");
    const count = await chartsDrawn(page, wanted.charts);
    check(name, "every chart is drawn in nbconvert's HTML", count === wanted.charts, `${count} of ${wanted.charts}`);
    await context.close();
  }
} finally {
  server?.kill();
  await browser.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
done(`${names.length} notebooks in Jupyter and as nbconvert's HTML`);
