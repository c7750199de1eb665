/** What `npm test` and `npm pack` build again, and what they clear away: .ci/prepare.js. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { exists, read, root } from "./tree.js";

interface Stale {
  readonly newest: (root: string, ...paths: string[]) => number;
  readonly removeLeftovers: (out: string, sources: string, others: readonly string[]) => void;
}
const { newest, removeLeftovers } = (await import(pathToFileURL(join(root, ".ci/stale.js")).href)) as Stale;

function tree(t: TestContext, ...paths: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "esession-stale-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const path of paths) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  return folder;
}

test("what was built from a source that is gone is removed, and nothing else", (t) => {
  const folder = tree(
    t,
    "src/index.ts",
    "src/room/kept.ts",
    ...["index.js", "index.d.ts", "room/kept.js", "room/gone.js", "room/gone.d.ts", "left/gone.js"].map(
      (path) => `out/${path}`,
    ),
    "out/wasm/simd.js",
    "out/wasm/core.wasm",
    "out/.built",
  );
  removeLeftovers(join(folder, "out"), join(folder, "src"), ["wasm"]);
  const left = readdirSync(join(folder, "out"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, "out").length + 1))
    .sort();
  assert.deepEqual(left, [
    ".built",
    "index.d.ts",
    "index.js",
    "room/kept.js",
    "wasm/core.wasm",
    "wasm/simd.js",
  ]);
});

test("a build is stale by a file, by one deep in a folder, and by one that was deleted", (t) => {
  const folder = tree(t, "src/a/b/one.ts", "src/a/two.ts", "config.json", "src/.build/two.js");
  const set = (path: string, seconds: number) => utimesSync(join(folder, path), seconds, seconds);
  const all = ["config.json", "src/a/b/one.ts", "src/a/two.ts", "src/.build/two.js"];
  for (const path of [...all, "src", "src/a", "src/a/b", "src/.build"]) set(path, 1000);
  const time = () => newest(folder, "src", "config.json", "none") / 1000;
  assert.equal(time(), 1000);
  set("config.json", 2000);
  assert.equal(time(), 2000);
  set("src/a/b/one.ts", 3000);
  assert.equal(time(), 3000);
  set("src/.build/two.js", 4000);
  assert.equal(time(), 3000, "what was built is no source");
  rmSync(join(folder, "src/a/two.ts"));
  assert.ok(time() > 4000);
});

test("whatever the core is made from is known to .ci/prepare.js", () => {
  for (const path of ["assembly", "asconfig.json", ".ci/build-wasm.js", "package-lock.json"]) {
    assert.ok(exists(path), path);
    assert.ok(read(".ci/prepare.js").includes(`"${path}"`), path);
  }
});
