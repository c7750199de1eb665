/**
 * The secret k of a signature (RFC 6979 §3.2, HMAC-SHA256 as a generator that is seeded with the secret and the hash), with added
 * randomness (§3.6), so that neither a bad random source nor a fault in one of two runs gives the secret away.
 * q has whole octets and at most as many as SHA-256, so a candidate is the beginning of one output (§2.3.2, §3.2 h).
 */
import { mac, finishMac, keyStates, MAC_STATES_BYTES, startMac } from "../hash/hmac";
import { HASH_BYTES, update } from "../hash/sha256";
import { Domain } from "./domain";
import { isInRange } from "./octets";

/** V and the octet that follows it in steps d, f and h. */
const V: usize = memory.data(48, 16);
const SEPARATOR: usize = V + 32;
const KEY: usize = memory.data(32, 16);
const STATES: usize = memory.data(64, 16);
const HASH: usize = memory.data(104, 16);

/** Steps b to g. x and z, bits2octets(h1), are as long as q. */
export function seedNonce(d: Domain, x: usize, z: usize, extra: usize, extraLength: u32): void {
  memory.fill(V, 1, 32);
  memory.fill(KEY, 0, 32);
  keyStates(STATES, KEY, 32);
  for (let separator: u32 = 0; separator < 2; ++separator) {
    store<u8>(SEPARATOR, separator);
    startMac(HASH, STATES);
    update(HASH, V, 33);
    update(HASH, x, d.qLength);
    update(HASH, z, d.qLength);
    update(HASH, extra, extraLength);
    finishMac(HASH, STATES, KEY);
    keyStates(STATES, KEY, 32);
    mac(V, STATES, V, 32);
  }
}

/**
 * Step h: the next k, 0 < k < q. That a candidate was not in the range tells nothing about the one that is; in the parameters of
 * the standard q is so near a power of two, or not, as who made them liked.
 */
export function nextNonce(d: Domain, k: usize): void {
  while (true) {
    mac(V, STATES, V, 32);
    memory.copy(k, V, d.qLength);
    const good = isInRange(k, d.q, d.qLength);
    // For another one, should this one be out of the range or its signature have a zero.
    store<u8>(SEPARATOR, 0);
    mac(KEY, STATES, V, 33);
    keyStates(STATES, KEY, 32);
    mac(V, STATES, V, 32);
    if (good) return;
  }
}

export function wipeNonce(): void {
  memory.fill(V, 0, 48);
  memory.fill(KEY, 0, 32);
  memory.fill(STATES, 0, MAC_STATES_BYTES);
  memory.fill(HASH, 0, HASH_BYTES);
}
