/** The rounds (rounds.js), each a suite of benny's: of every turn the median of its samples. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import benny from "benny";
import { measureWith } from "./rounds.js";

/** Seconds of a turn: many short rounds see more of the machine's moods than few long ones. */
const turn = { minTime: 0.01, maxTime: 0.06, minSamples: 3 };
const slowTurn = { minTime: 0.01, maxTime: 0.01, minSamples: 1 };

setFlagsFromString("--expose-gc");
/** Who comes next must not pay for what the one before has left behind: the objects of OpenSSL are dear to collect. */
const collect = /** @type {(options: { type: "minor" }) => void} */ (runInNewContext("gc"));

/** benny begins a second call before the first has ended, which would upset a counter. @param {import("./rounds.js").Work} run */
function inOrder(run) {
  /** @type {Promise<void>} */
  let last = Promise.resolve();
  return () => (last = last.then(run));
}

/** @type {import("./rounds.js").Timer} */
async function timeWithBenny(title, turns) {
  if (turns.length === 0) return new Map();
  const entries = turns.map(({ key, run, slow, asynchronous }) =>
    benny.add(key, asynchronous ? inOrder(run) : run, slow ? slowTurn : turn),
  );
  const { log } = console;
  console.log = () => undefined; // benny greets
  try {
    process.stderr.write(`${title}\n`);
    const { results } = await benny.suite(
      title,
      ...entries,
      benny.cycle(() => collect({ type: "minor" })),
    );
    return new Map(results.map(({ name, details }) => [name, details.median * 1e6]));
  } finally {
    console.log = log;
  }
}

/** @param {import("./rounds.js").Case[]} cases @param {number} rounds @param {string} title */
export const measure = (cases, rounds, title) => measureWith(cases, rounds, timeWithBenny, title);
