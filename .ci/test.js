/**
 * Runs the compiled tests with Node's runner. Words are rooms, everything else goes to the runner:
 * `npm test -- core wire`, `npm test -- core/differential`, `npm test -- --test-name-pattern=SAS`.
 * What ran, and what came of it, is recorded in test/.build/ran.jsonl (.ci/ran.js).
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";

const build = join(import.meta.dirname, "../test/.build");
const rooms = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const options = process.argv.slice(2).filter((argument) => argument.startsWith("-"));
if (!options.some((option) => option.startsWith("--test-reporter")))
  options.push(
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    `--test-reporter=${pathToFileURL(join(import.meta.dirname, "ran.js")).href}`,
    `--test-reporter-destination=${join(build, "ran.jsonl")}`,
  );

const files = readdirSync(build, { recursive: true })
  .filter((name) => name.endsWith(".test.js"))
  .filter((name) => existsSync(join(build, "..", name.replace(/\.js$/, ".ts")))) // else a leftover
  .filter(
    (name) => rooms.length === 0 || rooms.some((room) => name.split(sep).join("/").startsWith(`${room}/`)),
  )
  .sort()
  .map((name) => join(build, name));
// the runner leaves one processor free, which with two of them doubles the time
if (!options.some((option) => option.startsWith("--test-concurrency")))
  options.push(`--test-concurrency=${availableParallelism()}`);

if (files.length === 0) {
  console.error(rooms.length > 0 ? `no tests in: ${rooms.join(", ")}` : "there are no compiled tests");
  process.exit(1);
}
const { status } = spawnSync(process.execPath, ["--test", ...options, ...files], { stdio: "inherit" });
process.exit(status ?? 1);
