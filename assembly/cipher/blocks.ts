/**
 * Blocks in and out of the order that the bitsliced AES works in (planes.ts): the 4 x 4 matrix of octets of
 * FIPS 197 §3.4 by rows instead of columns. Blocks are given as two big-endian numbers (octets 0-7, 8-15).
 * SIMD: word j is block j. Scalar: word j holds columns 0 and 2 of block j interleaved, word 4 + j 1 and 3.
 */
import { PLANE_BYTES } from "./planes";

/** From the little-endian number hi * 2^64 + lo: byte 4 row + column is octet 4 column + row. */
// @ts-ignore: decorator
@inline
function numberToRows(number: v128): v128 {
  return i8x16.swizzle(number, i8x16(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0));
}

/** The transposed matrix. */
// @ts-ignore: decorator
@inline
function rowsToBlock(rows: v128): v128 {
  return i8x16.swizzle(rows, i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}

/** The four octets of the low half, the first of them lowest, at the even places. */
function columnOf(x: u64): u64 {
  let y = <u64>bswap<u32>(<u32>x);
  y = (y | (y << 16)) & 0x0000ffff0000ffff;
  return (y | (y << 8)) & 0x00ff00ff00ff00ff;
}

/** The octets at the even places. */
function gather(x: u64): u32 {
  let y = x & 0x00ff00ff00ff00ff;
  y = (y | (y >> 8)) & 0x0000ffff0000ffff;
  return <u32>(y | (y >> 16));
}

/** 16 octets in the other order: a big-endian number as a little-endian one and back. */
export function reverse(to: usize, from: usize): void {
  if (ASC_FEATURE_SIMD) {
    const order = i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    v128.store(to, i8x16.swizzle(v128.load(from), order));
  } else {
    const first = load<u64>(from);
    store<u64>(to, bswap<u64>(load<u64>(from, 8)));
    store<u64>(to, bswap<u64>(first), 8);
  }
}

/** Puts a block into the batch at p as its block j. */
export function putBlock(p: usize, j: u32, hi: u64, lo: u64): void {
  if (ASC_FEATURE_SIMD) {
    const number = i64x2.replace_lane(i64x2.splat(lo), 1, hi);
    v128.store(p + ((<usize>j) << 4), numberToRows(number));
  } else {
    store<u64>(p + ((<usize>j) << 3), columnOf(hi >> 32) | (columnOf(lo >> 32) << 8));
    store<u64>(p + ((<usize>j) << 3), columnOf(hi) | (columnOf(lo) << 8), 32);
  }
}

/** Writes block j of the batch at p, in the standard's order, to 16 octets. */
export function takeBlock(p: usize, j: u32, out: usize): void {
  store<u64>(out, 0);
  store<u64>(out, 0, 8);
  xorBlock(out, out, p + <usize>j * PLANE_BYTES);
}

/** XORs the block whose (first) word is given, in the standard's order, onto 16 octets; out may be the input. */
// @ts-ignore: decorator
@inline
export function xorBlock(out: usize, input: usize, word: usize): void {
  if (ASC_FEATURE_SIMD) {
    const block = rowsToBlock(v128.load(word));
    v128.store(out, v128.xor(v128.load(input), block));
  } else {
    const even = load<u64>(word);
    const odd = load<u64>(word, 32);
    store<u32>(out, load<u32>(input) ^ gather(even));
    store<u32>(out, load<u32>(input, 4) ^ gather(odd), 4);
    store<u32>(out, load<u32>(input, 8) ^ gather(even >> 8), 8);
    store<u32>(out, load<u32>(input, 12) ^ gather(odd >> 8), 12);
  }
}

/** Puts a batch of successive numbers at p, from the one at `next` (low u64, high u64), which goes on, modulo 2^128. */
export function putCounters(p: usize, next: usize): void {
  if (ASC_FEATURE_SIMD) {
    const zero = i64x2.splat(0);
    let number = v128.load(next);
    for (const end = p + 128; p < end; p += 16) {
      v128.store(p, numberToRows(number));
      number = i64x2.add(number, i64x2(1, 0));
      // all ones, -1, in the high half if the low one is 0
      number = i64x2.sub(number, v128.shuffle<i64>(zero, i64x2.eq(number, zero), 0, 2));
    }
    v128.store(next, number);
  } else {
    let lo = load<u64>(next);
    let hi = load<u64>(next, 8);
    let even = columnOf(hi >> 32);
    let odd = columnOf(hi);
    for (const end = p + 32; p < end; p += 8) {
      store<u64>(p, even | (columnOf(lo >> 32) << 8));
      store<u64>(p, odd | (columnOf(lo) << 8), 32);
      if (++lo) continue;
      ++hi;
      even = columnOf(hi >> 32);
      odd = columnOf(hi);
    }
    store<u64>(next, lo);
    store<u64>(next, hi, 8);
  }
}
