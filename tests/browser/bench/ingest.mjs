// Large CSVs read in the page's worker: megabytes a second, memory of the tab at its peak, and whether 500 MB load.

import { createWriteStream, readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "../browser.mjs";
import { startSite } from "../site.mjs";
import { firstVisit } from "../steps.mjs";
import { numbers } from "../tables.mjs";
import { Visit } from "../visit.mjs";

const PATIENCE_MS = 5 * 60_000;
const REPEATS = Number(process.env.KUBECAST_BENCH_REPEATS ?? 3);
const WANTED = process.env.KUBECAST_BENCH_FILES?.split(",");

/** Numbers of four decimals, whole ones among them, as telemetry has them. */
const telemetry = (next, column) => (column >= 10 && column < 15 ? `${Math.round(next() * 1e7)}.0` : (next() * 100).toFixed(4));
/** Numbers of six decimals without zeros at their end, as pandas writes them. */
const written = (next) => String(Math.round((next() - 0.5) * 2e7) / 1e6);
/** Numbers of up to four digits and two decimals. */
const short = (next) => (next() * 1e4).toFixed(2);

/** Pods over time, with a counter, missing cells and a target: for the profile. */
const PODS = 200;
const pods = (next, column, row) => {
  if (column === 0) return String(1_709_251_200 + Math.floor(row / PODS) * 30);
  if (column === 1) return `pod-${row % PODS}`;
  if (column === 2) return String(Math.floor(row / PODS) % 900);
  if (column === 29) return ["oom", "disk", "network"][Math.floor(next() * 50)] ?? "None";
  return column % 5 === 4 && next() < 0.05 ? "" : (next() * 1000).toFixed(4);
};
const podNames = (column) => ({ 0: "timestamp", 1: "pod", 2: "restarts_total", 29: "issue" })[column] ?? `m${column}`;

const FILES = [
  { name: "numeric", rows: 410_000, columns: 25, cell: telemetry },
  { name: "million-30", rows: 1_000_000, columns: 30, cell: written },
  { name: "million-49", rows: 1_000_000, columns: 49, cell: short },
  { name: "pods-30", rows: 1_000_000, columns: 30, cell: pods, header: podNames },
  { name: "500-mb", rows: 2_130_000, columns: 25, cell: written },
];

const folder = await mkdtemp(join(tmpdir(), "kubecast-bench-"));
const site = await startSite();
let root;
try {
  console.log(`    ${cpus().length} cores, a load of ${loadavg()[0].toFixed(1)}; medians of ${REPEATS}`);
  for (const file of FILES.filter(({ name }) => !WANTED || WANTED.includes(name))) {
    const path = join(folder, `${file.name}.csv`);
    await write(path, file);
    const bytes = (await stat(path)).size;
    const runs = [];
    for (let turn = 0; turn < REPEATS; turn += 1) runs.push(await once(path, `${file.name}.csv`));
    await rm(path);
    tell(file, bytes, runs);
  }
} finally {
  await site.close();
  await rm(folder, { recursive: true, force: true });
}

async function once(path, name) {
  // A browser of its own: what an earlier table left in a process is not this one's.
  const browser = await launch("chromium", site.port);
  root = browser.process().pid;
  const visit = await Visit.begin(browser, site, "bench-ingest");
  try {
    await firstVisit(visit);
    // The engine is there before the clock starts.
    await visit.press("#main");
    await visit.until("the engine is fetched", () => performance.getEntriesByType("resource").some((entry) => /engine-.*wasm$/.test(entry.name) && entry.responseEnd > 0), { timeout: PATIENCE_MS });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    let typed = null;
    await visit.page.exposeFunction("__typed", () => {
      typed ??= cpuSecs();
    });
    // The columns are typed and stay to be described: from here on nothing is read.
    await visit.evaluate(() => {
      const look = () => /types and distributions/.test(document.querySelector(".progress-text")?.textContent ?? "") && globalThis.__typed();
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    const memory = watchMemory();
    const cpu = cpuSecs();
    const began = performance.now();
    const field = await visit.page.$("#choose-files");
    await field.uploadFile(path);
    await visit.until("the table is read", (name) => document.querySelector("#data-chip")?.title === name, { timeout: PATIENCE_MS, values: [name] });
    const secs = (performance.now() - began) / 1000;
    const after = cpuSecs();
    const words = await visit.evaluate(() => document.querySelector("main").innerText.match(/Read in\s+([\d.,]+ \w+)/)?.[1]);
    const shown = { secs, readSecs: seconds(words), reading: (typed ?? after).worker - cpu.worker, worker: after.worker - cpu.worker, all: after.all - cpu.all };
    const profiled = await visit
      .until("the table is profiled", () => Boolean(document.querySelector("#profile-0")), { timeout: Number(process.env.KUBECAST_BENCH_PROFILE_MS ?? 60_000) })
      .then(() => (performance.now() - began) / 1000 - secs, () => NaN);
    return { ...shown, profiled, ...memory.stop() };
  } finally {
    await visit.end();
    await browser.close();
  }
}

function tell({ name, rows, columns }, bytes, runs) {
  const mb = bytes / 1e6;
  const of = (key) => runs.map((run) => run[key]).sort((a, b) => a - b)[runs.length >> 1];
  const peak = of("peak");
  const held = rows * columns * 8;
  const mib = (bytes) => (bytes / 2 ** 20).toFixed(0);
  console.log(`    ${name}: ${mb.toFixed(0)} MB, ${rows} rows of ${columns} columns`);
  console.log(`      ${(mb / of("reading")).toFixed(0)} MB per CPU-s of the worker's thread from text to typed columns (${of("readSecs").toFixed(2)} s by the clock)`);
  console.log(`      ${of("secs").toFixed(2)} s from the choice to the shown table; with all that is shown ${(mb / of("worker")).toFixed(0)} MB per CPU-s of the thread, ${(mb / of("all")).toFixed(0)} of the whole process; profiled ${of("profiled").toFixed(2)} s later`);
  console.log(`      at its peak the tab's process has ${mib(peak)} MiB of its own, ${(peak / held).toFixed(2)} times its columns (${mib(held)} MiB), and ${mib(of("resident"))} MiB with what all tabs share; ${mib(of("before"))} MiB of its own before`);
}

async function write(path, { rows, columns, cell, header = (column) => `m${column}` }) {
  const next = numbers(3);
  const out = createWriteStream(path);
  const put = (text) => (out.write(text) ? null : new Promise((resolve) => out.once("drain", resolve)));
  await put(`${Array.from({ length: columns }, (_, column) => header(column)).join(",")}\n`);
  let lines = [];
  for (let row = 0; row < rows; row += 1) {
    const cells = [];
    for (let column = 0; column < columns; column += 1) cells.push(cell(next, column, row));
    lines.push(cells.join(","));
    if (lines.length === 5000 || row === rows - 1) {
      await put(`${lines.join("\n")}\n`);
      lines = [];
    }
  }
  await new Promise((resolve) => out.end(resolve));
}

/** `742 ms`, `3.1 s`, `1 min 4 s` as seconds. */
function seconds(words) {
  const [number, unit] = (words ?? "").split(" ");
  return Number(number) * ({ ms: 0.001, s: 1, min: 60 }[unit] ?? NaN);
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

/** Seconds of the pages' processes, and of their workers' threads. */
function cpuSecs() {
  let [all, worker] = [0, 0];
  for (const pid of renderers()) {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      try {
        const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, "utf8");
        const fields = stat.replace(/^.*\) /, "").split(" ");
        const secs = (Number(fields[11]) + Number(fields[12])) / 100;
        all += secs;
        if (stat.includes("(DedicatedWorker")) worker += secs;
      } catch {
        // It has ended meanwhile.
      }
    }
  }
  return { all, worker };
}

/** The most memory that one of them has from now on: its own (as the browser's task manager counts it), looked at again and
 * again, and all that is resident, which the system keeps. */
function watchMemory() {
  let peak = 0;
  const pids = renderers();
  const look = (field) =>
    Math.max(0, ...pids.map((pid) => {
      try {
        return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(field)?.[1] ?? 0) * 1024;
      } catch {
        // It has ended meanwhile.
        return 0;
      }
    }));
  const before = look(/RssAnon:\s+(\d+)/);
  const timer = setInterval(() => {
    peak = Math.max(peak, look(/RssAnon:\s+(\d+)/));
  }, 25);
  return {
    stop() {
      clearInterval(timer);
      return { before, peak, resident: look(/VmHWM:\s+(\d+)/) };
    },
  };
}
