// A search for better settings: cancelled at once, made again, and its settings trained with.

import assert from "node:assert/strict";
import { evaluated, firstVisit, go } from "../steps.mjs";

const searching = () => document.querySelectorAll("#candidates tbody tr").length > 1 && /\d+ %/.test(document.querySelector(".progress")?.innerText ?? "");
const over = () => !document.querySelector("#cancel") && /tried|Time was up/.test(document.querySelector("#search-title")?.closest("section").querySelector(".strip-note")?.innerText ?? "");

export default [
  [
    "a search is cancelled at once, made again, and its settings are trained with",
    async (visit) => {
      await firstVisit(visit);
      await go(visit, "train");
      // Something that can be bettered for sure.
      await visit.fill("#forest-depth", "2");
      await visit.fill("#forest-trees", "30");
      await visit.press("#search");
      await visit.until("candidates are listed", searching, { timeout: 60_000 });
      const begun = Date.now();
      await visit.press("#cancel");
      await visit.until("the search is over", () => !document.querySelector("#cancel"));
      assert.ok(Date.now() - begun < 3_000, `cancelled after ${Date.now() - begun} ms`);
      assert.equal(await visit.evaluate(() => Boolean(document.querySelector("#train-found"))), false);

      await visit.evaluate(() => {
        const select = document.querySelector("#search-time");
        select.value = "10";
        select.dispatchEvent(new Event("change", { bubbles: true }));
      });
      await visit.press("#search");
      await visit.until("candidates are listed", searching, { timeout: 60_000 });
      assert.equal(await visit.evaluate(() => document.querySelector("#train").disabled), true);
      await visit.until("the search is over", over, { timeout: 60_000 });
      await visit.until("there is something better", () => Boolean(document.querySelector("#train-found")));
      const note = await visit.evaluate(() => document.querySelector("#search-title").closest("section").querySelector(".strip-note").innerText);
      assert.match(note, /^Better: .+ Macro F1 0\.\d+ where yours has 0\.\d+, over 5 folds/, note);
      const names = await visit.evaluate(() => [...document.querySelectorAll("#candidates tbody th")].map((th) => th.innerText));
      assert.ok(names.includes("Yours") && names.some((name) => /Best/.test(name)), names.join("; "));
      await visit.assertAccessible("a search's result");
      await visit.press("#train-found");
      await evaluated(visit);
      await go(visit, "train");
      const [, changes] = /^Better: (.+)\. Macro F1/.exec(note);
      const depth = /depth limit (\d+)/.exec(changes)?.[1] ?? (/no depth limit/.test(changes) ? "" : "2");
      assert.equal(await visit.evaluate(() => document.querySelector("#forest-depth").value), depth, changes);
    },
    { timeout: 300_000 },
  ],
];
