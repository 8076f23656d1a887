// One visit of a page by a reader: finds what a person sees by role and words, and keeps what went wrong.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { ROOT } from "./site.mjs";
import { installFinder, installRecorder } from "./inpage.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = join(ROOT, "tests/browser/shots");

/** How long something that the page does at once may take on a busy machine. */
const SOON_MS = 15_000;

export class Visit {
  static async begin(browser, site, name) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    const visit = new Visit(context, page, site, name);
    await page.evaluateOnNewDocument(installRecorder);
    await page.evaluateOnNewDocument(installFinder);
    return visit;
  }

  constructor(context, page, site, name) {
    Object.assign(this, { context, page, site, name });
    this.troubles = [];
    this.expected = [];
    this.foreignBefore = site.foreign.length;
    page.on("console", (message) => {
      if (message.type() === "error") this.troubles.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.troubles.push(`uncaught: ${error?.message ?? error}`));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(site.origin) && !/^(data|blob|about):/.test(url)) {
        this.troubles.push(`request to ${url}`);
      }
    });
  }

  /** Opens the page, or another address. */
  async open(url = this.site.url) {
    await this.page.goto(url, { waitUntil: "load" });
    return this;
  }

  /**
   * Opens the page anew, once all is kept that it is keeping: what is still being written when a page goes is lost. Writes come
   * one after the other, so that a look that is asked for last is answered last.
   */
  async reload() {
    await this.page.evaluate(
      () =>
        new Promise((done) => {
          const opening = indexedDB.open("kubecast");
          opening.onupgradeneeded = () => opening.transaction.abort();
          opening.onerror = () => done();
          opening.onsuccess = () => {
            const last = opening.result.transaction("kept", "readwrite");
            last.objectStore("kept").count();
            last.oncomplete = last.onabort = () => {
              opening.result.close();
              done();
            };
          };
        }),
    );
    await this.page.reload({ waitUntil: "load" });
  }

  /** Errors in the console that this test provokes. */
  expectTrouble(pattern) {
    this.expected.push(pattern);
  }

  /** What is asserted at the end of each test: a clean console, no policy violation, nothing asked of any other host. */
  async assertClean() {
    const reported = await this.page.evaluate(() => globalThis.__recorded?.violations ?? []).catch(() => []);
    const troubles = [...this.troubles, ...reported].filter((text) => !this.expected.some((pattern) => pattern.test(text)));
    assert.deepEqual(troubles, [], "the console stays clean");
    assert.deepEqual(this.site.foreign.slice(this.foreignBefore), [], "no request leaves the page's own origin");
  }

  async end() {
    await this.context.close().catch(() => {});
  }

  /** Runs a function in the page. */
  evaluate(work, ...values) {
    return this.page.evaluate(work, ...values);
  }

  /** Waits until a function in the page (or here) answers something true, and returns it. */
  async until(what, work, { timeout = SOON_MS, values = [], here = false } = {}) {
    const deadline = Date.now() + timeout;
    let last;
    for (;;) {
      try {
        const answer = here ? await work() : await this.page.evaluate(work, ...values);
        if (answer) return answer;
        last = undefined;
      } catch (error) {
        last = error;
      }
      if (Date.now() > deadline) {
        const words = await this.words().catch(() => "");
        throw new Error(`not within ${timeout} ms: ${what}${last ? ` (${last.message})` : ""}\nThe page says:\n${words.slice(0, 3000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }

  /** The page's visible text. */
  words() {
    return this.page.evaluate(() => document.body.innerText);
  }

  /** Waits for visible text. */
  sees(pattern, options) {
    const source = pattern instanceof RegExp ? pattern : new RegExp(escape(pattern));
    return this.until(
      `the text ${source}`,
      (source, flags) => new RegExp(source, flags).exec(document.body.innerText)?.[0],
      { ...options, values: [source.source, source.flags] },
    );
  }

  /** A handle of the first visible element of this role and accessible name, waited for. */
  async find(role, name, { timeout = SOON_MS, within = null, enabled = false } = {}) {
    const pattern = name instanceof RegExp ? name : new RegExp(`^${escape(name)}$`, "i");
    const deadline = Date.now() + timeout;
    for (;;) {
      const handle = await this.page.evaluateHandle(
        (role, source, flags, within, enabled) => {
          const found = globalThis.__find(role, new RegExp(source, flags), within);
          return enabled && found?.matches?.(":disabled,[aria-disabled=true]") ? null : (found ?? null);
        },
        role, pattern.source, pattern.flags, within, enabled,
      );
      const element = handle.asElement();
      if (element) return element;
      await handle.dispose();
      if (Date.now() > deadline) {
        const there = await this.page.evaluate((role) => globalThis.__names(role), role);
        throw new Error(`no ${role} named ${pattern} within ${timeout} ms; there are: ${there.join(" | ")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }

  /** Whether such an element is there now. */
  has(role, name, within = null) {
    const pattern = name instanceof RegExp ? name : new RegExp(`^${escape(name)}$`, "i");
    return this.page.evaluate(
      (role, source, flags, within) => Boolean(globalThis.__find(role, new RegExp(source, flags), within)),
      role, pattern.source, pattern.flags, within,
    );
  }

  /** Clicks with the mouse what has this role and name, once it is enabled. */
  async click(role, name, options = {}) {
    for (let attempt = 0; ; attempt += 1) {
      const element = await this.find(role, name, { ...options, enabled: true });
      if (await this.hit(element, attempt)) return;
    }
  }

  /** Clicks with the mouse what this selector finds, once it is there and enabled. */
  async press(selector, { timeout = SOON_MS } = {}) {
    for (let attempt = 0; ; attempt += 1) {
      await this.until(
        `${selector} can be clicked`,
        (selector) => {
          const element = document.querySelector(selector);
          return Boolean(element) && element.getClientRects().length > 0 && !element.matches(":disabled, [aria-disabled=true]");
        },
        { timeout, values: [selector] },
      );
      const element = await this.page.$(selector);
      if (await this.hit(element, attempt)) return;
    }
  }

  /**
   * Clicks once, and answers whether it was this element that was hit: a page that draws anew between the look at where
   * the element stands and the click has moved it. Like a person, one then aims again; what was hit instead is told, when it
   * is something that a click does something to.
   */
  async hit(element, attempt) {
    try {
      await element.evaluate((element) => {
        globalThis.__hit = "no click";
        addEventListener("click", (event) => {
          const instead = event.target?.closest?.("button, a, summary, input[type=checkbox], input[type=radio]");
          const meant = event.composedPath().includes(element) || element.contains(event.target) || (element.labels && [...element.labels].some((label) => label.contains(event.target)));
          globalThis.__hit = meant || !element.isConnected ? "meant" : instead ? instead.outerHTML.slice(0, 200) : "nothing that a click does something to";
        }, { capture: true, once: true });
      });
      await element.click();
    } catch (error) {
      // The page drew anew between finding and clicking.
      if (attempt === 3) throw error;
      return false;
    }
    // Another page has taken this one's place where it answers nothing.
    const hit = (await this.page.evaluate(() => globalThis.__hit).catch(() => undefined)) ?? "meant";
    if (hit === "meant") return true;
    assert.match(hit, /^no/, "a click hit something else than it was meant for");
    assert.ok(attempt < 3, "what is to be clicked never stands still");
    return false;
  }

  /** Puts text into the field that this selector finds, in place of what is there. */
  async fill(selector, text) {
    await this.press(selector);
    await this.page.$eval(selector, (field) => field.select());
    if (text === "") await this.page.keyboard.press("Backspace");
    else await this.page.keyboard.type(String(text));
  }

  /** Drops made-up files: [{ name, text | bytes, type }]. */
  async drop(files, selector = "body") {
    await this.page.evaluate(dropInPage, files.map(packed), selector);
  }

  /** Gives files to the file field that this selector finds, as the browser's dialog would; the field may be hidden. */
  async choose(selector, files) {
    const folder = await mkdtemp(join(tmpdir(), "kubecast-"));
    try {
      const paths = [];
      for (const file of files) {
        const path = join(folder, basename(file.name));
        await writeFile(path, file.bytes ?? file.text ?? "");
        paths.push(path);
      }
      const field = await this.page.$(selector);
      assert.ok(field, `there is a file field ${selector}`);
      await field.uploadFile(...paths);
    } finally {
      this.folders = [...(this.folders ?? []), folder];
    }
  }

  /** Does something that hands over a file, and returns { name, bytes }. */
  async download(work) {
    const before = await this.page.evaluate(() => globalThis.__recorded.downloads.length);
    await work();
    await this.until("a file is handed over", (before) => globalThis.__recorded.downloads.length > before, { values: [before] });
    const { name, base64 } = await this.page.evaluate(async (before) => {
      const { name, blob } = globalThis.__recorded.downloads[before];
      const bytes = new Uint8Array(await (await blob).arrayBuffer());
      let text = "";
      for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
      return { name, base64: btoa(text) };
    }, before);
    return { name, bytes: Buffer.from(base64, "base64") };
  }

  /** Finds no violation of WCAG 2.0 and 2.1 at A and AA. */
  async assertAccessible(where) {
    await this.page.evaluate(AXE);
    const violations = await this.page.evaluate(async () => {
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
      const result = await globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
      return result.violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => `${node.html} (${node.failureSummary?.replace(/\s+/g, " ")})`).join(" ; ")}`);
    });
    assert.deepEqual(violations, [], `axe on ${where}`);
  }

  /** Keeps a picture under tests/browser/shots. */
  async shoot(name) {
    await mkdir(SHOTS, { recursive: true });
    const path = join(SHOTS, `${this.name.replace(/[^a-z0-9-]+/gi, "-")}${name ? `-${name}` : ""}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async tidy() {
    for (const folder of this.folders ?? []) await rm(folder, { recursive: true, force: true });
  }
}

function packed(file) {
  const bytes = Buffer.from(file.bytes ?? file.text ?? "");
  return { name: file.name, type: file.type ?? "", base64: bytes.toString("base64") };
}

function escape(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function dropInPage(files, selector) {
  const transfer = new DataTransfer();
  for (const { name, type, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const target = document.querySelector(selector);
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, composed: true, dataTransfer: transfer }));
  }
}
