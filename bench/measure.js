/**
 * Rounds of benny over all cases: esession and its peers take turns within a round, in the other order in every
 * second round, so that a slow spell of the machine meets both. A ratio is taken within its round.
 */
import benny from "benny";

/**
 * A thing to wait for, done by esession and by peers. The functions return nothing: benny takes what they return
 * for an asynchronous or a nested case.
 * @typedef {{ name: string, ours: () => void, peers: Record<string, () => void> }} Case
 * @typedef {{ median: number, min: number, max: number }} Spread
 * @typedef {{ name: string, ours: Spread, peers: { name: string, time: Spread, ratio: Spread }[] }} Result
 */

/** @param {number[]} samples @returns {Spread} */
export function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const median = ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
  return { median, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/** @param {Case[]} cases @param {number} rounds @returns {Promise<Result[]>} times in microseconds */
export async function measure(cases, rounds) {
  /** @type {Map<string, number[]>} the median of each round, by case and side */
  const medians = new Map();
  const key = (/** @type {string} */ name, /** @type {string} */ side) => `${name} | ${side}`;
  for (let round = 0; round < rounds; round++) {
    const entries = cases.flatMap(({ name, ours, peers }) => {
      const sides = Object.entries({ esession: ours, ...peers });
      if (round % 2 === 1) sides.reverse();
      return sides.map(([side, run]) => benny.add(key(name, side), run, { maxTime: 0.4, minSamples: 5 }));
    });
    const summary = await benny.suite(`round ${round + 1} of ${rounds}`, ...entries);
    for (const { name, details } of summary.results)
      medians.set(name, [...(medians.get(name) ?? []), details.median * 1e6]);
  }
  return cases.map(({ name, peers }) => {
    const ours = medians.get(key(name, "esession")) ?? [];
    return {
      name,
      ours: spread(ours),
      peers: Object.keys(peers).map((peer) => {
        const theirs = medians.get(key(name, peer)) ?? [];
        const ratios = theirs.map((time, round) => time / (ours[round] ?? NaN));
        return { name: peer, time: spread(theirs), ratio: spread(ratios) };
      }),
    };
  });
}
