// The JavaScript module: the page's own program, imported by Node and by another page.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../site.mjs";
import { metrics } from "../tables.mjs";

const MODULE = join(ROOT, "dist/module/kubecast.js");
const print = (bytes) => createHash("sha256").update(bytes).digest("hex");

// What both do; sent to the page as text, so it may name nothing outside.
async function useModule(kubecast, table, fresh) {
  await kubecast.init();
  const stages = new Set();
  const model = await kubecast.train(table, { target: "issue_type", model: { kind: "random-forest", trees: 20 }, seed: 42 }, ({ stage, done }) => {
    if (!(done >= 0 && done <= 1)) throw new Error(`done is ${done}`);
    stages.add(stage);
  });
  const bytes = model.toBytes();
  const again = kubecast.loadModel(bytes);
  const row = { timestamp: "2026-01-01 00:00:00", node: "node-1", cpu_percent: 50, memory_mb: 1050, restarts: 3, latency_ms: 20 };
  const one = again.predict(row);
  const begun = performance.now();
  for (let time = 0; time < 50; time += 1) again.predict(row);
  const millis = (performance.now() - begun) / 50;
  let said;
  try {
    kubecast.loadModel(new Uint8Array([1, 2, 3]));
  } catch (error) {
    said = { isError: error instanceof Error, name: error.name, code: error.code, message: error.message };
  }
  const simulated = kubecast.simulate({ num_samples: 200, seed: 3 });
  return {
    stages: [...stages],
    bytes: [...bytes],
    one,
    millis,
    several: model.predict([row, { ...row, memory_mb: 400, restarts: 0 }]).map((each) => each.predicted),
    many: model.predict(fresh).length,
    accuracy: model.evaluate(table).accuracy,
    report: model.report.accuracy,
    summary: model.summary.kind,
    said,
    simulated: { rows: simulated.rows, columns: simulated.columns.length, lines: simulated.csv.trim().split("\n").length },
  };
}

function check(result) {
  assert.ok(result.stages.includes("growing"), result.stages.join());
  assert.equal(result.one[0].predicted, "OOMKilled");
  const shares = Object.values(result.one[0].probabilities);
  assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-9);
  assert.ok(result.millis < 50, `one row takes ${result.millis} ms`);
  assert.deepEqual(result.several, ["OOMKilled", "None"]);
  assert.equal(result.many, 40);
  assert.ok(result.accuracy > 0.9 && result.report > 0.85, `${result.accuracy}, ${result.report}`);
  assert.equal(result.said.isError, true);
  assert.equal(result.said.code, "model");
  assert.ok(result.said.message.length > 20, result.said.message);
  assert.deepEqual(result.simulated, { rows: 200, columns: 24, lines: 201 });
}

const TABLE = metrics({ rows: 300 });
const FRESH = metrics({ rows: 40, seed: 2, target: false });

export default [
  [
    "it is the page's own program, with types",
    async () => {
      const wasm = readdirSync(join(ROOT, "dist")).find((name) => name.endsWith("_bg.wasm"));
      assert.equal(print(readFileSync(join(ROOT, "dist/module/kubecast.wasm"))), print(readFileSync(join(ROOT, "dist", wasm))));
      const types = readFileSync(join(ROOT, "dist/module/glue.d.ts"), "utf8");
      for (const name of ["simulate", "train", "loadModel", "predict", "evaluate", "toBytes", "interface Report"]) {
        assert.ok(types.includes(name), `the types name ${name}`);
      }
    },
  ],
  [
    "Node and a page get the same model, byte for byte",
    async (visit, { site }) => {
      const kubecast = await import(pathToFileURL(MODULE).href);
      const inNode = await useModule(kubecast, TABLE, FRESH);
      check(inNode);
      site.extra.set("module.html", "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>another page</title>");
      await visit.open(site.extraUrl("module.html"));
      const inPage = await visit.evaluate(
        async (source, address, table, fresh) => {
          const kubecast = await import(address);
          // This page has no policy; the text is this very test's.
          const use = new Function(`return (${source})`)();
          return use(kubecast, table, fresh);
        },
        useModule.toString(),
        `${site.url}module/kubecast.js`,
        TABLE,
        FRESH,
      );
      check(inPage);
      assert.equal(print(Uint8Array.from(inPage.bytes)), print(Uint8Array.from(inNode.bytes)));
      assert.deepEqual(inPage.one, inNode.one);
    },
  ],
];
