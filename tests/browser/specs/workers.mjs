// The page's own workers: the policy binds them, and one that dies is told of, replaced, and never a stuck screen.

import assert from "node:assert/strict";
import { alerts, dropTable, evaluated, finding, firstVisit, go, trainable } from "../steps.mjs";
import { heavy, metrics } from "../tables.mjs";

/** Trees of a short training; the page starts no more workers for it. */
const FEW_TREES = 5;

/** Adds to the script of each worker of the page an ear for this test's commands, and takes from it what starts workers. */
function listenInWorkers() {
  const install = () => {
    // The page alone starts workers: one that starts others hangs now and then in Firefox.
    self.Worker = undefined;
    const channel = new BroadcastChannel("test");
    channel.onmessage = async ({ data: { to, what, url } }) => {
      if (to !== self.__kubecast_role) return;
      if (what === "throw") setTimeout(() => { throw new Error("made up by the test"); });
      if (what === "stall") for (;;);
      if (what === "fetch") {
        const reached = await fetch(url, { mode: "no-cors" }).then(() => "reached", () => "refused");
        channel.postMessage({ to: "test", from: to, url, reached });
      }
    };
  };
  self.Blob = new Proxy(self.Blob, {
    construct(Blob, [parts, options]) {
      const ours = parts?.length === 1 && typeof parts[0] === "string" && parts[0].includes("__kubecast_role");
      return new Blob(ours ? [parts[0], ";(", String(install), ")();"] : parts, options);
    },
  });
}

/** Has the first so many workers of a role never say a word. */
function muteWorkers(role, count) {
  self.Worker = new Proxy(self.Worker, {
    construct(Worker, [url, options]) {
      const muted = options?.name === `kubecast ${role}` && count-- > 0;
      return new Worker(muted ? URL.createObjectURL(new Blob([""], { type: "text/javascript" })) : url, options);
    },
  });
}

async function command(visit, message) {
  await visit.evaluate((message) => {
    const channel = new BroadcastChannel("test");
    channel.postMessage(message);
    channel.close();
  }, message);
}

async function visitWithEars(visit) {
  await visit.page.evaluateOnNewDocument(listenInWorkers);
  visit.expectTrouble(/made up by the test/);
  await firstVisit(visit);
}

async function growing(visit) {
  await visit.until("trees grow", () => /tree [1-9]\d* of \d+/i.test(document.querySelector(".progress")?.innerText ?? ""), { timeout: 60_000 });
}

async function trainLong(visit) {
  await dropTable(visit, { name: "heavy.csv", text: heavy() });
  await go(visit, "train");
  await visit.fill("#forest-trees", "600");
  await visit.press("#train");
  await growing(visit);
}

async function over(visit, timeout = 30_000) {
  await visit.until("the training is over", () => !document.querySelector("#cancel"), { timeout });
}

async function trainShort(visit) {
  await go(visit, "data");
  await visit.until("the data is there to train on", trainable, { timeout: 60_000 });
  await go(visit, "train");
  await visit.fill("#forest-trees", String(FEW_TREES));
  await visit.press("#train");
  await evaluated(visit, 90_000);
}

