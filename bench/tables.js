/** The tables of a report on a terminal. */
import { cell, digits } from "./spread.js";
import { figureText, judge } from "./judge.js";

const line = (/** @type {string[]} */ ...cells) =>
  console.log(
    cells
      .map((text, at) => (at === 0 ? text.padEnd(64) : text.padStart(26)))
      .join("")
      .trimEnd(),
  );

/** @param {import("./judge.js").Report | import("./judge.js").EngineReport} report */
export function printMachine({ machine }) {
  for (const [name, value] of Object.entries(machine)) console.log(`${name.padEnd(10)} ${value}`);
}

/** @param {import("./judge.js").Section} section */
export function printSection({ title, notes, results, figures }) {
  console.log(`\n== ${title}`);
  for (const note of notes) console.log(`   ${note}`);
  if (results.length > 0) {
    line("microseconds: median (lowest-highest round)", "time", "their time / ours");
    for (const { name, ours, peers } of results) {
      line(name, cell(ours));
      for (const peer of peers)
        if ("missing" in peer) console.log(`  ${peer.name}: ${peer.missing}`);
        else line(`  ${peer.name}`, cell(peer.time), cell(peer.ratio));
    }
  }
  for (const { name, unit, value, note } of figures)
    line(name, `${cell(value)} ${unit}`, ...(note === undefined ? [] : [`  ${note}`]));
}

/** @param {import("./judge.js").Report} report */
export function printTargets(report) {
  const verdicts = judge(report).filter(({ found, missing }) => found || missing !== "not measured");
  if (verdicts.length === 0) return;
  console.log("\n== Targets (ratios at least, figures at most so much)");
  line("", "esession", "to reach", "aim");
  for (const verdict of verdicts) {
    const { measure, at, found, reach, aim, reached, aimed } = verdict;
    const mark = (/** @type {boolean} */ yes) => (found === undefined ? "" : yes ? " yes" : "  no");
    line(
      `${measure}, ${at}`,
      figureText(verdict),
      `${digits(reach)}${mark(reached)}`,
      `${digits(aim)}${mark(aimed)}`,
    );
  }
  const measured = verdicts.filter(({ found }) => found);
  const count = (/** @type {(one: import("./judge.js").Verdict) => boolean} */ is) =>
    measured.filter(is).length;
  console.log(
    `\n${measured.length} targets measured: ${count(({ reached }) => reached)} reached, ${count(({ aimed }) => aimed)} with the aim`,
  );
}
