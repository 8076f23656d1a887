// Made-up metrics with a known answer: the same for the same seed, in every browser.

/** Numbers from 0 to 1 from a seed (mulberry32). */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

const COLUMNS = ["timestamp", "node", "cpu_percent", "memory_mb", "restarts", "latency_ms", "issue_type"];

/** Rows of a cluster in which memory, restarts and latency tell the issue; `None` is the healthy class. */
export function metrics({ rows = 400, seed = 1, target = true, columns = COLUMNS } = {}) {
  const next = numbers(seed);
  const lines = [];
  const kept = columns.filter((column) => target || column !== "issue_type");
  for (let row = 0; row < rows; row += 1) {
    const kind = next();
    const issue = kind < 0.5 ? "None" : kind < 0.75 ? "OOMKilled" : "Network_Latency";
    const cells = {
      timestamp: new Date(Date.UTC(2026, 0, 1) + row * 60_000).toISOString().slice(0, 19).replace("T", " "),
      node: `node-${1 + Math.floor(next() * 4)}`,
      cpu_percent: (20 + 60 * next()).toFixed(2),
      memory_mb: (issue === "OOMKilled" ? 900 + 200 * next() : 300 + 300 * next()).toFixed(1),
      restarts: String(issue === "OOMKilled" ? 1 + Math.floor(next() * 4) : 0),
      latency_ms: (issue === "Network_Latency" ? 180 + 120 * next() : 10 + 40 * next()).toFixed(2),
      issue_type: issue,
    };
    lines.push(kept.map((column) => cells[column]).join(","));
  }
  return `${kept.join(",")}\n${lines.join("\n")}\n`;
}

/** Many rows of many columns with a faint signal, so that training takes its time. */
export function heavy({ rows = 20_000, columns = 24, classes = 6, seed = 5 } = {}) {
  const next = numbers(seed);
  const lines = [`${Array.from({ length: columns }, (_, i) => `metric_${i}`).join(",")},issue_type`];
  for (let row = 0; row < rows; row += 1) {
    const cells = [];
    for (let column = 0; column < columns; column += 1) cells.push((next() * 100).toFixed(3));
    const lean = Number(cells[0]) + Number(cells[1]);
    const issue = next() < 0.5 ? Math.floor((lean / 200) * classes) : Math.floor(next() * classes);
    lines.push(`${cells.join(",")},issue_${issue}`);
  }
  return `${lines.join("\n")}\n`;
}

/** The records of a CSV, quotes understood. */
export function records(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') {
        cell += c;
        at += 1;
      } else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === "," || c === "\n") {
      row.push(cell.replace(/\r$/, ""));
      cell = "";
      if (c === "\n") {
        rows.push(row);
        row = [];
      }
    } else cell += c;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell]);
  return rows;
}
