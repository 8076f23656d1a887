// One training in headless Chromium, for tests/peers/engine.py: `node engine.mjs FILE KIND WORKERS` prints a line of JSON.
//
// FILE is a CSV of features, `label` and, last, `split`, which is left out: a fifth of the rows is held out by the page's
// own draw. KIND is `rf` or `gb`. One worker is the JavaScript module in a page's thread, more are the page's own pool,
// which takes as many as the machine has cores.

import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { launch } from "./browser.mjs";
import { startSite } from "./site.mjs";
import { evaluated, firstVisit, go, saveModel, trainable } from "./steps.mjs";
import { Visit } from "./visit.mjs";

const PATIENCE_MS = 15 * 60_000;
const TEST_SHARE = 0.2;
const [, , path, kind, workers] = process.argv;

const text = readFileSync(path, "utf8")
  .split("\n")
  .map((line) => line.slice(0, Math.max(0, line.lastIndexOf(","))))
  .join("\n");

const site = await startSite();
const browser = await launch("chromium", site.port);
const root = browser.process().pid;
let most = 0;
const looking = setInterval(() => peakBytes(root), 500);
try {
  const visit = await Visit.begin(browser, site, "engine");
  const result = workers === "1" ? await module(visit) : await page(visit);
  console.log(JSON.stringify({ file: path, kind, ...result }));
  await visit.tidy();
  await visit.end();
} finally {
  clearInterval(looking);
  await browser.close();
  await site.close();
}

/** The JavaScript module in the thread of a page that holds nothing else. */
async function module(visit) {
  let before = 0;
  let cpu = 0;
  await visit.page.exposeFunction("growing", () => (before = cpuSecs(root)));
  await visit.page.exposeFunction("grown", () => (cpu = cpuSecs(root) - before));
  site.extra.set("engine.html", "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>engine</title>");
  site.extra.set("engine.csv", text);
  await visit.open(site.extraUrl("engine.html"));
  // Not awaited in the page by the driver, which gives up on what takes minutes.
  await visit.evaluate(
    async (address, table, options) => {
      const kubecast = await import(address);
      await kubecast.init();
      const csv = new Uint8Array(await (await fetch(table)).arrayBuffer());
      let stage = "";
      let since = performance.now();
      const stage_wall_s = {};
      const turn = (progress) => {
        if (progress.stage === stage) return;
        stage_wall_s[stage || "reading"] = (performance.now() - since) / 1000;
        since = performance.now();
        if (progress.stage === "growing") globalThis.growing();
        if (stage === "growing") globalThis.grown();
        stage = progress.stage;
      };
      globalThis.__done = false;
      kubecast.train(csv, options, turn).then(
        (model) => (globalThis.__done = { stage_wall_s: { ...stage_wall_s, [stage]: (performance.now() - since) / 1000 }, fit_wall_s: model.report.fit_secs, accuracy: model.report.accuracy, macro_f1: model.report.macro_f1, model_bytes: model.toBytes().length }),
        (error) => (globalThis.__done = { error: error.message }),
      );
    },
    `${site.url}module/kubecast.js`,
    site.extraUrl("engine.csv"),
    {
      target: "label",
      test_share: TEST_SHARE,
      model: kind === "rf" ? { kind: "random-forest", class_weight: "none" } : { kind: "gradient-boosting" },
    },
  );
  const done = await visit.until("the model is there", () => globalThis.__done, { timeout: PATIENCE_MS });
  if (done.error) throw new Error(done.error);
  return { workers: 1, peak_bytes: peakBytes(root), fit_cpu_s: cpu, ...done };
}

/** The page itself, as a reader would. */
async function page(visit) {
  const name = basename(path);
  await firstVisit(visit);
  await visit.choose("#choose-files", [{ name, text }]);
  await visit.until(`${name} is read`, (name) => document.querySelector("#data-chip")?.title === name, { values: [name], timeout: PATIENCE_MS });
  await visit.until("it can be trained on", trainable, { timeout: PATIENCE_MS });
  await visit.page.select("#target", "label");
  await visit.until("it can be trained on", trainable, { timeout: PATIENCE_MS });
  const read_peak_bytes = peakBytes(root);
  await go(visit, "prepare");
  await visit.fill("#test-share", TEST_SHARE);
  await go(visit, "train");
  if (kind === "rf") {
    await visit.page.select("#forest-weight", "none");
  } else {
    await visit.press("label:has(#gradient-boosting)");
  }
  const pressed = performance.now();
  await visit.press("#train");
  const growing = () => /(tree|round) \d+ of \d+/i.test(document.querySelector(".progress")?.innerText ?? "");
  await visit.until("trees grow", growing, { timeout: PATIENCE_MS });
  const before = cpuSecs(root);
  await visit.until("trees are grown", `!(${growing})()`, { timeout: PATIENCE_MS });
  const fit_cpu_s = cpuSecs(root) - before;
  const grown_peak_bytes = peakBytes(root);
  await evaluated(visit, PATIENCE_MS);
  const job_wall_s = (performance.now() - pressed) / 1000;
  // Before the driver takes files out of the page, which it does as text.
  const peak_bytes = peakBytes(root);
  const file = await visit.download(() => visit.press("#download-report"));
  const report = JSON.parse(file.bytes.toString("utf8"));
  const model = await saveModel(visit);
  const used = await visit.evaluate(() => navigator.hardwareConcurrency);
  return {
    workers: used,
    peak_bytes,
    grown_peak_bytes,
    read_peak_bytes,
    job_wall_s,
    fit_cpu_s,
    fit_wall_s: report.fit_secs,
    accuracy: report.accuracy,
    macro_f1: report.macro_f1,
    model_bytes: model.bytes.length,
  };
}

/** The browser's processes, where the system tells them (Linux). */
function family(root) {
  const children = new Map();
  try {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const fields = stat(pid);
      if (fields) children.set(fields[1], [...(children.get(fields[1]) ?? []), pid]);
    }
  } catch {
    return [];
  }
  const found = [String(root)];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** What follows the program's name in /proc/PID/stat. */
function stat(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    return line.slice(line.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

/** CPU seconds of the browser and all its processes; a tick is a hundredth. */
function cpuSecs(root) {
  const secs = family(root).map((pid) => stat(pid)).map((fields) => (fields ? (Number(fields[11]) + Number(fields[12])) / 100 : 0));
  return secs.reduce((sum, each) => sum + each, 0);
}

/** The most memory that one of its processes has held so far: the page with all its workers. */
function peakBytes(root) {
  const peak = (pid) => {
    try {
      return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  most = Math.max(most, ...family(root).map(peak));
  return most;
}
