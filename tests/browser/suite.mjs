// The browser tests: `node tests/browser/suite.mjs [SPEC...]`, in the browser that KUBECAST_BROWSER names.
// One process, one browser; each test has a fresh profile of its own.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { after, before, test } from "node:test";
import { chosenBrowser, launch } from "./browser.mjs";
import { startSite } from "./site.mjs";
import { Visit } from "./visit.mjs";

const name = chosenBrowser();
const wanted = process.argv.slice(2);
const files = readdirSync(new URL("./specs/", import.meta.url)).filter((file) => file.endsWith(".mjs")).sort();
const chosen = files.filter((file) => wanted.length === 0 || wanted.includes(basename(file, ".mjs")));
assert.ok(chosen.length > 0, `no such spec; there are ${files.join(", ")}`);

let site;
let browser;

before(async () => {
  site = await startSite();
  browser = await launch(name, site.port);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

for (const file of chosen) {
  const { default: specs } = await import(`./specs/${file}`);
  const group = basename(file, ".mjs");
  for (const [title, work, { timeout = 120_000 } = {}] of specs) {
    test(`${group}: ${title}`, { timeout }, () => once(group, title, work));
  }
}

/** One visit with a profile of its own. */
async function once(group, title, work) {
  const visit = await Visit.begin(browser, site, `${name}-${group}-${title}`);
  try {
    await work(visit, { browser: name, site });
    await visit.assertClean();
  } catch (error) {
    error.message += `\n${await visit.shoot("failed").catch(() => "no picture could be taken")}`;
    throw error;
  } finally {
    await visit.tidy();
    await visit.end();
  }
}
