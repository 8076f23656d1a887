// A second table is predicted: with and without its truth, filtered, downloaded; what does not fit is named.

import assert from "node:assert/strict";
import { alerts, dropTable, firstVisit, go, train } from "../steps.mjs";
import { metrics, records } from "../tables.mjs";

async function trained(visit) {
  await firstVisit(visit);
  await dropTable(visit, { text: metrics({ rows: 400 }) });
  await train(visit);
  await go(visit, "predict");
}

async function predict(visit, file) {
  await visit.drop([file]);
  await visit.until(`${file.name} is predicted`, (name) => document.querySelector(".finding")?.innerText.includes(name) && !document.querySelector("#cancel") && Boolean(document.querySelector("#download-predictions")), {
    timeout: 30_000,
    values: [file.name],
  });
}

export default [
  [
    "a table without the target: classes, probabilities, filters, pages, download",
    async (visit) => {
      await trained(visit);
      await predict(visit, { name: "today.csv", text: metrics({ rows: 230, seed: 4, target: false }) });
      await visit.sees(/Rows 1 to 100 of 230/);
      await visit.click("button", "Next");
      await visit.sees(/Rows 101 to 200 of 230/);
      await visit.page.select("#filter-class", "OOMKilled");
      const words = await visit.sees(/Rows 1 to \d+ of \d+/);
      const total = Number(/of (\d+)/.exec(words)[1]);
      assert.ok(total > 20 && total < 110, words);
      assert.equal(await visit.has("checkbox", /truth and prediction differ/), false, "no truth, no such filter");
      const file = await visit.download(() => visit.press("#download-predictions"));
      const rows = records(file.bytes.toString("utf8"));
      assert.equal(rows.length, 231);
      for (const row of rows.slice(1)) {
        const shares = row.slice(3).map(Number);
        assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-9, row.join());
        assert.equal(Math.max(...shares), Number(row[2]));
      }
    },
  ],
  [
    "a table with the target is evaluated too",
    async (visit) => {
      await trained(visit);
      await predict(visit, { name: "truth.csv", text: metrics({ rows: 150, seed: 6 }) });
      await visit.sees(/Against the truth in this table/);
      await visit.sees(/Right on (9\d|100)/);
      assert.equal(await visit.has("checkbox", /truth and prediction differ/), true);
    },
  ],
  [
    "rows unlike those learned from are unfamiliar, with the columns that make them so",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 1600 }) });
      await train(visit);
      await visit.sees(/Of healthy rows one in \d+ is expected to be unfamiliar/);
      await go(visit, "predict");
      const strange = [3, 17, 31, 58];
      const lines = metrics({ rows: 80, seed: 4, target: false }).trim().split("\n");
      const latency = lines[0].split(",").indexOf("latency_ms");
      for (const row of strange) lines[row + 1] = lines[row + 1].split(",").map((cell, at) => (at === latency ? "98000" : cell)).join(",");
      await predict(visit, { name: "strange.csv", text: lines.join("\n") });
      const file = await visit.download(() => visit.press("#download-predictions"));
      const [header, ...rows] = records(file.bytes.toString("utf8"));
      assert.deepEqual(header.slice(-2), ["unfamiliar", "because"]);
      const marked = rows.filter((row) => row.at(-2) === "1");
      for (const row of strange) assert.match(rows[row].join(), /,1,.*latency_ms high/);
      assert.ok(marked.length < strange.length + 4, marked.join("\n"));
      await visit.sees(new RegExp(`${marked.length} rows are unlike anything learned from`));
      await visit.press("#filter-unfamiliar");
      await visit.sees(new RegExp(`Rows 1 to ${marked.length} of ${marked.length}`));
      await visit.sees(/unlike training/);
      await visit.sees(/unfamiliar \(\w+\?\)/);
      await visit.sees(/latency_ms high/);
    },
  ],
  [
    "where it is not asked for, no row is marked as unfamiliar",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 1600 }) });
      await go(visit, "train");
      assert.equal(await visit.evaluate(() => document.querySelector("#mark-unfamiliar").checked), true);
      await visit.press("#mark-unfamiliar");
      await visit.until("it is switched off", () => !document.querySelector("#mark-unfamiliar").checked);
      await train(visit);
      await visit.sees(/Each class against the rest, on held-out rows/);
      assert.doesNotMatch(await visit.evaluate(() => document.querySelector("main").innerText), /unfamiliar/i);
      await go(visit, "predict");
      await predict(visit, { name: "new.csv", text: metrics({ rows: 80, seed: 4, target: false }) });
      const file = await visit.download(() => visit.press("#download-predictions"));
      const [header] = records(file.bytes.toString("utf8"));
      assert.ok(!header.includes("unfamiliar"), header.join());
    },
  ],
  [
    "columns in another order and one more are told and do no harm",
    async (visit) => {
      await trained(visit);
      const columns = ["latency_ms", "restarts", "memory_mb", "cpu_percent", "node", "timestamp"];
      const plain = metrics({ rows: 60, seed: 8, target: false });
      await predict(visit, { name: "plain.csv", text: plain });
      const before = (await visit.download(() => visit.press("#download-predictions"))).bytes.toString("utf8");
      const [header, ...rows] = metrics({ rows: 60, seed: 8, target: false, columns }).trim().split("\n");
      const text = [`${header},shard`, ...rows.map((row) => `${row},3`)].join("\n");
      await predict(visit, { name: "mixed.csv", text });
      await visit.sees(/shard/);
      const after = (await visit.download(() => visit.press("#download-predictions"))).bytes.toString("utf8");
      assert.equal(after, before);
    },
  ],
  [
    "a column that is missing is named before anything is predicted",
    async (visit) => {
      await trained(visit);
      const columns = ["timestamp", "node", "cpu_percent", "restarts"];
      await visit.drop([{ name: "short.csv", text: metrics({ rows: 40, columns, target: false }) }]);
      await visit.until("it is refused", () => Boolean(document.querySelector("main [role=alert]")), { timeout: 30_000 });
      const words = (await alerts(visit)).join("\n");
      assert.match(words, /memory_mb/);
      assert.match(words, /latency_ms/);
      assert.equal(await visit.has("button", "Download CSV"), false);
    },
  ],
  [
    "a name that a spreadsheet would run as a formula is neutralised in the file",
    async (visit) => {
      await firstVisit(visit);
      const text = metrics({ rows: 300 }).replaceAll("OOMKilled", "=SUM(A1)");
      await dropTable(visit, { name: "formula.csv", text });
      await train(visit);
      await go(visit, "predict");
      await predict(visit, { name: "formula-new.csv", text: metrics({ rows: 60, seed: 3, target: false }) });
      const file = await visit.download(() => visit.press("#download-predictions"));
      const said = new Set(records(file.bytes.toString("utf8")).slice(1).map((row) => row[1]));
      assert.ok(said.has("'=SUM(A1)"), [...said].join());
      assert.ok(!said.has("=SUM(A1)"));
    },
  ],
];
