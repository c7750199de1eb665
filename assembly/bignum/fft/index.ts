/**
 * The fast kernel for the MODP groups, in the SIMD build only: products by transforms in f64 (product.ts), exact by the
 * proof in docs/exactness.md. The scalar build and all other moduli take the integer kernel beside this folder.
 *
 * Secret are exponents and results; public are groups, lengths and values of peers. `work` has WORK_BYTES octets,
 * aligned to 16; nothing is expected in it, and nothing is wiped in it here.
 */
import { groupByteLength } from "../groups";
import { COMB_OCTETS, buildComb, keepCombs, powerByComb } from "./comb";
import { POWER_BYTES, finish, power, powerOfTwo } from "./exponentiation";
import { Field, SETUP_BYTES, fieldOf, keepSetups, ringQ, ringR } from "./field";
import { setUp } from "./setup";
import { chain, convolve } from "./trial";

export const WORK_BYTES: u32 = POWER_BYTES;
export { SETUP_BYTES, keepCombs, keepSetups };

function ready(group: u32, work: usize): Field {
  const octets = groupByteLength(group);
  const f = fieldOf(group, octets);
  if (f.digits == 0) setUp(f, octets, work);
  return f;
}

/** 2^x mod p. From the second key of a group on by tables, if there is room for them. */
export function fftPublic(out: usize, group: u32, exponent: usize, octets: u32, work: usize): void {
  const f = ready(group, work);
  if (f.keys == 1) buildComb(f, work);
  if (f.keys < 2) f.keys++;
  if (f.comb != 0 && octets <= COMB_OCTETS) powerByComb(f, exponent, octets, work);
  else powerOfTwo(f, exponent, octets, work);
  finish(f, out, work);
}

/** v^x mod p. */
export function fftShared(
  out: usize,
  group: u32,
  value: usize,
  valueOctets: u32,
  exponent: usize,
  octets: u32,
  work: usize,
): void {
  const f = ready(group, work);
  power(f, value, valueOctets, exponent, octets, work);
  finish(f, out, work);
}

/** For tests: the constants of a ring. */
export function fftRing(group: u32, inQ: bool, work: usize): usize {
  const f = ready(group, work);
  return inQ ? ringQ(f) : ringR(f);
}

/** For tests: see trial.ts. */
export function fftConvolve(
  group: u32,
  inQ: bool,
  out: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  work: usize,
): void {
  convolve(ready(group, work), inQ, out, a, b, c, d, work);
}

/** For tests: see trial.ts. */
export function fftChain(group: u32, out: usize, a: usize, b: usize, count: u32, work: usize): void {
  chain(ready(group, work), out, a, b, count, work);
}
