// How files were read is shown and can be changed; pasted text and folders are read like files.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finding, firstVisit, trainable } from "../steps.mjs";
import { metrics, records } from "../tables.mjs";

/** As a spreadsheet in a German office writes it: Windows-1252, decimal commas, a title above, a row cut short. */
function german() {
  const rows = Array.from({ length: 60 }, (_, i) => `2024-03-04 08:${String(i).padStart(2, "0")}:00;k${i % 4};${i % 90},${i % 10};${["None", "oom", "disk"][i % 3]}`);
  const text = ["Messwerte Cluster Süd", "", "Zeit;Knoten;CPU;Störung", ...rows, "2024-03-04 09:01:00;k1;4,5", "Stand: gestern", ""].join("\n");
  return Buffer.from(text, "latin1");
}

/** A range query's answer of two nodes, 30 s apart. */
function prometheus(metric, value) {
  const result = ["n1", "n2"].map((node, n) => ({
    metric: { __name__: metric, job: "x", node },
    values: Array.from({ length: 40 }, (_, i) => [1709541000 + 30 * i, String(value(n + 1, i))]),
  }));
  return JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
}

const chip = (visit, words) =>
  visit.until(`the data set shows ${words}`, (words) => document.querySelector("#data-chip")?.innerText.includes(words) && !document.querySelector("#cancel"), { values: [words], timeout: 30_000 });

const card = (visit, id) =>
  visit.evaluate((id) => {
    const section = document.querySelector(`#${id}`)?.closest("section");
    // Firefox leaves out what a select offers.
    const offered = [...(section?.querySelectorAll("option") ?? [])].map((option) => option.textContent);
    return section && [section.innerText, ...offered].join("\n");
  }, id);

/** The field of this label in the card. */
const field = (visit, label) =>
  visit.evaluate((label) => "#" + [...document.querySelectorAll("#reading-title ~ * label")].find((each) => each.innerText === label).htmlFor, label);

async function dropGerman(visit) {
  await firstVisit(visit);
  await visit.drop([{ name: "werte.csv", bytes: german() }]);
  await chip(visit, "61 rows · 4 columns");
}

/** A drop of a folder, in the page: entries as a browser gives them. */
function dropEntries(tree) {
  const entry = (name, path, of) => ({
    name,
    fullPath: path,
    isDirectory: typeof of !== "string",
    isFile: typeof of === "string",
    file: (done) => done(new File([of], name)),
    createReader: () => {
      const batches = [Object.entries(of).map(([name, of]) => entry(name, `${path}/${name}`, of)), []];
      return { readEntries: (done) => done(batches.shift()) };
    },
  });
  const event = new Event("drop", { bubbles: true, cancelable: true });
  event.dataTransfer = { items: [{ webkitGetAsEntry: () => entry("week", "/week", tree) }], files: [] };
  document.body.dispatchEvent(event);
}

