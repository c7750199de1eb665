/**
 * What a page measures when bench/browser.js calls it: the cases of Node's run, with the peers that a page can have.
 * benny does not bundle for browsers (its parts print to a terminal and write files), so that a turn is timed by a loop of
 * the same shape: samples of at least so many milliseconds, and their median.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { loadCore } from "esession/core";
import { agreementCases } from "../agreement.js";
import { unhex } from "../octets.js";
import { loadPeers, portable } from "../peers/index.js";
import { measureWith } from "../rounds.js";
import { spread } from "../spread.js";
import { stanzaCases } from "../stanza.js";

/** As measure.js has them for benny. The clock of a page has steps of 0.1 ms, a hundredth of a sample. */
const [SAMPLE_MS, TURN_MS, LEAST_SAMPLES] = [10, 60, 3];

/** Milliseconds of a call. @param {import("../rounds.js").Work} run */
async function sample(run) {
  const begin = performance.now();
  for (let calls = 1; ; calls++) {
    const answer = run();
    if (answer) await answer;
    const passed = performance.now() - begin;
    if (passed >= SAMPLE_MS) return passed / calls;
  }
}

/** @type {import("../rounds.js").Timer} */
async function timeByLoop(_title, turns) {
  const times = new Map();
  for (const { key, run, slow } of turns) {
    const [samples, begin] = [[await sample(run)], performance.now()];
    while (!slow && (samples.length < LEAST_SAMPLES || performance.now() - begin < TURN_MS))
      samples.push(await sample(run));
    times.set(key, spread(samples).median * 1000);
  }
  return times;
}

/** Before anything else is compiled. @returns {Promise<import("../message.js").Figure[]>} */
async function start() {
  const once = (/** @type {string} */ name, /** @type {number} */ ms) => ({
    name,
    unit: "ms",
    value: { median: ms, min: ms, max: ms },
    note: "measured once",
  });
  const begin = performance.now();
  const core = await loadCore();
  const loaded = performance.now();
  core.dh.generate(14);
  return [once("loadCore()", loaded - begin), once("first key pair of group 14", performance.now() - loaded)];
}

/**
 * @param {{ rounds: number, groups: import("esession/core").Group[], sizes: number[], primes: Record<number, string> }} asked
 */
async function measurePage({ rounds, groups, sizes, primes }) {
  const figures = await start();
  const peers = await loadPeers(portable);
  const platform = {
    hash: (/** @type {Uint8Array} */ octets) => sha256(octets),
    prime: (/** @type {number} */ group) => unhex(primes[group] ?? ""),
  };
  const core = await loadCore();
  const dh = await agreementCases(peers, platform, { groups });
  return {
    build: core.build,
    figures,
    dh: await measureWith(dh, rounds, timeByLoop, "Diffie-Hellman"),
    stanza: await measureWith(await stanzaCases(core, peers, sizes), rounds, timeByLoop, "stanzas"),
  };
}

Object.assign(globalThis, { measurePage });
