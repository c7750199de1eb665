/**
 * The key schedule of Twofish (§4.3), as it lies in SCHEDULE_BYTES:
 *
 *      0  the 40 words K of the expanded key
 *    160  the words S that g uses, four at most, S_(k-1) first
 *    176  k u32: how many they are, 2 to 4
 *
 * Octets are taken as NESSIE and RFC 4344 do: words are little-endian. There are no S-boxes that depend on the key: they
 * would be tables. Constant time; the key's length is public.
 */
import { BATCH_BYTES, h, MAX_KEY_PLANES_BYTES, sliceWords } from "./function-h";

export const SCHEDULE_BYTES: usize = 180;
export const S_WORDS: usize = 160;
export const S_COUNT: usize = 176;

const RHO: u32 = 0x01010101;
/** Me, or Mo, and the same as planes. */
const WORDS: usize = memory.data(16, 16);
const PLANES: usize = memory.data(512, 16);
/** What goes through h, 20 words in one batch (SIMD) or two (scalar). */
const INPUTS: usize = memory.data(128, 16);
const INPUTS_BYTES: usize = 128;

/** Key of 16, 24 or 32 octets; writes SCHEDULE_BYTES. */
export function expandKey(out: usize, key: usize, keyLength: u32): void {
  const k = keyLength >> 3;
  // A_i = h(2i rho, Me) at the even places, B_i = rotl(h((2i + 1) rho, Mo), 8) at the odd ones.
  for (let odd: u32 = 0; odd < 2; ++odd) {
    for (let i: u32 = 0; i < k; ++i)
      store<u32>(WORDS + ((<usize>i) << 2), load<u32>(key + ((<usize>((i << 1) + odd)) << 2)));
    for (let i: u32 = 0; i < 20; ++i) store<u32>(INPUTS + ((<usize>i) << 2), ((i << 1) + odd) * RHO);
    if (ASC_FEATURE_SIMD) mapAll<v128>(k);
    else mapAll<u64>(k);
    for (let i: usize = 0; i < 20; ++i) store<u32>(out + (i << 3) + (odd << 2), load<u32>(INPUTS + (i << 2)));
  }
  for (let pair = out; pair < out + 160; pair += 8) {
    const b = rotl<u32>(load<u32>(pair, 4), 8);
    const sum = load<u32>(pair) + b;
    store<u32>(pair, sum);
    store<u32>(pair, rotl<u32>(sum + b, 9), 4);
  }
  for (let i: u32 = 0; i < k; ++i)
    store<u32>(
      out + S_WORDS + ((<usize>(k - 1 - i)) << 2),
      reedSolomon(load<u32>(key + ((<usize>i) << 3)), load<u32>(key + ((<usize>i) << 3), 4)),
    );
  store<u32>(out, k, S_COUNT);
  memory.fill(WORDS, 0, 16);
  memory.fill(PLANES, 0, MAX_KEY_PLANES_BYTES);
  memory.fill(INPUTS, 0, INPUTS_BYTES);
}

function mapAll<T>(k: u32): void {
  sliceWords<T>(PLANES, WORDS, k);
  for (let p = INPUTS; p < INPUTS + 80; p += BATCH_BYTES) h<T>(p, PLANES, k);
}

/** The product of eight octets with the matrix RS, by polynomial division over x^8 + x^6 + x^3 + x^2 + 1. */
function reedSolomon(low: u32, high: u32): u32 {
  let rest = high;
  for (let i = 0; i < 8; ++i) {
    if (i == 4) rest ^= low;
    const top = rest >> 24;
    const twice = (top << 1) ^ (0x14d & (0 - (top >> 7)));
    const more = (top >> 1) ^ (0xa6 & (0 - (top & 1))) ^ twice;
    rest = (rest << 8) ^ (more << 24) ^ (twice << 16) ^ (more << 8) ^ top;
  }
  return rest;
}
