// Every step is reachable by keyboard, free of axe's violations in both themes, and fits a narrow screen.

import assert from "node:assert/strict";
import { STEPS, dropTable, evaluated, finding, firstVisit, go, train } from "../steps.mjs";
import { metrics } from "../tables.mjs";

async function prepared(visit) {
  await firstVisit(visit);
  await dropTable(visit, { text: metrics({ rows: 300 }) });
  await train(visit);
  await go(visit, "predict");
  await visit.press("#predict-data");
  await visit.until("the predictions are there", () => Boolean(document.querySelector("#download-predictions")), { timeout: 30_000 });
}

export default [
  [
    "axe finds nothing on any step, light and dark",
    async (visit) => {
      await prepared(visit);
      for (const theme of ["light", "dark"]) {
        await visit.page.select("#theme", theme);
        for (const step of STEPS) {
          await go(visit, step);
          await visit.until("what moves has come to rest", () => !document.getAnimations?.().some((each) => each.playState === "running"));
          await visit.assertAccessible(`${step}, ${theme}`);
        }
      }
    },
    { timeout: 180_000 },
  ],
  [
    "no step is wider than a narrow screen",
    async (visit) => {
      await prepared(visit);
      for (const width of [390, 768]) {
        await visit.page.setViewport({ width, height: 844 });
        for (const step of STEPS) {
          await go(visit, step);
          // Charts are laid out anew when the browser says that their place has changed.
          await visit.until(`${step} fits ${width} pixels`, (width) => document.documentElement.scrollWidth <= width, { values: [width], timeout: 3_000 });
        }
      }
    },
    { timeout: 180_000 },
  ],
  [
    "from the sample to its evaluation by keyboard alone",
    async (visit) => {
      await firstVisit(visit);
      const { keyboard } = visit.page;
      const at = () =>
        visit.evaluate(() => {
          const element = document.activeElement;
          return { id: element?.id ?? "", outlined: element ? getComputedStyle(element).outlineStyle !== "none" || getComputedStyle(element).boxShadow !== "none" : false };
        });
      let reached = false;
      for (let presses = 0; presses < 60 && !reached; presses += 1) {
        await keyboard.press("Tab");
        const place = await at();
        if (place.id !== "") assert.ok(place.outlined, `the focus on #${place.id} can be seen`);
        reached = place.id === "train-now";
      }
      assert.ok(reached, "Tab reaches the button");
      await keyboard.press("Enter");
      await evaluated(visit);
      assert.match(await finding(visit), /Right on/);
      assert.equal(await visit.evaluate(() => document.activeElement?.id), "finding", "the finding is read next");
    },
  ],
  [
    "the browser's back button goes back a step",
    async (visit) => {
      await firstVisit(visit);
      await go(visit, "prepare");
      await go(visit, "train");
      await visit.page.goBack();
      await visit.until("the step before is in sight", () => location.hash === "#/prepare" && /to learn from/.test(document.querySelector("#finding").innerText));
    },
  ],
  [
    "the theme that was chosen stays",
    async (visit) => {
      await firstVisit(visit);
      const ground = () => visit.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await visit.page.select("#theme", "light");
      const light = await ground();
      await visit.page.select("#theme", "dark");
      await visit.until("it is dark", (light) => getComputedStyle(document.body).backgroundColor !== light, { values: [light] });
      const dark = await ground();
      await visit.reload();
      await visit.until("it is still dark", (dark) => getComputedStyle(document.body).backgroundColor === dark, { values: [dark] });
    },
  ],
];
