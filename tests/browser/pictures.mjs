// Pictures of every step, light and dark, wide and narrow: `node tests/browser/pictures.mjs FOLDER [FILE.csv [TARGET]]`. Without a file
// the sample is shown; with one it is dropped, trained on with the defaults, and predicted.

import { mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { chosenBrowser, launch } from "./browser.mjs";
import { startSite } from "./site.mjs";
import { STEPS, dropTable, evaluated, firstVisit, go, trainable } from "./steps.mjs";
import { Visit } from "./visit.mjs";

const [folder, file, target] = process.argv.slice(2);
const SIZES = { 1440: 900, 390: 844 };
const PATIENCE_MS = 5 * 60_000;

mkdirSync(folder, { recursive: true });
const site = await startSite();
const browser = await launch(chosenBrowser(), site.port);
try {
  const visit = await Visit.begin(browser, site, "pictures");
  await firstVisit(visit);
  if (file) {
    await dropTable(visit, { name: basename(file), text: readFileSync(file, "utf8") });
    await visit.until("it can be trained on", trainable, { timeout: PATIENCE_MS });
  }
  if (target) {
    await go(visit, "data");
    await visit.page.select("#target", target);
    await visit.until("it can be trained on", trainable, { timeout: PATIENCE_MS });
  }
  await go(visit, "train");
  await visit.press("#train");
  await evaluated(visit, PATIENCE_MS);
  await go(visit, "predict");
  await visit.press("#predict-data");
  await visit.until("the predictions are there", () => Boolean(document.querySelector("#download-predictions")), { timeout: PATIENCE_MS });
  for (const [width, height] of Object.entries(SIZES)) {
    await visit.page.setViewport({ width: Number(width), height });
    for (const theme of ["light", "dark"]) {
      await visit.page.select("#theme", theme);
      for (const step of STEPS) {
        await go(visit, step);
        await visit.until("what moves has come to rest", () => !document.getAnimations?.().some((each) => each.playState === "running"));
        await visit.page.screenshot({ path: join(folder, `${step}-${theme}-${width}.png`), fullPage: true });
      }
    }
  }
  await visit.end();
} finally {
  await browser.close();
  await site.close();
}
