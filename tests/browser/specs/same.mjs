// The same scenario gives the same bytes in a browser as on the command line: the table, the episodes and the events.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../site.mjs";

const PRESETS = ["seed", "default", "production", "stress"];
const COLUMNS = ["seed", "full"];
const KNOWN = [
  "node_failure", "pod_crash_loop", "memory_pressure", "cpu_throttling", "network_latency", "disk_pressure", "api_server_latency", "etcd_high_latency",
  "scheduler_failure", "memory_leak", "pvc_full", "etcd_db_quota", "dns_degraded", "hpa_maxed", "capacity_exhausted", "image_pull_failure",
];
const UNKNOWN = ["conntrack", "pid_exhaustion", "clock_skew", "cert_expiry", "webhook_timeout", "runtime_hang", "zone_partition", "random_compound"];
const SIDES = ["table", "episodes", "events"];
const print = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The files that the command line writes of a scenario, by what they are. */
function onTheCommandLine(words) {
  const program = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug", "kubecast");
  assert.ok(existsSync(program), `the command line is not built: cargo build --features cli (looked for ${program})`);
  const folder = mkdtempSync(join(tmpdir(), "kubecast-same-"));
  try {
    const files = ["--out", "table", "--episodes", "episodes", "--events", "events"];
    execFileSync(program, ["simulate", ...words, ...files], { cwd: folder, stdio: "pipe" });
    return Object.fromEntries(SIDES.map((side) => [side, readFileSync(join(folder, side))]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Waits until the form holds the link's scenario and has been looked at. */
function shown(visit, seed) {
  return visit.until(
    "the scenario is there",
    (seed) => document.querySelector("#sim-seed")?.value === seed && document.querySelector("#preview-state")?.innerText.trim() === "" && Boolean(document.querySelector("#preview canvas")),
    { values: [String(seed)], timeout: 60_000 },
  );
}

export default [
  [
    "each preset's files, with either set of columns",
    async (visit, { site }) => {
      let seed = 500;
      for (const preset of PRESETS) {
        for (const columns of COLUMNS) {
          seed += 1;
          const hash = `#/simulate?preset=${preset}&columns=${columns}&num_samples=3000&seed=${seed}`;
          if (seed === 501) await visit.open(`${site.url}${hash}`);
          // By the page itself: the driver of Firefox waits for an event that it does not send where only the hash goes.
          else await visit.evaluate((hash) => { location.hash = hash; }, hash);
          await shown(visit, seed);
          const native = onTheCommandLine(["--preset", preset, "--columns", columns, "--rows", "3000", "--seed", String(seed)]);
          for (const side of SIDES) {
            const { bytes } = await visit.download(() => visit.press(`#save-${side}`));
            assert.ok(bytes.length > 300, `${preset}, ${columns}: ${side} has ${bytes.length} bytes`);
            assert.equal(print(bytes), print(native[side]), `${preset}, ${columns}: ${side}, ${bytes.length} and ${native[side].length} bytes`);
          }
        }
      }
    },
    { timeout: 300_000 },
  ],
  [
    "a fault of each kind, the known ones and those that stay unknown",
    async (visit, { site }) => {
      const scenarios = [
        ...KNOWN.map((kind, at) => ({ options: { issue_types: [kind] }, words: ["--issues", kind], kind, seed: 600 + at })),
        ...UNKNOWN.map((kind, at) => ({ options: { unknown_types: [kind], unknown_fraction: 0.9 }, words: ["--unknown-types", kind, "--unknown-fraction", "0.9"], kind, seed: 700 + at })),
      ];
      site.extra.set("same.html", "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>another page</title>");
      await visit.open(site.extraUrl("same.html"));
      const found = await visit.evaluate(
        async (address, scenarios) => {
          const kubecast = await import(address);
          await kubecast.init();
          const prints = [];
          for (const { options, seed } of scenarios) {
            const { csv } = kubecast.simulate({ preset: "default", num_samples: 12_000, issue_probability: 0.1, seed, ...options });
            const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(csv)));
            prints.push([...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
          }
          return prints;
        },
        `${site.url}module/kubecast.js`,
        scenarios.map(({ options, seed }) => ({ options, seed })),
      );
      for (const [at, { kind, words, seed }] of scenarios.entries()) {
        const { table, episodes } = onTheCommandLine(["--preset", "default", "--rows", "12000", "--issue-probability", "0.1", "--seed", String(seed), ...words]);
        assert.ok(episodes.toString("utf8").includes(`,${kind},`), `${kind} strikes`);
        assert.equal(found[at], print(table), kind);
      }
    },
    { timeout: 300_000 },
  ],
];
