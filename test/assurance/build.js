/**
 * The kernels of one build, each over its secrets; runs as a worker, so that both builds go at once. Before its
 * traces count, a kernel must do the same with the trace in the module as without: the memories are compared.
 */
import { parentPort, workerData } from "node:worker_threads";
import { compare, described } from "./compare.js";
import { plainCore, tracedCore } from "./cores.js";
import { ciphers } from "./kernels/ciphers.js";
import { dsa } from "./kernels/dsa.js";
import { exponentiation } from "./kernels/exponentiation.js";
import { keys } from "./kernels/keys.js";
import { records } from "./kernels/records.js";
import { stanzas } from "./kernels/stanzas.js";
import { symmetric } from "./kernels/symmetric.js";
import { whirlpool } from "./kernels/whirlpool.js";
import { Draw } from "./secrets.js";

const CHEAP = 1000;
/** What the builds with all algorithms share with the others was compiled anew for them: traced too, over fewer secrets. */
const SHARED_PART = 10;
const more = { ciphers, whirlpool, dsa };
const common = { exponentiation, symmetric, keys, stanzas, records };
const inAll = workerData.build.endsWith("-all");
const kernels = Object.entries(inAll ? { ...more, ...common } : common).flatMap(([room, all]) =>
  all.map((kernel) => ({ part: room, fewer: inAll && room in common, ...kernel })),
);

/** Variable time by design, on public values only: if this shows no difference, the trace is blind. */
const control = {
  name: "the check of a public value",
  prepare({ abi, memory }, draw) {
    memory().set(draw.random(96), abi.inputRegion());
    return () => abi.dhCheck(1, abi.inputRegion(), 96);
  },
};

const { build, seed, full, only } = workerData;
const { core, subject, places } = await tracedCore(build);

/** Throws if the module with its trace leaves another memory behind than the one that is shipped. */
async function sameWork(kernel) {
  const initial = subject.state();
  const plain = await plainCore(build);
  const memories = [core, plain].map((one) => {
    one.restart();
    kernel.setUp?.(one);
    kernel.prepare(one, new Draw(seed, kernel.name, 9))();
    return Buffer.from(one.memory());
  });
  const same = memories[0].equals(memories[1]);
  subject.restore(initial);
  if (!same) throw new Error("the module with its trace does not do the same as the one without");
}

async function outcome(kernel) {
  const usual = (full ? kernel.full : kernel.usual) ?? CHEAP;
  const secrets = kernel.fewer ? Math.max(4, Math.ceil(usual / SHARED_PART)) : usual;
  try {
    await sameWork(kernel);
    const { folds, difference } = compare(subject, kernel, { core, secrets, seed });
    return { secrets, folds, failure: difference && described(difference) };
  } catch (error) {
    return { secrets, folds: 0n, failure: String(error) };
  }
}

const blind = compare(subject, control, { core, secrets: 8, seed }).difference === undefined;
const results = [];
for (const kernel of kernels.filter(({ name }) => name.includes(only)))
  results.push({ part: kernel.part, name: kernel.name, ...(await outcome(kernel)) });
parentPort.postMessage({ build, places: places.length, blind, results });
