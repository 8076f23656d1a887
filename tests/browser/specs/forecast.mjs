// A forecast from a dropped table to its verdict: the slider by keyboard, an entity over time, a refusal and its repair.

import assert from "node:assert/strict";
import { dropTable, finding, firstVisit, go } from "../steps.mjs";
import { numbers } from "../tables.mjs";

/**
 * Pods, a row a minute: memory climbs for 40 minutes before each kill; `told` knows what comes. Of `heals` climbs one
 * heals by itself, so that warnings cost false pages.
 */
function pods({ told = false, issues = Infinity, heals = Infinity, minutes = 2_000, many = 4 } = {}) {
  const next = numbers(11);
  const lines = [`time,pod,memory,cpu${told ? ",told" : ""},issue`];
  for (let minute = 0; minute < minutes; minute += 1) {
    const at = new Date(Date.UTC(2026, 2, 2) + minute * 60_000).toISOString().slice(0, 19) + "Z";
    for (let pod = 0; pod < many; pod += 1) {
      const phase = (minute + 61 * pod) % 250;
      const ramp = phase >= 190 && phase < 240 ? (phase - 189) / 2 : 0;
      const kills = Math.floor((minute + 61 * pod) / 250) % heals !== 1 || heals === Infinity;
      const issue = phase >= 230 && phase < 240 && minute < issues && kills ? "oom" : "None";
      const cells = [at, `pod-${pod}`, (40 + ramp + 30 * next()).toFixed(4), next().toFixed(4)];
      if (told) {
        cells.push((phase >= 200 && phase < 230 ? 9 : next()).toFixed(4));
      }
      lines.push([...cells, issue].join(","));
    }
  }
  return `${lines.join("\n")}\n`;
}

const TITLE = /Warns of|Nothing here is found|No better than/;

async function forecasted(visit) {
  await visit.until("the verdict is there", (pattern) => !document.querySelector("#cancel") && new RegExp(pattern).test(document.querySelector("#finding")?.innerText ?? ""), {
    values: [TITLE.source],
    timeout: 120_000,
  });
}

async function begin(visit, text) {
  await firstVisit(visit);
  await dropTable(visit, { name: "pods.csv", text });
  await go(visit, "forecast");
  await visit.until("time and entities are found", () => /entities by pod/.test(document.querySelector("#series-found")?.innerText ?? ""), { timeout: 30_000 });
}

