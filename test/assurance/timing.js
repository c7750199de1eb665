/**
 * A statistical test of time on the modules as they are shipped (dudect: Reparaz, Balasch, Verbauwhede 2017): the
 * same work with one fixed secret and with random ones, in random order; Welch's t over the times below several
 * percentiles. |t| of 4.5 and more says that the two can be told apart on this machine, in this run: the cause may
 * also be the machine. The inputs of both classes are written in the same way before each measurement.
 */
import { plainCore } from "./cores.js";
import { timed } from "./kernels/timed.js";

/** From here on two classes are taken to differ. */
export const SUSPECT = 4.5;

const POOL = 1024;
/** Runs that are not counted: the engine is still compiling. */
const WARM_UP = 1000;
const PERCENTILES = [0.5, 0.75, 0.9, 0.99, 1];

/**
 * Secrets of both classes, mixed in memory as they are in time and each at the start of a cache line: where a secret
 * lies must not be what tells its class.
 */
function secretsOf({ length, fixed }) {
  const stride = (length + 63) & ~63;
  const all = new Uint8Array(POOL * stride);
  return Array.from({ length: POOL }, (_, i) => {
    const octets = crypto.getRandomValues(all.subarray(i * stride, i * stride + length));
    const kind = crypto.getRandomValues(new Uint8Array(1))[0] & 1;
    if (kind === 0) fixed(octets);
    return { kind, octets };
  });
}

/** Nanoseconds of many measurements, of class 0 (fixed) and 1 (random). */
function measure(core, kernel, samples) {
  const { at, act } = kernel.prepare(core);
  const memory = core.memory();
  const pool = secretsOf(kernel);
  const picks = new Uint16Array(4096);
  const times = [[], []];
  for (let i = -WARM_UP; i < samples; i++) {
    const turn = (i + WARM_UP) % picks.length;
    if (turn === 0) crypto.getRandomValues(picks);
    const { kind, octets } = pool[picks[turn] % POOL];
    memory.set(octets, at);
    const start = process.hrtime.bigint();
    for (let call = 0; call < kernel.calls; call++) act();
    const time = Number(process.hrtime.bigint() - start);
    if (i >= 0) times[kind].push(time);
  }
  return times;
}

/** Welch's t, and the difference of the means as a part of the time. */
function welch([a, b]) {
  if (a.length < 2 || b.length < 2) return { t: 0, part: 0 }; // one class is slower throughout: see further up
  const [x, y] = [a, b].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, error: variance / values.length };
  });
  const difference = x.mean - y.mean;
  return { t: difference === 0 ? 0 : difference / Math.sqrt(x.error + y.error), part: difference / y.mean };
}

/** The largest t of those over all measurements up to each percentile: above them is what the machine did. */
function largest(times) {
  const sorted = Float64Array.from(times.flat()).sort();
  return PERCENTILES.map((percentile) => {
    const limit = sorted[Math.ceil(percentile * sorted.length) - 1];
    return welch(times.map((values) => values.filter((value) => value <= limit)));
  }).reduce((most, one) => (Math.abs(one.t) > Math.abs(most.t) ? one : most));
}

/** Measured again where the first time says that there is a difference: what the machine did does not come back. */
export async function timing(full) {
  const results = [];
  for (const build of ["simd", "scalar"])
    for (const kernel of timed) {
      const samples = Math.round((full ? 1_000_000 : 20_000) * kernel.share);
      const once = async () => largest(measure(await plainCore(build), kernel, samples));
      const first = await once();
      const { name, byDesign = false } = kernel;
      const runs = byDesign || Math.abs(first.t) < SUSPECT ? [first] : [first, await once()];
      results.push({ build, name, byDesign, samples, runs });
    }
  return results;
}
