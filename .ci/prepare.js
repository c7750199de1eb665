/**
 * Makes a fresh clone ready for `npm start` and `npm test`: installs when the lock file is newer than what is
 * installed, builds when a source is newer than what was built, and removes what was built from sources that are
 * gone. Uses nothing but Node and npm.
 */
import { execSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { newest, removeLeftovers } from "./stale.js";

const root = join(import.meta.dirname, "..");

/** Quiet as long as it works; stdout is for whoever called npm. */
function run(command) {
  try {
    execSync(command, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  } catch (error) {
    process.stderr.write(error.stdout ?? "");
    console.error(`failed: ${command}`);
    process.exit(1);
  }
}

const time = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

if (time("package-lock.json") > time("node_modules/.package-lock.json")) {
  console.error("installing dependencies ...");
  run("npm ci --no-audit --no-fund --loglevel=error");
  const now = new Date();
  utimesSync(join(root, "node_modules/.package-lock.json"), now, now);
}

function rebuild(stamp, sources, command, label) {
  const file = join(root, stamp);
  mkdirSync(dirname(file), { recursive: true });
  if (time(stamp) >= newest(root, ...sources, "package.json", "package-lock.json")) return;
  console.error(`${label} ...`);
  // what changes while it builds is newer than the stamp
  const begun = new Date();
  run(command);
  writeFileSync(file, "");
  utimesSync(file, begun, begun);
}

const core = ["assembly", "asconfig.json", ".ci/build-wasm.js"];
rebuild("dist/.wasm-built", core, "npm run --silent build:wasm", "building the core");
rebuild("dist/.built", ["bindings", ...core], "npm run --silent build:ts", "building the bindings");
removeLeftovers(join(root, "dist"), join(root, "bindings"), ["wasm"]);
if (process.argv.includes("--test")) {
  const testing = "npm run --silent build:wasm -- --testing";
  rebuild("test/.build/wasm/.built", core, testing, "building the core for tests");
  const tests = ["test", "bindings", ...core];
  rebuild("test/.build/.built", tests, "npm run --silent build:test", "building the tests");
  removeLeftovers(join(root, "test/.build"), join(root, "test"), ["house/readme"]);
}
