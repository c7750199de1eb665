/** docs/conformance.md names tests that there are; .ci/conformance.js, which checks it, finds what is wrong with such a page. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { exists, read, root } from "./tree.js";

interface Ran {
  readonly file: string | null;
  readonly path: readonly string[];
  readonly result: "passed" | "failed" | "skipped";
}
interface Conformance {
  readonly faultsOf: (text: string, read: (path: string) => string | undefined) => string[];
  readonly notPassed: (text: string, ran: readonly Ran[]) => string[];
}
const { faultsOf, notPassed } = (await import(
  pathToFileURL(join(root, ".ci/conformance.js")).href
)) as Conformance;

const page = read("docs/conformance.md");
const source = (path: string) => (exists(path) ? read(path) : undefined);

test("docs/conformance.md: every test named is there, every row is in order, and the overview is of today", () => {
  assert.deepEqual(faultsOf(page, source), []);
});

const row = page.split("\n").find((line) => line.startsWith("| 0116-4.3-01 |"))!;
const named = /`negotiation\/request › [^`]+`/.exec(row)![0];
const spoilt: Record<string, readonly [from: string, to: string, fault: RegExp]> = {
  "a title that no test has": [named, named.replace("fields", "feilds"), /no test 'XEP.*' in test\/neg/],
  "a file that is not there": [
    named,
    named.replace("request", "requests"),
    /there is no test\/neg.*requests/,
  ],
  "a yes without a test": [named, "", /no test shows it/],
  "a state of its own": ["| yes |", "| mostly |", /the state 'mostly'/],
  "a refusal without a reason": ["| yes |", "| refused on purpose |", /no remark says why/],
  "another row's id": ["0116-4.3-01", "0116-4.3-02", /the id stands twice/],
  "an id of another section": ["0116-4.3-01", "0116-4.4-31", /stands under another section/],
  "a word that is none": ["| MUST |", "| OUGHT |", /'OUGHT' is no word/],
  "a word less": ["| MUST |", "| (MUST) |", /stand for 158 words of 159/],
  "another state than the overview has": ["| yes |", "| informative |", /the overview is stale/],
  "a row that stands for another without tests": [named, "as 0116-4.3-03", /no row of the same state/],
  "a bar too many": ["| yes |", "| yes | |", /has not six cells/],
};
for (const [what, [from, to, fault]] of Object.entries(spoilt))
  test(`.ci/conformance.js finds ${what}`, () => {
    const faults = faultsOf(page.replace(row, row.replace(from, to)), source);
    assert.ok(
      faults.some((one) => fault.test(one)),
      faults.join("\n"),
    );
  });

test(".ci/conformance.js: a test that is named has run and passed, whatever fills its holes; skipped is not passed", () => {
  const text = (tests: string, remark = "") =>
    `## XEP-0116\n### §1\n| 0116-1-01 | MUST | x | yes | ${tests} | ${remark} |`;
  const ran = (result: Ran["result"], file: string | null, ...path: string[]): Ran => ({
    file,
    path,
    result,
  });
  const good = (tests: string, ...record: Ran[]) => notPassed(text(tests), record).length === 0;

  assert.ok(good("`a/b › one`", ran("passed", "a/b", "one")));
  assert.ok(!good("`a/b › one`"));
  assert.ok(!good("`a/b › one`", ran("failed", "a/b", "one")));
  assert.ok(!good("`a/b › one`", ran("passed", "a/c", "one")), "in another file");
  assert.ok(!good("`a/b › one`", ran("passed", "a/b", "one and a half")));
  assert.ok(!good("`a/b › one`<br>`a/b › two`", ran("passed", "a/b", "one")));

  assert.ok(
    good("`a/b › of … words`", ran("passed", "a/b", "of 3 words"), ran("passed", "a/b", "of 4 words")),
  );
  assert.ok(
    !good("`a/b › of … words`", ran("passed", "a/b", "of 3 words"), ran("failed", "a/b", "of 4 words")),
  );
  assert.ok(good("`a/b › one`", ran("passed", null, "one (simd)"), ran("passed", null, "one (scalar)")));
  assert.ok(!good("`a/b › one`", ran("passed", null, "one (simd)"), ran("failed", null, "one (scalar)")));
  assert.ok(good("`` a/b › `x` \\| y ``", ran("passed", "a/b", "`x` | y")));

  assert.ok(good("`a/b › one › inner`", ran("passed", "a/b", "one", "inner")));
  assert.ok(!good("`a/b › one › inner`", ran("passed", "a/b", "one"), ran("passed", "a/b", "two", "inner")));

  const skipped = [ran("skipped", "a/b", "one")];
  assert.equal(notPassed(text("`a/b › one`"), skipped).length, 1);
  assert.deepEqual(notPassed(text("`a/b › one`", "vectors: shared data"), skipped), []);
});

test(".ci/ran.js records each test with those around it, and what came of it", (t) => {
  const folder = mkdtempSync(join(root, "test/.build/ran-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "some.test.js");
  writeFileSync(
    file,
    `import test from "node:test";
    test("outer", async (t) => {
      await t.test("first", () => {});
      await t.test("second", (t) => t.skip("nothing to do"));
    });
    test("bad", () => { throw new Error("on purpose"); });
    test("last", async (t) => { await t.test("first", () => {}); });`,
  );
  const reporter = pathToFileURL(join(root, ".ci/ran.js")).href;
  // the runner tells a test that it is one, and that one would not run others
  const env = { ...process.env };
  delete env["NODE_TEST_CONTEXT"];
  const { stdout } = spawnSync(process.execPath, ["--test", `--test-reporter=${reporter}`, file], {
    encoding: "utf8",
    env,
  });
  const lines = stdout.trim().split("\n").map((line) => JSON.parse(line) as Ran); // prettier-ignore
  assert.deepEqual(
    lines.map(({ path, result }) => `${path.join(" › ")}: ${result}`),
    [
      "outer › first: passed",
      "outer › second: skipped",
      "outer: passed",
      "bad: failed",
      "last › first: passed",
      "last: passed",
    ],
  );
  assert.ok(lines.every((one) => one.file?.endsWith("/some")));
});
