/**
 * The fast kernel for the MODP groups, in the SIMD build only: products by transforms in f64 (product.ts), exact by the
 * proof in docs/exactness.md. The scalar build and all other moduli take the integer kernel beside this folder.
 *
 * Secret are exponents and results; public are groups, lengths and values of peers. `work` has WORK_BYTES octets,
 * aligned to 16; nothing is expected in it, and nothing is wiped in it here.
 */
import { groupByteLength } from "../groups";
import { POWER_BYTES, finish, power, powerOfTwo } from "./exponentiation";
import { Field, SETUP_BYTES, fieldOf, keepSetups } from "./field";
import { setUp } from "./setup";

export const WORK_BYTES: u32 = POWER_BYTES;
export { SETUP_BYTES, keepSetups };

function ready(group: u32, work: usize): Field {
  const octets = groupByteLength(group);
  const f = fieldOf(group, octets);
  if (f.digits == 0) setUp(f, octets, work);
  return f;
}

/** 2^x mod p. */
export function fftPublic(out: usize, group: u32, exponent: usize, octets: u32, work: usize): void {
  const f = ready(group, work);
  powerOfTwo(f, exponent, octets, work);
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
