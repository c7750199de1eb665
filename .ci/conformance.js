/**
 * docs/conformance.md says what the XEPs demand and which tests show it; this sees to it that the page is true.
 * `node .ci/conformance.js` checks the page against the sources of the tests, `--ran FILE` also against the record
 * of a run (.ci/ran.js), `--write` makes the overview anew. How the page is written, it says itself, at its top.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const root = join(import.meta.dirname, "..");
const page = "docs/conformance.md";

const STATES = ["yes", "refused on purpose", "the application's", "informative"];
const WORDS = ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "RECOMMENDED", "NOT RECOMMENDED", "OPTIONAL"]; // prettier-ignore

/** How often each text has one of the words of RFC 2119, counted by a machine: no row can be forgotten. */
const SAID = { "0116": 159, "0200": 63, "0217": 93, "0155": 78, "0020": 16, "0188": 3 };

const OVERVIEW = /(?<=<!-- overview[^>]*-->\n\n).*?(?=\n<!-- \/overview -->)/s;

/** The cells of a line of a table; a bar that belongs to the text is written `\|`. */
const cells = (line) =>
  line.slice(1, line.lastIndexOf("|")).split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|")); // prettier-ignore

/** `room/file › title › title of a test within` */
function named(text) {
  const [file, ...path] = text.split(" › ");
  return { file, path };
}

