// The simulator in Chromium's worker: a million rows found, made as a table, and written as CSV; beside the native figures, into docs/simulator.md.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { launch } from "../browser.mjs";
import { ROOT, startSite } from "../site.mjs";
import { Visit } from "../visit.mjs";

const PATIENCE_MS = 10 * 60_000;
const ROWS = Number(process.env.KUBECAST_BENCH_ROWS ?? 1_000_000);
const COUNTED = ROWS.toLocaleString("en-US");
const REPEATS = 3;
const BEGINS = "<!-- times: cargo xtask bench simulate -->\n";
const ENDS = "<!-- times end -->";
const SCENARIOS = [
  ["1M rows, all columns", "preset=default&columns=full"],
  ["1M rows, 24 columns", "preset=default&columns=seed"],
];

const site = await startSite();
const browser = await launch("chromium", site.port);
const version = await browser.version();
const found = {};
try {
  for (const [name, scenario] of SCENARIOS) {
    const best = { episodes: Infinity, table: Infinity, use: Infinity };
    for (let turn = 0; turn < REPEATS; turn += 1) {
      const visit = await Visit.begin(browser, site, "bench-simulate");
      await visit.open(`${site.url}#/simulate?${scenario}&num_samples=${ROWS}&seed=42`);
      await visit.until("the scenario was looked at", () => document.querySelector("#preview-state")?.innerText.trim() === "" && Boolean(document.querySelector("#preview canvas")), { timeout: PATIENCE_MS });
      // Finding what strikes is all that the episodes need; the table is found, made and written; what is used is found and made.
      for (const [what, id] of [["episodes", "#save-episodes"], ["table", "#save-table"]]) {
        const secs = await visit.evaluate(timed, id, what, PATIENCE_MS, COUNTED);
        best[what] = Math.min(best[what], secs);
      }
      const secs = await visit.evaluate(timed, "#simulate", "use", PATIENCE_MS, COUNTED);
      best.use = Math.min(best.use, secs);
      console.log(`    ${name}: found ${best.episodes.toFixed(2)} s, found and made as the page's table ${best.use.toFixed(2)} s, found, made and written ${best.table.toFixed(2)} s`);
      await visit.tidy();
      await visit.end();
    }
    found[name] = best;
  }
} finally {
  await browser.close();
  await site.close();
}
write();

/** In the page: seconds from the press to a file to save, or to the data in sight. */
function timed(id, what, patience, rows) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const end = () => {
      URL.createObjectURL = before;
      clearInterval(timer);
      clearTimeout(late);
      resolve((performance.now() - began) / 1000);
    };
    const before = URL.createObjectURL;
    if (what !== "use") {
      URL.createObjectURL = (blob) => {
        const url = before.call(URL, new Blob([]));
        setTimeout(end);
        return url;
      };
    }
    const timer = setInterval(() => {
      // The sample of a first visit is simulated too: it is the number of rows that tells them apart.
      const chip = document.querySelector("#data-chip")?.innerText ?? "";
      if (what === "use" && chip.includes(`${rows} rows`) && location.hash === "#/data") end();
    }, 10);
    const late = setTimeout(() => reject(new Error(`${what} takes longer than ${patience} ms`)), patience);
    document.querySelector(id).click();
  });
}

/** Writes the table of docs/simulator.md. */
function write() {
  const kept = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "tmp", "bench-simulate.json");
  const native = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : [];
  const path = join(ROOT, "docs/simulator.md");
  const text = readFileSync(path, "utf8");
  const [from, until] = [text.indexOf(BEGINS), text.indexOf(ENDS)];
  if (from < 0 || until < 0) throw new Error("docs/simulator.md has no place for the table");
  if (ROWS !== 1_000_000) return;
  const machine = `${cpus().length} x ${cpus()[0].model.trim()}`;
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim();
  const secs = (x) => (x === undefined ? "" : `${x.toFixed(2)} s`);
  const rows = native.map(({ name, find, make, text, mb }) => {
    const page = found[name];
    return `| ${name} (${mb.toFixed(0)} MB of text) | ${secs(make)} | ${secs(find)} | ${secs(text)} | ${secs(page?.use)} | ${secs(page?.episodes)} | ${secs(page?.table)} |`;
  });
  const lines = [
    `${new Date().toISOString().slice(0, 10)}, after ${commit}, ${machine}, ${version}; best of ${REPEATS}, load ${loadavg()[0].toFixed(1)}.`,
    "",
    "| | native: found and made | of it found | written as CSV, more | Chromium's worker: found and made, as the page's table | found | found, made and written |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
  writeFileSync(path, `${text.slice(0, from + BEGINS.length)}${lines.join("\n")}\n${text.slice(until)}`);
}
