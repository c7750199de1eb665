/**
 * Packs the package from a copy of the tree in which nothing is installed or built, installs it into an empty folder
 * and uses it from there, as its users do: as an ES module, through require(), and from TypeScript with the
 * declarations of every dependency checked.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
const place = mkdtempSync(join(tmpdir(), "esession-consumer-"));
const [clone, folder] = [join(place, "clone"), join(place, "consumer")];
const made = new Set([".git", "node_modules", "dist", join("test", ".build")]);
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });

/** The same few lines for each consumer: every entry loads, and a group 14 key pair is made. */
const use = `
  if (typeof esession.createEngine !== "function") throw new Error("no createEngine");
  if (typeof file.fileStore !== "function") throw new Error("no fileStore");
  const loaded = await core.loadCore();
  const { publicKey } = loaded.dh.generate(14);
  if (publicKey.length < 250) throw new Error("no public key");
  const workers = await pool.openPool({ workers: 1 });
  const pair = await workers.generate(loaded, 14);
  if (pair.publicKey.length < 250) throw new Error("no public key of a worker");
  console.log(loaded.build, typeof wire);`;

const consumers = {
  "module.mjs": `
import * as esession from "esession";
import * as core from "esession/core";
import * as wire from "esession/wire";
import * as pool from "esession/pool";
import * as file from "esession/store/file";
${use}`,
  "require.cjs": `
const esession = require("esession");
const core = require("esession/core");
const wire = require("esession/wire");
const pool = require("esession/pool");
const file = require("esession/store/file");
(async () => {${use}
})().catch((error) => { console.error(error); process.exit(1); });`,
  "types.ts": `
import { createEngine, type Engine, type Session } from "esession";
import { loadCore, type Core } from "esession/core";
import { openPool } from "esession/pool";
import { fileStore } from "esession/store/file";
export const core: Promise<Core> = loadCore();
export const engine: Promise<Engine> = createEngine({ jid: "a@example.com/x", send: () => undefined });
export const sas = (session: Session): string | undefined => session.sas;
export const store = fileStore;
export const pooled = async (): Promise<Engine> =>
  createEngine({ jid: "a@example.com/x", send: () => undefined, exponentiations: await openPool() });
`,
};

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
} finally {
  rmSync(place, { recursive: true, force: true });
}
