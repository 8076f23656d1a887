// What a reader does, in the page's own words.

import { metrics } from "./tables.mjs";

/** How long training on a small table may take on a busy machine. */
export const TRAINED_MS = 60_000;

export const STEPS = ["data", "prepare", "train", "evaluate", "forecast", "predict", "keep", "runs"];

/** Opens the page for the first time and waits for the sample. */
export async function firstVisit(visit) {
  await visit.open();
  await visit.until("the sample can be trained on", trainable, { timeout: 30_000 });
}

/** Goes to a step of the spine. */
export async function go(visit, step) {
  await visit.press(`nav a[href$="#/${step}"]`);
  await visit.until(`the step ${step} is in sight`, (step) => location.hash === `#/${step}` && Boolean(document.querySelector(`nav a[href$="#/${step}"][aria-current]`)), {
    values: [step],
  });
}

/** Drops a table and waits until its target is looked at. */
export async function dropTable(visit, file = {}) {
  const { name = "cluster.csv", text = metrics() } = file;
  await visit.drop([{ name, text, type: "text/csv" }]);
  await visit.until(`${name} is read`, (name) => document.querySelector("#data-chip")?.title === name, { values: [name], timeout: 30_000 });
  await visit.until(`${name} can be trained on`, trainable, { timeout: 30_000 });
}

/** Trains with the settings at hand and waits for the evaluation. */
export async function train(visit, timeout = TRAINED_MS) {
  await go(visit, "train");
  await visit.press("#train");
  await evaluated(visit, timeout);
}

/** Waits for a finding on the evaluation's step. */
export async function evaluated(visit, timeout = TRAINED_MS) {
  await visit.until(
    "the evaluation is there",
    () => location.hash === "#/evaluate" && !document.querySelector("#cancel") && /Right on|No better than|Finds the rare/.test(document.querySelector("#finding")?.innerText ?? ""),
    { timeout },
  );
}

/** The sentence that the step opens with. */
export function finding(visit) {
  return visit.evaluate(() => document.querySelector("#finding").innerText);
}

/** The words of the failures in sight. */
export function alerts(visit) {
  return visit.evaluate(() => [...document.querySelectorAll("main [role=alert]")].map((alert) => alert.innerText));
}

/** Saves the model and returns its file. */
export async function saveModel(visit) {
  await go(visit, "keep");
  return visit.download(() => visit.press("#save-model"));
}

/** Whether the data at hand can be trained on; for `until`. */
export function trainable() {
  const button = document.querySelector("#train-now");
  return Boolean(button) && !button.disabled && !document.querySelector("#cancel");
}
