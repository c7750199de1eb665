/** What is said of speed is what was measured: docs/performance.md, made by bench/docs.js; and the report's arithmetic. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { read, root } from "./tree.js";

interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
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
  }[];
}
const load = async <Name extends keyof Bench>(file: string, name: Name): Promise<Bench[Name]> =>
  ((await import(pathToFileURL(join(root, "bench", file)).href)) as Bench)[name];
const spread = await load("spread.js", "spread");
const ratios = await load("spread.js", "ratios");
const judge = await load("judge.js", "judge");
const json = (path: string) => JSON.parse(read(path)) as unknown;

test("docs/performance.md is what bench/docs.js makes of the committed results and notes", async () => {
  const performancePage = await load("docs.js", "performancePage");
  const made = await performancePage(json("bench/results.json"), json("bench/notes.json"));
  assert.equal(read("docs/performance.md"), made, "npm run bench:docs");
});

test("every note belongs to a target", () => {
  const verdicts = judge(json("bench/results.json"));
  const known = new Set(verdicts.flatMap(({ measure, at }) => [measure, `${measure}, ${at}`]));
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
