/**
 * Packs the package from a copy of the tree in which nothing is installed or built, installs it into an empty folder
 * and uses it from there, as its users do: as an ES module, through require(), from TypeScript with the declarations of
 * every dependency checked, and bundled, in one piece and in many.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const place = mkdtempSync(join(tmpdir(), "esession-consumer-"));
const [clone, folder] = [join(place, "clone"), join(place, "consumer")];
const made = new Set([".git", "node_modules", "dist", join("test", ".build")]);
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });

/** The same few lines for each consumer: every entry loads, a group 14 key pair is made, and all algorithms are there. */
const use = `
  if (typeof esession.createEngine !== "function") throw new Error("no createEngine");
  if (typeof file.fileStore !== "function") throw new Error("no fileStore");
  const loaded = await core.loadCore();
  const { publicKey } = loaded.dh.generate(14);
  if (publicKey.length < 250) throw new Error("no public key");
  const workers = await pool.openPool({ workers: 1 });
  const pair = await workers.generate(loaded, 14);
  if (pair.publicKey.length < 250) throw new Error("no public key of a worker");
  if (typeof identity.fingerprintOf !== "function") throw new Error("no fingerprintOf");
  if (typeof node.signerFromPem !== "function") throw new Error("no signerFromPem");
  if (inspect.inspect([], { core: loaded }).messages.length !== 0) throw new Error("no report");
  const all = await core.loadCore({ algorithms: "all" });
  if (all.algorithms !== "all" || all.hash("whirlpool").length !== 64) throw new Error("no whirlpool");
  const policy = { ciphers: ["serpent256-ctr", "twofish256-ctr"], hashes: ["whirlpool"] };
  const engine = await esession.createEngine({ jid: "a@example.com/x", send: () => undefined, policy });
  await engine.close();
  console.log(loaded.build, typeof wire);`;

const consumers = {
  "module.mjs": `
import * as esession from "esession";
import * as core from "esession/core";
import * as wire from "esession/wire";
import * as pool from "esession/pool";
import * as file from "esession/store/file";
import * as identity from "esession/identity";
import * as node from "esession/identity/node";
import * as inspect from "esession/inspect";
${use}`,
  "require.cjs": `
const esession = require("esession");
const core = require("esession/core");
const wire = require("esession/wire");
const pool = require("esession/pool");
const file = require("esession/store/file");
const identity = require("esession/identity");
const node = require("esession/identity/node");
const inspect = require("esession/inspect");
(async () => {${use}
})().catch((error) => { console.error(error); process.exit(1); });`,
  "types.ts": `
import { createEngine, type Engine, type Session } from "esession";
import { loadCore, type Core } from "esession/core";
import { openPool } from "esession/pool";
import { fileStore } from "esession/store/file";
import { fingerprintOf, type Signer } from "esession/identity";
import { inspect, type Report } from "esession/inspect";
export const all: Promise<Core> = loadCore({ algorithms: "all" });
export const shown = (one: Signer): unknown => fingerprintOf(one.publicKey);
export const report = (using: Core): Report => inspect([], { core: using });
export const core: Promise<Core> = loadCore();
export const engine: Promise<Engine> = createEngine({ jid: "a@example.com/x", send: () => undefined });
export const sas = (session: Session): string | undefined => session.sas;
export const store = fileStore;
export const pooled = async (): Promise<Engine> =>
  createEngine({ jid: "a@example.com/x", send: () => undefined, exponentiations: await openPool() });
`,
};

/** A client of a browser, and what it asks for: nothing, or uncommon algorithms. It says what its core has. */
const client = (policy) => `
import { createEngine, loadCore } from "esession";
const engine = await createEngine({ jid: "a@example.com/x", send: () => undefined, policy: ${policy} });
await engine.close();
console.log((await loadCore({ algorithms: ${policy === "{}" ? '"common"' : '"all"'} })).algorithms);`;
const clients = { common: client("{}"), all: client(`{ hashes: ["whirlpool"] }`) };

/** The modules that the package carries as text. */
const carried = ["simd", "scalar", "simd-all", "scalar-all"];

async function bundle(name, splitting) {
  const outdir = join(folder, splitting ? "pieces" : "whole", name);
  const { metafile, outputFiles } = await build({
    stdin: { contents: clients[name], resolveDir: folder },
    bundle: true,
    format: "esm",
    platform: "browser",
    minify: true,
    splitting,
    outdir,
    outExtension: { ".js": ".mjs" },
    metafile: true,
    write: false,
    absWorkingDir: folder,
    logLevel: "error",
  });
  mkdirSync(outdir, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  assert.equal(run(process.execPath, join(outdir, "stdin.mjs")).toString().trim(), name);
  const outputs = Object.entries(metafile.outputs);
  const [main] = outputs.find(([path]) => path.endsWith("stdin.mjs"));
  /** What is loaded before the client runs. */
  const eager = new Set([main]);
  for (const path of eager)
    for (const { path: next, kind } of metafile.outputs[path].imports)
      if (kind === "import-statement") eager.add(next);
  const inputs = [...eager].flatMap((path) => Object.keys(metafile.outputs[path].inputs));
  const has = carried.filter((one) => inputs.some((path) => path.endsWith(`/wasm/${one}.js`)));
  const texts = outputFiles.filter(({ path }) => eager.has(relative(folder, path)));
  assert.equal(texts.length, eager.size);
  const octets = Buffer.concat(texts.map(({ contents }) => contents));
  return { has, pieces: outputs.length, octets: octets.length, gzipped: gzipSync(octets).length };
}

try {
  mkdirSync(folder);
  cpSync(root, clone, { recursive: true, filter: (path) => !made.has(relative(root, path)) });
  const pack = ["pack", "--json", "--silent", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(
    execFileSync("npm", pack, { cwd: clone, stdio: ["ignore", "pipe", "inherit"] }),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  run(
    "npm",
    "install",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    join(folder, filename),
  );
  for (const [name, text] of Object.entries(consumers)) writeFileSync(join(folder, name), text);

  // require() of a module is announced as experimental by Node 20, on stderr.
  for (const name of ["module.mjs", "require.cjs"])
    console.log(
      `${name}: ${run(process.execPath, "--disable-warning=ExperimentalWarning", name).toString().trim()}`,
    );

  const types = [
    "--strict",
    "--noEmit",
    "--skipLibCheck",
    "false",
    "--target",
    "es2022",
    "--lib",
    "es2022,dom",
  ];
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    run(process.execPath, join(root, "node_modules/typescript/bin/tsc"), ...types, "--module", module, "--moduleResolution", resolution, "types.ts"); // prettier-ignore
    console.log(`types.ts: ${resolution}`);
  }

  for (const name of Object.keys(clients)) {
    for (const [splitting, has] of [
      [false, carried],
      [true, []],
    ]) {
      const found = await bundle(name, splitting);
      assert.deepEqual(found.has, has, "modules that are loaded before they are asked for");
      console.log(
        `a client with ${name} algorithms, ${found.pieces} piece(s): ` +
          `${found.octets} octets minified are loaded at first, ${found.gzipped} of them gzipped`,
      );
    }
  }
} finally {
  rmSync(place, { recursive: true, force: true });
}