export default [
  [
    "a table is forecast, and the slider moves the sentence, the tables and the chart by keyboard",
    async (visit) => {
      await begin(visit, pods({ heals: 3, minutes: 2_500, many: 8 }));
      assert.match(await visit.evaluate(() => document.querySelector("#series-found").innerText), /^8 entities by pod, a row every 1 min, .* \d\d incidents\./);
      await visit.fill("#forecast-horizon", "20");
      await visit.fill("#forecast-budget", "12");
      await visit.fill("#forecast-trees", "40");
      await visit.press("#forecast");
      await forecasted(visit);
      assert.match(await finding(visit), /^Warns of \d+ of \d+ incidents, a median of [\d.]+ minutes ahead, at [\d.]+ false pages? a day/);
      await visit.until("the timeline is there", () => Boolean(document.querySelector("#watched")));
      await visit.assertAccessible("the forecast");
      const before = await visit.evaluate(() => ({
        text: document.querySelector("#finding").innerText,
        budget: document.querySelector("#budget").getAttribute("aria-valuetext"),
        kinds: document.querySelector("#kinds").innerText,
      }));
      assert.equal(before.budget, "12 false pages per cluster-day");
      await visit.evaluate(() => document.querySelector("#budget").focus());
      await visit.page.keyboard.press("Home");
      await visit.until("the sentence has moved", (text) => document.querySelector("#finding").innerText !== text, { values: [before.text] });
      const after = await visit.evaluate(() => ({
        budget: document.querySelector("#budget").getAttribute("aria-valuetext"),
        kinds: document.querySelector("#kinds").innerText,
      }));
      assert.equal(after.budget, "0 false pages per cluster-day");
      assert.notEqual(after.kinds, before.kinds);
      await visit.page.keyboard.press("ArrowRight");
      await visit.until("the slider steps", () => document.querySelector("#budget").getAttribute("aria-valuetext").startsWith("0.02 "));
      // How long a step takes until the new sentence and charts are drawn.
      const millis = await visit.evaluate(async () => {
        const slider = document.querySelector("#budget");
        let most = 0;
        for (const place of ["16", "4", "12", "1"]) {
          const begun = performance.now();
          slider.value = place;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          await new Promise((done) => setTimeout(done));
          most = Math.max(most, performance.now() - begun);
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        }
        return most;
      });
      console.log(`the slowest of four steps of the slider took ${millis.toFixed(1)} ms`);
      assert.ok(millis < 250, `a step of the slider took ${millis} ms`);

      const seen = () => visit.evaluate(() => document.querySelector("#watched").closest("section").querySelector("canvas").getAttribute("aria-label"));
      const whole = await seen();
      await visit.press("#track-closer");
      await visit.until("a closer look is there", (whole) => document.querySelector("#watched").closest("section").querySelector("canvas").getAttribute("aria-label") !== whole, { values: [whole] });
      await visit.press("#track-all");
      await visit.until("all is in sight again", () => document.querySelector("#track-wider").disabled);
      // Drawn along by the pointer, and made closer by the wheel with Ctrl.
      const canvas = await visit.page.evaluateHandle(() => document.querySelector("#watched").closest("section").querySelector("canvas"));
      await visit.evaluate(() => document.querySelector("#watched").closest("section").scrollIntoView({ block: "center" }));
      const box = await canvas.boundingBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await visit.evaluate((x, y) => document.elementFromPoint(x, y).dispatchEvent(new WheelEvent("wheel", { bubbles: true, cancelable: true, ctrlKey: true, deltaY: -200, clientX: x, clientY: y })), x, y);
      await visit.until("the wheel made it closer", () => !document.querySelector("#track-wider").disabled && !document.querySelector("#track-earlier").disabled);
      const where = await canvas.boundingBox();
      await visit.page.mouse.move(where.x + where.width / 2, where.y + where.height / 2);
      await visit.page.mouse.down();
      await visit.page.mouse.move(where.x + where.width * 0.95, where.y + where.height / 2, { steps: 8 });
      await visit.page.mouse.up();
      await visit.until("it is drawn to its beginning", () => document.querySelector("#track-earlier").disabled && !document.querySelector("#track-wider").disabled);
      // The matrix of rows moves with the budget.
      const rows = () => visit.evaluate(() => document.querySelector("#row-matrix h2").innerText);
      assert.match(await rows(), /rows before an incident are named.*; of [\d,]+ quiet rows/);
      const few = await rows();
      await visit.evaluate(() => document.querySelector("#budget").focus());
      await visit.page.keyboard.press("End");
      await visit.until("the matrix has moved", (few) => document.querySelector("#row-matrix h2").innerText !== few, { values: [few] });
      const report = await visit.download(() => visit.press("#save-forecast"));
      assert.match(report.name, /pods\.forecast\.json$/);
      await go(visit, "runs");
      assert.ok(await visit.sees(/forecast/i));
    },
    { timeout: 240_000 },
  ],
  [
    "two forecasts are compared by incident, after a reload as well",
    async (visit) => {
      await begin(visit, pods({ heals: 3, minutes: 2_500, many: 8 }));
      await visit.fill("#forecast-horizon", "20");
      await visit.fill("#forecast-budget", "12");
      await visit.fill("#forecast-trees", "20");
      await visit.press("#forecast");
      await forecasted(visit);
      await visit.until("the timeline is there", () => Boolean(document.querySelector("#watched")));
      await visit.fill("#forecast-trees", "1");
      await visit.press("#forecast");
      await visit.until("it forecasts again", () => Boolean(document.querySelector("#cancel")));
      await forecasted(visit);
      await visit.until("the timeline is there again", () => Boolean(document.querySelector("#watched")));
      await go(visit, "runs");
      const boxes = () => visit.evaluate(() => document.querySelectorAll("td.choose input").length);
      assert.equal(await boxes(), 2);
      const choose = async () => {
        for (const nth of [1, 0]) {
          await visit.evaluate((nth) => document.querySelectorAll("td.choose input")[nth].click(), nth);
        }
        await visit.until("they are compared", () => /incidents? in common/.test(document.querySelector("#differences-title")?.innerText ?? ""), { timeout: 30_000 });
      };
      await choose();
      await visit.assertAccessible("the comparison");
      const said = () => visit.evaluate(() => document.querySelector("#differences").innerText);
      const before = await said();
      assert.match(before, /share caught ahead/);
      assert.match(before, /trees\s+20\s+1/);
      assert.match(before, /90 % interval/);
      const captioned = () => visit.evaluate(() => document.querySelector("#differences h3").innerText);
      assert.match(await captioned(), /at 12 false pages per cluster-day/);
      const at = (budget) => visit.evaluate((budget) => [...document.querySelectorAll("#at-budget option")].find((option) => option.textContent === budget).value, budget);
      await visit.page.select("#at-budget", await at("2"));
      await visit.until("they are compared at another budget", () => /at 2 false pages/.test(document.querySelector("#differences h3")?.innerText ?? ""), { timeout: 30_000 });
      await visit.page.select("#at-budget", await at("12"));
      await visit.until("and back", () => /at 12 false pages/.test(document.querySelector("#differences h3")?.innerText ?? ""), { timeout: 30_000 });
      await visit.reload();
      await visit.until("the log is there again", () => document.querySelectorAll("td.choose input").length === 2, { timeout: 30_000 });
      await choose();
      assert.equal(await said(), before);
    },
    { timeout: 240_000 },
  ],
  [
    "a column that knows what comes is refused, left out with one click, and struck through beside the honest score",
    async (visit) => {
      await begin(visit, pods({ told: true }));
      await visit.fill("#forecast-trees", "20");
      await visit.press("#forecast");
      await visit.until("it is refused", () => /The split leaks/.test(document.querySelector("#finding")?.innerText ?? ""), { timeout: 60_000 });
      assert.match(await visit.evaluate(() => document.querySelector("#leaks").innerText), /"told"/);
      await visit.assertAccessible("the refusal");
      await visit.press("#anyway");
      await forecasted(visit);
      const struck = await visit.evaluate(() => {
        const value = document.querySelector("#flattering .v");
        return getComputedStyle(value).textDecorationLine;
      });
      assert.equal(struck, "line-through");
      assert.match(await visit.evaluate(() => document.querySelector("#flattering .price").innerText), /the leak is worth/);
      await visit.press("#forecast");
      await visit.until("it is refused again", () => Boolean(document.querySelector("#mend")), { timeout: 60_000 });
      assert.match(await visit.evaluate(() => document.querySelector("#mend").innerText), /Leave told out/);
      await visit.press("#mend");
      await forecasted(visit);
      assert.equal(await visit.evaluate(() => Boolean(document.querySelector("#flattering"))), false);
      assert.match(await visit.evaluate(() => document.querySelector("#forecast-page").innerText), /Put told back/);
    },
    { timeout: 240_000 },
  ],
  [
    "what cannot be forecast says why and the way on",
    async (visit) => {
      await begin(visit, pods({ issues: 300 }));
      await visit.fill("#forecast-trees", "10");
      await visit.press("#forecast");
      await visit.until("it is refused", () => /too few incidents/.test(document.querySelector("#finding")?.innerText ?? ""), { timeout: 60_000 });
      assert.equal(await visit.evaluate(() => Boolean(document.querySelector("#anyway"))), false);
      await visit.fill("#forecast-horizon", "0");
      await visit.until("the field is wrong", () => document.querySelector("#forecast-horizon").getAttribute("aria-invalid") === "true");
      assert.equal(await visit.evaluate(() => document.querySelector("#forecast").disabled), true);
    },
    { timeout: 120_000 },
  ],
];
