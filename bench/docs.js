/**
 * `npm run bench:docs`: docs/performance.md from a report of `npm run bench -- --json FILE`, and from notes.json, which is
 * written by hand: what was tried where a target is missed, by the target's measure and place, its measure, or what the
 * measure has before its comma.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cell, digits } from "./spread.js";
import { figureText, judge, measuredText } from "./judge.js";
import { formatted } from "./write.js";

/** @typedef {import("./judge.js").Report} Report */

const row = (/** @type {string[]} */ ...cells) =>
  `| ${cells.map((text) => text.replaceAll("|", "/")).join(" | ")} |`;
/** Columns of words; all others are of figures. */
const WORDS = new Set(["", "by", "in", "than us", "measure", "what was tried"]);
const table = (/** @type {string[]} */ heads, /** @type {string[]} */ rows) =>
  rows.length === 0
    ? ""
    : [row(...heads), row(...heads.map((head) => (WORDS.has(head) ? "---" : "--:"))), ...rows, ""].join("\n");
const fenced = (/** @type {string} */ command) => `\`\`\`sh\n${command}\n\`\`\`\n`;

/** Where a peer is faster, in this engine and in others, the worst first. @param {Report} report */
function losses({ machine, sections, engines }) {
  return [{ name: `Node ${machine["node"]}`, sections }, ...engines]
    .flatMap(({ name: engine, sections: all }) =>
      all.flatMap(({ results }) =>
        results.flatMap(({ name, peers }) =>
          peers.flatMap((peer) =>
            "ratio" in peer && peer.ratio.median < 1
              ? [{ name, engine, peer: peer.name, ratio: peer.ratio }]
              : [],
          ),
        ),
      ),
    )
    .sort((a, b) => a.ratio.median - b.ratio.median)
    .map(({ name, engine, peer, ratio }) => row(name, peer, engine, cell(ratio)));
}

/** The names that a note can have to belong to a target, the broadest first. @param {import("./judge.js").Verdict} verdict */
export const noteNames = ({ measure, at }) => [
  ...new Set([measure.split(", against ", 1)[0] ?? "", measure, `${measure}, ${at}`]),
];

/** The table, and below it the notes of what was not reached, by the number that a row has. @param {Report} report @param {Record<string, string>} notes */
function targetsText(report, notes) {
  /** @type {string[]} */
  const used = [];
  const mark = (/** @type {import("./spread.js").Spread | undefined} */ found, /** @type {boolean} */ yes) =>
    found ? (yes ? "yes" : "**no**") : "";
  const rows = judge(report).map((verdict) => {
    const { measure, at, unit, found, reach, aim, reached, aimed } = verdict;
    const limit = (/** @type {number} */ value) => `${Number(digits(value))} ${unit}`.trim();
    const names = aimed ? [] : noteNames(verdict).filter((name) => name in notes);
    for (const name of names) if (!used.includes(name)) used.push(name);
    const tried = names.map((name) => used.indexOf(name) + 1).join(", ");
    return row(
      ...[measure, at, figureText(verdict)],
      ...[limit(reach), mark(found, reached), limit(aim), mark(found, aimed), tried],
    );
  });
  return [
    table(["measure", "", "esession", "to reach", "reached", "aim", "reached", "what was tried"], rows),
    ...used.map((name, at) => `${at + 1}. ${name}: ${notes[name]}`),
    "",
  ].join("\n");
}

/** @param {import("./judge.js").Section} section @param {Report} report */
function sectionText(section, report) {
  const { title, command, notes, results, figures } = section;
  const rows = results.flatMap(({ name, ours, peers }) => [
    row(name, "esession", cell(ours), ""),
    ...peers.map((peer) =>
      "missing" in peer
        ? row("", peer.name, "", peer.missing)
        : row("", peer.name, cell(peer.time), cell(peer.ratio)),
    ),
  ]);
  const values = figures.map(({ name, unit, value, note = "" }) => row(name, `${cell(value)} ${unit}`, note));
  return [
    `## ${title}\n`,
    fenced(command),
    `${measuredText(section, report)}\n`,
    ...notes.map((note) => `- ${note}`),
    "",
    table(["", "by", "microseconds", "their time / ours"], rows),
    table(["", "", ""], values),
  ].join("\n");
}

const facts = (/** @type {Record<string, string>} */ machine) =>
  Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");

