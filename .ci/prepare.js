/**
 * Makes a fresh clone ready for `npm start` and `npm test`: installs when the lock file is newer than what is
 * installed, builds when a source is newer than what was built. Uses nothing but Node and npm.
 */
import { execSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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

/** The time of the newest file below the folders, so that one comparison answers "is it stale?". */
function newest(...folders) {
  let latest = 0;
  for (const folder of folders)
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile() && !entry.parentPath.includes(".build"))
        latest = Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  return latest;
}

function rebuild(stamp, sources, command, label) {
  if (time(stamp) >= Math.max(newest(...sources), time("package.json"))) return;
  console.error(`${label} ...`);
  run(command);
  writeFileSync(join(root, stamp), "");
}

if (time("package-lock.json") > time("node_modules/.package-lock.json")) {
  console.error("installing dependencies ...");
  run("npm ci --no-audit --no-fund --loglevel=error");
  const now = new Date();
  utimesSync(join(root, "node_modules/.package-lock.json"), now, now);
}
rebuild("dist/.wasm-built", ["assembly"], "npm run --silent build:wasm", "building the core");
rebuild("dist/.built", ["bindings", "assembly"], "npm run --silent build:ts", "building the bindings");
if (process.argv.includes("--test"))
  rebuild("test/.build/.built", ["test", "bindings"], "npm run --silent build:test", "building the tests");
