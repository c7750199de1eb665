/**
 * The ten rounds of Whirlpool's block cipher W in the SIMD build (ISO/IEC 10118-3:2004 §13, in the letters of P. Barreto
 * and V. Rijmen, "The Whirlpool hashing function", 2003, §3). Key and block go through the same layers, so both are done
 * at once: vector j is column j of the key in its low half and column j of the block in its high half, eight rows each.
 *
 * By columns the shift of columns turns the octets of a vector, and the mixing of rows adds whole vectors. The S-box is
 * looked up by swizzles in its three boxes of 16 octets, which are registers, not memory. Nothing depends on a secret.
 */
import { ROUND_CONSTANTS } from "./constants";

const COLUMN: usize = 16;
/** The boxes E, its inverse, and R (paper, §3.2 and appendix B). */
// prettier-ignore
const BOXES: usize = memory.data<u8>([
  0x1, 0xb, 0x9, 0xc, 0xd, 0x6, 0xf, 0x3, 0xe, 0x8, 0x7, 0x4, 0xa, 0x2, 0x5, 0x0,
  0xf, 0x0, 0xd, 0x7, 0xb, 0xe, 0x5, 0xa, 0x9, 0x2, 0xc, 0x1, 0x3, 0x4, 0x8, 0x6,
  0x7, 0xc, 0xb, 0xd, 0xe, 0x4, 0x9, 0xf, 0x6, 0x3, 0x8, 0xa, 0x2, 0x5, 0x1, 0x0,
], 16);

/** The layer gamma: S of sixteen octets. */
// @ts-ignore: decorator
@inline
function substitute(x: v128): v128 {
  const nibbles = i8x16.splat(15);
  const E = v128.load(BOXES);
  const inverse = v128.load(BOXES, 16);
  const high = i8x16.swizzle(E, v128.and(i16x8.shr_u(x, 4), nibbles));
  const low = i8x16.swizzle(inverse, v128.and(x, nibbles));
  const both = i8x16.swizzle(v128.load(BOXES, 32), v128.xor(high, low));
  const first = i8x16.swizzle(E, v128.xor(high, both));
  const last = i8x16.swizzle(inverse, v128.xor(low, both));
  return v128.or(i16x8.shl(first, 4), last);
}

/** Each octet times x modulo x^8 + x^4 + x^3 + x^2 + 1. */
// @ts-ignore: decorator
@inline
function twice(x: v128): v128 {
  const carries = v128.and(i8x16.lt_s(x, i8x16.splat(0)), i8x16.splat(0x1d));
  return v128.xor(i8x16.add(x, x), carries);
}

/**
 * A column of the layer theta: sums of the columns before it, times cir(1, 1, 4, 1, 8, 5, 2, 9). `ones` is the sum of
 * those times 1; the others are named by how far they stand before it.
 */
// @ts-ignore: decorator
@inline
function mixed(ones: v128, b2: v128, b4: v128, b5: v128, b6: v128, b7: v128): v128 {
  const eights = twice(v128.xor(b4, b7));
  const fours = twice(v128.xor(eights, v128.xor(b2, b5)));
  return v128.xor(twice(v128.xor(fours, b6)), ones);
}

/** The layer sigma: the round's constant to the key, and that to the block. */
// @ts-ignore: decorator
@inline
function keyed(x: v128, constant: usize): v128 {
  const first = v128.and(v128.load8_splat(constant), i64x2(255, 255));
  return v128.xor(v128.xor(x, first), v128.shuffle<u64>(i64x2.splat(0), x, 0, 2));
}

/** W of eight vectors, in place, after the key was added to the block. */
export function rounds(columns: usize): void {
  let a0 = v128.load(columns);
  let a1 = v128.load(columns, COLUMN);
  let a2 = v128.load(columns, 2 * COLUMN);
  let a3 = v128.load(columns, 3 * COLUMN);
  let a4 = v128.load(columns, 4 * COLUMN);
  let a5 = v128.load(columns, 5 * COLUMN);
  let a6 = v128.load(columns, 6 * COLUMN);
  let a7 = v128.load(columns, 7 * COLUMN);
  for (let c = ROUND_CONSTANTS; c < ROUND_CONSTANTS + 80; c += 8) {
    // gamma, and pi: column j goes down by j rows
    const b0 = substitute(a0);
    let x = substitute(a1);
    const b1 = v128.shuffle<u8>(x, x, 7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14);
    x = substitute(a2);
    const b2 = v128.shuffle<u8>(x, x, 6, 7, 0, 1, 2, 3, 4, 5, 14, 15, 8, 9, 10, 11, 12, 13);
    x = substitute(a3);
    const b3 = v128.shuffle<u8>(x, x, 5, 6, 7, 0, 1, 2, 3, 4, 13, 14, 15, 8, 9, 10, 11, 12);
    x = substitute(a4);
    const b4 = v128.shuffle<u8>(x, x, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    x = substitute(a5);
    const b5 = v128.shuffle<u8>(x, x, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
    x = substitute(a6);
    const b6 = v128.shuffle<u8>(x, x, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
    x = substitute(a7);
    const b7 = v128.shuffle<u8>(x, x, 1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8);
    // times 1 are the column itself, and those 1, 3, 5 and 7 before it
    const even = v128.xor(v128.xor(b0, b2), v128.xor(b4, b6));
    const odd = v128.xor(v128.xor(b1, b3), v128.xor(b5, b7));
    a0 = keyed(mixed(v128.xor(b0, odd), b6, b4, b3, b2, b1), c);
    a1 = keyed(mixed(v128.xor(b1, even), b7, b5, b4, b3, b2), c + 1);
    a2 = keyed(mixed(v128.xor(b2, odd), b0, b6, b5, b4, b3), c + 2);
    a3 = keyed(mixed(v128.xor(b3, even), b1, b7, b6, b5, b4), c + 3);
    a4 = keyed(mixed(v128.xor(b4, odd), b2, b0, b7, b6, b5), c + 4);
    a5 = keyed(mixed(v128.xor(b5, even), b3, b1, b0, b7, b6), c + 5);
    a6 = keyed(mixed(v128.xor(b6, odd), b4, b2, b1, b0, b7), c + 6);
    a7 = keyed(mixed(v128.xor(b7, even), b5, b3, b2, b1, b0), c + 7);
  }
  v128.store(columns, a0);
  v128.store(columns, a1, COLUMN);
  v128.store(columns, a2, 2 * COLUMN);
  v128.store(columns, a3, 3 * COLUMN);
  v128.store(columns, a4, 4 * COLUMN);
  v128.store(columns, a5, 5 * COLUMN);
  v128.store(columns, a6, 6 * COLUMN);
  v128.store(columns, a7, 7 * COLUMN);
}

/**
 * One of the turns that transpose: from sixteen rows of eight octets, two in a vector, it is four to eight columns of
 * sixteen, and three back. Each interleaves vectors i and i + 4, so the seven bits of an octet's address turn by one.
 */
export function turn(to: usize, from: usize): void {
  for (const end = from + 64; from < end; from += 16, to += 32) {
    const x = v128.load(from);
    const y = v128.load(from, 64);
    v128.store(to, v128.shuffle<u8>(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(to, v128.shuffle<u8>(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}
