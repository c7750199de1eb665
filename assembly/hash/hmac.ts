/**
 * HMAC-SHA256 (RFC 2104) with kept states: 64 octets per key, the hash state after the inner pad and the one
 * after the outer pad. They are as secret as the key. The key's length is public.
 */
import { compress, wipeSchedule, wipeWords, writeState } from "./compression";
import { finish, initialState, resume, start, update } from "./sha256";

export const MAC_STATES_BYTES: usize = 64;

const PAD: usize = memory.data(64, 16);
/** The inner hash, 32 octets, and what always follows it: the padding (FIPS 180-4 §5.1.1) for 64 + 32 octets. */
// prettier-ignore
const OUTER_BLOCK: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x03, 0x00,
], 16);
const STATE: usize = memory.data(32, 16);
const LONG_KEY: usize = memory.data(104, 16);

function padded(state: usize, change: u64): void {
  for (let i: usize = 0; i < 64; i += 8) store<u64>(PAD + i, load<u64>(PAD + i) ^ change);
  initialState(state);
  compress(state, PAD, 1);
}

/** The inner and the outer state of a key. */
export function keyStates(states: usize, key: usize, length: u32): void {
  memory.fill(PAD, 0, 64);
  if (length > 64) {
    start(LONG_KEY);
    update(LONG_KEY, key, length);
    finish(LONG_KEY, PAD);
  } else {
    memory.copy(PAD, key, length);
  }
  padded(states, 0x3636363636363636);
  padded(states + 32, 0x3636363636363636 ^ 0x5c5c5c5c5c5c5c5c);
  memory.fill(PAD, 0, 64);
  wipeSchedule();
}

/** Begins a MAC in a running hash of HASH_BYTES octets; the message goes in by `update`. */
export function startMac(hash: usize, states: usize): void {
  resume(hash, states, 64);
}

/** Writes the 32 octets of the MAC. */
export function finishMac(hash: usize, states: usize, out: usize): void {
  finish(hash, INNER_HASH);
  outerHash(out, states);
}

/** Where the 32 octets of the inner hash lie for outerHash(). */
export const INNER_HASH: usize = OUTER_BLOCK;

/** Writes the 32 octets of the MAC, from the inner hash, and wipes that. */
export function outerHash(out: usize, states: usize): void {
  for (let i: usize = 0; i < 32; i += 8) store<u64>(STATE + i, load<u64>(states + i, 32));
  compress(STATE, OUTER_BLOCK, 1);
  writeState(out, STATE);
  wipeWords(STATE, STATE + 32);
  wipeWords(INNER_HASH, INNER_HASH + 32);
  wipeSchedule();
}

const HASH: usize = memory.data(104, 16);

/** HMAC of one message with states already made. */
export function mac(out: usize, states: usize, message: usize, length: u32): void {
  startMac(HASH, states);
  update(HASH, message, length);
  finishMac(HASH, states, out);
}
