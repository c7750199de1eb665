/** What is said of speed is what was measured: docs/performance.md, made by bench/docs.js; and the report's arithmetic. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { loadCore } from "esession/core";
import { read, root } from "./tree.js";

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}
interface Case {
  readonly name: string;
  readonly ours: () => unknown;
  readonly peers: Readonly<Record<string, (() => unknown) | { readonly missing: string }>>;
}
type Measure = (cases: readonly Case[]) => Promise<unknown[]>;
interface Made {
  readonly results?: readonly unknown[];
  readonly figures?: readonly { readonly name: string; readonly value: Spread }[];
  readonly notes?: readonly string[];
}
interface Ratios {
  readonly corpus?: string;
  readonly ratios: Readonly<Record<string, number | null>>;
}
interface Bench {
  readonly performancePage: (report: unknown, notes: unknown) => Promise<string>;
  readonly spread: (samples: readonly number[]) => Spread;
  readonly ratios: (
    theirs: readonly (number | undefined)[],
    ours: readonly (number | undefined)[],
  ) => number[];
  readonly judge: (report: unknown) => {
    readonly measure: string;
    readonly at: string;
    readonly missing: string;
    readonly found: Spread | undefined;
    readonly reached: boolean;
    readonly aimed: boolean;
    readonly beside?: string;
  }[];
  readonly noteNames: (verdict: { readonly measure: string; readonly at: string }) => string[];
  readonly stamped: (report: unknown) => {
    readonly sections: readonly { readonly date: string; readonly rounds: number }[];
  };
  readonly measuredText: (section: unknown, report: unknown) => string;
  readonly compare: (
    baseline: Ratios,
    run: Ratios & { readonly ofCorpus: ReadonlySet<string> },
  ) => { readonly name: string; readonly remark: string; readonly bad: boolean }[];
  readonly kinds: Readonly<Record<string, { readonly run: (options: unknown) => Promise<Made> }>>;
  readonly builtIn: readonly unknown[];
  readonly loadPeers: (known: readonly unknown[]) => Promise<readonly unknown[]>;
  readonly corpusCases: (
    core: unknown,
    peers: readonly unknown[],
    texts: readonly string[],
  ) => Promise<Case[]>;
}
const load = async <Name extends keyof Bench>(file: string, name: Name): Promise<Bench[Name]> =>
  ((await import(pathToFileURL(join(root, "bench", file)).href)) as Bench)[name];
const spread = await load("spread.js", "spread");
const ratios = await load("spread.js", "ratios");
const judge = await load("judge.js", "judge");
const compare = await load("compare.js", "compare");
const kinds = await load("sections.js", "kinds");
const json = (path: string) => JSON.parse(read(path)) as unknown;

test("docs/performance.md is what bench/docs.js makes of the committed results and notes", async () => {
  const performancePage = await load("docs.js", "performancePage");
  const made = await performancePage(json("bench/results.json"), json("bench/notes.json"));
  assert.equal(read("docs/performance.md"), made, "npm run bench:docs");
});

test("every note belongs to a target", async () => {
  const known = new Set(judge(json("bench/results.json")).flatMap(await load("docs.js", "noteNames")));
  assert.deepEqual(
    Object.keys(json("bench/notes.json") as object).filter((name) => !known.has(name)),
    [],
  );
});

test("a figure is the median of its rounds, the mean of the middle two where they are even", () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assert.deepEqual(spread([10, 1, 2, 4]), { median: 3, min: 1, max: 10 });
});

test("a ratio is taken within its round, and only where both were measured", () => {
  assert.deepEqual(ratios([2, undefined, 9], [1, 1, 3]), [2, 3]);
  assert.deepEqual(ratios([2, 4], [1]), [2]);
});

/** In place of a measurement: each of our own cases once. */
const onceEach: Measure = async (cases) => {
  const value = { median: 1, min: 1, max: 1 };
  for (const { ours } of cases) await ours();
  return cases.map(({ name }) => ({ name, ours: value, peers: [] }));
};

for (const [name, { run }] of Object.entries(kinds))
  test(`what the section ${name} measures of ours can be done`, async () => {
    const options = { rounds: 1, short: false, all: false, once: true, peers: [], measure: onceEach };
    const { results = [], figures = [], notes = [] } = await run(options);
    assert.deepEqual(
      notes.filter((note) => note.includes("could not be measured")),
      [],
    );
    assert.ok(results.length + figures.length > 0);
    for (const { name: figure, value } of figures) assert.ok(Number.isFinite(value.median), figure);
  });

