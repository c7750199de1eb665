/**
 * The cipher of a context, or of a key that is used once, in counter mode (XEP-0200 §6, XEP-0116 §8): here and nowhere
 * below it is decided which cipher that is, once for each stanza. Encryption and decryption are the same.
 * Cipher, length and counter are public.
 */
import { blockStream } from "../cipher/block-stream";
import { AES, NONE } from "../cipher/ciphers";
import { blocksFor, counterMode } from "../cipher/counter-mode";
import { counterModeOnce } from "../cipher/one-time";
import { CIPHER, KEY_NAME, ROUNDS, SCHEDULE } from "./context-layout";
import { readyKeys } from "./ready-keys";
import { keyName, note } from "./recorder";

/** How far the counter moves for a text that is encrypted by itself: at least by one, and by one with `none` (XEP-0200 §6). */
export function stepsFor(cipher: u32, length: u32): u32 {
  return cipher == NONE ? 1 : max<u32>(blocksFor(length), 1);
}

/** Encrypts from the block counter + skip on; out may be the input. `direction` as recorder.ts has it. */
export function crypt(
  out: usize,
  context: usize,
  input: usize,
  length: u32,
  counter: usize,
  skip: u64,
  direction: u32,
): void {
  const cipher = load<u32>(context, CIPHER);
  if (TESTING) note(load<u64>(context, KEY_NAME), cipher, length, counter, skip, direction);
  if (cipher == AES) {
    counterMode(out, input, length, readyKeys(context), load<u32>(context, ROUNDS), counter, skip);
  } else if (cipher == NONE) {
    if (out != input) memory.copy(out, input, length);
  } else if (ALL_ALGORITHMS) {
    blockStream(out, input, length, cipher, context + SCHEDULE, counter, skip);
  }
}

/** The same under a key that is in no context: expanded, used, wiped. */
export function cryptOnce(
  out: usize,
  cipher: u32,
  key: usize,
  keyLength: u32,
  input: usize,
  length: u32,
  counter: usize,
  skip: u64,
  direction: u32,
): void {
  if (TESTING) note(keyName(key, keyLength), cipher, length, counter, skip, direction);
  counterModeOnce(out, input, length, cipher, key, keyLength, counter, skip);
}
