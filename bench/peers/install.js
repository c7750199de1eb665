/** Installs the peers when their lock file is newer than what is installed: they are not in the project's own tree. */
import { execSync } from "node:child_process";
import { existsSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const lock = join(folder, "package-lock.json");
const installed = join(folder, "node_modules/.package-lock.json");
const time = (/** @type {string} */ path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Without the network what is missing stays missing, and its rows say so. */
export function installPeers() {
  if (time(lock) <= time(installed)) return;
  console.error("installing the peers of the benchmarks ...");
  try {
    // nothing of theirs is run, and the optional native addon of one is not built
    execSync("npm ci --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error", {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const now = new Date();
    utimesSync(installed, now, now);
  } catch {
    console.error("the peers could not be installed: what needs them is left out");
  }
}
