// Tables come in by drop and by choice; their columns are typed; their notices say what they mean.

import assert from "node:assert/strict";
import { dropTable, finding, firstVisit, go, trainable } from "../steps.mjs";
import { metrics, records } from "../tables.mjs";

/** The types that the table of columns shows. */
function kindsOf(columns) {
  return columns.map((column) => {
    const rows = [...document.querySelectorAll("main table tr")];
    const row = rows.find((row) => row.querySelector("select") && row.innerText.includes(column));
    return row?.querySelector("select").selectedOptions[0].text.toLowerCase();
  });
}

/** Numbers of all widths up to 19 signs, with a point at any place or none, of either sign: every form that is read sixteen
 * signs at a time, and what lies just beyond it. */
function numbers() {
  let state = 7;
  const draw = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: 24_000 }, (_, at) => {
    const width = 1 + (at % 18);
    const point = draw(width + 2);
    let text = "";
    for (let place = 0; place < width; place += 1) text += `${place === point && place > 0 ? "." : ""}${draw(10)}`;
    return `${draw(2) === 1 ? "-" : ""}${text}`;
  });
}

export default [
  [
    "a dropped table is read, typed, and None is a class",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 400 }) });
      await visit.sees(/400 rows/);
      await visit.sees(/7 columns/);
      const kinds = await visit.evaluate(kindsOf, ["timestamp", "node", "cpu_percent", "restarts"]);
      assert.deepEqual(kinds, ["timestamp", "category", "number", "integer"]);
      assert.equal(await visit.evaluate(() => document.querySelector("#target").value), "issue_type");
      // The healthy class is counted, never taken for a gap.
      assert.ok(await visit.has("heading", /3 classes of issue_type/));
      assert.doesNotMatch(await visit.words(), /\d without a value/);
      assert.match(await finding(visit), /% of 400 rows/);
    },
  ],
  [
    "several files with the same columns are stacked",
    async (visit) => {
      await firstVisit(visit);
      await visit.drop([
        { name: "monday.csv", text: metrics({ rows: 120, seed: 1 }) },
        { name: "tuesday.csv", text: metrics({ rows: 130, seed: 2 }) },
      ]);
      await visit.sees(/250 rows/, { timeout: 30_000 });
    },
  ],
  [
    "a file is chosen in the dialog, and the same one again",
    async (visit) => {
      await firstVisit(visit);
      for (const rows of [90, 95]) {
        await visit.choose("#choose-files", [{ name: "chosen.csv", text: metrics({ rows }) }]);
        await visit.until(`${rows} rows are read`, (rows) => document.querySelector("#data-chip")?.innerText.includes(`${rows} rows`), { values: [rows], timeout: 30_000 });
      }
      await visit.until("the button can be used", trainable);
    },
  ],
  [
    "a column can be read as another type, and another target chosen",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 200 }) });
      await visit.page.select("#target", "node");
      await visit.until("node is the target", () => [...document.querySelectorAll("h2")].some((title) => /4 classes of node/.test(title.innerText)));
      await visit.until("it can be trained on", trainable);
    },
  ],
  [
    "a simulated cluster can be had, and downloaded as CSV",
    async (visit) => {
      await firstVisit(visit);
      await visit.click("button", "Open the simulator");
      await visit.fill("#sim-rows", "300");
      await visit.fill("#sim-seed", "7");
      await visit.press("#simulate");
      await visit.until("300 rows are there", () => document.querySelector("#data-chip")?.innerText.includes("300 rows"), { timeout: 30_000 });
      await visit.until("it can be trained on", trainable);
      const file = await visit.download(() => visit.press("#download-data"));
      assert.match(file.name, /\.csv$/);
      const rows = records(file.bytes.toString("utf8"));
      assert.equal(rows.length, 301);
      assert.equal(rows[0].length, 24);
      assert.ok(rows[0].includes("issue_type"));
      // What was downloaded is what was shown: it is read back to the same table.
      await dropTable(visit, { name: "again.csv", text: file.bytes.toString("utf8") });
      await visit.sees(/300 rows/);
    },
  ],
  [
    "notices say what is wrong with a column and what it means",
    async (visit) => {
      await firstVisit(visit);
      const [header, ...rows] = metrics({ rows: 200 }).trim().split("\n");
      const text = [`${header},always,copy`, ...rows.map((row) => `${row},7,${row.split(",").at(-1)}!`)].join("\n");
      await dropTable(visit, { name: "odd.csv", text });
      await visit.sees(/constant|same value/i);
      await visit.sees(/copy/i);
      await go(visit, "prepare");
      assert.equal(await visit.evaluate(() => document.getElementById("use-always")?.checked), false, "a constant is not learned from");
    },
  ],
  [
    "every number is read as the browser itself reads it",
    async (visit) => {
      await firstVisit(visit);
      const texts = numbers();
      // Of integers beyond 2^53 the digits are kept as a text, in a column of their own kind.
      const safe = texts.filter((text) => text.includes(".") || Number.isSafeInteger(Number(text)));
      await visit.drop([{ name: "numbers.csv", text: ["at,value", ...safe.map((text, at) => `${at},${text}`), ""].join("\n"), type: "text/csv" }]);
      await visit.until("the numbers are there", () => document.querySelector("#data-chip")?.title === "numbers.csv", { timeout: 30_000 });
      const file = await visit.download(() => visit.press("#download-data"));
      const read = file.bytes.toString("utf8").trim().split("\n").slice(1).map((line) => line.split(",")[1]);
      assert.equal(read.length, safe.length);
      const wrong = safe.filter((text, at) => !Object.is(Number(text), Number(read[at])));
      assert.deepEqual(wrong.slice(0, 5), []);
    },
  ],
];
