// Cancelled again and again: no worker of the pool is left, and the session's memory is what it was.

import assert from "node:assert/strict";
import { dropTable, evaluated, firstVisit, go } from "../steps.mjs";
import { heavy } from "../tables.mjs";

const ROUNDS = 8;
/** How many of the rounds may ask for more memory: what a training takes at most depends on when its trees arrive. */
const PEAKS = 2;

/** Adds to the script of each worker of the page an ear that says how large its program's memory is. */
function measureInWorkers() {
  const install = () => {
    const memories = [];
    for (const name of ["instantiate", "instantiateStreaming"]) {
      const own = WebAssembly[name];
      WebAssembly[name] = async (...given) => {
        const made = await own.apply(WebAssembly, given);
        memories.push((made.instance ?? made).exports.memory);
        return made;
      };
    }
    const channel = new BroadcastChannel("memory");
    channel.onmessage = ({ data: { ask } }) => {
      if (ask) channel.postMessage({ role: self.__kubecast_role, bytes: memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0) });
    };
  };
  self.Blob = new Proxy(self.Blob, {
    construct(Blob, [parts, options]) {
      const ours = parts?.length === 1 && typeof parts[0] === "string" && parts[0].includes("__kubecast_role");
      return new Blob(ours ? [parts[0], ";(", String(install), ")();"] : parts, options);
    },
  });
}

/** What the workers that are there answer within a second: the roles of all, and the bytes of the session's. */
async function workers(visit) {
  const heard = await visit.evaluate(
    () =>
      new Promise((resolve) => {
        const channel = new BroadcastChannel("memory");
        const heard = [];
        channel.onmessage = ({ data }) => data.role && heard.push(data);
        channel.postMessage({ ask: true });
        setTimeout(() => {
          channel.close();
          resolve(heard);
        }, 1_000);
      }),
  );
  return {
    pool: heard.filter(({ role }) => role === "pool").length,
    bytes: Math.max(0, ...heard.filter(({ role }) => role === "session").map(({ bytes }) => bytes)),
  };
}

/** Begins a training of a model and cancels it when it is so far along: as soon as it can be, or after so many units. */
async function cancelled(visit, model, units) {
  await go(visit, "train");
  await visit.evaluate((id) => document.getElementById(id).click(), model);
  await visit.fill(model === "random-forest" ? "#forest-trees" : "#boost-rounds", "1500");
  await visit.press("#train");
  await visit.until("it can be cancelled", () => Boolean(document.querySelector("#cancel")), { timeout: 30_000 });
  if (units > 0) await visit.until("it grows", (units) => Number(/(\d+) of \d+/.exec(document.querySelector(".progress")?.innerText ?? "")?.[1] ?? 0) >= units, { values: [units], timeout: 90_000 });
  await visit.press("#cancel");
  await visit.until("it is over", () => !document.querySelector("#cancel"), { timeout: 10_000 });
}

export default [
  [
    "trainings that are cancelled leave no worker of the pool, and the session's memory as it was",
    async (visit) => {
      await visit.page.evaluateOnNewDocument(measureInWorkers);
      await firstVisit(visit);
      // Noisy, so that no training is over before it is cancelled.
      await dropTable(visit, { name: "heavy.csv", text: heavy({ rows: 8_000 }) });
      // What growing takes at most here is taken once, so that any more that is taken later is not given back.
      for (const model of ["random-forest", "gradient-boosting"]) await cancelled(visit, model, 150);
      const sizes = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const model of ["random-forest", "gradient-boosting"]) await cancelled(visit, model, round % 2);
        const { pool, bytes } = await workers(visit);
        assert.equal(pool, 0, `${pool} workers of the pool are left after round ${round}`);
        assert.ok(bytes > 0, "the session's worker says how large its memory is");
        sizes.push(bytes);
      }
      // A program's memory never shrinks: a new peak shows for good, but once, while what is not given back adds up in
      // every round (seen over 90 rounds on a busy machine: one step, then the same size 83 times). Memory grows by
      // 64 KiB, so that PEAKS of ROUNDS find whatever keeps more than 24 KiB of a round.
      const grew = sizes.filter((bytes, round) => round > 0 && bytes > sizes[round - 1]).length;
      assert.ok(grew <= PEAKS, `memory grew in ${grew} of ${ROUNDS} rounds: ${sizes.join()}`);
      await visit.fill("#boost-rounds", "5");
      await visit.press("#train");
      await evaluated(visit, 90_000);
    },
    { timeout: 300_000 },
  ],
];
