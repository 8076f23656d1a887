// The policy in the page's tag binds the page and its workers: nothing can be sent anywhere.

import assert from "node:assert/strict";

// Tried from wherever it runs: to the page's own origin, and elsewhere.
const TRY = `async function tryBoth(own, elsewhere) {
  const reach = (url, options) => fetch(url, options).then(() => "reached", () => "refused");
  return { own: await reach(own), elsewhere: await reach(elsewhere, { mode: "no-cors" }) };
}`;

/** Tries from a worker that is started as the page starts its own: from a Blob. */
function fromBlobWorker(attempt, own, elsewhere) {
  const source = `${attempt}\nonmessage = async ({ data }) => postMessage(await tryBoth(...data));`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return new Promise((resolve, reject) => {
    const worker = new Worker(url);
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage([own, elsewhere]);
  });
}

export default [
  [
    "a worker reaches its own origin and no other",
    async (visit, { site }) => {
      visit.expectTrouble(/policy|Content.Security|connect-src|Refused|violates|NetworkError/i);
      await visit.open();
      const elsewhere = "http://elsewhere.example/";
      const result = await visit.evaluate(fromBlobWorker, TRY, site.url, elsewhere);
      assert.deepEqual(result, { own: "reached", elsewhere: "refused" });
    },
  ],
  [
    "the page itself reaches its own origin and no other, and starts no worker from an address",
    async (visit, { site }) => {
      visit.expectTrouble(/./);
      await visit.open();
      const reached = await visit.evaluate(
        async (own) => {
          const reach = (url, options) => fetch(url, options).then(() => "reached", () => "refused");
          const image = await new Promise((resolve) => {
            const element = new Image();
            element.onload = () => resolve("reached");
            element.onerror = () => resolve("refused");
            element.src = "http://elsewhere.example/pixel.png";
          });
          const worker = await new Promise((resolve) => {
            try {
              const started = new Worker(new URL("static/boot.js", own));
              started.onerror = () => resolve("refused");
              setTimeout(() => resolve("started"), 1500);
            } catch {
              resolve("refused");
            }
          });
          return {
            own: await reach(own),
            elsewhere: await reach("http://elsewhere.example/", { mode: "no-cors" }),
            beacon: (() => { try { return navigator.sendBeacon("http://elsewhere.example/", "x"); } catch { return false; } })(),
            image,
            worker,
          };
        },
        site.url,
      );
      assert.equal(reached.own, "reached");
      assert.equal(reached.elsewhere, "refused");
      assert.equal(reached.image, "refused");
      assert.equal(reached.worker, "refused");
    },
  ],
  [
    "the guard of these tests sees a worker's request where no policy stops it",
    async (visit, { site }) => {
      visit.expectTrouble(/./);
      site.extra.set("open.html", "<!doctype html><link rel=icon href=data:,><title>no policy</title>");
      await visit.open(site.extraUrl("open.html"));
      const result = await visit.evaluate(fromBlobWorker, TRY, site.url, "http://elsewhere.example/canary");
      assert.equal(result.own, "reached");
      const seen = site.foreign.splice(visit.foreignBefore);
      assert.ok(seen.some((url) => url.includes("elsewhere.example/canary")), `the guard saw ${seen}`);
    },
  ],
];
