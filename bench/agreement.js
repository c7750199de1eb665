/**
 * Diffie-Hellman: a fresh key pair, K from the peer's value, and the arithmetic of a negotiation: two of each. Every
 * private key has 256 bits. Our agree() also checks that the value is a square (the Jacobi symbol), which no peer does;
 * all hash the result. Peers are compared with each other's results and ours before anything is timed.
 */
import { loadCore } from "esession/core";
import { equal, exponent, stripped } from "./octets.js";
import { reason } from "./peers/index.js";

/**
 * What the platform gives: SHA-256 and the primes.
 * @typedef {{ hash: (octets: Uint8Array) => Uint8Array, prime: (group: number) => Uint8Array }} Platform
 * @typedef {import("esession/core").Group} Group
 */

/** Peers that are not worth two more key pairs and secrets: they are slow in each. */
const ALONE = new Set(["node-forge", "bn.js", "hacl-wasm"]);

/**
 * @param {import("./peers/index.js").Loaded[]} peers @param {Platform} platform
 * @param {{ groups: readonly Group[], all?: boolean }} options
 */
export async function agreementCases(peers, platform, { groups, all = false }) {
  const cases = [];
  for (const group of groups) {
    // a core has tables for the key pairs of two groups; a client uses one or two
    const core = await loadCore({ sessions: 1 });
    cases.push(...casesOf(core, group, peers, platform, all));
  }
  return cases;
}

/**
 * @param {import("esession/core").Core} core @param {Group} group @param {import("./peers/index.js").Loaded[]} peers
 * @param {Platform} platform @param {boolean} all @returns {import("./rounds.js").Case[]}
 */
function casesOf(core, group, peers, platform, all) {
  const prime = platform.prime(group);
  const pair = core.dh.generate(group);
  /** @type {Record<"key" | "secret" | "both", import("./rounds.js").Case["peers"]>} */
  const rows = { key: {}, secret: {}, both: {} };
  for (const peer of peers) {
    const { name } = peer;
    if (peer.only && !peer.only.includes(group) && !all) continue;
    if ("missing" in peer) {
      if (peer.does.includes("modp")) rows.key[name] = rows.secret[name] = { missing: peer.missing };
      continue;
    }
    if (!peer.can.modp) continue;
    try {
      const { key, secret, both } = peerWork(core, pair, peer.can.modp(prime), platform);
      Object.assign(rows.key, { [name]: key });
      Object.assign(rows.secret, { [name]: secret });
      if (!ALONE.has(name)) rows.both[name] = both;
    } catch (error) {
      rows.key[name] = rows.secret[name] = { missing: reason(error) };
    }
  }
  const theirs = core.dh.generate(group).publicKey;
  return [
    {
      name: `group ${group}: key pair`,
      ours: () => core.dh.generate(group).secret.wipe(),
      peers: rows.key,
    },
    {
      name: `group ${group}: shared secret`,
      ours: () => core.dh.agree(pair, theirs).wipe(),
      peers: rows.secret,
    },
    {
      name: `group ${group}: two key pairs and two secrets`,
      ours: () => {
        const [a, b] = [core.dh.generate(group), core.dh.generate(group)];
        for (const made of [core.dh.agree(a, b.publicKey), core.dh.agree(b, a.publicKey)]) made.wipe();
        for (const { secret } of [a, b]) secret.wipe();
      },
      peers: rows.both,
    },
  ];
}

/**
 * A peer's work, after it has agreed with us and with itself.
 * @param {import("esession/core").Core} core @param {import("esession/core").KeyPair} pair
 * @param {() => import("./peers/index.js").Party} party @param {Platform} platform
 */
function peerWork(core, pair, party, { hash }) {
  const [a, b] = [party(), party()];
  const value = Uint8Array.from(stripped(a.generate(exponent())));
  const expected = core.keys.import(Uint8Array.from(hash(stripped(a.agree(pair.publicKey)))));
  const k = core.dh.agree(pair, value);
  const same = core.keys.equal(k, expected);
  for (const secret of [k, expected]) secret.wipe();
  if (!same) throw new Error("it finds another shared secret than esession");
  /** @returns {[Uint8Array, Uint8Array]} */
  const negotiate = () => {
    const [ofA, ofB] = [a.generate(exponent()), b.generate(exponent())];
    return [hash(stripped(a.agree(ofB))), hash(stripped(b.agree(ofA)))];
  };
  if (!equal(...negotiate())) throw new Error("its two sides find different secrets");
  return {
    key: () => void a.generate(exponent()),
    secret: () => void hash(stripped(a.agree(pair.publicKey))),
    both: () => void negotiate(),
  };
}
