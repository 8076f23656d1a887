// Charts are drawn, sharp, redrawn for a narrow screen and the dark theme; they tell their values and can be taken home.

import assert from "node:assert/strict";
import { dropTable, firstVisit, train } from "../steps.mjs";
import { metrics, records } from "../tables.mjs";

async function evaluatedPage(visit) {
  await firstVisit(visit);
  await dropTable(visit, { text: metrics({ rows: 300 }) });
  await train(visit);
  await visit.until("the charts are drawn", () => document.querySelectorAll("main section.chart canvas").length >= 4);
}

/** Of each canvas in sight: its title, sizes, and how many colours are on it. */
function canvases() {
  return [...document.querySelectorAll("main section.chart")].map((section) => {
    const canvas = section.querySelector("canvas");
    const box = canvas.getBoundingClientRect();
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    let inked = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] > 0) inked += 1;
      colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    }
    return {
      title: section.querySelector("h2").innerText,
      said: canvas.getAttribute("aria-label"),
      width: canvas.width,
      shownWidth: box.width,
      ratio: devicePixelRatio,
      colours: colours.size,
      inked: inked / (data.length / 4),
    };
  });
}

const first = (visit, name) => visit.find("button", new RegExp(`^${name}: `));

export default [
  [
    "no chart is blank, and each says in words what it shows",
    async (visit) => {
      await evaluatedPage(visit);
      for (const chart of await visit.evaluate(canvases)) {
        assert.ok(chart.colours > 4, `${chart.title} has ${chart.colours} colours`);
        assert.ok(chart.said.length > 20, `${chart.title} says ${chart.said}`);
      }
    },
  ],
  [
    "they are sharp on a dense screen and laid out anew on a narrow one",
    async (visit) => {
      await visit.page.setViewport({ width: 1000, height: 900, deviceScaleFactor: 2 });
      await evaluatedPage(visit);
      const dense = await visit.evaluate(canvases);
      for (const chart of dense) {
        assert.ok(Math.abs(chart.width - chart.shownWidth * chart.ratio) <= 2, `${chart.title}: ${chart.width} for ${chart.shownWidth} at ${chart.ratio}`);
      }
      await visit.page.setViewport({ width: 390, height: 844, deviceScaleFactor: 2 });
      await visit.until("they are drawn anew", () => [...document.querySelectorAll("main section.chart canvas")].every((canvas) => canvas.getBoundingClientRect().width < 390 && Math.abs(canvas.width - canvas.getBoundingClientRect().width * devicePixelRatio) <= 2));
      for (const chart of await visit.evaluate(canvases)) assert.ok(chart.colours > 4, `${chart.title} is blank when narrow`);
    },
  ],
  [
    "the dark theme draws them anew",
    async (visit) => {
      await evaluatedPage(visit);
      const shot = () => visit.evaluate(() => document.querySelector("main section.chart canvas").toDataURL());
      await visit.page.select("#theme", "light");
      await new Promise((resolve) => setTimeout(resolve, 300));
      const light = await shot();
      await visit.page.select("#theme", "dark");
      await visit.until("the chart is another", (light) => document.querySelector("main section.chart canvas").toDataURL() !== light, { values: [light] });
    },
  ],
  [
    "values are told under the pointer and by arrow keys",
    async (visit) => {
      await evaluatedPage(visit);
      const plot = await visit.page.$("main .chart-plot");
      await plot.evaluate((element) => element.scrollIntoView({ block: "center" }));
      const box = await plot.boundingBox();
      let tip = "";
      for (let step = 1; step < 12 && !tip; step += 1) {
        await visit.page.mouse.move(box.x + (box.width * (4 + step * 0.6)) / 12, box.y + (box.height * (2 + step * 0.6)) / 12);
        await new Promise((resolve) => setTimeout(resolve, 120));
        tip = await visit.evaluate(() => document.querySelector(".chart-tip")?.textContent ?? "");
      }
      assert.match(tip, /\d/);
      await plot.focus();
      await visit.page.keyboard.press("ArrowRight");
      const said = await visit.until("the value is said", () => document.querySelector(".chart-said")?.innerText);
      assert.match(said, /\d/);
      await visit.page.keyboard.press("ArrowRight");
      await visit.until("the next value is said", (said) => {
        const now = document.querySelector(".chart-said")?.innerText;
        return now && now !== said;
      }, { values: [said] });
    },
  ],
  [
    "each has a table with its figures, and is saved as PNG, SVG and CSV",
    async (visit) => {
      await evaluatedPage(visit);
      const png = await visit.download(async () => (await first(visit, "PNG")).click());
      assert.equal(png.bytes.subarray(1, 4).toString("latin1"), "PNG");
      assert.ok(png.bytes.length > 2_000, `${png.bytes.length} bytes`);
      const svg = await visit.download(async () => (await first(visit, "SVG")).click());
      const picture = svg.bytes.toString("utf8");
      assert.match(picture, /^(<\?xml[^>]*>\s*)?<svg[\s>]/);
      assert.match(picture, /<\/svg>\s*$/);
      assert.doesNotMatch(picture, /<script|javascript:|\son\w+=/i);
      const csv = await visit.download(async () => (await first(visit, "CSV")).click());
      const rows = records(csv.bytes.toString("utf8"));
      assert.ok(rows.length > 3, `${rows.length} rows`);
      await (await first(visit, "Table")).click();
      await visit.until("the table is there", () => document.querySelectorAll("main .chart-table tbody tr").length > 1);
      await (await first(visit, "Chart")).click();
      await visit.until("the chart is there again", () => !document.querySelector("main .chart-table"));
      for (const file of [png, svg, csv]) assert.match(file.name, /^[\w.-]+\.(png|svg|csv)$/, file.name);
    },
  ],
];
