/**
 * The one running hash or HMAC that a caller outside feeds piece by piece: calls are never interleaved,
 * because nothing awaits between them.
 */
import { hashBytes, isWhirlpool } from "./hashes";
import * as hmac from "./hmac";
import * as sha256 from "./sha256";
import * as whirlpoolHmac from "./whirlpool/hmac";
import * as whirlpool from "./whirlpool/whirlpool";

const HASH: usize = memory.data(136, 16);
const STATES: usize = memory.data(128, 16);
const FULL_MAC: usize = memory.data(64, 16);
let running: u32 = 0;

export function hashStart(hash: u32): void {
  running = hash;
  if (isWhirlpool(hash)) whirlpool.start(HASH);
  else sha256.start(HASH);
}

export function hmacStart(key: usize, keyLength: u32, hash: u32): void {
  running = hash;
  if (isWhirlpool(hash)) {
    whirlpoolHmac.keyStates(STATES, key, keyLength);
    whirlpoolHmac.startMac(HASH, STATES);
  } else {
    hmac.keyStates(STATES, key, keyLength);
    hmac.startMac(HASH, STATES);
  }
}

export function hashUpdate(data: usize, length: u32): void {
  if (isWhirlpool(running)) whirlpool.update(HASH, data, length);
  else sha256.update(HASH, data, length);
}

/** Writes as many octets as the hash has. */
export function hashFinish(out: usize): void {
  if (isWhirlpool(running)) whirlpool.finish(HASH, out);
  else sha256.finish(HASH, out);
}

/** Writes the last `length` octets of the MAC (XEP-0116 §4.5.3: the least significant bits). */
export function hmacFinish(out: usize, length: u32): void {
  if (isWhirlpool(running)) whirlpoolHmac.finishMac(HASH, STATES, FULL_MAC);
  else hmac.finishMac(HASH, STATES, FULL_MAC);
  const octets = hashBytes(running);
  const taken = min<u32>(length, octets);
  memory.copy(out, FULL_MAC + octets - taken, taken);
  memory.fill(FULL_MAC, 0, 64);
  memory.fill(STATES, 0, 128);
}
