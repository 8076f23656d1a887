// Kubecast as an ES module, for any page and for Node: `await init()`, then simulate, train, load models and predict.
// What it exports besides `init` is described in glue.d.ts.

import * as glue from "./glue.js";

export * from "./glue.js";

let ready;

/**
 * Fetches and starts the program; call it once before anything else (a second call waits for the first).
 * Without an argument it takes the kubecast.wasm that lies beside this file, in a browser as in Node.
 */
export function init(source) {
  ready ??= start(source).catch((cause) => {
    ready = undefined;
    throw new Error(`Kubecast's program could not be loaded: ${cause?.message ?? cause}`, { cause });
  });
  return ready;
}

export default init;

async function start(source) {
  await glue.default({ module_or_path: (await source) ?? (await beside()) });
}

async function beside() {
  const url = new URL("./kubecast.wasm", import.meta.url);
  if (url.protocol !== "file:") return url;
  // Node's fetch reads no files. The name is kept from bundlers, which look for such a module and find none.
  const name = "node:fs/promises";
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
  return readFile(url);
}
