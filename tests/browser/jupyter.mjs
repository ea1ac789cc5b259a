// What the tests in Jupyter share: a server of their own, with settings of its own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";

export const jupyter = process.env.JUPYTER ?? ["/usr/bin/jupyter"].find((file) => existsSync(file)) ?? "jupyter";

/** Jupyter's folders below `folder`, so that nothing of the user's is read or written. */
export const environmentOf = (folder) => ({
  ...process.env, DOTNET_INTERACTIVE_CLI_TELEMETRY_OPTOUT: "1", JUPYTER_CONFIG_DIR: path.join(folder, ".jupyter"),
  JUPYTER_DATA_DIR: path.join(folder, ".data"), JUPYTER_RUNTIME_DIR: path.join(folder, ".runtime"),
});

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => { const { port } = server.address(); server.close(() => resolve(port)); });
});

/** Starts Jupyter Notebook on a folder and waits until it answers. */
export async function startServer(folder, environment) {
  const port = await freePort();
  const server = spawn(
    jupyter,
    ["notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, "--NotebookApp.token=", "--NotebookApp.password=", `--notebook-dir=${folder}`],
    { cwd: folder, env: environment, stdio: "ignore" });
  const home = `http://127.0.0.1:${port}/`;
  for (let i = 0; ; i++) {
    try { if ((await fetch(home + "api")).ok) return { server, home }; } catch { /* not yet */ }
    if (i === 120) { server.kill(); throw new Error("Jupyter did not start within a minute."); }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** How many of the library's charts plotly.js has drawn on a page. */
export const drawn = (page) => page.$$eval(".nbh-chart", (all) => all.filter((chart) => chart.classList.contains("js-plotly-plot") && chart.querySelector(".plot-container")).length);

/** Waits until so many charts are drawn, and says how many were. */
export async function chartsDrawn(page, wanted, seconds = 60) {
  const until = Date.now() + seconds * 1000;
  let count = 0;
  while (Date.now() < until && (count = await drawn(page)) < wanted) await page.waitForTimeout(250);
  return count;
}
