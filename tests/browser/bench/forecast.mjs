// A million rows of 30 columns forecast on the page, with as many windows as it takes, five: how long the features take, how long judging by incident takes, and how
// long a step of the slider does. `node tests/browser/bench/forecast.mjs` (KUBECAST_BENCH_ROWS=200000 for a shorter one)

import { cpus, loadavg } from "node:os";
import { launch } from "../browser.mjs";
import { startSite } from "../site.mjs";
import { firstVisit, go } from "../steps.mjs";
import { numbers } from "../tables.mjs";
import { Visit } from "../visit.mjs";

const ROWS = Number(process.env.KUBECAST_BENCH_ROWS ?? 1_000_000);
/** As long a time whatever the rows: 5,000 minutes. */
const PODS = Math.max(4, Math.round(ROWS / 5_000));
const METRICS = 27;
const PATIENCE_MS = 30 * 60_000;

/** Pods of which now and then one fills its memory and is killed; 27 metrics beside time, pod and issue. */
function* table() {
  const next = numbers(5);
  const names = Array.from({ length: METRICS }, (_, at) => (at === 0 ? "memory_usage_percent" : `m${at}`));
  yield `timestamp,pod,${names.join(",")},issue\n`;
  for (let minute = 0; minute * PODS < ROWS; minute += 1) {
    const at = 1_709_251_200 + 60 * minute;
    let lines = "";
    for (let pod = 0; pod < PODS; pod += 1) {
      const phase = (minute + 97 * pod) % 1_400;
      const climb = phase >= 1_300 && phase < 1_390 ? (phase - 1_300) / 2 : 0;
      // Every third climb heals by itself.
      const heals = (Math.floor((minute + 97 * pod) / 1_400) + pod) % 3 === 0;
      let line = `${at},pod-${pod},${(30 + climb + 40 * next()).toFixed(3)}`;
      for (let metric = 1; metric < METRICS; metric += 1) line += `,${(next() * 1000).toFixed(3)}`;
      lines += `${line},${phase >= 1_380 && phase < 1_390 && !heals ? "oom" : "None"}\n`;
    }
    yield lines;
  }
}

const site = await startSite();
const browser = await launch("chromium", site.port);
const visit = await Visit.begin(browser, site, "bench-forecast");
try {
  console.log(`    ${cpus().length} cores, a load of ${loadavg()[0].toFixed(1)}; ${ROWS} rows of ${METRICS + 3} columns`);
  await firstVisit(visit);
  await visit.choose("#choose-files", [{ name: "pods.csv", text: Buffer.from([...table()].join("")) }]);
  await visit.until("the table is read", () => document.querySelector("#data-chip")?.title === "pods.csv", { timeout: PATIENCE_MS });
  await go(visit, "forecast");
  await visit.until("time and entities are found", () => /entities by pod/.test(document.querySelector("#series-found")?.innerText ?? ""), { timeout: 60_000 });
  for (const [at, minutes] of [5, 10, 15, 30, 60].entries()) await visit.fill(`#forecast-window-${at}`, String(minutes));
  await visit.evaluate(() => {
    globalThis.stages = [];
    const look = () => {
      const text = document.querySelector(".progress-text")?.textContent ?? "";
      const stage = text.replace(/[\d.,]+.*$/, "").trim();
      const last = globalThis.stages.at(-1);
      if (last?.stage !== stage) globalThis.stages.push({ stage, at: performance.now() });
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const began = performance.now();
  await visit.press("#forecast");
  await visit.until("the verdict is there", () => !document.querySelector("#cancel") && /Warns of|Nothing here is found|No better than|too short|leaks|cannot/.test(document.querySelector("#finding")?.innerText ?? ""), { timeout: PATIENCE_MS });
  const secs = (performance.now() - began) / 1000;
  const stages = await visit.evaluate(() => globalThis.stages);
  for (const [at, { stage, at: from }] of stages.entries()) {
    const until = stages[at + 1]?.at;
    if (stage && until) console.log(`      ${((until - from) / 1000).toFixed(2).padStart(7)} s ${stage}`);
  }
  console.log(`      ${secs.toFixed(1).padStart(7)} s from the button to the verdict: ${await visit.evaluate(() => document.querySelector("#finding").innerText.split("\n")[0])}`);
  const millis = await visit.evaluate(async () => {
    const slider = document.querySelector("#budget");
    const all = [];
    for (let step = 0; step < 15; step += 1) {
      const began = performance.now();
      const was = slider.getAttribute("aria-valuetext");
      slider.focus();
      slider.value = String(Number(slider.value) + (step < 8 ? -1 : 1));
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      if (slider.getAttribute("aria-valuetext") !== was) all.push(performance.now() - began);
    }
    return all.sort((a, b) => a - b);
  });
  console.log(`      a step of the slider: ${millis[millis.length >> 1]?.toFixed(0)} ms at the median, ${millis.at(-1)?.toFixed(0)} at most (${millis.length} steps)`);
} finally {
  await visit.tidy();
  await visit.end();
  await browser.close();
  await site.close();
}
