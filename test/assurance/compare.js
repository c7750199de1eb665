/**
 * Runs one kernel over many secrets and compares the traces. A kernel is `{ name, setUp?, prepare }`: `setUp(core)`
 * once, with public values only; `prepare(core, draw)` for each secret, untraced, gives the act that is traced.
 */
import { Draw } from "./secrets.js";

/**
 * @typedef {object} Kernel
 * @property {string} name
 * @property {(core: any) => void} [setUp]
 * @property {(core: any, draw: Draw) => () => unknown} prepare
 * @property {number} [usual] secrets in a usual run, and in a full one; a thousand if they are not given
 * @property {number} [full]
 * @property {string} [part] the line of the report that it belongs to
 */

/**
 * @param {import("./subject.js").Subject} subject
 * @param {Kernel} kernel
 * @param {{ core: any, secrets: number, seed: string }} options
 * @returns the number of folds, and what differs, if anything does
 */
export function compare(subject, kernel, { core, secrets, seed }) {
  const initial = subject.state();
  kernel.setUp?.(core);
  const start = subject.state();
  const run = (index, stop) => {
    subject.restore(start);
    return subject.trace(kernel.prepare(core, new Draw(seed, kernel.name, index)), stop);
  };
  try {
    const first = run(0);
    for (let index = 1; index < secrets; index++) {
      const other = run(index);
      if (other.hash !== first.hash || other.count !== first.count)
        return { folds: first.count, difference: locate(run, first, other, index) };
    }
    return { folds: first.count, difference: undefined };
  } finally {
    subject.restore(initial);
  }
}

/** The first fold that differs: up to there the hashes are the same. */
function locate(run, first, other, index) {
  let low = 1n;
  let high = first.count < other.count ? first.count + 1n : other.count + 1n;
  while (low < high) {
    const middle = (low + high) / 2n;
    if (run(0, middle).stopHash === run(index, middle).stopHash) low = middle + 1n;
    else high = middle;
  }
  const { stopPlace } = first.count < other.count ? run(index, low) : run(0, low);
  return { index, fold: low, ...(stopPlace ?? { name: "the end", place: "one trace is longer" }) };
}

/** For the report: where, and with which secret. */
export const described = ({ index, fold, name, place }) =>
  `secrets 0 and ${index} part at fold ${fold}, ${place} in ${name}`;
