// What all tests in a browser share: the Chromium that they open, and the count of their checks.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

export function launchBrowser() {
  const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file));
  if (!executablePath) throw new Error("No Chromium found; install Debian's package chromium or name one in CHROMIUM.");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** Checks that say what failed and count; `done` says how many, and ends the process with the exit code. */
export function counter() {
  let passed = 0, failed = 0;
  return {
    check(name, what, holds, detail = "") {
      if (holds) passed++;
      else { failed++; console.log(`FAILED ${name}: ${what} ${detail}`); }
    },
    done(what) {
      console.log(what);
      console.log(`${passed} passed, ${failed} failed`);
      process.exit(failed ? 1 : 0);
    },
  };
}
