/** What package.json promises: ES modules on Node 20.19 or newer, nothing run at install, entries that exist. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";
import { exists, manifest, read } from "./tree.js";

test("the package is ES modules without side effects, for Node 20.19 or newer", () => {
  assert.equal(manifest.type, "module");
  assert.equal(manifest.sideEffects, false);
  assert.deepEqual(manifest.engines, { node: ">=20.19" });
});

test("the licence is MIT in package.json and in LICENSE", () => {
  assert.equal(manifest.license, "MIT");
  assert.match(read("LICENSE"), /^MIT License\n\nCopyright \(c\) 2026 The esession authors\n/);
});

test("nothing runs when the package is installed", () => {
  for (const script of ["preinstall", "install", "postinstall", "prepare", "preprepare", "postprepare"])
    assert.equal(manifest.scripts[script], undefined, script);
  assert.equal(exists("binding.gyp"), false);
});

test("every entry of the exports map is a file that the build makes, its types named first", () => {
  for (const [entry, target] of Object.entries(manifest.exports)) {
    const conditions = typeof target === "string" ? { default: target } : target;
    if (typeof target !== "string")
      assert.equal(Object.keys(target)[0], "types", `${entry}: types come first`);
    for (const [condition, path] of Object.entries(conditions))
      if (path !== null && !path.includes("*")) assert.ok(exists(path), `${entry}, ${condition}: ${path}`);
  }
  for (const build of ["simd", "scalar"]) assert.ok(exists(`dist/wasm/esession-${build}.wasm`), build);
});

test("the command of the package is an executable script", () => {
  for (const path of Object.values(manifest.bin)) assert.match(read(path), /^#!\/usr\/bin\/env node\n/);
});

test("no entry awaits at its top level: require() works and gives the same module as import", async () => {
  const require = createRequire(import.meta.url);
  for (const entry of [
    "esession",
    "esession/core",
    "esession/wire",
    "esession/inspect",
    "esession/pool",
    "esession/store/file",
    "esession/testing",
  ])
    assert.equal(require(entry), await import(entry), entry);
});

test("CHANGELOG.md has a section for the version of package.json", () => {
  assert.match(
    read("CHANGELOG.md"),
    new RegExp(`^## .*\\b${manifest.version.replaceAll(".", "\\.")}\\b`, "m"),
  );
});

test("docs/dependencies.md gives a reason for every dependency", () => {
  const page = read("docs/dependencies.md");
  const unexplained = [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.devDependencies),
  ].filter((name) => !page.includes(`\`${name}\``));
  assert.deepEqual(unexplained, []);
});
