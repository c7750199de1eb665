/**
 * `npm run bench:check`: the ratios against node:crypto of a few rows, beside those of baseline.json (compare.js). A report,
 * not a judge: the status is 0, because on a machine with neighbours a figure proves little by itself. `--record` writes
 * the baseline.
 *
 * Each row is the best of three short measurements, each the median of adjacent rounds.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadCore } from "esession/core";
import { agreementCases } from "./agreement.js";
import { compare } from "./compare.js";
import { conversationCases } from "./conversation.js";
import { sampledCorpus } from "./corpus.js";
import { measure } from "./measure.js";
import { builtIn } from "./peers/in-node.js";
import { loadPeers } from "./peers/index.js";
import { machine, platform } from "./platform.js";
import { digits } from "./spread.js";
import { stanzaCases } from "./stanza.js";
import { writeJson } from "./write.js";

const [RUNS, ROUNDS] = [3, 3];
const PEER = "node:crypto";
const file = join(import.meta.dirname, "baseline.json");

const { values } = parseArgs({ options: { record: { type: "boolean", default: false } } });
const core = await loadCore();
const peers = (await loadPeers(builtIn)).filter(({ name }) => name === PEER);
const { corpus, stanzas } = sampledCorpus();
const ofCorpus = (await conversationCases(stanzas)).slice(0, 1);
const cases = [
  ...(await agreementCases(peers, platform, { groups: [14, 16] })),
  ...(await stanzaCases(core, peers, [64, 256, 1024, 65536])),
  ...ofCorpus,
].filter(({ name }) => !name.includes("two key pairs"));

/** @type {Record<string, number>} */
const best = {};
for (let run = 0; run < RUNS; run++)
  for (const { name, peers: measured } of await measure(cases, ROUNDS, `check ${run + 1} of ${RUNS}`))
    for (const peer of measured)
      if ("ratio" in peer) best[name] = Math.max(best[name] ?? 0, peer.ratio.median);

if (values.record) {
  const ratios = Object.entries(best).map(([name, ratio]) => [name, Number(ratio.toPrecision(3))]);
  await writeJson(file, { machine: machine(core.build), corpus, ratios: Object.fromEntries(ratios) });
  console.log("recorded in bench/baseline.json:");
}
/** @type {import("./compare.js").Ratios & { machine: Record<string, string> }} */
const baseline = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { machine: {}, ratios: {} };

const number = (/** @type {number | null | undefined} */ value) =>
  typeof value === "number" ? digits(value) : "none";
console.log(
  `${`${PEER}'s time / ours, best of ${RUNS}`.padEnd(64)}${"now".padStart(8)}${"baseline".padStart(10)}`,
);
const rows = compare(baseline, { corpus, ratios: best, ofCorpus: new Set(ofCorpus.map(({ name }) => name)) });
for (const { name, now, before, share, remark } of rows) {
  const change = share === undefined ? "" : `${share >= 1 ? "+" : ""}${((share - 1) * 100).toFixed(0)} %`;
  const figures = `${number(now).padStart(8)}${number(before).padStart(10)}${change.padStart(8)}`;
  console.log(`${name.padEnd(64)}${figures}  ${remark}`.trimEnd());
}
const { node } = baseline.machine;
if (node !== undefined && node !== process.versions.node)
  console.log(`The baseline is of Node ${node}, this is ${process.versions.node}.`);
const bad = rows.filter((row) => row.bad);
const open = rows.filter((row) => row.share === undefined && !row.bad).length;
if (open > 0) console.log(`bench:check: ${open} of ${rows.length} rows could not be compared`);
console.log(
  bad.length === 0
    ? "bench:check: no row is missing or more than 25 % worse than the baseline"
    : `bench:check: ${bad.length} of ${rows.length} rows are missing or more than 25 % worse than the baseline: ${bad.map(({ name, remark }) => `${name} (${remark})`).join("; ")}`,
);
process.exit(0);
