/**
 * `npm run assurance:ct -- [--full] [--seed TEXT] [--only TEXT] [--verbose]`: for each kernel of the core, in each
 * build, the trace of branches, addresses and slow operands must be the same for all secrets. Fails if one is not,
 * or if a planted leak is not found. Then, as a second and weaker sign that decides nothing: is time itself the same?
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { planted } from "./planted.js";
import { printBuild, printPlanted, printTiming } from "./report.js";
import { timing } from "./timing.js";

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: Boolean(process.env.ESESSION_LONG) },
    seed: { type: "string", default: randomBytes(8).toString("hex") },
    only: { type: "string", default: "" },
    verbose: { type: "boolean", default: false },
  },
});
const { full, seed, only, verbose } = values;
console.log(`constant-time traces, ${full ? "full run" : "usual run"}; again with --seed ${seed}`);

async function traced(build) {
  const worker = new Worker(new URL("build.js", import.meta.url), {
    workerData: { build, seed, full, only },
  });
  const [result] = await once(worker, "message");
  return result;
}

const check = planted(seed);
printPlanted(check);
let passed = check.found + check.passed;
let failed = check.failures.length;
if (failed === 0) {
  for (const builds of [
    ["simd", "scalar"],
    ["simd-all", "scalar-all"],
  ])
    for (const result of await Promise.all(builds.map(traced))) {
      const failures = printBuild(result, verbose) + (result.blind ? 1 : 0);
      passed += result.results.length + 1 - failures;
      failed += failures;
    }
  printTiming(await timing(full));
}

console.log(`\n# pass ${passed}\n# fail ${failed}\n# cancelled 0\n# skipped 0`);
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
