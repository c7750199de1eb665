/** A report as one page that asks for nothing: charts, and the tables below them. */
import { escaped, ratioChart } from "./chart.js";
import { cell, digits } from "./spread.js";
import { figureText, judge, measuredText } from "./judge.js";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1e21; --soft: #62676d; --line: #d9dce0; --paper: #fff; --yes: #17733a; --no: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e7e9; --soft: #9aa0a6; --line: #3a3e44; --paper: #16181b; --yes: #5fce8a; --no: #ff8a80; } }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.6rem; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
figure { margin: 1rem 0; } figcaption, .soft, li { color: var(--soft); } figcaption span { margin-right: 1em; white-space: nowrap; }
figcaption i { display: inline-block; width: .7em; height: .7em; margin-right: .35em; border-radius: 50%; }
svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .label { text-anchor: end; } svg .mark { text-anchor: middle; fill: var(--soft); }
svg .grid, svg .row { stroke: var(--line); stroke-width: .6; fill: none; } svg .one { stroke: var(--ink); stroke-width: 1.6; }
svg .tick { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 2 2; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.n { text-align: right; white-space: nowrap; } .yes { color: var(--yes); } .no { color: var(--no); } code { font-size: .92em; }`;

const row = (/** @type {string[]} */ ...cells) => `<tr>${cells.join("")}</tr>`;
const td = (/** @type {string} */ text) => `<td>${escaped(text)}</td>`;
const number = (/** @type {string} */ text) => `<td class="n">${escaped(text)}</td>`;
const table = (/** @type {string[]} */ heads, /** @type {string[]} */ rows) =>
  rows.length === 0
    ? ""
    : `<div class="wide"><table><tr>${heads.map((head) => `<th>${escaped(head)}</th>`).join("")}</tr>${rows.join("\n")}</table></div>`;

/** @param {Record<string, string>} entries */
const facts = (entries) => table(["", ""], Object.entries(entries).map(([name, value]) => row(td(name), td(value)))); // prettier-ignore

/** @param {import("./judge.js").Section} section @param {Parameters<typeof measuredText>[1]} report */
function sectionPart(section, report) {
  const { title, command, notes, results, figures } = section;
  const rows = results.map(({ name, peers }) => ({
    name,
    dots: peers.flatMap((peer) => ("ratio" in peer ? [{ name: peer.name, ratio: peer.ratio }] : [])),
  }));
  const lines = results.flatMap(({ name, ours, peers }) => [
    row(td(name), td("esession"), number(cell(ours)), number("")),
    ...peers.map((peer) =>
      "missing" in peer
        ? row(td(""), td(peer.name), `<td colspan="2">${escaped(peer.missing)}</td>`)
        : row(td(""), td(peer.name), number(cell(peer.time)), number(cell(peer.ratio))),
    ),
  ]);
  return `<h2>${escaped(title)}</h2><p><code>${escaped(command)}</code></p>
<p class="soft">${escaped(measuredText(section, report))}</p>
<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join("")}</ul>
${ratioChart(rows, "their time / ours; right of 1 esession is faster; bars from the lowest to the highest round")}
${table(["", "", "microseconds", "their time / ours"], lines)}
${table(
  ["", "", ""],
  figures.map(({ name, unit, value, note = "" }) =>
    row(td(name), number(`${cell(value)} ${unit}`), td(note)),
  ),
)}`;
}

/** @param {import("./judge.js").Report} report */
function targetsPart(report) {
  const verdicts = judge(report).filter(({ found }) => found);
  const rows = verdicts.flatMap(({ measure, at, found, reach, aim, most }) => {
    if (!found || reach === 0) return [];
    const share = (/** @type {number} */ value) => (most ? reach / value : value / reach);
    const [a, b] = [share(found.min), share(found.max)];
    const ratio = { median: share(found.median), min: Math.min(a, b), max: Math.max(a, b) };
    return [{ name: `${measure}, ${at}`.replace(", against ", " / "), dots: [{ name: "node:crypto", ratio }], ticks: [share(aim)] }]; // prettier-ignore
  });
  const mark = (/** @type {boolean} */ yes) => `<td class="${yes ? "yes" : "no"}">${yes ? "yes" : "no"}</td>`;
  const lines = verdicts.map((verdict) => {
    const { measure, at, reach, aim, reached, aimed } = verdict;
    return row(td(measure), td(at), number(figureText(verdict)), number(digits(reach)), mark(reached), number(digits(aim)), mark(aimed)); // prettier-ignore
  });
  if (lines.length === 0) return "";
  const chart = ratioChart(rows, "our figure against what is to be reached (1); the dashed line is the aim");
  // one peer of many colours would be named in it: here the dots are ours
  return `<h2>Targets</h2>${chart.replace(/<br>.*?<\/figcaption>/, "</figcaption>")}
${table(["", "", "esession", "to reach", "reached", "aim", "reached"], lines)}`;
}

/** @param {import("./judge.js").Report} report */
export function page(report) {
  const engines = report.engines.map(
    ({ name, machine, sections }) =>
      `<h1>${escaped(name)}</h1>${facts(machine)}${sections.map((one) => sectionPart(one, { ...report, machine })).join("\n")}`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>esession: benchmarks</title><style>${STYLE}</style>
<h1>esession: benchmarks</h1>
<p class="soft">Times drift with the machine; ratios are taken within a round.</p>
${facts({ ...report.machine, ...report.peers })}
${targetsPart(report)}
${report.sections.map((one) => sectionPart(one, report)).join("\n")}
${engines.join("\n")}
</html>
`;
}