test("a peer that is right only for whole blocks has no figure for a corpus, and all others have", async () => {
  const corpusCases = await load("stanza.js", "corpusCases");
  const builtIn = await load("peers/in-node.js", "builtIn");
  const peers = await (await load("peers/index.js", "loadPeers"))(builtIn);
  const cases = await corpusCases(await loadCore(), peers, [
    "<body>a</body>",
    "<body>of another length</body>",
  ]);
  assert.equal(cases.length, 2);
  for (const { peers: sides } of cases) {
    assert.equal(typeof sides["node:crypto"], "function");
    assert.ok("missing" in sides["node:crypto tuned"]!);
  }
});

test("rows are compared over the names of both: what is missing, no number or less than 0.75 is bad", () => {
  const ratios = { same: 3, worse: 1.49, equal: 1.5, broken: NaN, more: 1, "the corpus": 1 };
  const baseline = { same: 3, worse: 2, equal: 2, broken: 2, gone: 1, "the corpus": 4 };
  const ofCorpus = new Set(["the corpus"]);
  const remarks = (corpus: { corpus?: string }) =>
    compare({ ratios: baseline, ...corpus }, { corpus: "shared", ratios, ofCorpus })
      .filter(({ remark }) => remark !== "")
      .map(({ name, remark, bad }) => `${name}: ${remark}${bad ? "!" : ""}`);
  const others = ["worse: WORSE!", "broken: NO NUMBER!"];
  const ends = ["gone: NOT MEASURED!", "more: not in the baseline"];
  assert.deepEqual(remarks({ corpus: "shared" }), [...others, ends[0], "the corpus: WORSE!", ends[1]]);
  for (const [corpus, said] of [
    [{ corpus: "embedded" }, "embedded"],
    [{}, "not recorded"],
  ] as const)
    assert.deepEqual(remarks(corpus), [
      ...[...others, ends[0]],
      `the corpus: not compared: the corpus is shared, the baseline's ${said}`,
      ends[1],
    ]);
  assert.equal(compare({ ratios: { a: null } }, { ratios: { a: 1 }, ofCorpus })[0]?.bad, true);
});

test("a report that is added to keeps of each section when, in how many rounds and where it was measured", async () => {
  const [stamped, measuredText] = [await load("judge.js", "stamped"), await load("judge.js", "measuredText")];
  const [old, machine] = [{ id: "dh", results: [{}] }, { node: "20" }];
  const before = { date: "2030-01-01", rounds: 5, machine, sections: [old], engines: [] };
  const { sections } = stamped(before);
  const now = { date: "2030-02-02", rounds: 1, machine: { node: "22" } };
  assert.equal(measuredText(sections[0], now), "Measured 2030-01-01, 5 rounds; node 20.");
  assert.equal(measuredText({ ...now, results: [] }, now), "Measured 2030-02-02.");
});

/** A report with one row, whose peer takes so many times as long. */
const report = (median: number) => {
  const ratio = { median, min: median, max: median };
  const row = {
    name: "group 14: key pair",
    ours: ratio,
    peers: [{ name: "node:crypto", time: ratio, ratio }],
  };
  return {
    sections: [{ results: [row], figures: [{ name: "core, SIMD build", unit: "KB", value: ratio }] }],
  };
};

test("a target for a ratio is reached from its limit on, one for a figure up to it; what was not measured is not", () => {
  const found = (median: number, name: string) =>
    judge(report(median)).find(({ measure }) => measure === name)!;
  const key = "key pair, against node:crypto";
  assert.deepEqual([found(2, key).reached, found(2, key).aimed], [true, false]);
  assert.equal(found(1.99, key).reached, false);
  assert.equal(found(3, key).aimed, true);
  const size = "core, SIMD build";
  assert.deepEqual([found(40, size).reached, found(40, size).aimed], [true, false]);
  assert.equal(found(40.1, size).reached, false);
  assert.equal(found(30, size).aimed, true);
  const missing = judge(report(2)).filter((one) => one.found === undefined);
  assert.ok(missing.length > 40);
  assert.ok(missing.every(({ missing: why, reached }) => why === "not measured" && !reached));
});
