/**
 * Sealing and opening a stanza: AES-128-CTR, Base64, HMAC-SHA256 over content and counter, Base64 (XEP-0200 §6). Texts in,
 * texts out. What is made once for a direction is what an API lets a program keep, and the rest for each stanza:
 *
 * - esession: the context, with AES key schedule and HMAC states, once.
 * - node:crypto: key objects once; a cipher and an HMAC for each stanza. Tuned: one cipher for the direction, which is
 *   right only for lengths that are multiples of the block (`wholeBlocksOnly`), so that a real session could not.
 * - WebCrypto: key objects once.
 * - @noble: nothing once but the keys' octets; schedule and HMAC key for each stanza. Tuned: the keyed HMAC once, cloned.
 * - asmcrypto.js, node-forge: as @noble. sjcl: key schedule and keyed HMAC once.
 *
 * Each stanza opens once only: after a row of them a new direction begins, whose making counts with the whole row
 * (WebCrypto's does not: it is made before).
 */
import { prefix, suffix } from "./content.js";
import { random } from "./octets.js";
import { reason } from "./peers/index.js";

export const SIZES = [64, 256, 1024, 4096, 16384, 65536];
export const sizeName = (/** @type {number} */ size) => (size < 1024 ? `${size} B` : `${size / 1024} KiB`);

/** @param {import("esession/core").Core} core @param {import("./peers/index.js").Keys} keys @returns {import("esession/core").StanzaContext} */
export function ourDirection(core, { cipher, mac, counter }) {
  const keys = {
    cipher: core.keys.import(Uint8Array.from(cipher)),
    mac: core.keys.import(Uint8Array.from(mac)),
  };
  const context = core.stanza.context(keys, Uint8Array.from(counter), "xep");
  for (const secret of Object.values(keys)) secret.wipe();
  return context;
}

/** A text of so many octets. @param {number} size */
export const textOf = (size) => `<body>${"x".repeat(size - 13)}</body>`;

export const freshKeys = () => ({ cipher: random(16), mac: random(32), counter: random(16) });

/**
 * @param {import("esession/core").Core} core @param {import("./peers/index.js").Loaded[]} peers
 * @param {readonly number[]} sizes
 */
export async function stanzaCases(core, peers, sizes = SIZES) {
  const cases = [];
  for (const size of sizes) {
    // each stanza is valid once: opening takes the next, and starts over with a new direction
    const count = Math.max(16, Math.min(512, (2 << 20) / size));
    cases.push(...(await casesOf(core, peers, sizeName(size), Array(count).fill(textOf(size)))));
  }
  return cases;
}

/**
 * A corpus: a call seals or opens all of it, in order.
 * @param {import("esession/core").Core} core @param {import("./peers/index.js").Loaded[]} peers
 * @param {readonly string[]} texts
 */
export async function corpusCases(core, peers, texts) {
  const able = peers.map((peer) =>
    peer.wholeBlocksOnly
      ? { name: peer.name, missing: "one cipher for stanzas of any length gives wrong octets", does: [] }
      : peer,
  );
  return casesOf(core, able, "of the corpus", texts, texts.length);
}

/**
 * @param {import("esession/core").Core} core @param {import("./peers/index.js").Loaded[]} peers @param {string} what
 * @param {readonly string[]} texts @param {number} [per] stanzas of a call
 * @returns {Promise<import("./rounds.js").Case[]>}
 */
async function casesOf(core, peers, what, texts, per = 1) {
  const keys = freshKeys();
  const sealing = ourDirection(core, keys);
  const row = texts.map((text) => {
    const { data = "", mac } = core.stanza.seal(sealing, text);
    const content = prefix + data + suffix;
    return { text, content, data: { start: prefix.length, end: prefix.length + data.length }, mac };
  });
  sealing.wipe();

  const ours = ourDirection(core, keys);
  let opening = ourDirection(core, keys);
  const openOurs = inTurn(
    row,
    () => {
      opening.wipe();
      opening = ourDirection(core, keys);
    },
    ({ content, data, mac }) => core.stanza.open(opening, content, data, mac),
  );
  for (const { text } of row) if (openOurs() !== text) throw new Error(`${what}: esession must open its own`);

  /** @type {Record<"seal" | "open", import("./rounds.js").Case["peers"]>} */
  const work = { seal: {}, open: {} };
  for (const peer of peers) {
    if ("missing" in peer) {
      if (peer.does.includes("modp")) continue;
      work.seal[peer.name] = work.open[peer.name] = { missing: peer.missing };
      continue;
    }
    if (!peer.can.direction) continue;
    try {
      const { seal, open } = await peerWork(peer.can.direction, keys, row, per);
      work.seal[peer.name] = seal;
      work.open[peer.name] = open;
    } catch (error) {
      work.seal[peer.name] = work.open[peer.name] = { missing: reason(error) };
    }
  }
  const sealOurs = inTurn(
    row,
    () => undefined,
    ({ text }) => core.stanza.seal(ours, text),
  );
  return [
    { name: `seal ${what}`, per, ours: repeated(sealOurs, per), peers: work.seal },
    { name: `open ${what}`, per, ours: repeated(openOurs, per), peers: work.open },
  ];
}

/**
 * A peer's work, after it has sealed the row to the same octets and opened it to the same texts.
 * @param {import("./peers/index.js").MakeDirection} make @param {import("./peers/index.js").Keys} keys
 * @param {{ text: string, content: string, mac: string }[]} row @param {number} per
 */
async function peerWork(make, keys, row, per) {
  const reference = await make(keys, "seal");
  for (const { text, content, mac } of row) {
    const made = await reference.seal(text);
    if (prefix + made.data + suffix !== content || made.mac !== mac)
      throw new Error("it seals to other octets");
  }
  // made before the timing, asynchronous as it may be: a second one is ready when the first has opened the row
  let [opening, next] = [await make(keys, "open"), await make(keys, "open")];
  const renew = () => {
    opening = next;
    const made = make(keys, "open");
    if (made instanceof Promise) void made.then((direction) => (next = direction));
    else next = made;
  };
  const open = inTurn(row, renew, ({ content, mac }) => opening.open(content, mac));
  for (const { text } of row) if ((await open()) !== text) throw new Error("it opens to another text");
  const sealing = await make(keys, "seal");
  const seal = inTurn(
    row,
    () => undefined,
    ({ text }) => sealing.seal(text),
  );
  return { seal: repeated(seal, per), open: repeated(open, per) };
}

/** Each of a row in turn, over and over. @template T, R @param {readonly T[]} row @param {() => void} renew @param {(entry: T) => R} use */
export function inTurn(row, renew, use) {
  let next = 0;
  return () => {
    if (next === row.length) {
      renew();
      next = 0;
    }
    return use(/** @type {T} */ (row[next++]));
  };
}

/**
 * So many calls, one after the other, as a program must that keeps the order of its stanzas.
 * @param {() => unknown} run @param {number} count @returns {import("./rounds.js").Work}
 */
const repeated = (run, count) => () => {
  for (let call = 0; call < count; call++) {
    const answer = run();
    if (answer instanceof Promise) return finish(answer, run, count - call - 1);
  }
};

/** @param {Promise<unknown>} first @param {() => unknown} run @param {number} left */
async function finish(first, run, left) {
  await first;
  for (let call = 0; call < left; call++) await run();
}
