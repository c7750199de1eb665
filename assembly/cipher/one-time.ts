/** Counter mode under a key that is used once: expanded, used, wiped. */
import { blockStream } from "./block-stream";
import { AES, NONE, SERPENT } from "./ciphers";
import { counterMode } from "./counter-mode";
import { expandKey, roundsFor, SCHEDULE_BYTES } from "./key-schedule";
import { ROUND_KEYS_BYTES } from "./planes";
import { sliceKeys } from "./round-keys";
import { expandKey as expandSerpent, SCHEDULE_BYTES as SERPENT_BYTES } from "./serpent/key-schedule";
import { expandKey as expandTwofish } from "./twofish/key-schedule";

/** The longest schedule. */
const SCHEDULE: usize = memory.data(ALL_ALGORITHMS ? 528 : 240, 16);
const KEYS: usize = memory.data(1920, 16);

/**
 * Writes the expanded key of a cipher. A key of another length than 16, 24 or 32 octets, or for a cipher that this build
 * has not, is refused: false, and nothing is written.
 */
export function expandFor(cipher: u32, out: usize, key: usize, keyLength: u32): bool {
  if (cipher == AES) return expandKey(out, key, keyLength);
  if (cipher == NONE) return true;
  if (!ALL_ALGORITHMS || (keyLength != 16 && keyLength != 24 && keyLength != 32)) return false;
  if (cipher == SERPENT) expandSerpent(out, key, keyLength);
  else expandTwofish(out, key, keyLength);
  return true;
}

/** Key of 16, 24 or 32 octets, else the result is zeros; the first block is counter + skip. */
export function counterModeOnce(
  out: usize,
  input: usize,
  length: u32,
  cipher: u32,
  key: usize,
  keyLength: u32,
  counter: usize,
  skip: u64,
): void {
  if (!expandFor(cipher, SCHEDULE, key, keyLength)) {
    memory.fill(out, 0, length);
    return;
  }
  if (cipher == NONE) {
    memory.copy(out, input, length);
  } else if (ALL_ALGORITHMS && cipher != AES) {
    blockStream(out, input, length, cipher, SCHEDULE, counter, skip);
    memory.fill(SCHEDULE, 0, SERPENT_BYTES);
  } else {
    const rounds = roundsFor(keyLength);
    sliceKeys(KEYS, SCHEDULE, rounds);
    memory.fill(SCHEDULE, 0, SCHEDULE_BYTES);
    counterMode(out, input, length, KEYS, rounds, counter, skip);
    memory.fill(KEYS, 0, ROUND_KEYS_BYTES);
  }
}
