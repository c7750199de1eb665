/**
 * `npm run bench:check`: the ratios against node:crypto of a few rows, beside those of baseline.json. A report, not a judge:
 * the status is 0, because on a machine with neighbours a figure proves little by itself. `--record` writes the baseline.
 *
 * Each row is the best of three short measurements, each the median of adjacent rounds.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadCore } from "esession/core";
import { agreementCases } from "./agreement.js";
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
/** Below this part of the baseline's ratio a row is reported. */
const WORSE = 1 / 1.25;
const PEER = "node:crypto";
const file = join(import.meta.dirname, "baseline.json");

const { values } = parseArgs({ options: { record: { type: "boolean", default: false } } });
const core = await loadCore();
const peers = (await loadPeers(builtIn)).filter(({ name }) => name === PEER);
const [conversation] = await conversationCases(sampledCorpus().stanzas);
const cases = [
  ...(await agreementCases(peers, platform, { groups: [14, 16] })),
  ...(await stanzaCases(core, peers, [64, 256, 1024, 65536])),
  ...(conversation ? [conversation] : []),
].filter(({ name }) => !name.includes("two key pairs"));

/** @type {Record<string, number>} */
const best = {};
for (let run = 0; run < RUNS; run++)
  for (const { name, peers: measured } of await measure(cases, ROUNDS, `check ${run + 1} of ${RUNS}`))
    for (const peer of measured)
      if ("ratio" in peer) best[name] = Math.max(best[name] ?? 0, peer.ratio.median);

if (values.record) {
  const ratios = Object.entries(best).map(([name, ratio]) => [name, Number(ratio.toPrecision(3))]);
  await writeJson(file, { machine: machine(core.build), ratios: Object.fromEntries(ratios) });
  console.log("recorded in bench/baseline.json:");
}
/** @type {{ machine: Record<string, string>, ratios: Record<string, number> }} */
const baseline = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { machine: {}, ratios: {} };

console.log(
  `${`${PEER}'s time / ours, best of ${RUNS}`.padEnd(64)}${"now".padStart(8)}${"baseline".padStart(10)}`,
);
const worse = [];
for (const [name, ratio] of Object.entries(best)) {
  const before = baseline.ratios[name];
  const share = before === undefined ? 1 : ratio / before;
  if (share < WORSE) worse.push(name);
  const then = before === undefined ? "none" : digits(before);
  const change = `${share >= 1 ? "+" : ""}${((share - 1) * 100).toFixed(0)} %`;
  console.log(
    `${name.padEnd(64)}${digits(ratio).padStart(8)}${then.padStart(10)}${change.padStart(8)}${share < WORSE ? "  WORSE" : ""}`,
  );
}
const { node } = baseline.machine;
if (node !== undefined && node !== process.versions.node)
  console.log(`The baseline is of Node ${node}, this is ${process.versions.node}.`);
console.log(
  worse.length === 0
    ? "bench:check: no row is more than 25 % worse than the baseline"
    : `bench:check: ${worse.length} of ${Object.keys(best).length} rows more than 25 % worse than the baseline: ${worse.join("; ")}`,
);
process.exit(0);
