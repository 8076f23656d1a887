// Every file of the collection from drop to report in the page, at the defaults but for the target, against scikit-learn.

import { readdirSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { launch } from "../browser.mjs";
import { ROOT, startSite } from "../site.mjs";
import { evaluated, firstVisit, go, trainable } from "../steps.mjs";
import { Visit } from "../visit.mjs";

const DATA = resolve(ROOT, process.env.KUBECAST_DATA ?? "../shared/data");
const SEEDS = (process.env.KUBECAST_SEEDS ?? "1 2 3 4 5").split(" ");
const PATIENCE_MS = 5 * 60_000;

if (!existsSync(join(DATA, "reference.json"))) {
  console.log(`    not run: ${DATA} holds no reference.json (set KUBECAST_DATA)`);
  process.exit(0);
}
const references = Object.values(JSON.parse(readFileSync(join(DATA, "reference.json"), "utf8")).classification);
const files = ["telemetry", "classic"].flatMap((folder) => readdirSync(join(DATA, folder)).map((name) => ({ folder, name })));

/** What scikit-learn reaches on the file, whatever folder it stood in. */
const referenceOf = (name) => references.find((one) => one.file.endsWith(`/${name}`) || one.file.endsWith(`/${name.replace(/^(devtrails|dishang)_/, "")}`));
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

const site = await startSite();
const browser = await launch("chromium", site.port);
const short = [];
try {
  console.log("    file                                     macro F1   scikit-learn   allowed   better than its baseline");
  for (const { folder, name } of files) {
    const reference = referenceOf(name);
    const visit = await Visit.begin(browser, site, `reference-${name}`);
    await firstVisit(visit);
    await visit.choose("#choose-files", [{ name, bytes: readFileSync(join(DATA, folder, name)) }]);
    await visit.until(`${name} is read`, (name) => document.querySelector("#data-chip")?.title === name, { values: [name], timeout: PATIENCE_MS });
    await setValue(visit, "#target", reference?.label ?? "label");
    await visit.until(`${name} can be trained on`, trainable, { timeout: PATIENCE_MS });
    const reports = [];
    for (const seed of SEEDS) {
      await go(visit, "prepare");
      await visit.fill("#split-seed", seed);
      await go(visit, "train");
      await visit.press("#train");
      await evaluated(visit, PATIENCE_MS);
      const file = await visit.download(() => visit.press("#download-report"));
      reports.push(JSON.parse(file.bytes.toString("utf8")));
    }
    const ours = mean(reports.map((report) => report.macro_f1));
    const theirs = reference?.random_stratified.rf100.macro_f1;
    const fewest = reference ? Math.min(...Object.values(reference.classes)) : Infinity;
    const allowed = fewest < 50 ? 0.08 : 0.03;
    const better = reports.filter((report) => report.beats_baseline).length;
    if (theirs !== undefined && ours < theirs - allowed) short.push(name);
    console.log(`    ${name.padEnd(40)} ${ours.toFixed(4)}     ${(theirs ?? NaN).toFixed(4)}         ${theirs === undefined ? "    " : allowed.toFixed(2)}      ${better} of ${reports.length}`);
    await visit.tidy();
    await visit.end();
  }
} finally {
  await browser.close();
  await site.close();
}
console.log(short.length ? `    short of what is allowed: ${short.join(", ")}` : "    none is short of what is allowed");

async function setValue(visit, selector, value) {
  await visit.until(`${selector} is there`, (selector) => Boolean(document.querySelector(selector)), { values: [selector] });
  await visit.evaluate((selector, value) => {
    const field = document.querySelector(selector);
    const prototype = field instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(prototype, "value").set.call(field, value);
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }, selector, value);
}
