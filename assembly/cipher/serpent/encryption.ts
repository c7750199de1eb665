/**
 * Serpent encryption of a batch of blocks in place, in the bitsliced form of its authors: no permutation, and the four
 * little-endian words of a block go through the S-boxes side by side (boxes.ts). SIMD: eight blocks, in two states of four
 * that take turns, so that one waits for memory while the other computes. Scalar: one block.
 * Takes the same time for all keys and data.
 */
import { xor } from "../gates";
import { s0, s1, s2, s3, s4, s5, s6, s7 } from "./boxes";
import { spreadWord } from "./words";

/** Octets of a batch. */
export const BATCH_BYTES: usize = ASC_FEATURE_SIMD ? 128 : 16;
const LAST_KEY: usize = 512;

/** From the words of four blocks, one behind the other, to the blocks' first, second, third and fourth words; or back. */
function transpose(p: usize): void {
  const a = v128.load(p);
  const b = v128.load(p, 16);
  const c = v128.load(p, 32);
  const d = v128.load(p, 48);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(p, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(p, v128.shuffle<i64>(ab, cd, 1, 3), 16);
  v128.store(p, v128.shuffle<i64>(abHigh, cdHigh, 0, 2), 32);
  v128.store(p, v128.shuffle<i64>(abHigh, cdHigh, 1, 3), 48);
}

/** BATCH_BYTES at p, under a schedule (key-schedule.ts). */
export function encryptBatch(p: usize, keys: usize): void {
  if (ASC_FEATURE_SIMD) {
    transpose(p);
    transpose(p + 64);
    rounds<v128>(p, p + 64, keys);
    transpose(p);
    transpose(p + 64);
  } else {
    rounds<u32>(p, p, keys);
  }
}

/** Both states; the second one may be the first, and then is not there. */
function rounds<T>(p: usize, q: usize, key: usize): void {
  const end = key + LAST_KEY;
  for (; key < end; key += 128) {
    s0<T>(p, key, true);
    if (ASC_FEATURE_SIMD) s0<T>(q, key, true);
    s1<T>(p, key + 16, true);
    if (ASC_FEATURE_SIMD) s1<T>(q, key + 16, true);
    s2<T>(p, key + 32, true);
    if (ASC_FEATURE_SIMD) s2<T>(q, key + 32, true);
    s3<T>(p, key + 48, true);
    if (ASC_FEATURE_SIMD) s3<T>(q, key + 48, true);
    s4<T>(p, key + 64, true);
    if (ASC_FEATURE_SIMD) s4<T>(q, key + 64, true);
    s5<T>(p, key + 80, true);
    if (ASC_FEATURE_SIMD) s5<T>(q, key + 80, true);
    s6<T>(p, key + 96, true);
    if (ASC_FEATURE_SIMD) s6<T>(q, key + 96, true);
    const more = key + 128 < end;
    s7<T>(p, key + 112, more);
    if (ASC_FEATURE_SIMD) s7<T>(q, key + 112, more);
  }
  addLastKey<T>(p, key);
  if (ASC_FEATURE_SIMD) addLastKey<T>(q, key);
}

function addLastKey<T>(p: usize, key: usize): void {
  store<T>(p, xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0)), 0 * sizeof<T>());
  store<T>(p, xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4)), 1 * sizeof<T>());
  store<T>(p, xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8)), 2 * sizeof<T>());
  store<T>(p, xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12)), 3 * sizeof<T>());
}
