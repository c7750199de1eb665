/**
 * The builds of the core as subjects: instrumented from the files of the build, loaded through the package's own
 * bindings, with a random source that starts anew in every run.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadTestCore, seededRandom } from "esession/testing";
import { functionNames, instrument } from "./instrument.js";
import { subject } from "./subject.js";

const folder = join(import.meta.dirname, "../../dist/wasm");
/** The smallest core: restoring its memory is most of the work of a short run. */
const room = { sessions: 2, maxStanzaBytes: 4096 };

/** A core whose random octets are public and the same after each `restart`, unless a kernel gives others. */
async function openCore(wasm) {
  let source;
  const core = await loadTestCore({ ...room, wasm, random: (target) => source(target) });
  const restart = () => (source = seededRandom("public"));
  restart();
  return { ...core, restart, drawFrom: (other) => (source = other) };
}

/** The core as it is shipped. */
export const plainCore = (build) => openCore(readFileSync(join(folder, `esession-${build}.wasm`)));

export async function tracedCore(build) {
  const wasm = readFileSync(join(folder, `esession-${build}.wasm`));
  const names = functionNames(readFileSync(join(folder, `esession-${build}.wat`), "utf8"));
  const instrumented = instrument(wasm, names);
  const core = await openCore(instrumented.wasm);
  const plain = subject(core.abi, instrumented);
  return {
    core,
    places: instrumented.places,
    subject: {
      ...plain,
      restore(state) {
        plain.restore(state);
        core.restart();
      },
    },
  };
}
