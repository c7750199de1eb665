/**
 * `npm run bench -- [SECTION...]`: what a user waits for, beside peers that do the same work in the same process and
 * whose results were compared first. Sections are those of sections.js; none means all.
 *
 * Absolute times drift with the neighbours of the machine; read the ratios.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadCore } from "esession/core";
import { measureInBrowser } from "./browser.js";
import { measureInNode } from "./engines.js";
import { page } from "./html.js";
import { stamped } from "./judge.js";
import { measure } from "./measure.js";
import { peersInNode } from "./peers/in-node.js";
import { loadPeers, reason } from "./peers/index.js";
import { installPeers } from "./peers/install.js";
import { machine, peerVersions } from "./platform.js";
import { kinds } from "./sections.js";
import { writeJson } from "./write.js";
import { printMachine, printSection, printTargets } from "./tables.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    /** groups 1, 2 and 5 as well, and the slowest peer in every group */
    all: { type: "boolean", default: false },
    /** few rows, as in other engines */
    short: { type: "boolean", default: false },
    json: { type: "string" },
    html: { type: "string" },
    /** major versions of Node, with commas */
    node: { type: "string" },
    browser: { type: "boolean", default: false },
    /** the report to begin with: what is measured now takes the place of what it has */
    into: { type: "string" },
  },
});
const unknown = positionals.filter((name) => !(name in kinds));
if (unknown.length > 0) {
  console.error(`no such section: ${unknown.join(", ")}; there are ${Object.keys(kinds).join(", ")}`);
  process.exit(1);
}
installPeers();

const elsewhere = values.node !== undefined || values.browser;
/** Asked for other engines alone, this one is not measured again. */
const wanted = positionals.length > 0 ? positionals : elsewhere ? [] : Object.keys(kinds);
const rounds = Number(values.rounds);
const core = await loadCore();
const run = { date: new Date().toISOString().slice(0, 10), rounds, machine: machine(core.build) };
const into = values.into === undefined ? undefined : stamped(JSON.parse(readFileSync(values.into, "utf8")));
/** @type {import("./judge.js").Report} */
const report = {
  ...(into ?? { sections: [], engines: [] }),
  ...(into === undefined || wanted.length > 0 ? { ...run, peers: peerVersions() } : into),
};
printMachine(report);

const peers = wanted.length > 0 ? await loadPeers(peersInNode) : [];
for (const id of wanted) {
  const { title, repeat = 1, run: make } = /** @type {import("./sections.js").Kind} */ (kinds[id]);
  const begin = performance.now();
  const options = { ...values, once: false, rounds: rounds * repeat, peers, measure };
  const { results = [], figures = [], notes = [] } = await attempt(() => make(options));
  console.error(`${id}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  /** @type {import("./judge.js").Section} */
  const section = {
    ...{ id, title, command: `npm run bench -- ${id}` },
    ...{ ...run, rounds: rounds * repeat },
    ...{ notes, results, figures },
  };
  report.sections = [...report.sections.filter((one) => one.id !== id), section].sort(byOrder);
  printSection(section);
}
printTargets({ ...report, sections: report.sections.filter(({ id }) => wanted.includes(id)) });

for (const major of values.node?.split(",") ?? []) keep(measureInNode(major, rounds));
if (values.browser) keep(await measureInBrowser(rounds));

if (values.json !== undefined) await writeJson(values.json, report);
if (values.html !== undefined) writeFileSync(values.html, page(report));
process.exit(); // some peers keep timers or workers

/** One section that fails must not take the others with it. @param {() => Promise<import("./sections.js").Made>} run */
async function attempt(run) {
  try {
    return await run();
  } catch (error) {
    console.error(error);
    return { notes: [`could not be measured: ${reason(error)}`] };
  }
}

/** @param {import("./judge.js").Section} a @param {import("./judge.js").Section} b */
function byOrder(a, b) {
  const order = Object.keys(kinds);
  return order.indexOf(a.id) - order.indexOf(b.id);
}

/** @param {import("./judge.js").EngineReport} engine */
function keep(engine) {
  console.log(`\n#### ${engine.name}`);
  printMachine(engine);
  for (const section of engine.sections) printSection(section);
  report.engines = [...report.engines.filter(({ name }) => name !== engine.name), engine];
}
