/**
 * The compression function of Whirlpool, final version (ISO/IEC 10118-3:2004 §13; P. Barreto and V. Rijmen, 2003): Miyaguchi and
 * Preneel's way with the block cipher W, H' = W_H(m) + H + m. State and block are 64 octets each, as the standard writes
 * them: eight rows of eight.
 *
 *   WORK   128 octets: key, block; the SIMD build has them twice, as the transposition does not work in place
 *
 * The same steps for all messages; the number of blocks is public. The usual tables of 2 KB to 16 KB are not for a hash of secrets:
 * which of their lines are in the cache tells the octets.
 */
import { wipeWords } from "../compression";
import { rounds as bitslicedRounds, turnOver, wipeBoxes } from "./planes";
import { rounds, turn } from "./vectors";

const WORK_BYTES: usize = ASC_FEATURE_SIMD ? 256 : 128;
const WORK: usize = memory.data(256, 16);
const OTHER: usize = WORK + 128;
/** Where W leaves the block. */
const RESULT: usize = ASC_FEATURE_SIMD ? OTHER + 64 : WORK + 64;

/** Hashes whole blocks into the state. */
export function compress(state: usize, block: usize, blocks: u32): void {
  for (; blocks; --blocks, block += 64) {
    for (let at: usize = 0; at < 64; at += 8) {
      const key = load<u64>(state + at);
      store<u64>(WORK + at, key);
      store<u64>(WORK + at, key ^ load<u64>(block + at), 64);
    }
    if (ASC_FEATURE_SIMD) encryptColumns();
    else encryptPlanes();
    for (let at: usize = 0; at < 64; at += 8) {
      store<u64>(state + at, load<u64>(state + at) ^ load<u64>(block + at) ^ load<u64>(RESULT + at));
    }
  }
}

function encryptColumns(): void {
  turn(OTHER, WORK);
  turn(WORK, OTHER);
  turn(OTHER, WORK);
  turn(WORK, OTHER);
  rounds(WORK);
  turn(OTHER, WORK);
  turn(WORK, OTHER);
  turn(OTHER, WORK);
}

function encryptPlanes(): void {
  turnOver(WORK);
  turnOver(WORK + 64);
  bitslicedRounds(WORK);
  turnOver(WORK + 64);
}

/** Overwrites what the last block left. */
export function wipeWork(): void {
  wipeWords(WORK, WORK + WORK_BYTES);
  if (!ASC_FEATURE_SIMD) wipeBoxes();
}
