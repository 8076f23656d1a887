// Rows scored by the JavaScript module in Node: 100 trees of depth 12, one row and batches of 1,000 and 100,000.
//
// The data are `synth100k` of the peers (`cargo xtask bench engine` makes it; KUBECAST_SCORE_DATA names another CSV of
// features, `label` and, last, `split`), of which 20,000 training rows are learned from, as the peers do it. One thread; CPU
// seconds are this process's.

import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../site.mjs";

const CACHES = [process.env.XDG_CACHE_HOME, join(homedir(), ".cache"), join(homedir(), "Library/Caches"), process.env.LOCALAPPDATA];
const FILES = [process.env.KUBECAST_SCORE_DATA, ...CACHES.filter(Boolean).map((folder) => join(folder, "kubecast/peers/peers/data/synth100k.csv"))];
const LEARNED_ROWS = 20_000;
const BATCHES = [1, 1_000, 100_000];
/** Of each batch size this long, so that a clock of hundredths says something. */
const MEASURED_SECS = 2;
const REPETITIONS = 3;

const path = FILES.find((file) => file && existsSync(file));
if (!path) {
  console.log("    not run: no synth100k.csv (run `cargo xtask bench engine` first, or set KUBECAST_SCORE_DATA)");
  process.exit(0);
}
const [header, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
const names = header.split(",");
const [label, split] = [names.indexOf("label"), names.indexOf("split")];
const features = names.map((_, at) => at).filter((at) => at !== label && at !== split);
const cells = lines.map((line) => line.split(","));
const learned = cells.filter((row) => row[split] === "train").slice(0, LEARNED_ROWS);
const table = [header.slice(0, header.lastIndexOf(",")), ...learned.map((row) => row.slice(0, split).join(","))].join("\n");

const kubecast = await import(pathToFileURL(join(ROOT, "dist/module/kubecast.js")).href);
await kubecast.init();
const model = await kubecast.train(`${table}\n`, {
  target: "label",
  columns: features.map((at) => names[at]),
  test_share: 0.01,
  model: { kind: "random-forest", trees: 100, max_depth: 12, class_weight: "none" },
});
const scorer = model.scorer();
if (scorer.columns.some(({ names }) => names)) throw new Error("this benchmark takes columns of numbers");
const order = scorer.columns.map(({ column }) => names.indexOf(column));
const values = Float64Array.from(cells.flatMap((row) => order.map((at) => (row[at] === "" ? NaN : Number(row[at])))));
const { trees, nodes } = model.summary;
console.log(`    ${trees} trees, ${nodes} nodes, ${scorer.columns.length} columns, ${scorer.classes.length} classes`);

const width = scorer.columns.length;
const rows = values.length / width;
for (const batch of BATCHES) {
  const room = new Float64Array(Math.min(batch, rows) * scorer.classes.length);
  const starts = Array.from({ length: Math.max(1, Math.floor(rows / batch)) }, (_, i) => i * batch);
  const parts = starts.slice(0, 3_000).map((at) => values.subarray(at * width, (at + Math.min(batch, rows)) * width));
  const run = () => {
    const cpu = process.cpuUsage();
    const begun = performance.now();
    let done = 0;
    while (performance.now() - begun < MEASURED_SECS * 1000) {
      for (const part of parts) scorer.score(part, room);
      done += parts.length * batch;
    }
    const { user, system } = process.cpuUsage(cpu);
    return { cpu: done / ((user + system) / 1e6), wall: done / ((performance.now() - begun) / 1000) };
  };
  run();
  const best = Array.from({ length: REPETITIONS }, run).reduce((a, b) => (a.cpu > b.cpu ? a : b));
  const each = (1e6 / best.cpu).toFixed(2);
  console.log(`    batch ${String(batch).padStart(6)}: ${(best.cpu / 1000).toFixed(0).padStart(5)}k rows per CPU-s, ${(best.wall / 1000).toFixed(0)}k per wall-s; ${each} us a row`);
}
