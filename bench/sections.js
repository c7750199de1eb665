/** The sections of a run: what each measures, and what its figures mean. */
import { loadCore } from "esession/core";
import { agreementCases } from "./agreement.js";
import { bulkCases, poolCases } from "./bulk.js";
import { conversationCases } from "./conversation.js";
import { sampledCorpus } from "./corpus.js";
import { handshakeCases } from "./handshake.js";
import { measure } from "./measure.js";
import { messageCases, NOTES } from "./message.js";
import { platform } from "./platform.js";
import { memoryFigures } from "./sizes.js";
import { corpusCases, SIZES, stanzaCases } from "./stanza.js";
import { startFigures } from "./start.js";

/**
 * @typedef {import("esession/core").Group} Group
 * @typedef {{ rounds: number, short: boolean, all: boolean, peers: import("./peers/index.js").Loaded[] }} Options
 *   `short`: few rows, for another engine; `all`: groups 1, 2 and 5 as well, and the slowest peer in all groups
 * @typedef {{ results?: import("./rounds.js").Result[], figures?: import("./message.js").Figure[], notes?: string[] }} Made
 * @typedef {{ title: string, run: (options: Options) => Promise<Made> }} Kind
 */

/** @type {Record<string, Kind>} */
export const kinds = {
  dh: {
    title: "Diffie-Hellman",
    async run({ rounds, short, all, peers }) {
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
    async run({ rounds, short, peers }) {
      const core = await loadCore();
      const { contents, about } = sampledCorpus();
      const cases = await stanzaCases(core, peers, short ? [64, 256, 1024, 65536] : SIZES);
      if (!short) cases.push(...(await corpusCases(core, peers, contents)));
      return {
        results: await measure(cases, rounds, "stanzas"),
        notes: [
          `The corpus: ${about.stanzas} of ${about.of} stanzas (${about.source}), their content's median ${about.medianContentBytes} octets; the time is of one stanza.`,
          "node:crypto has the processor's instructions for AES and SHA-256, which WebAssembly has not; tuned: one open cipher for all stanzas.",
          "WebCrypto answers by promises from another thread, and its times follow the load of the machine.",
        ],
      };
    },
  },
  session: {
    title: "Real stanzas through a session, XML included",
    async run({ rounds }) {
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
    async run({ rounds }) {
      const { cases, figures } = await messageCases();
      const results = await measure(cases, rounds, "messages");
      return { results, figures, notes: Object.entries(NOTES).map(([peer, note]) => `${peer}: ${note}.`) };
    },
  },
  handshake: {
    title: "Whole negotiations",
    async run({ rounds, short }) {
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
    title: "Stanzas in bulk",
    async run({ rounds }) {
      const core = await loadCore({ sessions: 1008 });
      const results = await measure(bulkCases(core), rounds, "bulk");
      const pool = await poolCases(core);
      results.push(...(await measure(pool.cases, rounds, "pool")));
      await pool.close();
      const stanzas = results.filter(({ name }) => name.includes("256 B"));
      return { results, figures: stanzas.map(({ name, ours }) => perSecond(name, "stanzas", ours)) };
    },
  },
  start: {
    title: "Cold start",
    run: async ({ short }) => ({
      figures: startFigures(short ? 3 : 7),
      notes: [
        "Each figure is of processes of their own.",
        "Who names the global Response makes Node load its fetch; a row has what that costs by itself.",
      ],
    }),
  },
  memory: {
    title: "Sizes and memory",
    run: async () => ({ figures: await memoryFigures() }),
  },
};

/** @param {string} name @param {string} what @param {import("./spread.js").Spread} microseconds @returns {import("./message.js").Figure} */
const perSecond = (name, what, { median, min, max }) => ({
  name,
  unit: `${what}/s`,
  value: { median: 1e6 / median, min: 1e6 / max, max: 1e6 / min },
});
