/** The sections of a run: what each measures, and what its figures mean. */
import { loadCore } from "esession/core";
import { agreementCases } from "./agreement.js";
import { listCases, poolCases, singleCases } from "./bulk.js";
import { conversationCases } from "./conversation.js";
import { sampledCorpus } from "./corpus.js";
import { handshakeCases } from "./handshake.js";
import { messageCases, NOTES } from "./message.js";
import { reason } from "./peers/index.js";
import { platform } from "./platform.js";
import { memoryFigures } from "./sizes.js";
import { corpusCases, SIZES, stanzaCases } from "./stanza.js";
import { startFigures } from "./start.js";

/**
 * @typedef {import("esession/core").Group} Group
 * @typedef {(cases: import("./rounds.js").Case[], rounds: number, title: string) => Promise<import("./rounds.js").Result[]>} Measure
 * @typedef {{ rounds: number, short: boolean, all: boolean, once: boolean, peers: import("./peers/index.js").Loaded[],
 *   measure: Measure }} Options
 *   `short`: few rows, for another engine; `all`: groups 1, 2 and 5 as well, and the slowest peer in all groups; `once`:
 *   only to see that it runs, without what has to be installed
 * @typedef {{ results?: import("./rounds.js").Result[], figures?: import("./message.js").Figure[], notes?: string[] }} Made
 * @typedef {{ title: string, repeat?: number, run: (options: Options) => Promise<Made> }} Kind `repeat`: so many times the
 *   rounds of the others
 */

/** @type {Record<string, Kind>} */
export const kinds = {
  dh: {
    title: "Diffie-Hellman",
    async run({ rounds, short, all, peers, measure }) {
      /** @type {Group[]} */
      const broken = all ? [1, 2, 5] : [];
      /** @type {Group[]} */
      const groups = short ? [14, 16, 18] : [...broken, 14, 15, 16, 17, 18];
      const cases = await agreementCases(peers, platform, { groups, all });
      return {
        results: await measure(cases, rounds, "Diffie-Hellman"),
        notes: [
          "node:crypto is given a private key of 256 bits, as all others: left to itself, getDiffieHellman() takes about 225 bits in group 14 and 400 in group 18, and generateKeyPairSync as many as the prime has.",
          "Our shared secret includes the check that the peer's value is a square, which no peer makes.",
          "Made to be constant in time, by the words of each, are node:crypto, gmp-wasm powm_sec, hacl-wasm and esession; the others are not.",
        ],
      };
    },
  },
  stanza: {
    title: "Stanzas: AES-128-CTR, Base64, HMAC-SHA256, Base64",
    async run({ rounds, short, peers, measure }) {
      const core = await loadCore();
      const { contents, about } = sampledCorpus();
      const cases = await stanzaCases(core, peers, short ? [64, 256, 1024, 65536] : SIZES);
      if (!short) cases.push(...(await corpusCases(core, peers, contents)));
      return {
        results: await measure(cases, rounds, "stanzas"),
        notes: [
          `The corpus: ${about.stanzas} of ${about.of} stanzas (${about.source}), their content's median ${about.medianContentBytes} octets; the time is of one stanza.`,
          "node:crypto has the processor's instructions for AES and SHA-256, which WebAssembly has not; tuned: one open cipher for all stanzas, which is right only for whole blocks.",
          "@noble as its papers show it: one hmac call with the key for each stanza; tuned: the keyed state made once and cloned.",
          "WebCrypto answers by promises from another thread, and its times follow the load of the machine.",
        ],
      };
    },
  },
  session: {
    title: "Real stanzas through a session, XML included",
    repeat: 3, // cheap, and much of it garbage collection, which comes when it will
    async run({ rounds, measure }) {
      const { stanzas, about } = sampledCorpus();
      return {
        results: await measure(await conversationCases(stanzas), rounds, "sessions"),
        notes: [
          `The time of one stanza, sealed by one end and opened by the other, its XML written and parsed; ${about.stanzas} stanzas of ${about.medianStanzaBytes} octets in the median. The peer is the same engine, cipher and MAC by node:crypto.`,
        ],
      };
    },
  },
  message: {
    title: "What a user would take instead, for one message",
    async run({ rounds, once, measure }) {
      const { cases, figures } = await messageCases(once);
      const results = await measure(cases, rounds, "messages");
      return { results, figures, notes: Object.entries(NOTES).map(([peer, note]) => `${peer}: ${note}.`) };
    },
  },
  handshake: {
    title: "Whole negotiations",
    async run({ rounds, short, measure }) {
      const results = await measure(await handshakeCases(short ? [14] : [14, 15, 16]), rounds, "handshakes");
      return {
        results,
        figures: results.map(({ name, ours }) => perSecond(`${name}: both sides`, "sessions", ours)),
        notes: [
          "Four messages of XML, both sides in one process, and the termination. The peer is the same engine with node:crypto's Diffie-Hellman.",
        ],
      };
    },
  },
  bulk: {
    title: "Many stanzas, many negotiations",
    async run({ rounds, measure }) {
      /** @type {Required<Made>} */
      const all = {
        results: [],
        figures: [],
        notes: [
          "Stanzas: the time of one. Lists in one call of the core, beside the same one by one.",
          "The pool: wall time of the arithmetic of one negotiation, both sides, while the main thread waits; secrets go to the workers and come back sealed.",
        ],
      };
      for (const { what, unit, make } of bulk)
        try {
          const { cases, close } = await make();
          const results = await measure(cases, rounds, what).finally(close);
          all.results.push(...results);
          for (const { name, ours, peers } of results) {
            all.figures.push(perSecond(name, unit, ours));
            for (const peer of peers)
              if ("time" in peer) all.figures.push(perSecond(`${name}: ${peer.name}`, unit, peer.time));
          }
        } catch (error) {
          console.error(error);
          all.notes.push(`${what}: could not be measured: ${reason(error)}`);
        }
      return all;
    },
  },
  start: {
    title: "Cold start",
    async run({ short, once }) {
      const processes = once ? 1 : short ? 3 : 7;
      return {
        figures: startFigures(processes),
        notes: [`Each figure is the median of ${processes} processes of its own.`],
      };
    },
  },
  memory: {
    title: "Sizes and memory",
    run: async ({ once }) => ({ figures: await memoryFigures(once ? 10 : 200) }),
  },
};

/** What the section of many measures: one part that fails does not take the others with it. */
const bulk = [
  { what: "one by one", unit: "stanzas", make: singleCases },
  { what: "lists", unit: "stanzas", make: listCases },
  { what: "the pool", unit: "negotiations", make: poolCases },
];

/** @param {string} name @param {string} what @param {import("./spread.js").Spread} microseconds @returns {import("./message.js").Figure} */
const perSecond = (name, what, { median, min, max }) => ({
  name,
  unit: `${what}/s`,
  value: { median: 1e6 / median, min: 1e6 / max, max: 1e6 / min },
});
