/**
 * How the two sides find the retained secret that they share (XEP-0116 §4.6.2, §4.7.3, §4.8): `rshashes` in
 * message 3, `srshash` in message 4. Neither tells an eavesdropper whether there is one.
 * Limits: an attacker may copy a list that the peer made for the same N_A, so a match proves nothing by itself.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Secret } from "../core/secret.js";
import type { Core, Hash } from "../core/types.js";
import type { Retained } from "./retained.js";

/** At most so many values are read from a peer. */
export const maxRshashes = 256;

const label = new TextEncoder().encode("Shared Retained Secret");
/** Octets of the output. */
const lengths: Readonly<Record<Hash, number>> = { sha256: 32, whirlpool: 64 };
const rank = { none: 0, weak: 1, full: 2 } as const;

/**
 * HMAC(N_A, secret) of each unexpired secret, and random values: at least four, and up to a multiple of eight in
 * all, shuffled, so that neither number nor order says how many secrets there are.
 */
export function rshashes(
  core: Core,
  nonceA: Uint8Array,
  retained: readonly Secret[],
  hash: Hash = "sha256",
): Uint8Array[] {
  const values = retained.map((secret) => core.keys.hmac(nonceA, secret, hash));
  const total = Math.ceil((values.length + 4) / 8) * 8;
  while (values.length < total) values.push(core.randomBytes(lengths[hash]));
  // Fisher-Yates
  for (let last = total - 1; last > 0; last--) {
    const other = below(core, last + 1);
    const moved = values[last]!;
    values[last] = values[other]!;
    values[other] = moved;
  }
  return values;
}

/** A random number below `bound` (at most 256), each equally likely: octets beyond the last multiple are refused. */
function below(core: Core, bound: number): number {
  const limit = 256 - (256 % bound);
  for (;;) {
    const octet = core.randomBytes(1)[0]!;
    if (octet < limit) return octet % bound;
  }
}

/**
 * The secret of ours that stands in the peer's list, the best verified, then the newest, if there are several.
 * The HMAC of each of ours is made whatever matches.
 */
export function matchRshashes(
  core: Core,
  nonceA: Uint8Array,
  own: readonly Retained[],
  received: readonly Uint8Array[],
  hash: Hash = "sha256",
): Retained | undefined {
  const values = new Set(received.slice(0, maxRshashes).map((value) => bytesToHex(value)));
  return best(own.filter(({ secret }) => values.has(bytesToHex(core.keys.hmac(nonceA, secret, hash)))));
}

/** HMAC(SRS, "Shared Retained Secret"); where none was found, a random value by the same work. */
export function srshash(core: Core, secret: Secret | undefined, hash: Hash = "sha256"): Uint8Array {
  return core.keys.hmac(secret ?? core.randomBytes(32), label, hash);
}

/** The secret of ours that the peer's `srshash` names. All are computed, and compared in constant time. */
export function findSrshash(
  core: Core,
  own: readonly Retained[],
  received: Uint8Array,
  hash: Hash = "sha256",
): Retained | undefined {
  return best(own.filter(({ secret }) => core.equal(core.keys.hmac(secret, label, hash), received)));
}

function best(matches: Retained[]): Retained | undefined {
  return matches.sort((a, b) => rank[b.verified] - rank[a.verified] || b.createdAt - a.createdAt)[0];
}
