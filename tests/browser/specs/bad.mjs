// Bad input: each gets a sentence that says what, where and what to do; nothing is lost.

import assert from "node:assert/strict";
import { alerts, dropTable, firstVisit, go, saveModel, train } from "../steps.mjs";
import { heavy, metrics, numbers } from "../tables.mjs";

function binary() {
  const next = numbers(3);
  return Buffer.from(Array.from({ length: 4_000 }, () => Math.floor(next() * 256)));
}

// What must be said of each, and whether the table is refused.
const REFUSED = [
  ["an empty file", { name: "empty.csv", text: "" }, /empty|no (bytes|rows|data)|nothing/i],
  ["a header alone", { name: "header.csv", text: "cpu,memory,issue_type\n" }, /header|no rows|row/i],
  ["a binary file", { name: "binary.csv", bytes: binary() }, /binary|text|CSV/i],
  ["a model file that is none", { name: "foreign.kubecast", text: "this is no model, whatever its name says" }, /model/i],
];

const READ_BUT_UNFIT = [
  ["one column", "x\n1\n2\n3\n4\n5\n6\n", /column|target|predict/i],
  ["a single class", metrics({ rows: 60 }).replace(/OOMKilled|Network_Latency/g, "None"), /class|healthy|nothing to learn|one value|single|constant/i],
  ["no usable target", `a,b\n${Array.from({ length: 50 }, (_, i) => `${i + 0.5},${i * 3.25 + 0.125}`).join("\n")}\n`, /target|predict|class/i],
  ["all rows missing", `a,b,issue_type\n${",,\n".repeat(40)}`, /missing|empty|no (value|row)|nothing/i],
];

async function stillWorks(visit) {
  await dropTable(visit, { name: "good.csv", text: metrics({ rows: 150 }) });
}

export default [
  [
    "what cannot be read is told with what, where and what to do; the last data stays",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { name: "good.csv", text: metrics({ rows: 150 }) });
      for (const [what, file, pattern] of REFUSED) {
        await visit.drop([file]);
        await visit.until(`${what} is told`, () => Boolean(document.querySelector("main [role=alert]")), { timeout: 30_000 });
        const words = (await alerts(visit)).join("\n");
        assert.match(words, pattern, what);
        assert.ok(words.length > 40, `${what}: more than a word: ${words}`);
        await go(visit, "data");
        await visit.until("the last data stays", () => document.querySelector("#data-chip")?.title === "good.csv");
        await dismissAll(visit);
      }
      await stillWorks(visit);
    },
  ],
  [
    "after a first file that cannot be read the sample is still there to train on",
    async (visit) => {
      await firstVisit(visit);
      await visit.drop([{ name: "empty.csv", text: "" }]);
      await visit.until("it is told", () => Boolean(document.querySelector("main [role=alert]")), { timeout: 30_000 });
      await train(visit);
    },
    { timeout: 120_000 },
  ],
  [
    "a table that cannot be learned from says so before training",
    async (visit) => {
      await firstVisit(visit);
      for (const [what, text, pattern] of READ_BUT_UNFIT) {
        const name = `${what.replaceAll(" ", "-")}.csv`;
        await visit.drop([{ name, text }]);
        await visit.until(
          `${what} is told`,
          (name) => !document.querySelector("#cancel") && (Boolean(document.querySelector("main [role=alert]")) || document.querySelector("#data-chip")?.title === name),
          { timeout: 30_000, values: [name] },
        );
        await visit.sees(pattern);
        const ready = await visit.evaluate((name) => {
          const button = document.querySelector("#train-now");
          return document.querySelector("#data-chip")?.title === name && Boolean(button) && !button.disabled;
        }, name);
        assert.equal(ready, false, `${what} cannot be trained on`);
        await dismissAll(visit);
      }
      await stillWorks(visit);
    },
    { timeout: 180_000 },
  ],
  [
    "a class with one row, numbers out of range and missing cells are trained on with a notice",
    async (visit) => {
      await firstVisit(visit);
      const lines = metrics({ rows: 200 }).trim().split("\n");
      lines[5] = lines[5].replace(/[^,]+$/, "Lonely");
      lines[9] = lines[9].split(",").with?.(2, "1e400").join(",") ?? lines[9].replace(/,(\d+\.\d+),/, ",1e400,");
      lines[11] = lines[11].replace(/,(\d+\.\d+),/, ",,");
      await dropTable(visit, { name: "rough.csv", text: `${lines.join("\n")}\n` });
      await visit.sees(/Lonely/);
      await train(visit);
    },
  ],
  [
    "a file of 0 bytes dropped twice is told twice and loses nothing",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { name: "good.csv", text: metrics({ rows: 150 }) });
      for (let time = 0; time < 2; time += 1) {
        await visit.drop([{ name: "nothing.csv", text: "" }]);
        await visit.until("it is told", () => Boolean(document.querySelector("main [role=alert]")));
        await dismissAll(visit);
      }
      assert.equal(await visit.evaluate(() => document.querySelector("#data-chip").title), "good.csv");
    },
  ],
  [
    "a damaged model is refused with the reason, and the model at hand stays",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 200 }) });
      await train(visit);
      const model = await saveModel(visit);
      const bytes = Buffer.from(model.bytes);
      bytes[Math.floor(bytes.length / 2)] ^= 0x10;
      for (const damaged of [bytes, bytes.subarray(0, bytes.length - 9), Buffer.alloc(0)]) {
        await visit.choose("#open-model", [{ name: "damaged.kubecast", bytes: damaged }]);
        await visit.until("it is refused", () => Boolean(document.querySelector("main [role=alert]")), { timeout: 30_000 });
        assert.match((await alerts(visit)).join("\n"), /model|file/i);
        await dismissAll(visit);
      }
      const again = await saveModel(visit);
      assert.ok(again.bytes.equals(model.bytes), "the model at hand is the same");
    },
  ],
  [
    "a drop during training waits; nothing is lost",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { name: "heavy.csv", text: heavy({ rows: 8_000 }) });
      await go(visit, "train");
      await visit.fill("#forest-trees", "200");
      await visit.press("#train");
      await visit.until("it trains", () => Boolean(document.querySelector("#cancel")));
      await visit.drop([{ name: "late.csv", text: metrics({ rows: 130 }) }]);
      await visit.sees(/nothing is lost/i);
      await visit.click("button", /Stop and do it now/);
      await visit.until("late.csv is read", () => document.querySelector("#data-chip")?.title === "late.csv", { timeout: 30_000 });
      await train(visit);
    },
    { timeout: 180_000 },
  ],
  [
    "names from a file are only ever text",
    async (visit) => {
      await firstVisit(visit);
      const evil = '<img src=x onerror="globalThis.__xss=1">';
      const quoted = `"${evil.replaceAll('"', '""')}"`;
      const text = metrics({ rows: 200 }).replace("node,", `${quoted},`).replaceAll("OOMKilled", quoted);
      await dropTable(visit, { name: `${"<script>globalThis.__xss=1<\u2215script>"}.csv`, text });
      await visit.sees("<img src=x");
      await train(visit);
      for (const step of ["data", "prepare", "evaluate", "keep", "runs"]) await go(visit, step);
      assert.equal(await visit.evaluate(() => globalThis.__xss), undefined);
      assert.equal(await visit.evaluate(() => ({}).polluted), undefined);
    },
  ],
];

async function dismissAll(visit) {
  await visit.until("the failures are closed", () => {
    const button = document.querySelector("main [role=alert] button");
    button?.click();
    return !document.querySelector("main [role=alert]");
  });
}

