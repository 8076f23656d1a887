// The JavaScript module in Node, in depth: `node --test tests/browser/module.test.mjs`, on what `cargo xtask dist` made.
// KUBECAST_MODULE names a folder with a glue of its own making and its wasm instead.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const OPTIONS = { target: "issue_type", seed: 5, model: { kind: "random-forest", trees: 15 } };

let kubecast;
let csv;
let model;

before(async () => {
  kubecast = await (process.env.KUBECAST_MODULE ? bare(process.env.KUBECAST_MODULE) : built());
  csv = kubecast.simulate({ num_samples: 1500, seed: 11 }).csv;
  model = await kubecast.train(csv, OPTIONS);
});

async function built() {
  const folder = fileURLToPath(new URL("../../dist/module/", import.meta.url));
  const module = await import(pathToFileURL(join(folder, "kubecast.js")).href);
  await module.init();
  return module;
}

async function bare(folder) {
  const wasm = readdirSync(folder).find((file) => file.endsWith("_bg.wasm"));
  const module = await import(pathToFileURL(join(folder, wasm.replace("_bg.wasm", ".js"))).href);
  await module.default({ module_or_path: readFileSync(join(folder, wasm)) });
  return module;
}

/** The rows of simple CSV as objects: numbers as numbers, empty cells as null. */
function rowsOf(text) {
  const [header, ...lines] = text.trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) =>
    Object.fromEntries(
      line.split(",").map((cell, at) => [names[at], cell === "" ? null : Number.isNaN(Number(cell)) ? cell : Number(cell)]),
    ),
  );
}

test("simulates, the same for the same options", () => {
  const one = kubecast.simulate({ num_samples: 200, seed: 3 });
  assert.equal(one.rows, 200);
  assert.equal(one.csv.trimEnd().split("\n").length, 201);
  assert.deepEqual(one.csv.split("\n")[0].split(","), one.columns);
  assert.equal(kubecast.simulate({ num_samples: 200, seed: 3 }).csv, one.csv);
  assert.notEqual(kubecast.simulate({ num_samples: 200, seed: 4 }).csv, one.csv);
  assert.equal(kubecast.simulate().rows, 10_000);
});

test("trains with progress that never falls, and lets the event loop turn", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const told = [];
  const began = performance.now();
  const trained = await kubecast.train(csv, OPTIONS, (progress) => told.push(progress));
  clearInterval(timer);
  const took = performance.now() - began;
  assert.ok(turns >= Math.max(1, Math.floor(took / 200)), `the event loop turned ${turns} times in ${took} ms`);
  const growing = told.filter(({ stage }) => stage === "growing").map(({ done }) => done);
  assert.ok(growing.length >= 5, `${growing.length} steps told`);
  assert.deepEqual(growing, [...growing].sort((a, b) => a - b));
  assert.equal(trained.report.rows_train + trained.report.rows_test, 1500);
  assert.ok(trained.report.accuracy > trained.report.baseline.accuracy);
  assert.ok(trained.report.fit_secs > 0);
  assert.equal(trained.summary.target, "issue_type");
  assert.equal(trained.report.options.model.trees, 15);
  assert.deepEqual(trained.toBytes(), model.toBytes(), "the same options, the same model bytes");
});

test("bytes and text give the same model, and every kind of model trains", async () => {
  const fromBytes = await kubecast.train(new TextEncoder().encode(csv), OPTIONS);
  assert.deepEqual(fromBytes.toBytes(), model.toBytes());
  for (const kind of ["gradient-boosting", "decision-tree"]) {
    const other = await kubecast.train(csv, { target: "issue_type", model: kind });
    assert.equal(other.report.options.model.kind, kind);
    assert.ok(other.report.macro_f1 > other.report.baseline.macro_f1, kind);
  }
});

