/** The one rule of docs/ARCHITECTURE.md: imports run downwards only. */
import assert from "node:assert/strict";
import test from "node:test";
import { filesBelow, importsOf, manifest, roomOf } from "./tree.js";

/** The rooms, and those that each may import beside itself and errors.ts. */
const below: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  wire: [],
  core: ["wasm"],
  identity: ["wire", "core"],
  pool: ["core"],
  store: ["wire", "core"],
  trust: ["store", "wire", "core"],
  negotiation: ["trust", "identity", "wire", "core"],
  session: ["negotiation", "trust", "wire", "core"],
  engine: ["session", "negotiation", "trust", "store", "identity", "wire", "core"],
  "index.ts": ["engine", "session", "negotiation", "trust", "store", "identity", "wire", "core"],
  inspect: ["negotiation", "trust", "wire", "core"],
  testing: ["trust", "store", "core"],
  cli: ["index.ts", "inspect", "engine", "testing", "wire", "core"],
};

const files = filesBelow("bindings", ".ts");

test("every file of bindings/ is in a room that docs/ARCHITECTURE.md knows", () => {
  assert.ok(files.length > 20, "the tree was found");
  assert.deepEqual(
    files.filter((path) => !(roomOf(path) in below)),
    [],
  );
});

test("imports run downwards only, and errors.ts is the one file that every room may import", () => {
  const wrong = files.flatMap((path) => {
    const allowed = new Set(["errors.ts", roomOf(path), ...(below[roomOf(path)] ?? [])]);
    return importsOf(path)
      .files.filter((target) => !allowed.has(roomOf(target)) || path === "errors.ts")
      .map((target) => `${path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

test("a relative import names a file that is there, or a module that the build makes", () => {
  const builds = ["simd", "scalar", "simd-all", "scalar-all"];
  const known = new Set([...files, ...builds.map((build) => `wasm/${build}.ts`)]);
  const missing = files.flatMap((path) =>
    importsOf(path)
      .files.filter((target) => !known.has(target))
      .map((target) => `${path} imports ${target}`),
  );
  assert.deepEqual(missing, []);
});

test("only declared run-time dependencies are imported, and each of them is", () => {
  const used = new Set<string>();
  for (const path of files)
    for (const name of importsOf(path).packages) if (!name.startsWith("node:")) used.add(packageOf(name));
  assert.deepEqual([...used].sort(), Object.keys(manifest.dependencies).sort());
});

test("what a browser loads reaches neither node: modules nor the packages that need them", () => {
  const forbidden = new Set(["commander", "proper-lockfile", "write-file-atomic"]);
  for (const entry of [
    "index.ts",
    "core/index.ts",
    "wire/index.ts",
    "identity/index.ts",
    "inspect/index.ts",
    "pool/index.ts",
    "pool/worker.ts",
  ]) {
    const reached = reachable(entry);
    const wrong = reached.flatMap((path) =>
      importsOf(path)
        .packages.filter((name) => name.startsWith("node:") || forbidden.has(packageOf(name)))
        .map((name) => `${path} imports ${name}`),
    );
    assert.deepEqual(wrong, [], `reached from ${entry}`);
  }
});

const packageOf = (name: string) =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");

/** Every file of bindings/ that is loaded when this one is. */
function reachable(entry: string): string[] {
  const seen = new Set([entry]);
  for (const path of seen) for (const next of importsOf(path).files) if (files.includes(next)) seen.add(next);
  return [...seen];
}