export default [
  [
    "the policy binds the session's worker and the pool's",
    async (visit, { site }) => {
      await visitWithEars(visit);
      visit.expectTrouble(/policy|Content.Security|connect-src|Refused|violates|NetworkError/i);
      await trainLong(visit);
      const elsewhere = "http://elsewhere.example/";
      const answers = await visit.evaluate(
        (own, elsewhere) =>
          new Promise((resolve) => {
            const channel = new BroadcastChannel("test");
            const heard = {};
            channel.onmessage = ({ data }) => {
              if (data.to !== "test") return;
              heard[`${data.from} ${data.url === own ? "own" : "elsewhere"}`] = data.reached;
              if (Object.keys(heard).length === 4) resolve(heard);
            };
            for (const to of ["session", "pool"]) for (const url of [own, elsewhere]) channel.postMessage({ to, what: "fetch", url });
          }),
        site.url,
        elsewhere,
      );
      assert.deepEqual(answers, {
        "session own": "reached",
        "session elsewhere": "refused",
        "pool own": "reached",
        "pool elsewhere": "refused",
      });
      await visit.press("#cancel");
      await over(visit);
    },
    { timeout: 180_000 },
  ],
  [
    "a pool's worker that dies is replaced, and the training ends as if nothing had been",
    async (visit) => {
      await visitWithEars(visit);
      await dropTable(visit, { name: "heavy.csv", text: heavy() });
      await go(visit, "train");
      await visit.fill("#forest-trees", "60");
      await visit.press("#train");
      await growing(visit);
      await command(visit, { to: "pool", what: "throw" });
      await evaluated(visit, 120_000);
      assert.deepEqual(await alerts(visit), []);
    },
    { timeout: 240_000 },
  ],
  [
    "a pool whose workers die again and again is told in words, and nothing is lost",
    async (visit) => {
      await visitWithEars(visit);
      await trainLong(visit);
      const dying = setInterval(() => command(visit, { to: "pool", what: "throw" }).catch(() => {}), 10);
      await over(visit).finally(() => clearInterval(dying));
      await visit.sees(/worker[^.]*stopped/i);
      await trainShort(visit);
    },
    { timeout: 240_000 },
  ],
  [
    "a session worker that dies is told in words, its data is back, and training works again",
    async (visit) => {
      await visitWithEars(visit);
      await trainLong(visit);
      await command(visit, { to: "session", what: "throw" });
      await over(visit);
      await visit.sees(/worker[^.]*stopped/i);
      await trainShort(visit);
      assert.match(await finding(visit), /./);
      assert.equal(await visit.evaluate(() => document.querySelector("#data-chip").title), "heavy.csv");
    },
    { timeout: 240_000 },
  ],
  [
    "a session worker that does not even hear a cancel is ended, told in words, and its data is back",
    async (visit) => {
      await visitWithEars(visit);
      await trainLong(visit);
      await command(visit, { to: "session", what: "stall" });
      await visit.press("#cancel");
      await over(visit);
      await visit.sees(/did not answer within \d+ seconds/);
      await trainShort(visit);
      assert.equal(await visit.evaluate(() => document.querySelector("#data-chip").title), "heavy.csv");
    },
    { timeout: 240_000 },
  ],
  [
    "a session worker that never starts is replaced without a word",
    async (visit) => {
      await visit.page.evaluateOnNewDocument(muteWorkers, "session", 1);
      await firstVisit(visit);
      assert.deepEqual(await alerts(visit), []);
    },
  ],
  [
    "a pool's worker that never starts is replaced, and nothing is said of it",
    async (visit) => {
      await firstVisit(visit);
      const poolOf = Math.min(await visit.evaluate(() => navigator.hardwareConcurrency), FEW_TREES);
      await visit.evaluate(muteWorkers, "pool", 2 * poolOf - 1);
      await trainShort(visit);
      assert.deepEqual(await alerts(visit), []);
    },
  ],
  [
    "a pool of which no worker ever starts is told in words, and the next one trains",
    async (visit) => {
      await firstVisit(visit);
      const poolOf = Math.min(await visit.evaluate(() => navigator.hardwareConcurrency), FEW_TREES);
      await visit.evaluate(muteWorkers, "pool", 2 * poolOf);
      await go(visit, "train");
      await visit.fill("#forest-trees", String(FEW_TREES));
      await visit.press("#train");
      await over(visit, 60_000);
      await visit.sees(/did not start within \d+ seconds/);
      await trainShort(visit);
    },
    { timeout: 180_000 },
  ],
  [
    "the engine is fetched at the first touch; one that cannot be is told in words, costs nothing, and is asked for again",
    async (visit, { site }) => {
      const asked = () => site.requests.filter((path) => /engine-[0-9a-f]+_bg\.wasm$/.test(path)).length;
      const before = asked();
      visit.expectTrouble(/503/);
      site.down.add(/engine-/);
      try {
        await firstVisit(visit);
        assert.equal(asked(), before, "a first visit does not ask for it");
        await go(visit, "train");
        await visit.fill("#forest-trees", String(FEW_TREES));
        await visit.press("#train");
        await over(visit, 60_000);
        await visit.sees(/engine of this page is fetched when it is first needed, and could not be/i);
        await visit.sees(/answered 503/);
        await visit.drop([{ name: "cluster.csv", text: metrics(), type: "text/csv" }]);
        await visit.until("the drop is told of", () => document.querySelectorAll("main [role=alert]").length > 0);
        assert.match(await visit.evaluate(() => document.querySelector("#data-chip").innerText), /Simulated, seed 42/, "the sample is still there");
      } finally {
        site.down.clear();
      }
      await trainShort(visit);
    },
    { timeout: 120_000 },
  ],
];