test("searches for better settings, and what is found trains", async () => {
  const options = { ...OPTIONS, search: { seconds: 120, candidates: 4, folds: 3 } };
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const told = [];
  const found = await kubecast.search(csv, options, (progress) => told.push(progress));
  clearInterval(timer);
  assert.ok(turns > 0, "the event loop turned");
  const searching = told.filter(({ stage }) => stage === "searching");
  assert.ok(searching.length >= 5, `${searching.length} steps told`);
  assert.ok(searching.at(-1).candidates.length >= 1, "the best so far are told");
  assert.ok(found.tried >= 2 && found.tried <= 5, `${found.tried} tried`);
  assert.ok(found.fits >= 3 * found.tried - 3 && found.secs > 0);
  const own = found.candidates.find(({ number }) => number === 0);
  const best = found.candidates.find(({ number }) => number === found.best);
  assert.ok(best.mean >= own.mean && best.mean <= 1, `${best.mean}, ${own.mean}`);
  assert.equal(own.changes, "");
  assert.equal(found.prepare.target, "issue_type");
  assert.equal(found.model.trees, 15, "the model has all of its trees");
  const trained = await kubecast.train(csv, { ...OPTIONS, model: found.model });
  assert.deepEqual(trained.report.options.model, found.model);
  // With time for all candidates the clock has no part in it.
  const again = await kubecast.search(csv, options);
  assert.deepEqual({ ...again, secs: 0 }, { ...found, secs: 0 });
  await assert.rejects(
    kubecast.search(csv, options, ({ stage }) => {
      if (stage === "searching") throw new Error("enough");
    }),
    /enough/,
  );
  await assert.rejects(kubecast.search(csv, { search: { secs: 3 } }), /search\.secs/);
  await assert.rejects(kubecast.search(csv, { search: { seconds: 0 } }), /second/i);
  await assert.rejects(kubecast.search(csv, { ...OPTIONS, model: "decision-tree" }), (error) => error.code === "option");
});

test("what throws in onProgress ends the training", async () => {
  await assert.rejects(
    kubecast.train(csv, OPTIONS, () => {
      throw new Error("enough");
    }),
    /enough/,
  );
});

test("predicts rows as objects as it does the table", () => {
  const table = model.predict(csv);
  assert.equal(table.length, 1500);
  const rows = rowsOf(csv);
  assert.deepEqual(model.predict(rows), table);
  const [one] = model.predict(rows[7]);
  assert.deepEqual({ ...one, row: 7 }, table[7]);
  const shares = Object.values(one.probabilities);
  assert.deepEqual(Object.keys(one.probabilities).sort(), [...model.summary.classes].sort());
  assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-9);
  assert.equal(one.probability, Math.max(...shares));
  assert.equal(one.probability, one.probabilities[one.predicted]);
});

test("one row takes a moment", () => {
  const row = rowsOf(csv)[3];
  const began = performance.now();
  for (let i = 0; i < 100; i++) model.predict(row);
  const each = (performance.now() - began) / 100;
  assert.ok(each < 20, `${each.toFixed(2)} ms for a row`);
});

/** Rows as objects in the numbers that a scorer takes. */
function numbersOf(scorer, rows) {
  const values = new Float64Array(rows.length * scorer.columns.length);
  const columns = scorer.columns;
  rows.forEach((row, i) =>
    columns.forEach(({ column, names }, at) => {
      const cell = row[column];
      values[i * columns.length + at] = cell === null ? NaN : names ? names.indexOf(String(cell)) : Number(cell);
    }),
  );
  return values;
}

test("a scorer takes rows of plain numbers and gives the same probabilities, bit for bit", async () => {
  const rows = rowsOf(csv);
  rows.forEach((row, i) => {
    if (i % 5 === 0) row[model.summary.columns[i % 7][0]] = null;
  });
  for (const options of [OPTIONS, { ...OPTIONS, model: "gradient-boosting", encoding: "one-hot", scaling: "standard", missing: "median" }]) {
    const trained = await kubecast.train(csv, options);
    const scorer = trained.scorer();
    assert.deepEqual(scorer.columns.map(({ column }) => column), trained.summary.columns.map(([column]) => column));
    assert.deepEqual(scorer.classes, trained.summary.classes);
    const width = scorer.classes.length;
    const values = numbersOf(scorer, rows);
    const all = scorer.score(values);
    assert.equal(all.length, rows.length * width);
    trained.predict(rows).forEach(({ probabilities }, i) => {
      assert.deepEqual([...all.subarray(i * width, (i + 1) * width)], scorer.classes.map((name) => probabilities[name]), `row ${i}`);
    });
    // One row at a time, into the same room; and more rows than a block.
    const columns = scorer.columns.length;
    const room = new Float64Array(width);
    for (const i of [0, 1, 777, 1499]) {
      assert.equal(scorer.score(values.subarray(i * columns, (i + 1) * columns), room), room);
      assert.deepEqual([...room], [...all.subarray(i * width, (i + 1) * width)]);
    }
    const many = new Float64Array(values.length * 20);
    for (let k = 0; k < 20; k++) many.set(values, k * values.length);
    const repeated = scorer.score(many);
    for (const k of [0, 11, 19]) assert.deepEqual(repeated.subarray(k * all.length, (k + 1) * all.length), all);
    assert.equal(scorer.score(new Float64Array(0)).length, 0);
    scorer.free();
  }
  const scorer = model.scorer();
  assert.throws(() => scorer.score(new Float64Array(scorer.columns.length + 1)), /values.*whole number of rows/s);
  assert.throws(() => scorer.score(new Float64Array(scorer.columns.length), new Float64Array(1)), /probabilities.*room for 1/s);
});

