/** What `npm pack` would ship: the build, its types and the papers, and nothing else. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { posix } from "node:path";
import test from "node:test";
import { exists, filesBelow, manifest, read, root } from "./tree.js";

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

function packed(): string[] {
  const text = execFileSync("npm", ["pack", "--dry-run", "--json", "--silent", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const [first] = JSON.parse(text) as Packed[];
  assert.ok(first, "npm pack says what it would ship");
  return first.files.map((file) => file.path).sort();
}

const paths = packed();

test("the package ships its papers", () => {
  const top = paths.filter((path) => !/^(dist|docs)\//.test(path));
  const pages = ["CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md"];
  assert.deepEqual(top, [...pages, "package.json"]);
  assert.deepEqual(
    paths.filter((path) => path.startsWith("docs/")),
    filesBelow("docs", ".md").map((path) => `docs/${path}`),
  );
});

test("every link between the papers leads to a file that is shipped", () => {
  const dead = paths
    .filter((path) => path.endsWith(".md"))
    .flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map(([, target = ""]) => posix.join(posix.dirname(page), target))
        .filter((target) => !paths.includes(target))
        .map((target) => `${page} links to ${target}`),
    );
  assert.deepEqual(dead, []);
});

test("a clone in which nothing was built is built before it is packed", () => {
  assert.equal(manifest.scripts["prepack"], manifest.scripts["prestart"]);
  assert.equal(manifest.scripts["prepack"], "node .ci/prepare.js");
});

test("the package ships modules, types and both builds of the core, and no other kind of file", () => {
  const strange = paths.filter(
    (path) =>
      path.startsWith("dist/") && !/^dist\/([a-z0-9-]+\/)*[a-z0-9-]+(\.js|\.d\.ts|\.wasm)$/.test(path),
  );
  assert.deepEqual(strange, []);
  for (const needed of [
    "dist/index.js",
    "dist/index.d.ts",
    "dist/core/index.js",
    "dist/core/index.d.ts",
    "dist/inspect/index.js",
    "dist/inspect/index.d.ts",
    "dist/store/file.js",
    "dist/cli/main.js",
    "dist/wasm/esession-simd.wasm",
    "dist/wasm/esession-scalar.wasm",
    "dist/wasm/simd.js",
    "dist/wasm/scalar.js",
  ])
    assert.ok(paths.includes(needed), needed);
});

test("every module of the package has its types", () => {
  const untyped = paths.filter(
    (path) => path.endsWith(".js") && !paths.includes(path.replace(/\.js$/, ".d.ts")),
  );
  assert.deepEqual(untyped, []);
});

test("every module of the package is built from a source that is there", () => {
  const modules = paths.flatMap((path) => /^dist\/(?!wasm\/)(.*)\.js$/.exec(path)?.[1] ?? []);
  assert.ok(modules.length > 20);
  assert.deepEqual(
    modules.filter((name) => !exists(`bindings/${name}.ts`)),
    [],
    "left over from an earlier build: remove dist/ and build again",
  );
});

test("the package ships no tests, no sources, no maps and no data of others", () => {
  assert.deepEqual(
    paths.filter((path) =>
      /(^|\/)(test|tests|bench|assembly|bindings|vectors|node_modules)\/|\.test\.|\.map$|\.tgz$/.test(path),
    ),
    [],
  );
});
