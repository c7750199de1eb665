/**
 * Rounding and carrying: from the numbers near to integers that a transform leaves to digits.
 *
 * A number X within 1/2 of the integer v, |v| < 2^51, is added to G + 65536 with G = 1.5 2^52: the sum rounds it, and
 * its bits, read as an integer, are (0x4338 << 48) + v + 65536. From there on it is shifts and masks: a digit keeps 17
 * bits and gives floor((v + 65536)/2^17) to the next one, which keeps 17 bits and gives the rest to the next but one,
 * which keeps it: |d| <= 65536 + 2^10. Nothing ripples; a digit depends on three neighbours. The exponent bits
 * 0x4338 travel along as a known bias of the carries.
 *
 * The four quarters of a vector are carried at once; what leaves one enters the next, and what leaves the last enters
 * the first times -c, since B^n = -c (the bits of it beyond 17 go to the second digit of the quarter).
 *
 * Bounds: docs/exactness.md. Times and addresses depend on n only. Digits are balanced, so zero is a digit like any
 * other; -0 does not survive the addition of G.
 */
import { Field } from "./field";
import { WRAP, highDigits, laneIm, laneRe, lanes, lowDigits } from "./lane";

const ROUND: usize = memory.data<f64>([6755399441121280, 6755399441121280], 16); // G + 65536
const G: usize = memory.data<f64>([6755399441055744, 6755399441055744], 16);
const LOW_17: usize = memory.data<u64>([0x1ffff, 0x1ffff], 16);
const BIAS_1: usize = memory.data<u64>([0x219c00000000, 0x219c00000000], 16); // 0x4338 << 31
const BIAS_2: usize = memory.data<u64>([0x10ce0000, 0x10ce0000], 16); // 0x4338 << 14
const BIASES: usize = memory.data<u64>([0x219c10ce0000, 0x219c10ce0000], 16);
/** (0x4338 << 48) - BIAS_2 - 65536: makes a digit with its carry and bias the bits of G + digit. */
const UNBIAS: usize = memory.data<u64>([0x4337ffffef310000, 0x4337ffffef310000], 16);
const G_BITS: usize = memory.data<u64>([0x4338000000000000, 0x4338000000000000], 16);
const TO_17: usize = memory.data<f64>([131072, 131072], 16);
const FROM_17: usize = memory.data<f64>([0.00000762939453125, 0.00000762939453125], 16); // 2^-17

/** The 17 bits that a digit keeps. */
// @ts-ignore: decorator
@inline
function kept(x: v128): v128 {
  return v128.and(x, v128.load(LOW_17));
}

// @ts-ignore: decorator
@inline
function given(x: v128): v128 {
  return i64x2.shr_u(x, 17);
}

/** A digit from its 17 bits, the biased carry of the digit before, and the biases. */
// @ts-ignore: decorator
@inline
function digit(bits: v128, carry: v128): v128 {
  return f64x2.sub(i64x2.add(i64x2.add(bits, carry), v128.load(UNBIAS)), v128.load(G));
}

/** The integer with a bias, as f64, without it. */
// @ts-ignore: decorator
@inline
function unbiased(x: v128): v128 {
  return f64x2.sub(i64x2.add(i64x2.sub(x, v128.load(BIASES)), v128.load(G_BITS)), v128.load(G));
}

/** Where the numbers come from: the inverse lane stage, or digits to be multiplied by a power of two. */
function carry(f: Field, ring: usize, out: usize, data: usize, transformed: bool, factor: v128): void {
  let re1 = v128.load(BIAS_1);
  let im1 = re1;
  let re2 = v128.load(BIAS_2);
  let im2 = re2;
  let at = out;
  for (const end = data + f.bytes; data < end; data += 32, at += 32) {
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
    re = f64x2.add(re, v128.load(ROUND));
    im = f64x2.add(im, v128.load(ROUND));
    const re3 = i64x2.add(kept(re), re1);
    const im3 = i64x2.add(kept(im), im1);
    re1 = given(re);
    im1 = given(im);
    v128.store(at, digit(kept(re3), re2));
    v128.store(at, digit(kept(im3), im2), 16);
    re2 = given(re3);
    im2 = given(im3);
  }
  const re4 = unbiased(i64x2.add(re1, re2));
  const im4 = unbiased(i64x2.add(im1, im2));
  enter(out, v128.shuffle<f64>(im4, re4, 1, 2), v128.load(ring, WRAP));
  enter(out + 16, v128.shuffle<f64>(re4, im4, 1, 2), v128.load(NO_WRAP));
}

const NO_WRAP: usize = memory.data<f64>([1, 1], 16);

/** Adds what left the quarters before to the first digit of two quarters, and carries from it to the second. */
function enter(first: usize, carry: v128, factor: v128): void {
  const x = f64x2.add(v128.load(first), f64x2.mul(carry, factor));
  const g = f64x2.sub(f64x2.add(f64x2.mul(x, v128.load(FROM_17)), v128.load(G)), v128.load(G));
  v128.store(first, f64x2.sub(x, f64x2.mul(g, v128.load(TO_17))));
  v128.store(first + 32, f64x2.add(v128.load(first + 32), g));
}

/** Out := the digits of what the inverse stages left in data, in the ring. */
export function carryTransformed(f: Field, ring: usize, out: usize, data: usize): void {
  carry(f, ring, out, data, true, v128.load(G));
}

/** Digits := 2^w times digits, carried in the ring, 0 <= w <= 15; the power of two by its exponent bits. */
export function carryScaled(f: Field, ring: usize, digits: usize, w: u32): void {
  carry(f, ring, digits, digits, false, i64x2.splat((<u64>(1023 + w)) << 52));
}

/** Data := the spectrum's first stage, from digits. */
export function enterLanes(f: Field, ring: usize, data: usize, digits: usize): void {
  for (const end = data + f.bytes; data < end; data += 32, digits += 32) {
    const re = v128.load(digits);
    const im = v128.load(digits, 16);
    v128.store(data, laneRe(ring, re, im));
    v128.store(data, laneIm(ring, re, im), 16);
  }
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