test("where rows with missing cells are dropped, a scorer gives them no probability", async () => {
  const trained = await kubecast.train(csv, { ...OPTIONS, missing: "drop-rows" });
  const scorer = trained.scorer();
  const [first, second] = rowsOf(csv);
  const values = numbersOf(scorer, [first, second]);
  values[scorer.columns.length] = NaN;
  const all = [...scorer.score(values)];
  const width = scorer.classes.length;
  assert.ok(all.slice(0, width).every((share) => share >= 0 && share <= 1));
  assert.ok(all.slice(width).every(Number.isNaN));
});

test("a saved model predicts the same, bit for bit, and evaluates the same", () => {
  const loaded = kubecast.loadModel(model.toBytes());
  assert.deepEqual(loaded.predict(csv), model.predict(csv));
  assert.deepEqual(loaded.summary, model.summary);
  assert.deepEqual({ ...loaded.report, fit_secs: 0 }, { ...model.report, fit_secs: 0 });
  const report = loaded.evaluate(csv);
  assert.equal(report.rows_test, 1500);
  assert.ok(report.accuracy >= model.report.accuracy - 0.02);
});

test("errors are Errors with the page's sentences", async () => {
  const fails = async (work, code, pattern) => {
    try {
      await work();
    } catch (error) {
      assert.ok(error instanceof Error);
      assert.equal(error.name, "KubecastError");
      assert.equal(error.code, code, error.message);
      assert.match(error.message, pattern);
      for (const part of [error.title, error.hint]) assert.ok(part.length > 0 && error.message.includes(part));
      assert.ok("line" in error.place && "column" in error.place);
      return error;
    }
    assert.fail(`nothing thrown for ${pattern}`);
  };
  const wrong = await fails(() => kubecast.train(csv, { tagret: "issue_type" }), "option", /tagret/);
  assert.equal(wrong.place.column, "tagret");
  await fails(() => kubecast.train(csv, { model: { kind: "random-forest", tres: 3 } }), "option", /model\.tres/);
  await fails(() => kubecast.train(csv, { model: { kind: "random-forest", trees: 0 } }), "option", /trees/i);
  await fails(() => kubecast.train(csv, { target: "weather" }), "option", /weather/);
  await fails(() => kubecast.train("", {}), "input", /empty|0 bytes|nothing/i);
  await fails(() => kubecast.train(42, {}), "option", /csv/);
  await fails(() => kubecast.train(csv, {}, "loud"), "option", /onProgress/);
  await fails(() => kubecast.simulate({ num_samples: 0 }), "option", /num_samples|rows|samples/i);
  await fails(() => kubecast.loadModel(new Uint8Array([1, 2, 3])), "model", /model/i);
  await fails(() => kubecast.loadModel("model"), "option", /bytes/);
  await fails(() => kubecast.loadModel(model.toBytes().slice(0, 500)), "model", /bytes/);
  const [needed] = model.summary.columns[0];
  const renamed = rowsOf(csv).slice(0, 3).map(({ [needed]: value, ...row }) => ({ ...row, [`${needed}_x`]: value }));
  await fails(() => model.predict(renamed), "mismatch", new RegExp(`${needed}.*${needed}_x`));
  await fails(() => model.predict({ [needed]: () => 1 }), "option", new RegExp(needed));
  await fails(() => model.predict(3), "option", /rows/);
  await fails(() => model.predict([3]), "option", /row 1/);
  await fails(() => model.evaluate("a,b\n1,2\n3,4\n"), "mismatch", /column/);
});

test("names that are special in JavaScript are names like any other", async () => {
  const classes = ["__proto__", "constructor", "None"];
  const lines = Array.from({ length: 150 }, (_, i) => `${(i % 3) * 10 + (i % 7) / 10},${(i * 37) % 50},${classes[i % 3]}`);
  const text = `__proto__,toString,class\n${lines.join("\n")}\n`;
  const trained = await kubecast.train(text, { target: "class", columns: ["__proto__", "toString"], model: { kind: "random-forest", trees: 20 } });
  const row = JSON.parse('{"__proto__": 0.3, "toString": 4}');
  const [prediction] = trained.predict(row);
  assert.equal(prediction.predicted, "__proto__");
  assert.deepEqual(Object.keys(prediction.probabilities).sort(), [...classes].sort());
  assert.equal(Object.getPrototypeOf(prediction.probabilities), Object.prototype);
  assert.equal({}.polluted, undefined);
  assert.deepEqual(trained.predict(text)[0], { ...trained.predict(JSON.parse('{"__proto__": 0, "toString": 0}'))[0], row: 0 });
  // What every object inherits is no column of the row.
  assert.throws(() => trained.predict({}), /__proto__|toString/);
});

