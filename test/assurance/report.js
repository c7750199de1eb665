/** What a reader is told: numbers first, every failure in a sentence. */

const number = (/** @type {number | bigint} */ value) => value.toLocaleString("en-US");

export function printPlanted({ leaks, found, safe, passed, secrets, failures }) {
  console.log(`planted leaks: ${found} of ${leaks} found over ${secrets} secrets, each at its instruction`);
  console.log(`safe twins:    ${passed} of ${safe} pass`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
  if (failures.length > 0) console.log("the trace misses leaks or invents them: nothing below counts");
}

/** Kernels of one room that were run over the same number of secrets, in one line. */
function summary(results) {
  const lines = new Map();
  for (const { room, secrets, folds } of results) {
    const line = lines.get(`${room} ${secrets}`) ?? { room, secrets, kernels: 0, folds: 0n };
    line.kernels++;
    line.folds += folds * BigInt(secrets);
    lines.set(`${room} ${secrets}`, line);
  }
  return lines.values();
}

/** @returns how many kernels failed */
export function printBuild({ build, places, blind, results }, verbose) {
  console.log(`\n${build} build, traced at ${number(places)} places: ${results.length} kernels`);
  for (const { room, secrets, kernels, folds } of summary(results))
    console.log(
      `  ${room.padEnd(15)} ${String(kernels).padStart(3)} kernels over ${number(secrets).padStart(5)} secrets each, ${number(folds)} folds`,
    );
  if (verbose)
    for (const { name, secrets, folds, failure } of results)
      console.log(`    ${failure ? "DIFFERS" : "same"}  ${name}: ${secrets} secrets, ${number(folds)} folds each`);
  const failed = results.filter(({ failure }) => failure !== undefined);
  for (const { name, failure } of failed) console.log(`FAILED ${name}: ${failure}`);
  if (blind) console.log("FAILED a check that takes variable time by design shows no difference: the trace is blind");
  else console.log("  and a check of public values, variable in time by design, differs as it must");
  if (failed.length === 0) console.log("  the traces of each kernel are the same for all secrets");
  return failed.length;
}

export function printTiming(results) {
  console.log("\ntime itself, fixed secret against random ones, as shipped (a report: it decides nothing)");
  for (const { build, name, samples, t } of results) {
    const flag = Math.abs(t) >= 4.5 ? "  |t| >= 4.5: measure again, on a machine at rest" : "";
    console.log(`  ${build.padEnd(6)} ${name.padEnd(44)} ${number(samples)} samples, t = ${t.toFixed(2)}${flag}`);
  }
}