/** What the cell of the tests names: tests, each a span of code, or one other row. */
function shownBy(cell) {
  const tests = [...cell.matchAll(/(`+)(.*?[^`])\1(?!`)/g)].map((match) => named(match[2].trim()));
  return { tests, as: /^as (\d{4}-[\d.]+-\d{2})$/.exec(cell)?.[1] };
}

/** The rows of the page, each with the XEP and section under whose headings it stands. */
export function rowsOf(text) {
  const rows = [];
  let xep, section;
  for (const [index, line] of text.split("\n").entries()) {
    const heading = /^(##|###) (?:XEP-(\d{4})|§([\d.]+)) /.exec(`${line} `);
    if (heading?.[2]) [xep, section] = [heading[2], undefined];
    if (heading?.[3]) section = heading[3];
    if (!/^\| \d{4}-/.test(line)) continue;
    const [id, words, requirement, state, shown, remark, ...more] = cells(line);
    rows.push({ id, words: words.split(", "), requirement, state, ...shownBy(shown ?? ""), shown, remark, more, xep, section, line: index + 1 }); // prettier-ignore
  }
  return rows;
}

/** A word in brackets is one that another row counts already: a sentence may hold two demands. */
const counted = ({ words }) => words.filter((word) => !word.startsWith("(")).length;

/** The page's first table: how many rows each XEP has in each state. */
export function overviewOf(rows) {
  const line = (...columns) => `| ${columns.join(" | ")} |\n`;
  const count = (of) => STATES.map((state) => of.filter((row) => row.state === state).length);
  const lines = Object.keys(SAID).map((xep) => {
    const of = rows.filter((row) => row.xep === xep);
    return line(`XEP-${xep}`, SAID[xep], of.length, ...count(of));
  });
  const sum = Object.values(SAID).reduce((a, b) => a + b);
  return [
    line("", "words", "rows", ...STATES),
    line("---", ...Array(STATES.length + 2).fill("--:")),
    ...lines,
    line("together", sum, rows.length, ...count(rows)),
  ].join("");
}

const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
const pattern = (pieces, end = "") => new RegExp(`^${pieces.map(literal).join(".*")}${end}$`, "s");

/** What was read of each source: a test checks many pages beside the same ones. */
const parsed = new Map();

/** Every text of a source that could be a title; a template's holes are open. */
function titlesOf(source) {
  let titles = parsed.get(source);
  if (titles) return titles;
  titles = { texts: new Set(), templates: [] };
  const see = (node) => {
    if (ts.isStringLiteralLike(node)) titles.texts.add(node.text);
    if (ts.isTemplateExpression(node)) {
      const pieces = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)];
      if (pieces.join("").length > 7) titles.templates.push(pattern(pieces));
    }
    ts.forEachChild(node, see);
  };
  see(ts.createSourceFile("test.ts", source, ts.ScriptTarget.Latest));
  parsed.set(source, titles);
  return titles;
}

const hasTitle = ({ texts, templates }, title) =>
  texts.has(title) || templates.some((template) => template.test(title));

/** What is wrong with the page as it stands, beside the sources of the tests. `read` gives a file or undefined. */
export function faultsOf(text, read) {
  const rows = rowsOf(text);
  const faults = [];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const wrong = ({ line, id }, what) => faults.push(`${page}:${line}: ${id}: ${what}`);
  for (const row of rows) {
    if (byId.get(row.id) !== row) wrong(row, "the id stands twice");
    if (!/^\d\d$/.test(row.id.replace(`${row.xep}-${row.section}-`, "")))
      wrong(row, "stands under another section");
    if (row.remark === undefined || row.more.length > 0) wrong(row, "has not six cells");
    for (const word of row.words)
      if (!WORDS.includes(word.replace(/^\((.*)\)$/, "$1"))) wrong(row, `'${word}' is no word of RFC 2119`);
    if (!STATES.includes(row.state)) wrong(row, `the state '${row.state}' is not one of the page`);
    if (row.state === "yes" && row.tests.length === 0 && !row.as) wrong(row, "no test shows it");
    if (row.state !== "yes" && !row.remark && !row.as) wrong(row, "no remark says why");
    if (row.as && (byId.get(row.as)?.state !== row.state || byId.get(row.as).as))
      wrong(row, `${row.as} is no row of the same state with tests or a remark of its own`);
    for (const { file, path } of row.tests) {
      const name = `test/${file}.test.ts`;
      const source = read(name);
      if (source === undefined) wrong(row, `there is no ${name}`);
      for (const title of source === undefined ? [] : path)
        if (!hasTitle(titlesOf(source), title)) wrong(row, `no test '${title}' in ${name}`);
    }
  }
  for (const [xep, said] of Object.entries(SAID)) {
    const sum = rows.filter((row) => row.xep === xep).reduce((all, row) => all + counted(row), 0);
    if (sum !== said) faults.push(`${page}: the rows of XEP-${xep} stand for ${sum} words of ${said}`);
  }
  if (OVERVIEW.exec(text)?.[0] !== overviewOf(rows))
    faults.push(`${page}: the overview is stale: node .ci/conformance.js --write`);
  return faults;
}

/** What of the named tests did not run and pass. `ran` is what .ci/ran.js wrote. */
export function notPassed(text, ran) {
  const faults = [];
  for (const row of rowsOf(text))
    for (const { file, path } of row.tests) {
      // a helper that registers tests may add to the title in brackets what differs, such as the build of the core
      const titles = path.map((title) => pattern(title.split("…"), "( \\([^()]+\\))*"));
      const these = ran.filter(
        (one) =>
          (one.file === file || one.file === null) &&
          one.path.length === titles.length &&
          titles.every((title, depth) => title.test(one.path[depth])),
      );
      const allowed = /\bshared data\b/.test(row.remark) ? ["passed", "skipped"] : ["passed"];
      const bad = these.find((one) => !allowed.includes(one.result));
      if (these.length === 0 || bad)
        faults.push(
          `${page}:${row.line}: ${row.id}: ${bad?.result ?? "did not run"}: ${[file, ...path].join(" › ")}`,
        );
    }
  return faults;
}

function main(...words) {
  const path = join(root, page);
  const record = words.includes("--ran") ? words[words.indexOf("--ran") + 1] : undefined;
  let text = readFileSync(path, "utf8");
  if (words.includes("--write")) {
    text = text.replace(OVERVIEW, () => overviewOf(rowsOf(text)));
    writeFileSync(path, text);
  }
  const read = (name) => (existsSync(join(root, name)) ? readFileSync(join(root, name), "utf8") : undefined);
  const faults = faultsOf(text, read);
  if (record !== undefined) {
    const ran = readFileSync(record, "utf8").trim().split("\n").map((line) => JSON.parse(line)); // prettier-ignore
    faults.push(...notPassed(text, ran));
  }
  for (const fault of faults) console.error(fault);
  console.log(`${page}: ${rowsOf(text).length} rows, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === import.meta.filename) main(...process.argv.slice(2));
