// The page and the command line are two faces of one core: the same table, options and seed give the same bytes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../site.mjs";
import { dropTable, firstVisit, go, saveModel, train } from "../steps.mjs";
import { metrics } from "../tables.mjs";

const MODELS = { "random-forest": /Random forest/, "gradient-boosting": /Gradient boosting/ };

/** Trains on the command line; its model file and report. */
function onTheCommandLine(text, model, more = []) {
  const program = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug", "kubecast");
  assert.ok(existsSync(program), `the command line is not built: cargo build --features cli (looked for ${program})`);
  const folder = mkdtempSync(join(tmpdir(), "kubecast-equal-"));
  try {
    writeFileSync(join(folder, "cluster.csv"), text);
    const options = ["--target", "issue_type", "--model", model, "--out", "m.kubecast", "--report", "r.json", ...more];
    execFileSync(program, ["train", "cluster.csv", ...options], { cwd: folder, stdio: "pipe" });
    return { model: readFileSync(join(folder, "m.kubecast")), report: JSON.parse(readFileSync(join(folder, "r.json"), "utf8")) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const asTheyAre = Object.entries(MODELS).map(([model, name]) => [
  `the page's ${model} and its report equal the command line's`,
  async (visit) => {
    // Enough healthy rows that what tells the unfamiliar is in the file as well.
    const text = metrics({ rows: 1200, seed: 42 });
    await firstVisit(visit);
    await dropTable(visit, { name: "cluster.csv", text });
    await go(visit, "train");
    const choice = await visit.find("radio", name);
    await choice.click();
    await train(visit);
    const report = JSON.parse((await visit.download(() => visit.press("#download-report"))).bytes.toString("utf8"));
    const file = await saveModel(visit);
    const native = onTheCommandLine(text, model);
    assert.deepEqual({ ...report, fit_secs: 0 }, { ...native.report, fit_secs: 0 });
    assert.ok(native.model.equals(file.bytes), `${file.bytes.length} and ${native.model.length} bytes`);
  },
  { timeout: 180_000 },
]);

const byTheirPast = [
  "rows told by their own past: the page's model equals the command line's, and a row without a past says so",
  async (visit) => {
    const text = metrics({ rows: 1200, seed: 42 });
    await firstVisit(visit);
    await dropTable(visit, { name: "cluster.csv", text });
    await go(visit, "train");
    assert.equal(await visit.evaluate(() => document.querySelector("#own-past").checked), false);
    await visit.press("#own-past");
    await visit.until("it is chosen", () => document.querySelector("#own-past").checked);
    await train(visit);
    const file = await saveModel(visit);
    const native = onTheCommandLine(text, "random-forest", ["--unfamiliar-own-past"]);
    assert.ok(native.model.equals(file.bytes), `${file.bytes.length} and ${native.model.length} bytes`);
    await go(visit, "predict");
    await visit.drop([{ name: "today.csv", text: metrics({ rows: 30, seed: 4, target: false }), type: "text/csv" }]);
    await visit.sees(/not told: too short a past/);
    await visit.sees(/20 of 30 rows have too short a past/);
  },
  { timeout: 180_000 },
];

export default [...asTheyAre, byTheirPast];
