/**
 * What can be seen of a broken random source: octets that are all the same, an end that was never written, and
 * the same octets as the time before. Of the last draw only a digest is kept, so that no secret lives on in it.
 * Draws of fewer than 16 octets are too short to judge.
 */
import { finish, start, update } from "../hash/sha256";
import { equalBytes } from "./constant-time";

const JUDGED: u32 = 16;
const HASH: usize = memory.data(104, 16);
const LAST: usize = memory.data(32, 16);
const NOW: usize = memory.data(32, 16);

/** 0 if the octets may be used; else why not: 1 all the same, 2 the end is missing, 3 a repetition. */
export function randomFault(octets: usize, length: u32): u32 {
  if (length < JUDGED) return 0;
  let differences: u32 = 0;
  for (let i: u32 = 1; i < length; ++i) differences |= load<u8>(octets) ^ load<u8>(octets + i);
  if (!differences) return 1;
  if (!load<u64>(octets + length - 8)) return 2;
  for (let i: u32 = 32; i + 32 <= length; i += 32) if (equalBytes(octets + i - 32, octets + i, 32)) return 3;
  start(HASH);
  update(HASH, octets, JUDGED);
  finish(HASH, NOW);
  if (equalBytes(LAST, NOW, 32)) return 3;
  memory.copy(LAST, NOW, 32);
  return 0;
}
