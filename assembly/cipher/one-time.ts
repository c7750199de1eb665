/** Counter mode under a key that is used once: expanded, used, wiped. */
import { counterMode } from "./counter-mode";
import { expandKey, roundsFor, SCHEDULE_BYTES } from "./key-schedule";
import { ROUND_KEYS_BYTES } from "./planes";
import { sliceKeys } from "./round-keys";

const SCHEDULE: usize = memory.data(240, 16);
const KEYS: usize = memory.data(1920, 16);

/** Key of 16, 24 or 32 octets, else the result is zeros; the first block is counter + skip. */
export function counterModeOnce(
  out: usize,
  input: usize,
  length: u32,
  key: usize,
  keyLength: u32,
  counter: usize,
  skip: u64,
): void {
  if (!expandKey(SCHEDULE, key, keyLength)) {
    memory.fill(out, 0, length);
    return;
  }
  const rounds = roundsFor(keyLength);
  sliceKeys(KEYS, SCHEDULE, rounds);
  memory.fill(SCHEDULE, 0, SCHEDULE_BYTES);
  counterMode(out, input, length, KEYS, rounds, counter, skip);
  memory.fill(KEYS, 0, ROUND_KEYS_BYTES);
}
