/**
 * `npm run bench -- [--only TEXT] [--rounds N] [--json FILE]`: what a user waits for, beside node:crypto doing the
 * same work in the same process. Results are compared for equality before anything is timed.
 *
 * Absolute times drift with the neighbours of the machine; read the ratios. node:crypto is OpenSSL with the
 * processor's AES, SHA and wide multiplication instructions, which WebAssembly has not.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadCore } from "esession/core";
import { agreementCases } from "./agreement.js";
import { measure, spread } from "./measure.js";
import { stanzaCases } from "./stanza.js";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "3" },
    json: { type: "string" },
  },
});
const core = await loadCore();
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8"));
const machine = {
  esession: `${version}, ${core.build} build`,
  processor: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} threads`,
  platform: `${process.platform} ${process.arch}`,
  node: process.versions.node,
  v8: process.versions.v8,
  openssl: process.versions.openssl,
};
for (const [name, value] of Object.entries(machine)) console.log(`${name.padEnd(10)} ${value}`);

/** A process of its own for each load: the second one in a process finds everything compiled. */
const loads = Array.from({ length: 5 }, () =>
  Number(execFileSync(process.execPath, [join(import.meta.dirname, "load.js")], { encoding: "utf8" })),
);
const load = spread(loads);
console.log(
  `\nimport and loadCore() in a fresh process: ${load.median.toFixed(1)} ms (${load.min.toFixed(1)} to ${load.max.toFixed(1)})\n`,
);

const cases = [...(await agreementCases()), ...stanzaCases(core)].filter(({ name }) =>
  name.includes(values.only),
);
const results = await measure(cases, Number(values.rounds));

const digits = (/** @type {number} */ value) => (value < 1000 ? value.toPrecision(3) : value.toFixed(0));
const cell = (/** @type {import("./measure.js").Spread} */ { median, min, max }) =>
  `${digits(median)} (${digits(min)}-${digits(max)})`;
const line = (/** @type {string[]} */ ...cells) =>
  console.log(cells.map((text, i) => (i === 0 ? text.padEnd(26) : text.padStart(22))).join(""));
line("\nmicroseconds", "esession", "node:crypto", "ratio");
for (const { name, ours, peers } of results)
  for (const peer of peers)
    line(peer.name === "node" ? name : `  ${peer.name}`, cell(ours), cell(peer.time), cell(peer.ratio));
console.log(
  "\nMedian of the rounds (lowest-highest). A ratio above 1: esession takes less time than node:crypto.",
);

if (values.json !== undefined) {
  const report = {
    date: new Date().toISOString(),
    machine,
    rounds: Number(values.rounds),
    loadMs: load,
    results,
  };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
