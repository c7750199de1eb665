/** What a reader is told: numbers first, every failure in a sentence. */
import { SUSPECT } from "./timing.js";

const number = (/** @type {number | bigint} */ value) => value.toLocaleString("en-US");

export function printPlanted({ leaks, found, safe, passed, secrets, failures }) {
  console.log(`planted leaks: ${found} of ${leaks} found over ${secrets} secrets, each at its instruction`);
  console.log(`safe twins:    ${passed} of ${safe} pass`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
  if (failures.length > 0) console.log("the trace misses leaks or invents them: the run is void");
}

/** The kernels of each part in one line. */
function lines(results) {
  const parts = new Set(results.map(({ part }) => part));
  return [...parts].map((part) => {
    const kernels = results.filter((kernel) => kernel.part === part);
    const secrets = kernels.map((kernel) => kernel.secrets);
    const [least, most] = [Math.min(...secrets), Math.max(...secrets)].map(number);
    const folds = kernels.reduce((sum, kernel) => sum + kernel.folds * BigInt(kernel.secrets), 0n);
    const over = least === most ? least : `${least} to ${most}`;
    return `  ${part.padEnd(29)} ${String(kernels.length).padStart(3)} kernels, each over ${over} secrets: ${number(folds)} folds`;
  });
}

/** @returns how many kernels failed */
export function printBuild({ build, places, blind, results }, verbose) {
  console.log(`\n${build} build, traced at ${number(places)} places: ${results.length} kernels`);
  for (const line of lines(results)) console.log(line);
  if (verbose)
    for (const { name, secrets, folds, failure } of results)
      console.log(
        `    ${failure ? "DIFFERS" : "same"}  ${name}: ${secrets} secrets, ${number(folds)} folds each`,
      );
  const failed = results.filter(({ failure }) => failure !== undefined);
  for (const { name, failure } of failed) console.log(`FAILED ${name}: ${failure}`);
  if (blind)
    console.log("FAILED a check that takes variable time by design shows no difference: the trace is blind");
  else console.log("  and a check of public values, variable in time by design, differs as it must");
  if (failed.length === 0) console.log("  the traces of each kernel are the same for all secrets");
  return failed.length;
}

/** What |t| at or above the limit means, and whether it came back. */
function verdict({ byDesign, runs }) {
  if (byDesign) return "  variable by design";
  if (runs.length === 1) return "";
  const again = runs.every(({ t }) => Math.abs(t) >= SUSPECT && Math.sign(t) === Math.sign(runs[0].t));
  return again ? `  |t| >= ${SUSPECT} twice: LOOK INTO IT` : `  |t| >= ${SUSPECT} once, not again`;
}

export function printTiming(results) {
  console.log("\ntime itself, fixed secret against random ones, as shipped (a report: it decides nothing)");
  for (const result of results) {
    const { build, name, samples, runs } = result;
    const found = runs.map(({ t, part }) => `t = ${t.toFixed(2)} (${(part * 100).toFixed(3)}%)`);
    console.log(
      `  ${build.padEnd(6)} ${name.padEnd(44)} ${number(samples).padStart(9)} samples, ${found.join(", again ")}${verdict(result)}`,
    );
  }
}
