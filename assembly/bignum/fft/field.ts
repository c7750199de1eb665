/**
 * Residues modulo a group's prime p as vectors of digits, and where the constants of each group lie.
 *
 * A residue is n = b/16 digits d_k in f64 (b: bits of p), its value sum d_k B^k with B = 2^17, nominally
 * -65536 <= d <= 65535. So 17n = b + n: n bits are to spare, and it need not be reduced. Digit k = quarter m + j,
 * m = n/4, is number 4j + quarter of its vector:
 *
 *     re[j] = d_j, d_(m+j) | im[j] = d_(2m+j), d_(3m+j)        32 octets for each j, aligned to 16
 *
 * A spectrum has the same shape: m pairs of complex numbers, their real parts first (transform.ts).
 *
 * Everything here is public. The set-up is made at the group's first use and kept, in SETUP_BYTES for all eight:
 *
 *     Field 32 | ring R: lane constants 160, twiddles 8n, inverse ones 8n | ring Q | four vectors 8n | p in limbs 4n
 */

/** Digits of the largest group. */
export const MAX_DIGITS: u32 = 512;
const SIZES: usize = memory.data<u32>([48, 64, 96, 128, 192, 256, 384, 512]);
const ALL_DIGITS: u32 = 48 + 64 + 96 + 128 + 192 + 256 + 384 + 512;


@unmanaged
export class Field {
  /** n; 0 before the set-up. */
  digits: u32;
  group: u32;
  /** Octets of a vector, 8n. */
  bytes: usize;
  /** From a ring's first twiddle to those of the last stage. */
  last: usize;
  /** Public keys that were made, up to 2. */
  keys: u32;
  /** The table of powers of 2 (comb.ts), or 0. */
  comb: usize;
}

const FIELD_BYTES: usize = 32;
/** The constants of the lane stage (lane.ts), before the twiddles of a ring. */
export const LANE_BYTES: usize = 160;

/** Room to keep the set-ups of all groups: 117 KB. */
export const SETUP_BYTES: u32 = 8 * <u32>(FIELD_BYTES + 2 * LANE_BYTES) + 68 * ALL_DIGITS;

let setups: usize = 0;

/** Where the set-ups are kept: SETUP_BYTES, all zero, aligned to 16. */
export function keepSetups(address: usize): void {
  setups = address;
}

/** The field of a prime of so many octets, perhaps not set up yet. */
export function fieldOf(group: u32, primeOctets: u32): Field {
  const n = primeOctets >> 1;
  let at = setups;
  for (let size = SIZES; load<u32>(size) != n; size += 4)
    at += FIELD_BYTES + 2 * LANE_BYTES + 68 * <usize>load<u32>(size);
  const f = changetype<Field>(at);
  f.group = group;
  f.bytes = (<usize>n) << 3;
  return f;
}

/** R = B^n + 1. */
// @ts-ignore: decorator
@inline
export function ringR(f: Field): usize {
  return changetype<usize>(f) + FIELD_BYTES;
}

/** Q = B^n + 2. */
// @ts-ignore: decorator
@inline
export function ringQ(f: Field): usize {
  return changetype<usize>(f) + (FIELD_BYTES + LANE_BYTES) + 2 * f.bytes;
}

/** The spectrum of N' = -1/p mod R in ring R. */
export const N_PRIME: usize = 0;
/** The spectrum of p in ring Q. */
export const PRIME: usize = 1;
/** The digits of R^2 mod p, and of R mod p, the Montgomery form of 1. */
export const R_SQUARED: usize = 2;
export const ONE: usize = 3;

// @ts-ignore: decorator
@inline
export function constant(f: Field, which: usize): usize {
  return changetype<usize>(f) + (FIELD_BYTES + 2 * LANE_BYTES) + (4 + which) * f.bytes;
}

/** p in n limbs of 17 bits, a u32 each. */
export function primeLimbs(f: Field): usize {
  return constant(f, 4);
}
