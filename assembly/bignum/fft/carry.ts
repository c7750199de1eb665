/**
 * Rounding and carrying: from the numbers near to integers that a transform leaves to digits.
 *
 * A number X within 1/2 of the integer v, |v| < 2^44, is added to G + 2^45 + 65536 with G = 1.5 2^52: the sum rounds it,
 * and its bits, read as an integer, are (0x4338 << 48) + 2^45 + 65536 + v. From there on it is shifts and masks: a digit
 * keeps 17 bits, beside the bits of G, and gives floor((v + 65536)/2^17) to the next one, which keeps 17 bits and gives
 * the rest to the next but one, which keeps it: |d| <= 66578 (docs/exactness.md §3). Nothing ripples; a digit depends on three
 * neighbours. What else is shifted along with a carry is a known bias of it, and is taken off with G.
 *
 * The four quarters of a vector are carried at once; what leaves one enters the next, and what leaves the last enters
 * the first times -c, since B^n = -c. So each quarter goes over its first two digits again, at which its carries start.
 *
 * Tried: two vectors a turn (no gain), the first stage of the next transform at once (9% fewer instructions for a square,
 * and slower: enter.ts loads what this would shuffle), the four lane constants in locals (half a percent), digits of 18
 * bits without the second carry (no operation less). Of 18 operations a vector the 2^45, which keeps the bits of G as they
 * are for negative v too, saves two.
 *
 * Bounds: docs/exactness.md. Times and addresses depend on n only. Digits are balanced, so zero is a digit like any
 * other; -0 does not survive the addition of G.
 */
import { Field } from "./field";
import { WRAP, highDigits, lanes, lowDigits } from "./lane";

const ROUND: usize = memory.data<f64>([6790583813210112, 6790583813210112], 16); // G + 2^45 + 65536
/** The bits of G and the 17 bits that a digit keeps. */
const KEPT: usize = memory.data<u64>([0xffff00000001ffff, 0xffff00000001ffff], 16);
const BIAS_1: usize = memory.data<u64>([0x219c10000000, 0x219c10000000], 16); // (0x4338 << 31) + 2^28
const BIAS_2: usize = memory.data<u64>([0x219c10ce0800, 0x219c10ce0800], 16); // (0x4338 << 31) + BIAS_1 / 2^17
const UNBIAS: usize = memory.data<f64>([6792353621673984, 6792353621673984], 16); // G + BIAS_2 + 65536

// @ts-ignore: decorator
@inline
function kept(x: v128, bits: v128): v128 {
  return v128.and(x, bits);
}

// @ts-ignore: decorator
@inline
function given(x: v128): v128 {
  return i64x2.shr_u(x, 17);
}

/** A digit from its 17 bits and the biased carry of the digit before. */
// @ts-ignore: decorator
@inline
function digit(bits: v128, carry: v128, unbias: v128): v128 {
  return f64x2.sub(i64x2.add(bits, carry), unbias);
}

/** The carries that enter two quarters, of which the first is the first of all. */
// @ts-ignore: decorator
@inline
function entering(im: v128, re: v128, bias: v128, ring: usize): v128 {
  const carry = i64x2.sub(v128.shuffle<i64>(im, re, 1, 2), bias);
  return i64x2.add(i64x2.mul(carry, v128.load(ring, WRAP)), bias);
}

/**
 * From the last inverse stage but that of the lanes, or from digits to be multiplied by a power of two (a constant where
 * it is called), out of place.
 */
// @ts-ignore: decorator
@inline
function carry(transformed: bool, f: Field, ring: usize, out: usize, data: usize, factor: v128): void {
  let re1 = i64x2.splat(0);
  let im1 = re1;
  let re2 = re1;
  let im2 = re1;
  const bits = v128.load(KEPT);
  const round = v128.load(ROUND);
  const unbias = v128.load(UNBIAS);
  let end = data + f.bytes;
  for (let around = false; ; around = true) {
    for (; data < end; data += 32, out += 32) {
      let re = v128.load(data);
      let im = v128.load(data, 16);
      if (transformed) {
        const sr = lanes(re);
        const si = lanes(im);
        re = lowDigits(ring, sr, si);
        im = highDigits(ring, sr, si);
      } else {
        re = f64x2.mul(re, factor);
        im = f64x2.mul(im, factor);
      }
      re = f64x2.add(re, round);
      im = f64x2.add(im, round);
      re1 = i64x2.add(kept(re, bits), re1);
      im1 = i64x2.add(kept(im, bits), im1);
      const re0 = digit(kept(re1, bits), re2, unbias);
      const im0 = digit(kept(im1, bits), im2, unbias);
      re2 = given(re1);
      im2 = given(im1);
      re1 = given(re);
      im1 = given(im);

      v128.store(out, re0);
      v128.store(out, im0, 16);
    }
    if (around) break;
    const first = entering(im1, re1, v128.load(BIAS_1), ring);
    im1 = v128.shuffle<i64>(re1, im1, 1, 2);
    re1 = first;
    const second = entering(im2, re2, v128.load(BIAS_2), ring);
    im2 = v128.shuffle<i64>(re2, im2, 1, 2);
    re2 = second;
    data -= f.bytes;
    out -= f.bytes;
    end = data + 64;
  }
}

/** Out := the digits of what the inverse stages left in data, in the ring. */
export function carryTransformed(f: Field, ring: usize, out: usize, data: usize): void {
  carry(true, f, ring, out, data, f64x2.splat(0));
}

/** Out := 2^w times digits, carried in the ring, 0 <= w <= 15; the power of two by its exponent bits. */
export function carryScaled(f: Field, ring: usize, out: usize, digits: usize, w: u32): void {
  carry(false, f, ring, out, digits, i64x2.splat((<u64>(1023 + w)) << 52));
}

/** Digits before rounding, in place. For tests. */
export function leaveLanes(f: Field, ring: usize, data: usize): void {
  for (const end = data + f.bytes; data < end; data += 32) {
    const re = lanes(v128.load(data));
    const im = lanes(v128.load(data, 16));
    v128.store(data, lowDigits(ring, re, im));
    v128.store(data, highDigits(ring, re, im), 16);
  }
}
