// The simulator: what is chosen is looked at, used, taken away, and travels in a link.

import assert from "node:assert/strict";
import { STEPS, alerts, finding, firstVisit, go, trainable } from "../steps.mjs";
import { records } from "../tables.mjs";
import { Visit } from "../visit.mjs";

/** Goes from the data to the simulator, and waits for its first look. */
async function simulator(visit) {
  await visit.click("button", "Open the simulator");
  await looked(visit);
}

/** Waits for a look at the choices as they are. */
function looked(visit) {
  return visit.until(
    "the preview is drawn",
    () => location.hash.startsWith("#/simulate?") && Boolean(document.querySelector("#preview canvas")) && document.querySelector("#preview-state")?.innerText.trim() === "" && document.querySelector("#preview canvas").width > 0,
    { timeout: 40_000 },
  );
}

/** How many colours the preview's picture has, and a number that stands for it. */
function picture(visit) {
  return visit.evaluate(() => {
    const canvas = document.querySelector("#preview canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) {
      const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      if (colours.size < 64) colours.add(colour);
      sum = (Math.imul(sum, 31) + colour) | 0;
    }
    return { colours: colours.size, sum };
  });
}

/** Uses the data and returns the rows that the data page says and the bytes of the CSV. */
async function used(visit) {
  await visit.press("#simulate");
  await visit.until("the data is there", () => location.hash === "#/data" && /Simulated/.test(document.querySelector("#data-chip")?.title ?? ""), { timeout: 30_000 });
  await visit.until("it can be trained on", trainable, { timeout: 30_000 });
  const file = await visit.download(() => visit.press("#download-data"));
  return file.bytes.toString("utf8");
}

