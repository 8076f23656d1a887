// Each model trains; a training is cancelled at once and leaves the last model; parameters are checked as typed.

import assert from "node:assert/strict";
import { dropTable, evaluated, finding, firstVisit, go, train } from "../steps.mjs";
import { heavy, metrics } from "../tables.mjs";

async function dropHeavy(visit) {
  await dropTable(visit, { name: "heavy.csv", text: heavy() });
}

export default [
  [
    "forest, boosting and tree each learn the made-up issues",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 600 }) });
      for (const model of ["random-forest", "gradient-boosting", "decision-tree"]) {
        await go(visit, "train");
        await visit.evaluate((id) => document.getElementById(id).click(), model);
        await visit.press("#train");
        await evaluated(visit);
        const words = await finding(visit);
        assert.match(words, /^Right on (9\d|100)/, `${model}: ${words}`);
      }
      await go(visit, "runs");
      await visit.sees(/3 trainings/);
    },
    { timeout: 240_000 },
  ],
  [
    "cancel acts at once and leaves the last model; training again works",
    async (visit) => {
      await firstVisit(visit);
      await train(visit);
      const before = await finding(visit);
      await dropHeavy(visit);
      await go(visit, "train");
      await visit.fill("#forest-trees", "900");
      await visit.press("#train");
      await visit.until("trees grow", () => /\d+ %/.test(document.querySelector(".progress")?.innerText ?? ""), { timeout: 30_000 });
      const begun = Date.now();
      await visit.press("#cancel");
      await visit.until("the training is over", () => !document.querySelector("#cancel"));
      const took = Date.now() - begun;
      assert.ok(took < 3_000, `cancelled after ${took} ms`);
      await go(visit, "evaluate");
      assert.equal(await finding(visit), before, "the last model stands");
      // Smaller, it goes through.
      await go(visit, "train");
      await visit.fill("#forest-trees", "10");
      await visit.press("#train");
      await evaluated(visit, 90_000);
      assert.notEqual(await finding(visit), before);
      await go(visit, "runs");
      await visit.sees(/cancelled/i);
    },
    { timeout: 240_000 },
  ],
  [
    "a parameter out of range is told as it is typed, and nothing is trained with it",
    async (visit) => {
      await firstVisit(visit);
      await go(visit, "train");
      await visit.fill("#forest-trees", "0");
      await visit.until("the field is marked", () => document.querySelector("#forest-trees").getAttribute("aria-invalid") === "true");
      assert.equal(await visit.evaluate(() => document.querySelector("#train").disabled), true);
      const told = await visit.evaluate(() => document.getElementById("forest-trees-error").innerText);
      assert.match(told, /\d/, told);
      await visit.fill("#forest-trees", "20");
      await visit.until("the field is right", () => !document.querySelector("#forest-trees").hasAttribute("aria-invalid"));
      await visit.press("#train");
      await evaluated(visit);
    },
  ],
  [
    "the same seed gives the same model, another seed another",
    async (visit) => {
      await firstVisit(visit);
      await dropTable(visit, { text: metrics({ rows: 300 }) });
      const prints = [];
      for (const seed of ["11", "11", "12"]) {
        await go(visit, "prepare");
        await visit.fill("#split-seed", seed);
        await train(visit);
        await go(visit, "keep");
        const file = await visit.download(() => visit.press("#save-model"));
        prints.push(file.bytes.toString("base64"));
      }
      assert.equal(prints[0], prints[1]);
      assert.notEqual(prints[0], prints[2]);
    },
    { timeout: 240_000 },
  ],
];
