/**
 * Blocks in and out of the order that the bitsliced AES works in (planes.ts): the 4 x 4 matrix of octets of
 * FIPS 197 §3.4 by rows instead of columns. Blocks are given as two big-endian numbers (octets 0-7, 8-15).
 * SIMD: word j is block j. Scalar: word j holds columns 0 and 2 of block j interleaved, word 4 + j 1 and 3.
 */

/** From the little-endian number hi * 2^64 + lo: byte 4 row + column is octet 4 column + row. */
const NUMBER_TO_ROWS: usize = memory.data<u8>([15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0], 16);
/** The transposed matrix. */
const ROWS_TO_BLOCK: usize = memory.data<u8>([0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15], 16);

/** The four octets of x at the even places. */
function interleave(x: u32): u64 {
  let y = <u64>x;
  y = (y | (y << 16)) & 0x0000ffff0000ffff;
  return (y | (y << 8)) & 0x00ff00ff00ff00ff;
}

/** The octets at the even places. */
function gather(x: u64): u32 {
  let y = x & 0x00ff00ff00ff00ff;
  y = (y | (y >> 8)) & 0x0000ffff0000ffff;
  return <u32>(y | (y >> 16));
}

/** Puts a block into the batch at p as its block j. */
export function putBlock(p: usize, j: u32, hi: u64, lo: u64): void {
  if (ASC_FEATURE_SIMD) {
    const number = i64x2.replace_lane(i64x2.splat(lo), 1, hi);
    v128.store(p + ((<usize>j) << 4), i8x16.swizzle(number, v128.load(NUMBER_TO_ROWS)));
  } else {
    const column0 = bswap<u32>(<u32>(hi >> 32));
    const column1 = bswap<u32>(<u32>hi);
    const column2 = bswap<u32>(<u32>(lo >> 32));
    const column3 = bswap<u32>(<u32>lo);
    store<u64>(p + ((<usize>j) << 3), interleave(column0) | (interleave(column2) << 8));
    store<u64>(p + ((<usize>j) << 3), interleave(column1) | (interleave(column3) << 8), 32);
  }
}

/** Writes block j of the batch at p, in the standard's order, to 16 octets. */
export function takeBlock(p: usize, j: u32, out: usize): void {
  if (ASC_FEATURE_SIMD) {
    v128.store(out, i8x16.swizzle(v128.load(p + ((<usize>j) << 4)), v128.load(ROWS_TO_BLOCK)));
  } else {
    const even = load<u64>(p + ((<usize>j) << 3));
    const odd = load<u64>(p + ((<usize>j) << 3), 32);
    store<u32>(out, gather(even));
    store<u32>(out, gather(odd), 4);
    store<u32>(out, gather(even >> 8), 8);
    store<u32>(out, gather(odd >> 8), 12);
  }
}