export default [
  [
    "a choice changes the preview, and the data are what was looked at",
    async (visit) => {
      await firstVisit(visit);
      await simulator(visit);
      assert.match(await finding(visit), /In 168 hours \d+ faults strike/);
      const first = await picture(visit);
      assert.ok(first.colours > 8, `the picture is not blank: ${first.colours} colours`);
      await visit.fill("#sim-rows", "300");
      await visit.fill("#sim-seed", "7");
      await visit.sees(/300 rows/);
      await looked(visit);
      await visit.until("the picture is another", (sum) => {
        const canvas = document.querySelector("#preview canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let now = 0;
        for (let at = 0; at < data.length; at += 4) now = (Math.imul(now, 31) + ((data[at] << 16) | (data[at + 1] << 8) | data[at + 2])) | 0;
        return now !== sum;
      }, { values: [first.sum] });
      assert.match(await visit.evaluate(() => location.hash), /^#\/simulate\?num_samples=300&time_periods=168&issue_probability=0.3&seed=7$/);
      const text = await used(visit);
      const rows = records(text);
      assert.equal(rows.length, 301);
      assert.equal(rows[0].length, 24);
    },
  ],
  [
    "another fault of the table can be looked at",
    async (visit) => {
      await firstVisit(visit);
      await simulator(visit);
      const before = await picture(visit);
      const title = await visit.evaluate(() => document.querySelector("#preview h2").innerText);
      assert.match(title, / on .+: /);
      await visit.evaluate(() => [...document.querySelectorAll("#episodes button[aria-pressed=false]")].at(-1).click());
      await visit.until("its chart is there", (title) => document.querySelector("#preview h2").innerText !== title, { values: [title] });
      await visit.until("its row is marked", () => document.querySelectorAll("#episodes button[aria-pressed=true]").length === 1);
      await looked(visit);
      assert.notEqual((await picture(visit)).sum, before.sum);
    },
  ],
  [
    "what is wrong is said where it stands, with what is allowed",
    async (visit) => {
      await firstVisit(visit);
      await simulator(visit);
      await visit.fill("#sim-probability", "1.5");
      await visit.sees("A number from 0 to 1");
      assert.ok(await visit.evaluate(() => document.querySelector("#simulate").disabled && document.querySelector("#copy-link").disabled));
      await visit.fill("#sim-probability", "0.2");
      await visit.until("it can be used", () => !document.querySelector("#simulate").disabled);
      await visit.click("button", /Fresh seed/);
      await visit.until("the seed is another", () => document.querySelector("#sim-seed").value !== "42");
      await looked(visit);
    },
  ],
  [
    "the files are one simulation's",
    async (visit) => {
      await firstVisit(visit);
      await simulator(visit);
      await visit.page.select("#sim-preset", "default");
      await visit.sees(/4 clusters/);
      await looked(visit);
      const take = async (id) => (await visit.download(() => visit.press(id))).bytes.toString("utf8");
      const episodes = records(await take("#save-episodes"));
      assert.equal(episodes[0][0], "episode_id");
      const shown = await visit.evaluate(() => document.querySelectorAll("#episodes tbody tr").length);
      assert.equal(episodes.length - 1, shown, "the page lists what the file has");
      const events = records(await take("#save-events"));
      assert.ok(events.length > episodes.length);
      const config = JSON.parse(await take("#save-config"));
      assert.equal(config.preset, "default");
      assert.equal(config.num_samples, 5000);
      assert.match(config.hash, /^[0-9a-f]{16}$/);
      const table = await take("#save-table");
      assert.equal(records(table).length, 5001);
      assert.equal(await used(visit), table, "what is used is what was taken away");
    },
    { timeout: 180_000 },
  ],
  [
    "a link gives the same bytes in another browser",
    async (visit, { site }) => {
      await firstVisit(visit);
      await simulator(visit);
      await visit.fill("#sim-rows", "400");
      await visit.page.select("#sim-columns", "full");
      await visit.evaluate(() => { document.querySelector("#sim-more").open = true; });
      await visit.fill("#sim-severity", "1.5");
      await visit.press("#issue-disk_pressure");
      await looked(visit);
      await visit.until("the address says it", () => /severity=1\.5/.test(location.hash) && /issue_types=/.test(location.hash));
      const link = await visit.evaluate(() => location.href);
      assert.ok(link.length < 400, link);
      const text = await used(visit);
      // Someone else, with a profile of their own.
      const other = await Visit.begin(visit.context.browser(), site, `${visit.name}-other`);
      try {
        await other.open(link);
        await looked(other);
        assert.equal(await other.evaluate(() => document.querySelector("#sim-severity").value), "1.5");
        assert.equal(await used(other), text);
        await other.assertClean();
      } finally {
        await other.end();
      }
    },
    { timeout: 180_000 },
  ],
  [
    "a link that cannot be read is told and harms nothing",
    async (visit, { site }) => {
      await visit.open(`${site.url}#/simulate?colour=red`);
      await visit.sees("The link's scenario cannot be read");
      assert.match((await alerts(visit)).join(), /colour/);
      await looked(visit);
      assert.equal(await visit.evaluate(() => document.querySelector("#sim-rows").value), "5000");
      // The sample is there all the same.
      await go(visit, "data");
      await visit.until("the sample can be trained on", trainable, { timeout: 30_000 });
      await visit.open(`${site.url}#/simulate?num_samples=0`);
      await visit.sees("A whole number from 1 to 5,000,000.");
    },
  ],
  [
    "it is reached by keyboard, free of axe's violations, and fits a narrow screen",
    async (visit) => {
      await firstVisit(visit);
      assert.ok(!STEPS.includes("simulate"), "it stands beside the spine");
      const way = await visit.find("button", "Open the simulator");
      await way.focus();
      await visit.page.keyboard.press("Enter");
      await looked(visit);
      assert.equal(await visit.evaluate(() => document.activeElement?.id), "finding");
      await visit.evaluate(() => { document.querySelector("#sim-more").open = true; });
      for (const theme of ["light", "dark"]) {
        await visit.page.select("#theme", theme);
        await visit.until("what moves has come to rest", () => !document.getAnimations?.().some((each) => each.playState === "running"));
        await visit.assertAccessible(`the simulator, ${theme}`);
        for (const width of [1440, 390]) {
          await visit.page.setViewport({ width, height: 900 });
          await visit.until(`it fits ${width} pixels`, (width) => document.documentElement.scrollWidth <= width, { values: [width], timeout: 3_000 });
        }
      }
      // By the page itself: the driver of Firefox waits for an event that it does not send where only the hash goes.
      await visit.evaluate(() => history.back());
      await visit.until("the data is in sight", () => location.hash !== "" ? location.hash === "#/data" : Boolean(document.querySelector("#train-now")));
    },
  ],
];