/** The ratios of other engines beside each other, and their starts. @param {Report} report */
function enginesText(report) {
  const { engines } = report;
  if (engines.length === 0) return "";
  const named = engines.map(({ name, machine, sections }) => ({
    name,
    machine,
    measured: sections
      .filter(({ results }) => results.length > 0)
      .slice(0, 1)
      .map((section) => measuredText(section, { ...report, machine })),
    ratios: new Map(
      sections.flatMap(({ results }) =>
        results.flatMap(({ name: of, peers }) =>
          peers.map((peer) => [`${of} | ${peer.name}`, "ratio" in peer ? cell(peer.ratio) : peer.missing]),
        ),
      ),
    ),
    figures: new Map(
      sections.flatMap(({ figures }) =>
        figures.map(({ name: of, unit, value }) => [of, `${cell(value)} ${unit}`]),
      ),
    ),
  }));
  const keys = (/** @type {"ratios" | "figures"} */ what) => [
    ...new Set(named.flatMap((one) => [...one[what].keys()])),
  ];
  const heads = named.map(({ name }) => name);
  return [
    "## Other engines\n",
    "The same kernels, fewer rows. In each engine the peers of the same run; what a machine's spell did to one engine it did not do to another, so compare ratios, and those loosely. The figures of the first table are their time / ours.\n",
    fenced("npm run bench -- --node 24,26 --browser"),
    ...named.map(({ name, machine, measured }) => [`- ${name}: ${facts(machine)}.`, ...measured].join(" ")),
    "",
    table(
      ["", "by", ...heads],
      keys("ratios").map((key) =>
        row(...key.split(" | "), ...named.map(({ ratios }) => ratios.get(key) ?? "")),
      ),
    ),
    table(
      ["", ...heads],
      keys("figures").map((key) => row(key, ...named.map(({ figures }) => figures.get(key) ?? ""))),
    ),
  ].join("\n");
}

const METHOD = `## Method

- Ours and the peers' work is done in one process and one run. What is compared before it is timed: the shared secret of
  each peer with ours, and of its two sides with each other; every sealed stanza and its MAC with ours, and the text that
  a peer opens, over the whole row or corpus; the stanzas of a session and of lists with those of node:crypto. Of whole
  negotiations and of the pool's the two sides are compared each time. A message that a user would send otherwise is
  only read again. A peer that differs, is not installed or does not load has no figure, and its row says why.
- Every case is called 500 times or for a tenth of a second, whichever ends first, by which time V8 has optimised most.
  Then come rounds; in each, ours and the peers take turns case by case, in the other order in every second round. The
  time of a round is the median of [benny](https://www.npmjs.com/package/benny)'s samples. A call that takes longer than
  60 ms has its turn in two rounds.
- Between turns young garbage is collected, so that nobody pays for another's (in Node; a page cannot ask for it).
- Our first key pair of a group is made without tables. With the second one come tables of powers of 2 for the group, 126
  KiB for group 14 to 504 KiB for group 18, within a megabyte that a core keeps for them by default; all later ones are
  read from those, and that is what "key pair" and whole negotiations show. The first one is in "Cold start". Peers
  have no such tables.
- A figure is the median of the rounds, with the lowest and the highest. A ratio is taken within its round, because the
  same code is up to 1.7 times slower a minute later when the machine's neighbours work. Times of different runs cannot
  be compared; ratios of different runs only as ranges.
- A ratio above 1 means that esession takes less time. Conversions are included on all sides: octets in and out for
  numbers, texts in and out for stanzas.
- What cannot be compared is said beside the table.
`;

/** @param {Report} report @param {Record<string, string>} notes @returns {Promise<string>} */
export function performancePage(report, notes) {
  const { machine, peers, sections } = report;
  const lost = losses(report);
  const text = [
    "# Performance\n",
    `Made from bench/results.json by \`npm run bench:docs\`, on Node ${machine["node"]}; each part says when it was measured, and in how many rounds. Do not edit it.\n`,
    fenced("npm run bench -- --json bench/results.json && npm run bench:docs"),
    "## Where others are faster\n",
    lost.length > 0 ? table(["", "than us", "in", "their time / ours"], lost) : "Nowhere in this run.\n",
    "## Targets\n",
    "A ratio is a peer's time over ours and shall be at least so much; a figure shall be at most so much. The median of the rounds decides; behind it stand the lowest and the highest. The last column has the number of a note below, where there is one.\n",
    targetsText(report, notes),
    ...sections.map((section) => sectionText(section, report)),
    enginesText(report),
    METHOD,
    "## Machine\n",
    "Of the last run; a part that was measured on another says so.\n",
    table(
      ["", ""],
      Object.entries({ ...machine, ...peers }).map(([name, value]) => row(name, value)),
    ),
  ].join("\n");
  return formatted(text, join(import.meta.dirname, "../docs/performance.md"));
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const [file = join(import.meta.dirname, "results.json")] = process.argv.slice(2);
  const read = (/** @type {string} */ path) => JSON.parse(readFileSync(path, "utf8"));
  const text = await performancePage(read(file), read(join(import.meta.dirname, "notes.json")));
  writeFileSync(join(import.meta.dirname, "../docs/performance.md"), text);
}
