/**
 * Real stanzas through session.seal and session.open, their XML included, beside a session of the same engine whose
 * cipher and MAC are node:crypto's. Both sessions have the same keys, so that every sealed stanza must be the same text.
 */
import { parseStanza, serializeStanza } from "esession/wire";
import { readdress } from "../dist/cli/readdress.js";
import { withNodeStanzas } from "./node-core.js";
import { alice, bob, openPair } from "./pair.js";

/** @typedef {import("esession/wire").Element} Element */

/** Stanzas that a client has at once: a history, or what waited. */
const BATCH = 32;

/** @param {readonly Element[]} corpus @returns {Promise<import("./rounds.js").Case[]>} */
export async function conversationCases(corpus) {
  const cases = [];
  for (const cipher of /** @type {const} */ (["aes256-ctr", "aes128-ctr"])) {
    const options = { group: /** @type {const} */ (14), seed: "bench", policy: { ciphers: [cipher] } };
    const [ours, theirs] = [
      await conversation(corpus, options),
      await conversation(corpus, { ...options, wrap: withNodeStanzas }),
    ];
    const first = theirs.texts();
    ours.texts().forEach((text, at) => {
      if (text !== first[at]) throw new Error(`stanza ${at} is sealed to another text on node:crypto`);
    });
    const name = cipher === "aes256-ctr" ? "AES-256, the default" : "AES-128";
    cases.push(
      {
        name: `corpus, session.seal and session.open (${name})`,
        per: corpus.length,
        ours: ours.elements,
        peers: { "node:crypto": theirs.elements },
      },
      {
        name: `corpus, the same as text on the wire (${name})`,
        per: corpus.length,
        ours: ours.wire,
        peers: { "node:crypto": theirs.wire },
      },
      {
        name: `corpus, session.sealMany and engine.openMany, ${BATCH} at a time (${name})`,
        per: corpus.length,
        ours: ours.lists,
        peers: { "one by one": ours.elements, "node:crypto": theirs.lists },
      },
    );
  }
  return cases;
}

/** @param {readonly Element[]} corpus @param {Parameters<typeof openPair>[0]} options */
async function conversation(corpus, options) {
  const pair = await openPair(options);
  const { session, other } = await pair.negotiate();
  const stanzas = corpus.map((stanza, at) =>
    readdress(stanza, { from: alice, to: bob, thread: session.thread, id: `bench-${at}` }),
  );
  const open = (/** @type {Element} */ sealed) => {
    sealed.attrs.from = alice;
    return other.open(sealed);
  };
  const batches = Array.from({ length: Math.ceil(stanzas.length / BATCH) }, (_none, at) =>
    stanzas.slice(at * BATCH, (at + 1) * BATCH),
  );
  return {
    lists() {
      for (const batch of batches) {
        const sealed = session.sealMany(batch);
        for (const { attrs } of sealed) attrs.from = alice;
        pair.responder.openMany(sealed);
      }
    },
    elements() {
      for (const stanza of stanzas) open(session.seal(stanza));
    },
    wire() {
      for (const stanza of stanzas) open(parseStanza(serializeStanza(session.seal(stanza))));
    },
    /** Seals and opens all once, and checks what arrives. */
    texts: () =>
      stanzas.map((stanza) => {
        const sealed = session.seal(stanza);
        const text = serializeStanza(sealed);
        const opened = open(parseStanza(text));
        if (!opened) throw new Error("a stanza did not arrive");
        return text;
      }),
  };
}
