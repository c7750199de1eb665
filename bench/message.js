/**
 * What a user would take instead for a message of 256 octets. None does the same as we do, and each says what it does
 * beside or without: read these rows as an order of magnitude.
 */
import { element } from "esession/wire";
import { alice, bob, openPair } from "./pair.js";
import { load as loadMatrix } from "./peers/matrix.js";
import { converse, load as loadOtr, makeKey } from "./peers/otr.js";
import { reason } from "./peers/index.js";

const TEXT = "x".repeat(256);

/** What is not comparable, by peer. */
export const NOTES = {
  "matrix Attachment": "AES-256-CTR and SHA-256 with a fresh key for each; no session, no XML",
  "matrix Olm":
    "a double ratchet and JSON, with the lookups of its store; new keys for each answer, which we have not",
  otr: "group 5, AES-128, SHA-1; publishes old MAC keys and has new keys for each answer",
};

/** @typedef {{ name: string, unit: string, value: import("./spread.js").Spread, note?: string }} Figure */

/** @param {boolean} alone without the others @returns {Promise<{ cases: import("./rounds.js").Case[], figures: Figure[] }>} */
export async function messageCases(alone) {
  const pair = await openPair({ group: 14, seed: "message" });
  const { session, other } = await pair.negotiate();
  const message = element("message", { to: bob, type: "chat" }, element("body", {}, TEXT));
  const send = () => {
    const sealed = session.seal(message);
    sealed.attrs.from = alice;
    return other.open(sealed);
  };
  if (send()?.getChildText("body") !== TEXT) throw new Error("the message must arrive");

  /** @type {import("./rounds.js").Case["peers"]} */
  const peers = {};
  /** @type {Figure[]} */
  const figures = [];
  const cases = [{ name: "a message of 256 B, sent and read", ours: () => void send(), peers }];
  if (alone) return { cases, figures };
  const attempt = async (
    /** @type {string} */ name,
    /** @type {() => Promise<import("./rounds.js").Work>} */ make,
  ) => {
    try {
      peers[name] = await make();
    } catch (error) {
      peers[name] = { missing: reason(error) };
    }
  };
  const arrives = async (/** @type {(text: string) => Promise<string>} */ pass) => {
    if ((await pass(TEXT)) !== TEXT) throw new Error("another text arrives");
    return async () => void (await pass(TEXT));
  };
  await attempt("matrix Attachment", async () => {
    const { attachment } = await loadMatrix();
    const octets = new TextEncoder().encode(TEXT);
    if (new TextDecoder().decode(attachment(octets)) !== TEXT) throw new Error("another text arrives");
    return () => void attachment(octets);
  });
  await attempt("matrix Olm", async () => arrives(await (await loadMatrix()).olm()));
  await attempt("otr", async () => {
    const otr = await loadOtr();
    const begin = performance.now();
    const keys = [makeKey(otr), makeKey(otr)];
    const keysMs = performance.now() - begin;
    const { exchangeMs, send: pass } = await converse(otr, keys);
    figures.push(
      once("otr: two users make their DSA keys", keysMs, "once for each user, not for each session"),
      once(
        "otr: its key exchange",
        exchangeMs,
        "signed with DSA; ours is without signatures, and compared by SAS",
      ),
    );
    return arrives(pass);
  });
  return { cases, figures };
}

/** @param {string} name @param {number} ms @param {string} note @returns {Figure} */
const once = (name, ms, note) => ({
  name,
  unit: "ms",
  value: { median: ms, min: ms, max: ms },
  note: `${note}; measured once`,
});
