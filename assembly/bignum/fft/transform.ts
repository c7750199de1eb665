/**
 * Transforms of real polynomials modulo x^n + c: c = 1 is ring R = B^n + 1, c = 2 ring Q = B^n + 2, at x = B.
 *
 * By the Chinese remainder theorem, down a tree: x^2k - r = (x^k - s)(x^k + s), s = sqrt(r), until the polynomials are
 * numbers; three or four parts at once are the same with cube or fourth roots. The roots are the twiddles, so there is
 * neither a bit reversal nor a weighting of the digits. (J. Fourier's transform in the form of D. Bernstein,
 * "Multidigit multiplication for mathematicians", §4 to §6.)
 *
 * Stages of m = n/4 vectors: lane.ts, radix 3 if 3 divides m, radix 2 if an odd power of two is left, radix 4, last.ts.
 */
import { forward2, forward3, forward4, inverse2, inverse3, inverse4 } from "./butterflies";
import { enterHalves, enterLanes } from "./enter";
import { Field, LANE_BYTES } from "./field";
import { back } from "./last";

/** Whether there is a stage of radix 3: n is 3 2^k or 2^k. */
// @ts-ignore: decorator
@inline
export function hasThirds(n: u32): bool {
  return (n & (n - 1)) != 0;
}

/** Whether there is one of radix 2. n/4, or n/12, is 2^k: k is odd. */
// @ts-ignore: decorator
@inline
export function hasHalves(n: u32): bool {
  return (ctz(n) & 1) != 0;
}

/** Data := all of the transform of the digits but its last stage. */
export function forward(f: Field, ring: usize, data: usize, digits: usize): void {
  const n = f.digits;
  let twiddles = ring + LANE_BYTES;
  let q = f.bytes;
  let blocks: u32 = 1;
  if (hasHalves(n) && !hasThirds(n)) {
    enterHalves(f, ring, data, digits, twiddles);
    q >>= 1;
    twiddles += 32;
    blocks = 2;
  } else {
    enterLanes(f, ring, data, digits);
    if (hasThirds(n)) {
      q /= 3;
      forward3(data, q, twiddles);
      twiddles += 64;
      blocks = 3;
      if (hasHalves(n)) {
        q >>= 1;
        forward2(data, q, twiddles);
        twiddles += 96;
        blocks = 6;
      }
    }
  }
  for (; q > 128; blocks <<= 2) {
    q >>= 2;
    forward4(data, q, blocks, twiddles);
    twiddles += 96 * blocks;
  }
}

/** Takes back what forward() did, up to the lane stage, which is a part of the carrying. */
export function inverse(f: Field, ring: usize, data: usize): void {
  const n = f.digits;
  // The reciprocals are 8n octets behind.
  let twiddles = lastTwiddles(f, ring) + f.bytes;
  back(data, f.bytes, twiddles);
  let blocks: u32 = n >> 4;
  const fewest: u32 = (hasThirds(n) ? 3 : 1) << (<u32>hasHalves(n));
  let q: usize = 128;
  while (blocks > fewest) {
    blocks >>= 2;
    twiddles -= 96 * blocks;
    inverse4(data, q, blocks, twiddles);
    q <<= 2;
  }
  if (hasHalves(n)) {
    blocks >>= 1;
    twiddles -= blocks << 5;
    inverse2(data, q, blocks, twiddles);
    q <<= 1;
  }
  if (hasThirds(n)) inverse3(data, q, twiddles - 64);
}

/** The twiddles of the last stage. */
// @ts-ignore: decorator
@inline
export function lastTwiddles(f: Field, ring: usize): usize {
  return ring + LANE_BYTES + f.last;
}
