// A first visit: the sample is there, and a confusion matrix is two clicks away.

import assert from "node:assert/strict";
import { evaluated, finding, firstVisit } from "../steps.mjs";

export default [
  [
    "the sample is there before anything is asked for",
    async (visit) => {
      await firstVisit(visit);
      await visit.sees(/5,000 rows/);
      assert.match(await finding(visit), /issue/);
      await visit.sees(/simulated sample/i);
      await visit.sees(/0 requests to other hosts/);
      assert.ok(await visit.has("heading", /class(es)? of issue_type/), "the target's classes are drawn");
    },
  ],
  [
    "from opening to a confusion matrix without a setting",
    async (visit, { browser }) => {
      const begun = Date.now();
      await firstVisit(visit);
      await visit.press("#train-now");
      await evaluated(visit);
      await visit.until("the charts are drawn", () => document.querySelectorAll("main canvas").length >= 2);
      console.log(`      ${browser}: from opening to the evaluation of the sample in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      assert.match(await finding(visit), /Right on/);
      await visit.sees(/macro F1/i);
      await visit.sees(/baseline/i);
      await visit.sees(/Confusion|misses|taken for|right/i);
    },
  ],
];
