/**
 * Rounds over all cases: esession and its peers take turns within a case, in the other order in every second round, so
 * that a slow spell of the machine meets both. How a turn is timed is the caller's: benny in Node, a loop in a page.
 */
import { ratios, spread } from "./spread.js";

/**
 * A thing to wait for, done by esession and by peers. The functions return nothing, or a promise of nothing: benny takes
 * what they return for an asynchronous or a nested case. `per`: how many of the thing one call does.
 * @typedef {() => void | Promise<void>} Work
 * @typedef {{ missing: string }} Missing why a peer has no figure
 * @typedef {{ name: string, per?: number, ours: Work, peers: Record<string, Work | Missing> }} Case
 * @typedef {import("./spread.js").Spread} Spread
 * @typedef {{ name: string, time: Spread, ratio: Spread } | { name: string, missing: string }} PeerResult
 * @typedef {{ name: string, ours: Spread, peers: PeerResult[] }} Result times in microseconds
 * @typedef {{ key: string, run: Work, slow: boolean, asynchronous: boolean }} Turn
 * @typedef {(title: string, turns: Turn[]) => Promise<Map<string, number>>} Timer microseconds of a call, by key
 */

/** A call that takes longer has its turn in this many rounds only, and few times. */
const SLOW_MS = 60;
const SLOW_ROUNDS = 2;
/** Until V8 has optimised what it will: 500 calls, or this long. */
const WARM_CALLS = 500;
const WARM_MS = 100;

/** What its calls are like; slow by the fastest of them, so that a spell of the machine makes nothing slow. @param {Work} run */
async function warm(run) {
  const begin = performance.now();
  let fastest = Infinity;
  for (let call = 1, before = begin; ; call++) {
    const answer = run();
    if (answer) await answer;
    const now = performance.now();
    fastest = Math.min(fastest, now - before);
    if (call >= WARM_CALLS || now - begin > WARM_MS)
      return { slow: fastest > SLOW_MS, asynchronous: answer instanceof Promise };
    before = now;
  }
}

/** Ours and those peers that can. @param {Case} one @returns {[string, Work][]} */
const sidesOf = ({ ours, peers }) => [
  ["esession", ours],
  ...Object.entries(peers).flatMap(([name, run]) =>
    typeof run === "function" ? [/** @type {[string, Work]} */ ([name, run])] : [],
  ),
];

/** @param {Case[]} cases @param {number} rounds @param {Timer} timer @param {string} title @returns {Promise<Result[]>} */
export async function measureWith(cases, rounds, timer, title) {
  /** @type {Map<string, (number | undefined)[]>} by case and side, a time for each round */
  const times = new Map();
  /** @type {Map<string, { slow: boolean, asynchronous: boolean }>} */
  const kinds = new Map();
  const key = (/** @type {string} */ name, /** @type {string} */ side) => `${name} | ${side}`;
  for (const one of cases)
    for (const [side, run] of sidesOf(one)) {
      times.set(key(one.name, side), []);
      kinds.set(key(one.name, side), await warm(run));
    }
  for (let round = 0; round < rounds; round++) {
    const turns = cases.flatMap((one) => {
      /** @type {Turn[]} */
      const sides = sidesOf(one).map(([side, run]) => ({
        key: key(one.name, side),
        run,
        ...(kinds.get(key(one.name, side)) ?? { slow: false, asynchronous: false }),
      }));
      if (round % 2 === 1) sides.reverse();
      return sides.filter((turn) => !turn.slow || round < SLOW_ROUNDS);
    });
    const measured = await timer(`${title}, round ${round + 1} of ${rounds}`, turns);
    for (const [at, time] of measured) (times.get(at) ?? [])[round] = time;
  }
  return cases.map(({ name, per = 1, peers }) => {
    const timesOf = (/** @type {string} */ side) =>
      Array.from({ length: rounds }, (_none, round) => times.get(key(name, side))?.[round]).map(
        (time) => time && time / per,
      );
    const known = (/** @type {(number | undefined)[]} */ all) => all.filter((time) => time !== undefined);
    const ours = timesOf("esession");
    return {
      name,
      ours: spread(known(ours)),
      peers: Object.entries(peers).map(([peer, run]) => {
        if (typeof run !== "function") return { name: peer, missing: run.missing };
        const theirs = timesOf(peer);
        return { name: peer, time: spread(known(theirs)), ratio: spread(ratios(theirs, ours)) };
      }),
    };
  });
}
