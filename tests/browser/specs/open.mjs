// The page opens from a sub-path with no special headers.

import assert from "node:assert/strict";

export default [
  [
    "the program starts, with what its workers need at hand",
    async (visit, { site }) => {
      await visit.open();
      await visit.until("the program is there", () => globalThis.__kubecast?.module instanceof WebAssembly.Module);
      const glue = await visit.evaluate(() => globalThis.__kubecast.glue);
      assert.ok(glue.startsWith(site.url), glue);
      assert.equal(await visit.evaluate(() => document.title.includes("Kubecast")), true);
      const missing = await visit.evaluate(() =>
        performance.getEntriesByType("resource").filter((entry) => entry.responseStatus >= 400).map((entry) => entry.name),
      );
      assert.deepEqual(missing, []);
    },
  ],
  [
    "a program that cannot be fetched is told in words",
    async (visit) => {
      visit.expectTrouble(/./);
      await visit.page.setRequestInterception(true);
      visit.page.on("request", (request) => {
        if (request.url().endsWith(".wasm")) request.abort();
        else request.continue();
      });
      await visit.open();
      await visit.sees(/could not be fetched\..* reload this page/i);
      assert.equal(await visit.has("alert", /could not be fetched/), true);
    },
  ],
  [
    "a browser without WebAssembly is told in words",
    async (visit) => {
      visit.expectTrouble(/./);
      await visit.page.evaluateOnNewDocument(() => {
        delete globalThis.WebAssembly;
      });
      await visit.open();
      await visit.sees(/does not run WebAssembly/);
    },
  ],
];
