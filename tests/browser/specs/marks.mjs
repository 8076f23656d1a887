// Incidents marked by hand: by pointer and by keyboard, removed, saved and loaded, kept over a reload, and forecast.

import assert from "node:assert/strict";
import { finding, firstVisit, go } from "../steps.mjs";
import { numbers } from "../tables.mjs";

const MINUTES = 2_400;
const PODS = 4;

const clock = (minute) => `${new Date(Date.UTC(2026, 2, 2) + minute * 60_000).toISOString().slice(0, 19)}Z`;

/** Pods, a row a minute, whose memory climbs for 40 minutes before each of ten that nothing in the table names. */
function pods() {
  const next = numbers(11);
  const lines = ["time,pod,memory,cpu"];
  for (let minute = 0; minute < MINUTES; minute += 1) {
    for (let pod = 0; pod < PODS; pod += 1) {
      const phase = (minute + 61 * pod) % 250;
      const ramp = phase >= 190 && phase < 240 ? (phase - 189) / 2 : 0;
      lines.push([clock(minute), `pod-${pod}`, (40 + ramp + 30 * next()).toFixed(4), next().toFixed(4)].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** When each was, as its user has noted it. */
function marks() {
  const lines = ["from,until,kind,entity"];
  for (let pod = 0; pod < PODS; pod += 1) {
    for (let from = 230 - 61 * pod; from < MINUTES; from += 250) {
      if (from > 0) {
        lines.push([clock(from), clock(from + 10), "oom", `pod-${pod}`].join(","));
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

async function begin(visit) {
  await firstVisit(visit);
  await visit.drop([{ name: "pods.csv", text: pods(), type: "text/csv" }]);
  await visit.until("pods.csv is read", () => document.querySelector("#data-chip")?.title === "pods.csv", { timeout: 30_000 });
  await go(visit, "forecast");
  await visit.until("there is something to mark on", () => Boolean(document.querySelector("#marking canvas")) && document.querySelectorAll("#marks-column option").length === 2, { timeout: 30_000 });
}

const table = (visit) => visit.evaluate(() => [...document.querySelectorAll("#marks tbody tr")].map((row) => [...row.querySelectorAll("th, td")].slice(0, 5).map((cell) => cell.innerText.trim())));

/** Waits for so many marks, each with its rows. */
async function marked(visit, count) {
  await visit.until(
    `${count} marks are read`,
    (count) => {
      const cells = [...document.querySelectorAll("#marks tbody td.num")];
      return cells.length === count && cells.every((cell) => /^[1-9]/.test(cell.innerText));
    },
    { values: [count], timeout: 30_000 },
  );
}

/** The picture, in the middle of the window. */
async function picture(visit) {
  await visit.evaluate(() => document.querySelector("#marking canvas").scrollIntoView({ block: "center" }));
  await visit.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const canvas = await visit.page.evaluateHandle(() => document.querySelector("#marking canvas"));
  return canvas.boundingBox();
}

export default [
  [
    "an incident is drawn on the chart, another typed, both are in the table, and one is removed",
    async (visit) => {
      await begin(visit);
      assert.equal(await visit.evaluate(() => document.querySelector("#forecast-target").selectedOptions[0].textContent), "Marked by hand");
      assert.ok(await visit.evaluate(() => document.querySelector("#forecast").disabled));
      assert.ok(await visit.sees(/Mark incidents below first/));
      const box = await picture(visit);
      const [y, from, until] = [box.y + box.height / 2, box.x + box.width * 0.4, box.x + box.width * 0.5];
      await visit.page.mouse.move(from, y);
      await visit.page.mouse.down();
      await visit.page.mouse.move(until, y, { steps: 6 });
      await visit.page.mouse.up();
      await marked(visit, 1);
      const [drawn] = await table(visit);
      assert.deepEqual(drawn.slice(0, 2), ["incident", "pod-0"]);
      assert.match(drawn[2], /^2026-03-02T1[4-6]:\d\d:00Z$/);
      const hours = (Date.parse(drawn[3]) - Date.parse(drawn[2])) / 3_600_000;
      assert.ok(hours > 3 && hours < 5, `${hours} hours`);
      assert.match(await visit.evaluate(() => document.querySelector("#marking canvas").getAttribute("aria-label")), /^pod-0 over time: memory; 1 incident;/);
      assert.match(await visit.evaluate(() => document.querySelector("#marking h2").innerText), /^1 incident marked by hand$/);

      // The same by keyboard alone, on another pod.
      await visit.page.select("#marks-entity", "pod-2");
      await visit.until("pod-2 is in sight", () => /^pod-2 over time/.test(document.querySelector("#marking canvas").getAttribute("aria-label")));
      await visit.evaluate(() => document.querySelector("#mark-from").focus());
      await visit.page.keyboard.type("2026-03-02 05:00");
      await visit.page.keyboard.press("Tab");
      await visit.page.keyboard.type("2026-03-02 05:10");
      await visit.page.keyboard.press("Tab");
      await visit.page.keyboard.type("disk");
      await visit.page.keyboard.press("Enter");
      await marked(visit, 2);
      assert.deepEqual((await table(visit))[1], ["disk", "pod-2", "2026-03-02T05:00:00Z", "2026-03-02T05:10:00Z", "10"]);
      assert.equal(await visit.evaluate(() => document.querySelector("#mark-from").value), "");
      // What cannot be one is told in its row.
      await visit.fill("#mark-from", "2026-03-09 05:00");
      await visit.fill("#mark-until", "2026-03-09 05:10");
      await visit.page.select("#marks-entity", "");
      await visit.press("#mark-add");
      await visit.until("it is told", () => /outside the data/.test(document.querySelector("#marks")?.innerText ?? ""));
      assert.equal((await table(visit))[2][1], "all");
      await visit.assertAccessible("marks");
      await visit.shoot("marks");

      await visit.click("button", "Remove mark 3");
      await visit.click("button", "Remove mark 1");
      await marked(visit, 1);
      assert.equal((await table(visit))[0][0], "disk");
      // They are there after a reload as well.
      await visit.reload();
      await visit.until("the mark is back", () => document.querySelectorAll("#marks tbody tr").length === 1, { timeout: 30_000 });
      await marked(visit, 1);
    },
    { timeout: 180_000 },
  ],
  [
    "a file dropped on the marks is one of marks, and elsewhere it is the data",
    async (visit) => {
      await begin(visit);
      const file = { name: "marks.csv", text: marks(), type: "text/csv" };
      await visit.drop([file], "#mark-add");
      await marked(visit, marks().trim().split("\n").length - 1);
      assert.equal(await visit.evaluate(() => document.querySelector("#data-chip").title), "pods.csv");
      await visit.drop([file], "main h1");
      await visit.until("it is the data", () => document.querySelector("#data-chip")?.title === "marks.csv", { timeout: 30_000 });
    },
    { timeout: 120_000 },
  ],
  [
    "marks of a file are forecast to a verdict, saved again, and leave room for a label",
    async (visit) => {
      await begin(visit);
      await visit.choose("#marks-open", [{ name: "marks.csv", text: marks(), type: "text/csv" }]);
      const count = marks().trim().split("\n").length - 1;
      await marked(visit, count);
      const saved = await visit.download(() => visit.press("#marks-save"));
      assert.equal(saved.name, "marks.csv");
      await visit.fill("#forecast-horizon", "20");
      await visit.fill("#forecast-budget", "12");
      await visit.fill("#forecast-trees", "20");
      assert.equal((await table(visit)).length, count);
      await visit.press("#forecast");
      await visit.until("the verdict is there", () => !document.querySelector("#cancel") && /Warns of|Nothing here is found|No better than/.test(document.querySelector("#finding")?.innerText ?? ""), { timeout: 120_000 });
      assert.match(await finding(visit), /of \d+ incidents/);
      assert.match(await visit.evaluate(() => document.querySelector("#forecast-notices").innerText), new RegExp(`marked by hand: ${count} spans`));
      await visit.shoot("marks-forecast");
    },
    { timeout: 180_000 },
  ],
];
