// What a reader takes home: the model, the report, the log; and what comes back after a reload.

import assert from "node:assert/strict";
import { dropTable, finding, firstVisit, go, saveModel, train } from "../steps.mjs";
import { metrics, records } from "../tables.mjs";

const NEW_ROWS = { name: "new.csv", text: metrics({ rows: 80, seed: 9, target: false }) };

async function predictions(visit) {
  await go(visit, "predict");
  await visit.drop([NEW_ROWS]);
  await visit.until("new.csv is predicted", () => /new\.csv/.test(document.querySelector("main").innerText) && Boolean(document.querySelector("#download-predictions")), { timeout: 30_000 });
  const file = await visit.download(() => visit.press("#download-predictions"));
  return file.bytes.toString("utf8");
}

export default [
  [
    "a model predicts the same after it was saved and opened in a new visit",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 300 }) });
      await train(visit);
      const before = await predictions(visit);
      const file = await saveModel(visit);
      assert.match(file.name, /\.kubecast$/);
      // As by someone else: nothing of the first visit is there.
      await go(visit, "keep");
      await visit.press("#forget-all");
      await visit.until("it is said", () => /kept in this browser any more/.test(document.querySelector("#said").textContent));
      // The browser's store is written after it is said.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await visit.reload();
      await visit.until("the page is there", () => Boolean(document.querySelector("#finding")), { timeout: 30_000 });
      await go(visit, "keep");
      await visit.sees(/nothing to keep yet/i);
      await visit.choose("#open-model", [{ name: file.name, bytes: file.bytes }]);
      await visit.sees(/Opened from/, { timeout: 30_000 });
      assert.equal(await predictions(visit), before);
      const rows = records(before);
      assert.equal(rows.length, 81);
      assert.deepEqual(rows[0].slice(0, 3), ["row", "predicted", "probability"]);
      assert.deepEqual(rows[0].slice(3).sort(), ["p_Network_Latency", "p_None", "p_OOMKilled"]);
    },
    { timeout: 180_000 },
  ],
  [
    "the report downloads as JSON with every figure, the log as text and as JSON",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 300 }) });
      await train(visit);
      const report = await visit.download(() => visit.press("#download-report"));
      assert.match(report.name, /\.json$/);
      const said = JSON.parse(report.bytes.toString("utf8"));
      const names = "accuracy balanced_accuracy macro_f1 weighted_f1 mcc log_loss roc_auc_ovr classes confusion per_class importance baseline rows_train rows_test fit_secs options data_fingerprint";
      for (const name of names.split(" ")) assert.ok(name in said, `the report names ${name}`);
      assert.equal(said.rows_train + said.rows_test, 300);
      assert.deepEqual([...said.classes].sort(), ["Network_Latency", "None", "OOMKilled"]);
      assert.equal(said.confusion.flat().reduce((sum, count) => sum + count, 0), said.rows_test);
      await go(visit, "runs");
      const log = await visit.download(() => visit.click("button", "Download as JSON"));
      const runs = JSON.parse(log.bytes.toString("utf8"));
      assert.ok(runs.some((run) => run.action === "train" && run.outcome === "done"));
      const text = await visit.download(() => visit.click("button", "Download as text"));
      assert.match(text.bytes.toString("utf8"), /Kubecast run log[\s\S]*train/);
    },
  ],
  [
    "data, model and runs are there again after a reload, and can be forgotten",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { name: "kept.csv", text: metrics({ rows: 250 }) });
      await train(visit);
      const before = await finding(visit);
      // Writing to the browser's store goes on for a moment after what is seen.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await visit.reload();
      await visit.until("the data is there again", () => document.querySelector("#data-chip")?.title === "kept.csv", { timeout: 30_000 });
      await visit.until("all is read", () => !document.querySelector("#cancel"), { timeout: 30_000 });
      await go(visit, "data");
      await visit.sees(/Restored kept\.csv/);
      await go(visit, "evaluate");
      await visit.until("the evaluation is there again", () => /Right on/.test(document.querySelector("#finding").innerText), { timeout: 30_000 });
      assert.equal(await finding(visit), before);
      await go(visit, "runs");
      await visit.sees(/1 training/);
      await go(visit, "data");
      await visit.press("#forget");
      await new Promise((resolve) => setTimeout(resolve, 500));
      await visit.reload();
      await visit.sees(/5,000 rows/, { timeout: 30_000 });
      assert.equal(await visit.has("button", "Forget it"), false);
    },
    { timeout: 180_000 },
  ],
  [
    "two trainings are compared on the rows that both held out",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 200 }) });
      for (const trees of ["10", "30"]) {
        await go(visit, "train");
        await visit.fill("#forest-trees", trees);
        await train(visit);
      }
      await go(visit, "runs");
      await visit.sees(/2 trainings/);
      const boxes = await visit.page.$$("main input[type=checkbox]");
      assert.equal(boxes.length, 2);
      for (let at = 0; at < 2; at += 1) await (await visit.page.$$("main input[type=checkbox]"))[at].click();
      await visit.until("they are compared", () => /rows in common/.test(document.querySelector("#differences-title")?.innerText ?? ""), { timeout: 30_000 });
      await visit.assertAccessible("the comparison");
      const table = await visit.evaluate(() => document.querySelector("#differences").innerText);
      assert.match(table, /balanced accuracy/);
      assert.match(table, /changed sides/);
      assert.match(table, /trees/i);
      assert.match(table, /\b10\b/);
      assert.match(table, /\b30\b/);
    },
  ],
];