test("how a table is written can be said, and a model of one way predicts another", async () => {
  // Without a word the comma parts thousands.
  const written = (delimiter, decimal) => {
    const number = (n) => `${1 + Math.floor(n / 1000)}${decimal}${String(n % 1000).padStart(3, "0")}`;
    const lines = Array.from({ length: 240 }, (_, i) => {
      const [load, heat] = [(i * 377) % 2000 + 1, (i * 911) % 2000 + 1];
      return [number(load), number(heat), load > 1400 || heat > 1700 ? "crash" : "None"].join(delimiter);
    });
    return `${["load", "heat", "issue"].join(delimiter)}\n${lines.join("\n")}\n`;
  };
  const [plain, comma] = [written(",", "."), written(";", ",")];
  const reading = { delimiter: ";", decimal: ",", header_rows: 1, quote: null };
  const options = { target: "issue", model: { kind: "random-forest", trees: 9 } };
  const one = await kubecast.train(plain, options);
  const other = await kubecast.train(comma, { ...options, reading });
  const expected = one.predict(plain);
  assert.deepEqual(one.predict(comma, { reading }), expected);
  assert.deepEqual(one.predict(new TextEncoder().encode(comma), { reading: { decimal: "," } }), expected);
  assert.deepEqual(other.predict(comma, { reading }), expected);
  assert.deepEqual(other.predict(plain), expected);
  assert.notDeepEqual(one.predict(comma, { reading: { decimal: "." } }), expected);
  assert.equal(one.evaluate(comma, { reading }).accuracy, one.evaluate(plain).accuracy);
  assert.ok(one.evaluate(comma, { reading: { decimal: "." } }).accuracy < one.evaluate(plain).accuracy);
  const found = await kubecast.search(comma, { ...options, reading, search: { seconds: 30, candidates: 1, folds: 2 } });
  assert.equal(found.prepare.target, "issue");

  // Series are joined as is said.
  const samples = Array.from({ length: 200 }, (_, i) => [1709541000 + i * 60, String((i * 37) % 101)]);
  const series = (name, values) => ({ metric: { __name__: name, pod: "a" }, values });
  const firing = samples.map(([at, value]) => [at, Number(value) > 60 ? "1" : "0"]);
  const json = JSON.stringify({ status: "success", data: { resultType: "matrix", result: [series("cpu", samples), series("busy", firing)] } });
  const rows = async (more) => {
    const { report } = await kubecast.train(json, { target: "busy", model: "decision-tree", ...more });
    return report.rows_train + report.rows_test;
  };
  assert.equal(await rows({}), 200);
  assert.ok(await rows({ reading: { step: 120 } }) <= 101);

  // What cannot be said is named.
  const named = async (work, field) => {
    await assert.rejects(async () => work(), (error) => {
      assert.equal(error.name, "KubecastError");
      assert.equal(error.code, "option", error.message);
      assert.equal(error.place.column, field, error.message);
      return true;
    });
  };
  for (const [wrong, field] of [
    [{ delimiter: "ab" }, "reading.delimiter"],
    [{ decimal: "x" }, "reading.decimal"],
    [{ header_rows: -1 }, "reading.header_rows"],
    [{ header_rows: 1.5 }, "reading.header_rows"],
    [{ dates: "year-first" }, "reading.dates"],
    [{ offset: "15:00" }, "reading.offset"],
    [{ encoding: "ebcdic" }, "reading.encoding"],
    [{ step: 0 }, "reading.step"],
    [{ entity_labels: "pod" }, "reading.entity_labels"],
    [{ rates: [3] }, "reading.rates"],
    [{ colour: "red" }, "reading.colour"],
    [";", "reading"],
  ]) {
    await named(() => kubecast.train(plain, { ...options, reading: wrong }), field);
    await named(() => kubecast.search(plain, { ...options, reading: wrong }), field);
    await named(() => one.predict(plain, { reading: wrong }), field);
    await named(() => one.evaluate(plain, { reading: wrong }), field);
  }
  await named(() => one.predict(plain, { raeding: {} }), "raeding");
  await named(() => one.predict({ load: 1, heat: 1 }, { reading }), "reading");
  assert.equal(one.predict({ load: 1, heat: 1 }, {}).length, 1);
});
