/**
 * HMAC-Whirlpool (RFC 2104; block and output have 64 octets) with kept states: 128 octets per key, the hash state after the
 * inner pad and the one after the outer pad. They are as secret as the key. The key's length is public.
 */
import { wipeWords } from "../compression";
import { compress, wipeWork } from "./compression";
import { copyState, finish, resume, start, STATE_BYTES, update, WHIRLPOOL_BYTES } from "./whirlpool";

const PAD: usize = memory.data(64, 16);
const LONG_KEY: usize = memory.data(136, 16);
/** Where the 64 octets of the inner hash lie for outerHash(), and what always follows them: the padding for 64 + 64 octets. */
export const INNER_HASH: usize = memory.data(64, 16);
// prettier-ignore
const OUTER_PADDING: usize = memory.data<u8>([
  0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x04, 0x00,
], 16);
const STATE: usize = memory.data(64, 16);

function padded(state: usize, change: u64): void {
  for (let i: usize = 0; i < 64; i += 8) store<u64>(PAD + i, load<u64>(PAD + i) ^ change);
  wipeWords(state, state + STATE_BYTES);
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
  padded(states + STATE_BYTES, 0x3636363636363636 ^ 0x5c5c5c5c5c5c5c5c);
  memory.fill(PAD, 0, 64);
  wipeWork();
}

/** Begins a MAC in a running hash of WHIRLPOOL_BYTES octets; the message goes in by `update`. */
export function startMac(hash: usize, states: usize): void {
  resume(hash, states, 64);
}

/** Writes the 64 octets of the MAC. */
export function finishMac(hash: usize, states: usize, out: usize): void {
  finish(hash, INNER_HASH);
  outerHash(out, states);
}

/** Writes the 64 octets of the MAC, from the inner hash, and wipes that. */
export function outerHash(out: usize, states: usize): void {
  copyState(STATE, states + STATE_BYTES);
  compress(STATE, INNER_HASH, 1);
  compress(STATE, OUTER_PADDING, 1);
  copyState(out, STATE);
  wipeWords(STATE, STATE + STATE_BYTES);
  wipeWords(INNER_HASH, INNER_HASH + STATE_BYTES);
  wipeWork();
}

const HASH: usize = memory.data(136, 16);

/** HMAC of a message and what follows it, with states already made. */
export function mac(
  out: usize,
  states: usize,
  message: usize,
  length: u32,
  rest: usize,
  restLength: u32,
): void {
  startMac(HASH, states);
  update(HASH, message, length);
  update(HASH, rest, restLength);
  finishMac(HASH, states, out);
}
