// A CSV of numbers read in the page's worker: seconds, megabytes a second, and the page's memory.

import { readFileSync, readdirSync } from "node:fs";
import { launch } from "../browser.mjs";
import { startSite } from "../site.mjs";
import { firstVisit } from "../steps.mjs";
import { numbers } from "../tables.mjs";
import { Visit } from "../visit.mjs";

const PATIENCE_MS = 5 * 60_000;
const ROWS = Number(process.env.KUBECAST_BENCH_ROWS ?? 410_000);
const COLUMNS = 25;
const REPEATS = 3;

const site = await startSite();
const browser = await launch("chromium", site.port);
const root = browser.process().pid;
try {
  const text = table();
  console.log(`    ${(text.length / 1e6).toFixed(0)} MB, ${ROWS} rows of ${COLUMNS} numbers`);
  for (let turn = 0; turn < REPEATS; turn += 1) {
    const visit = await Visit.begin(browser, site, "bench-ingest");
    await firstVisit(visit);
    // The engine is there before the clock starts.
    await visit.press("#main");
    await visit.until("the engine is fetched", () => performance.getEntriesByType("resource").some((entry) => /engine-.*wasm$/.test(entry.name) && entry.responseEnd > 0), { timeout: PATIENCE_MS });
    const before = rendererCpuSecs();
    const began = performance.now();
    await visit.choose("#choose-files", [{ name: "numbers.csv", text }]);
    await visit.until("the table is read", () => document.querySelector("#data-chip")?.title === "numbers.csv", { timeout: PATIENCE_MS });
    const secs = (performance.now() - began) / 1000;
    const cpu = rendererCpuSecs() - before;
    const readIn = await visit.evaluate(() => document.querySelector("main").innerText.match(/Read in\s+([\d.]+ \w+)/)?.[1]);
    const mb = text.length / 1e6;
    console.log(`    ${secs.toFixed(2)} s from the drop to the table, read in ${readIn}; ${(mb / cpu).toFixed(0)} MB per CPU-s of the page's process; ${(rendererBytes() / 1e6).toFixed(0)} MB of memory at the end`);
    await visit.tidy();
    await visit.end();
  }
} finally {
  await browser.close();
  await site.close();
}

function table() {
  const next = numbers(3);
  const lines = [Array.from({ length: COLUMNS }, (_, i) => `m${i}`).join(",")];
  for (let row = 0; row < ROWS; row += 1) {
    const cells = [];
    for (let column = 0; column < COLUMNS; column += 1) cells.push(column >= 10 && column < 15 ? `${Math.round(next() * 1e7)}.0` : (next() * 100).toFixed(4));
    lines.push(cells.join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** The processes that show pages. */
function renderers() {
  const found = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8");
      if (line.includes("--type=renderer") && isOurs(Number(name))) found.push(name);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

function isOurs(pid) {
  for (let at = pid; at > 1; ) {
    if (at === root) return true;
    at = Number(readFileSync(`/proc/${at}/stat`, "utf8").replace(/^.*\) /, "").split(" ")[1]);
  }
  return false;
}

function rendererCpuSecs() {
  let ticks = 0;
  for (const pid of renderers()) {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / 100;
}

function rendererBytes() {
  let bytes = 0;
  for (const pid of renderers()) {
    const line = readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/);
    bytes = Math.max(bytes, Number(line?.[1] ?? 0) * 1024);
  }
  return bytes;
}
