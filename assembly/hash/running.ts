/**
 * The one running hash or HMAC that a caller outside feeds piece by piece: calls are never interleaved,
 * because nothing awaits between them.
 */
import { finishMac, keyStates, MAC_STATES_BYTES, startMac } from "./hmac";
import { finish, start, update } from "./sha256";

const HASH: usize = memory.data(104, 16);
const STATES: usize = memory.data(64, 16);
const FULL_MAC: usize = memory.data(32, 16);

export function hashStart(): void {
  start(HASH);
}

export function hmacStart(key: usize, keyLength: u32): void {
  keyStates(STATES, key, keyLength);
  startMac(HASH, STATES);
}

export function hashUpdate(data: usize, length: u32): void {
  update(HASH, data, length);
}

export function hashFinish(out: usize): void {
  finish(HASH, out);
}

/** Writes the last `length` octets of the MAC (XEP-0116 §4.5.3: the least significant bits). */
export function hmacFinish(out: usize, length: u32): void {
  finishMac(HASH, STATES, FULL_MAC);
  memory.copy(out, FULL_MAC + 32 - min<u32>(length, 32), min<u32>(length, 32));
  memory.fill(FULL_MAC, 0, 32);
  memory.fill(STATES, 0, MAC_STATES_BYTES);
}
