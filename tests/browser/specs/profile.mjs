// The whole table is looked at once it is read: what is missing together, how classes differ, correlation, time.

import assert from "node:assert/strict";
import { dropTable, firstVisit } from "../steps.mjs";

/** Two pods a minute apart; one stops for half an hour and counts from 0 after it; two columns miss a quarter. */
function pods() {
  const lines = ["time,pod,restarts_total,cpu,load,disk,inodes,issue"];
  for (let i = 0; i < 480; i += 1) {
    const [minute, pod] = [i >> 1, i & 1];
    if (pod && minute >= 60 && minute < 90) continue;
    const cpu = (i * 37) % 101;
    const disk = minute < 60 ? "," : `${i % 53},${i % 31}`;
    const at = new Date(Date.UTC(2026, 2, 4, 8) + minute * 60_000).toISOString();
    lines.push(`${at},pod-${pod},${pod && minute >= 90 ? minute - 90 : minute},${cpu},${cpu * 2}.5,${disk},${cpu > 80 ? "oom" : "None"}`);
  }
  return `${lines.join("\n")}\n`;
}

const words = (visit) => visit.evaluate(() => document.querySelector("#profile-title").closest("section").innerText);

const part = async (visit, at) => {
  await visit.press(`#profile-${at}`);
  await visit.until("the part is shown", (at) => document.querySelector(`#profile-${at}`)?.getAttribute("aria-pressed") === "true", { values: [at] });
};

/** The table of names by class, which is folded where there are numbers to show. */
const namesOpen = async (visit) => {
  await visit.press("#profile-names > summary");
  await visit.until("names are shown", () => Boolean(document.querySelector("#profile-names")?.open));
};

const dropPods = async (visit) => {
  await dropTable(visit, { name: "pods.csv", text: pods() });
  await visit.until("the table is profiled", () => Boolean(document.querySelector("#profile-0")), { timeout: 30_000 });
};

export default [
  [
    "a table that is read is profiled, part by part",
    async (visit) => {
      await firstVisit(visit);
      await dropPods(visit);
      const all = await words(visit);
      assert.match(all, /no row is there twice/);
      assert.match(all, /A row every 1 min, with 1 gap; 1 counter reset/);
      assert.match(all, /2 columns are missing together in 26\.7 % of the rows/);
      assert.match(all, /disk, inodes/);
      await part(visit, 1);
      assert.match(await words(visit), /cpu differs most between the classes/);
      await visit.page.select("#profile-column", "1");
      await visit.until("another column is shown", () => /of the variance of its ranks/.test(document.querySelector("#profile-title").closest("section").innerText));
      await namesOpen(visit);
      const rows = await visit.evaluate(() => [...document.querySelectorAll("#profile-names tbody tr")].map((row) => row.innerText));
      assert.equal(rows.length, 2, rows.join("\n"));
      assert.match(rows[0], /pod\s+pod-0\s+[\d.]+ %\s+[\d.]+ %\s+240/);
      await part(visit, 2);
      assert.match(await words(visit), /cpu and load rise and fall together most/);
      assert.match(await words(visit), /Rank correlation \(Spearman\)/);
      // The chart is walked by keys, and says what it shows.
      const plot = "#profile-title ~ * .chart-plot";
      await visit.page.focus(plot);
      await visit.page.keyboard.press("ArrowRight");
      await visit.page.keyboard.press("ArrowRight");
      await visit.until("a cell is told", () => /and .*: [−\d]/.test(document.querySelector("#profile-title ~ * .chart-said")?.textContent ?? ""));
      await part(visit, 3);
      const time = await words(visit);
      assert.match(time, /2 by pod/);
      assert.match(time, /pod-1/);
      assert.match(time, /restarts_total/);
      for (let at = 0; at < 4; at += 1) {
        await part(visit, at);
        await visit.assertAccessible(`part ${at} of the profile`);
      }
    },
  ],
  [
    "the sample is profiled when it is asked for, and again for another target",
    async (visit) => {
      await firstVisit(visit);
      await visit.press("#profile-now");
      await visit.until("the sample is profiled", () => Boolean(document.querySelector("#profile-0")), { timeout: 60_000 });
      await part(visit, 1);
      await visit.sees(/differs most between the classes/);
      await visit.page.select("#target", "node");
      await visit.until("it is profiled anew", () => [...document.querySelectorAll("h2")].some((title) => /classes of node/.test(title.innerText)) && Boolean(document.querySelector("#profile-0")), { timeout: 60_000 });
    },
  ],
  [
    "each part fits a narrow screen and a dark one",
    async (visit) => {
      await visit.page.setViewport({ width: 390, height: 844 });
      await firstVisit(visit);
      await visit.page.evaluate(() => {
        const theme = document.querySelector("#theme");
        theme.value = "dark";
        theme.dispatchEvent(new Event("change", { bubbles: true }));
      });
      await dropPods(visit);
      for (let at = 0; at < 4; at += 1) {
        await part(visit, at);
        if (at === 1) await namesOpen(visit);
        const overflow = await visit.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `part ${at} is ${overflow} px too wide`);
        await visit.assertAccessible(`part ${at}, narrow and dark`);
      }
    },
  ],
];
