/**
 * What can be seen of a broken random source: octets that are all the same, an end that was never written, a draw
 * that repeats a part of itself, and one that begins as one of the four before. Of those only digests are kept, so
 * that no secret lives on in them.
 * Limits: draws of fewer than 16 octets are too short to judge; an unwritten end shorter than eight octets cannot be
 * told from chance (one zero octet ends every 256th draw), and a source with a period of more than four draws from
 * a good one.
 */
import { finish, start, update } from "../hash/sha256";
import { equalBytes } from "./constant-time";

const JUDGED: u32 = 16;
/** Digests that are kept, a power of two. */
const KEPT: u32 = 4;
const HASH: usize = memory.data(104, 16);
const SEEN: usize = memory.data(128, 16);
const NOW: usize = memory.data(32, 16);
let draws: u32 = 0;

/** 0 if the octets may be used; else why not: 1 all the same, 2 the end is missing, 3 a repetition. */
export function randomFault(octets: usize, length: u32): u32 {
  if (length < JUDGED) return 0;
  let differences: u32 = 0;
  for (let i: u32 = 1; i < length; ++i) differences |= load<u8>(octets) ^ load<u8>(octets + i);
  if (!differences) return 1;
  if (!load<u64>(octets + length - 8)) return 2;
  let repetitions: u32 = 0;
  for (let period = JUDGED; period <= 2 * JUDGED; period += JUDGED) {
    for (let i = period; i + period <= length; i += period) {
      repetitions |= equalBytes(octets + i - period, octets + i, period);
    }
  }
  start(HASH);
  update(HASH, octets, JUDGED);
  finish(HASH, NOW);
  for (let i: u32 = 0; i < KEPT; ++i) repetitions |= equalBytes(SEEN + <usize>(i << 5), NOW, 32);
  if (repetitions) return 3;
  memory.copy(SEEN + <usize>((draws++ & (KEPT - 1)) << 5), NOW, 32);
  return 0;
}
