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
function onTheCommandLine(text, model) {
  const program = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug", "kubecast");
  assert.ok(existsSync(program), `the command line is not built: cargo build --features cli (looked for ${program})`);
  const folder = mkdtempSync(join(tmpdir(), "kubecast-equal-"));
  try {
    writeFileSync(join(folder, "cluster.csv"), text);
    const options = ["--target", "issue_type", "--model", model, "--out", "m.kubecast", "--report", "r.json"];
    execFileSync(program, ["train", "cluster.csv", ...options], { cwd: folder, stdio: "pipe" });
    return { model: readFileSync(join(folder, "m.kubecast")), report: JSON.parse(readFileSync(join(folder, "r.json"), "utf8")) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export default Object.entries(MODELS).map(([model, name]) => [
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
