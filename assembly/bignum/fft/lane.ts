/**
 * The first stage of a transform, which makes the two lanes independent of each other, and its inverse.
 *
 * The n real digits are read as n/2 complex numbers z_k = d_k + i sqrt(c) d_(k+n/2), a polynomial modulo
 * x^(n/2) - i sqrt(c): a real polynomial modulo x^n + c in half the numbers. The first split, by s = c^(1/4) e^(i pi/4),
 * leaves z_lower + s z_upper in lane 0 and z_lower - s z_upper in lane 1.
 *
 * Constants of a ring, a vector each: w = (s, -s): re, im | sqrt(c) w: re, im | sqrt(c) | four of the inverse | (-c, 1).
 * With g = 1/h in R, -1/h in Q, h = n/2, z = g/s, the four are (g, re z) (0, im z) and (0, im z) (g, re z), each of the
 * latter by sqrt(c): the scale of the whole transform and the sign of step 5 (product.ts) cost nothing.
 */

/** The carry that leaves the vector re-enters it times this: (-c, 1), integers. */
export const WRAP: usize = 144;

const NEGATIVE_UPPER: usize = memory.data<u64>([0, 0x8000000000000000], 16);

/** Sum and difference of the lanes. */
// @ts-ignore: decorator
@inline
export function lanes(v: v128): v128 {
  return f64x2.add(v128.xor(v, v128.load(NEGATIVE_UPPER)), v128.shuffle<f64>(v, v, 1, 0));
}

/** Before rounding: the two digits of re[j], from lanes() of both parts. */
// @ts-ignore: decorator
@inline
export function lowDigits(ring: usize, re: v128, im: v128): v128 {
  return f64x2.sub(f64x2.mul(re, v128.load(ring, 80)), f64x2.mul(im, v128.load(ring, 96)));
}

/** Before rounding: the two digits of im[j]. */
// @ts-ignore: decorator
@inline
export function highDigits(ring: usize, re: v128, im: v128): v128 {
  return f64x2.add(f64x2.mul(re, v128.load(ring, 112)), f64x2.mul(im, v128.load(ring, 128)));
}