export default [
  [
    "an odd file is read, it is said how, and its odd rows can be had",
    async (visit) => {
      await dropGerman(visit);
      const words = await card(visit, "reading-title");
      assert.match(words, /Semicolon-separated, Windows-1252, decimal comma, 1 header row; 1 row repaired, \d lines left out/);
      assert.match(words, /semicolon \(\d+(\.\d+)? % sure\)/);
      await visit.press("#row-notes summary");
      await visit.sees(/it has fewer cells than the table has columns/);
      await visit.sees(/Messwerte Cluster Süd/);
      const file = await visit.download(() => visit.press("#download-row-notes"));
      assert.equal(file.name, "werte.rows-not-as-they-stand.csv");
      const rows = records(file.bytes.toString("utf8"));
      assert.deepEqual(rows[0], ["file", "line", "what", "why", "text"]);
      assert.ok(rows.some((row) => row[1] === "64" && row[2] === "repaired"));
      for (const theme of ["light", "dark"]) {
        await visit.page.select("#theme", theme);
        await visit.until("what moves has come to rest", () => !document.getAnimations?.().some((each) => each.playState === "running"));
        await visit.assertAccessible(`a file and how it was read, ${theme}`);
      }
      await visit.page.setViewport({ width: 390, height: 844 });
      await visit.until("it fits a narrow screen", () => document.documentElement.scrollWidth <= 390, { timeout: 3_000 });
    },
    { timeout: 180_000 },
  ],
  [
    "another delimiter is read at once, stays over a reload, and is guessed again",
    async (visit) => {
      await dropGerman(visit);
      const delimiter = await field(visit, "Between cells");
      await visit.page.select(delimiter, "comma");
      await visit.until("it is read with commas", () => /Comma-separated/.test(document.querySelector("#reading-title")?.closest("section").innerText), { timeout: 30_000 });
      assert.doesNotMatch(await visit.evaluate(() => document.querySelector("#data-chip").innerText), /4 columns/);
      await visit.reload();
      await visit.until("it is read with commas again", () => /Comma-separated/.test(document.querySelector("#reading-title")?.closest("section").innerText), { timeout: 30_000 });
      assert.equal(await visit.evaluate((id) => document.querySelector(id).value, delimiter), "comma");
      await visit.page.select(delimiter, "");
      await chip(visit, "61 rows · 4 columns");
    },
  ],
  [
    "of two files each is read as is said of it, over a reload too",
    async (visit) => {
      await firstVisit(visit);
      const plain = ["Zeit,Last", ...Array.from({ length: 60 }, (_, i) => `2024-03-04 08:${String(i).padStart(2, "0")}:00,${i}.5`), ""].join("\n");
      await visit.drop([
        { name: "werte.csv", bytes: german() },
        { name: "plain.csv", text: plain },
      ]);
      await visit.until("both are read", () => /2 files, not all written alike/.test(document.querySelector("#reading-title")?.closest("section").innerText) && !document.querySelector("#cancel"), { timeout: 30_000 });
      const found = async (label) => {
        const id = await field(visit, label);
        return visit.evaluate((id) => document.querySelector(id).options[0].textContent, id);
      };
      const see = async (file) => {
        await visit.page.select("#read-file", file);
        await visit.until(`the fields are those of ${file || "all files"}`, (file) => document.querySelector("#read-file").value === file, { values: [file] });
      };
      assert.equal(await found("Between cells"), "Not the same in all files");
      await see("plain.csv");
      assert.match(await found("Between cells"), /^comma \(\d+ % sure\)$/);
      assert.match(await found("Before fractions"), /^point/);
      await see("werte.csv");
      assert.match(await found("Between cells"), /^semicolon \(\d+ % sure\)$/);
      assert.match(await found("Before fractions"), /^comma/);
      // Without times it cannot be joined: what was there stays, and the field shows again what holds.
      const delimiter = await field(visit, "Between cells");
      await visit.page.select(delimiter, "|");
      await visit.until("it is refused", () => document.querySelector("main [role=alert]") && !document.querySelector("#cancel"), { timeout: 30_000 });
      await visit.until("the field shows what holds", (id) => document.querySelector(id).value === "", { values: [delimiter], timeout: 30_000 });
      await visit.page.select(delimiter, "semicolon");
      await visit.until("it was said", (id) => document.querySelector(id)?.options[0].textContent === "Guess it" && !document.querySelector("#cancel"), { values: [delimiter], timeout: 30_000 });
      await see("plain.csv");
      assert.match(await found("Between cells"), /^comma \(\d+ % sure\)$/);
      await visit.assertAccessible("how one of two files was read");
      await visit.page.setViewport({ width: 390, height: 844 });
      await visit.until("it fits a narrow screen", () => document.documentElement.scrollWidth <= 390, { timeout: 3_000 });
      await visit.reload();
      await visit.until("both are read again", () => /2 files, not all written alike/.test(document.querySelector("#reading-title")?.closest("section").innerText), { timeout: 30_000 });
      await see("werte.csv");
      assert.equal(await visit.evaluate((id) => document.querySelector(id).value, delimiter), "semicolon");
    },
    { timeout: 180_000 },
  ],
  [
    "a zone that only one file names is asked for, and rows match once it is said",
    async (visit) => {
      await firstVisit(visit);
      const rows = (column, hour, zone) => [`time,${column}`, ...Array.from({ length: 60 }, (_, i) => `2024-03-04 ${hour}:${String(i).padStart(2, "0")}:00${zone},${(i * 7) % 11}`), ""].join("\n");
      await visit.drop([
        { name: "zoned.csv", text: rows("memory", "08", "Z") },
        { name: "local.csv", text: rows("cpu", "09", "") },
      ]);
      await chip(visit, "120 rows");
      await visit.sees(/The times of local\.csv have no zone/);
      const asked = await field(visit, "How far ahead of UTC? These times name no zone, others do");
      assert.equal(await visit.evaluate((id) => document.querySelector(id).placeholder, asked), "UTC (50 % sure)");
      await visit.assertAccessible("a zone that is asked for");
      await visit.fill(asked, "+01:00");
      await visit.page.keyboard.press("Enter");
      await chip(visit, "60 rows");
      assert.equal(await field(visit, "Times without a zone are"), asked);
      assert.equal(await visit.evaluate((id) => document.querySelector(id).value, asked), "+01:00");
      assert.doesNotMatch(await visit.evaluate(() => document.querySelector("main").innerText), /have no zone/);
    },
  ],
  [
    "exports are joined, and the joining can be changed",
    async (visit) => {
      await firstVisit(visit);
      await visit.drop([
        { name: "total.json", text: prometheus("http_requests_total", (n, i) => (i % 25) * 60 * n) },
        { name: "load.json", text: prometheus("node_load1", (n, i) => n + i / 7) },
      ]);
      await chip(visit, "80 rows");
      assert.match(await card(visit, "join-title"), /4 series became 2 columns: one row for each instant and node, 30 s apart; 1 counter made a rate per second, 2 resets seen/);
      assert.match(await card(visit, "join-title"), /total\.json/);
      const [rate] = await visit.evaluate(() => [...document.querySelectorAll("#join-title ~ * select")].filter((each) => each.value === "rate").map((each) => `#${each.id}`));
      await visit.page.select(rate, "value");
      await visit.until("no counter is a rate", () => !/rate per second,/.test(document.querySelector("#join-title").closest("section").querySelector(".why").innerText), { timeout: 30_000 });
      await visit.fill("#join-step", "60");
      await visit.page.keyboard.press("Enter");
      await visit.until("rows are 60 s apart", () => /60 s apart/.test(document.querySelector("#join-title")?.closest("section").innerText), { timeout: 30_000 });
      await visit.assertAccessible("how exports were joined");
    },
  ],
  [
    "pasted text is a table, and text pasted into a field is not",
    async (visit) => {
      await firstVisit(visit);
      const paste = (selector, text) =>
        visit.evaluate(
          (selector, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", text);
            // Firefox makes the data itself, from the other two.
            const event = new ClipboardEvent("paste", { clipboardData, data: text, dataType: "text/plain", bubbles: true, cancelable: true });
            document.querySelector(selector).dispatchEvent(event);
          },
          selector, text,
        );
      const before = await finding(visit);
      await paste("#target", metrics({ rows: 50 }));
      await paste("body", "  \n ");
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.equal(await finding(visit), before);
      await paste("body", metrics({ rows: 150 }));
      await chip(visit, "150 rows");
      assert.match(await visit.evaluate(() => document.querySelector("#data-chip").title), /pasted text/);
      await visit.until("it can be trained on", trainable, { timeout: 30_000 });
    },
  ],
  [
    "rows are sorted, looked for and paged through, by keyboard too",
    async (visit) => {
      await firstVisit(visit);
      const titled = (words) => visit.until(`the rows are titled ${words}`, (words) => document.querySelector("#rows-title")?.innerText === words, { values: [words] });
      const column = (name) =>
        visit.evaluate((name) => {
          const table = document.querySelector("#rows-title ~ .scroll table");
          const at = [...table.querySelectorAll("thead th")].findIndex((head) => head.title === name);
          return [...table.querySelectorAll("tbody tr")].map((row) => row.children[at].innerText).filter((text) => text !== "");
        }, name);
      await titled("5,000 rows");
      // The sample's own session answers.
      await visit.evaluate(() => [...document.querySelectorAll("#rows-title ~ .scroll th button")].find((each) => each.innerText === "cpu_usage_percent").focus());
      await visit.page.keyboard.press("Enter");
      await visit.until("it is sorted", () => document.querySelector("#rows-title ~ .scroll [aria-sort=ascending]") && /Rows 1 to 100 of/.test(document.querySelector("#rows-title ~ .pager").innerText));
      const up = (await column("cpu_usage_percent")).map(Number);
      assert.deepEqual(up, up.toSorted((a, b) => a - b));
      await visit.page.keyboard.press("Enter");
      await visit.until("it is sorted downwards", () => Boolean(document.querySelector("#rows-title ~ .scroll [aria-sort=descending]")));
      await visit.until("the largest come first", async () => Number((await column("cpu_usage_percent"))[0]) > up.at(-1), { here: true });
      const down = (await column("cpu_usage_percent")).map(Number);
      assert.deepEqual(down, down.toSorted((a, b) => b - a));
      await visit.page.select("#rows-column", "issue_type");
      await visit.fill("#rows-contains", "disk");
      await visit.page.keyboard.press("Enter");
      await visit.until("some rows are left", () => /^\d+ of 5,000 rows$/.test(document.querySelector("#rows-title").innerText));
      assert.ok((await column("issue_type")).every((issue) => issue === "disk_pressure"));
      await visit.page.select("#rows-column", "");
      await titled("5,000 rows");
      await visit.click("button", "Last", {});
      await visit.sees(/Rows 4,901 to 5,000 of 5,000/);
      await visit.assertAccessible("rows sorted and looked for");
    },
  ],
  [
    "a dropped folder is read with what lies in it, and what is no data is named",
    async (visit, { browser }) => {
      await firstVisit(visit);
      const folder = await mkdtemp(join(tmpdir(), "kubecast-"));
      try {
        await mkdir(join(folder, "week", "tuesday"), { recursive: true });
        await writeFile(join(folder, "week", "monday.csv"), metrics({ rows: 120, seed: 1 }));
        await writeFile(join(folder, "week", "tuesday", "tuesday.csv"), metrics({ rows: 130, seed: 2 }));
        await writeFile(join(folder, "week", "tuesday", ".hidden.csv"), "a,b\n1,2\n");
        await writeFile(join(folder, "week", "notes.docx"), "no table");
        if (browser === "chromium") {
          // A true drop, as the desktop makes it.
          const session = await visit.page.createCDPSession();
          const data = { items: [], files: [join(folder, "week")], dragOperationsMask: 1 };
          for (const type of ["dragEnter", "dragOver", "drop"]) {
            await session.send("Input.dispatchDragEvent", { type, x: 600, y: 300, data });
          }
        } else {
          // This browser's driver makes no drop; the entries are those of its own interface, handed over by the page.
          await visit.evaluate(dropEntries, { "monday.csv": metrics({ rows: 120, seed: 1 }), "notes.docx": "no table", tuesday: { ".hidden.csv": "a,b\n1,2\n", "tuesday.csv": metrics({ rows: 130, seed: 2 }) } });
        }
        await chip(visit, "250 rows");
        const told = await visit.evaluate(() => [...document.querySelectorAll("main [role=alert]")].map((each) => each.innerText).join());
        assert.match(told, /Not all of the folder is read/);
        assert.match(told, /notes\.docx/);
        assert.doesNotMatch(told, /hidden|monday/);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  ],
];
