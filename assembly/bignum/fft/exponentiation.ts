/**
 * Powers modulo a group's prime. Exponents are big-endian octets: their number is public, their values are not.
 * Time and addresses depend on the group and that number only.
 *
 * Working space: that of the products | result 8n | entry 8n | limbs 4n | table of 16 entries.
 */
import { eq } from "../../memory/constant-time";
import { limbsFromOctets, octetsFromLimbs } from "../octets";
import { carryScaled } from "./carry";
import { digitAt, digitsFromLimbs, limbsFromDigits } from "./digits";
import { MAX_ENTRY, entryBytes, pack, readEntry } from "./entries";
import { Field, MAX_DIGITS, ONE, R_SQUARED, constant, ringQ } from "./field";
import { WORK_VECTORS, keepFactor, leave, multiply, multiplyByKept, square } from "./product";

export const POWER_BYTES: u32 = MAX_DIGITS * (8 * (WORK_VECTORS + 2) + 4) + 16 * MAX_ENTRY;

// @ts-ignore: decorator
@inline
export function resultOf(f: Field, work: usize): usize {
  return work + <usize>WORK_VECTORS * f.bytes;
}

// @ts-ignore: decorator
@inline
export function entryOf(f: Field, work: usize): usize {
  return work + <usize>(WORK_VECTORS + 1) * f.bytes;
}

// @ts-ignore: decorator
@inline
function limbsOf(f: Field, work: usize): usize {
  return work + <usize>(WORK_VECTORS + 2) * f.bytes;
}

/** Four bits of the exponent: number i from the top. */
// @ts-ignore: decorator
@inline
function nibble(exponent: usize, i: u32): u32 {
  return ((<u32>load<u8>(exponent + (i >> 1))) >> ((~i & 1) << 2)) & 15;
}

/**
 * Result := v^x, in Montgomery form, by windows of four bits over a table of v^0 to v^15, which is read in full each
 * time. Windows of five would save two multiplications of 330 and double the table.
 */
export function power(
  f: Field,
  value: usize,
  valueOctets: u32,
  exponent: usize,
  octets: u32,
  work: usize,
): void {
  const bytes = entryBytes(f);
  const result = resultOf(f, work);
  const entry = entryOf(f, work);
  const limbs = limbsOf(f, work);
  const table = limbs + (f.bytes >> 1);
  limbsFromOctets(limbs, f.digits, 17, value, valueOctets);
  digitsFromLimbs(f, entry, limbs);
  multiply(f, entry, entry, constant(f, R_SQUARED), work);
  pack(f, table, constant(f, ONE));
  pack(f, table + bytes, entry);
  keepFactor(f, entry, work);
  for (let i: usize = 2; i < 16; i += 2) {
    readEntry(f, result, table + (i >> 1) * bytes, 1, 0, work);
    square(f, result, result, work);
    pack(f, table + i * bytes, result);
    multiplyByKept(f, result, result, work);
    pack(f, table + (i + 1) * bytes, result);
  }
  if (octets == 0) {
    memory.copy(result, constant(f, ONE), f.bytes);
    return;
  }
  readEntry(f, result, table, 16, nibble(exponent, 0), work);
  for (let i: u32 = 1; i < octets << 1; i++) {
    for (let j = 0; j < 4; j++) square(f, result, result, work);
    readEntry(f, entry, table, 16, nibble(exponent, i), work);
    multiply(f, result, result, entry, work);
  }
}

/**
 * Result := 2^x in Montgomery form, without a table. The top eight bits are one bit of one digit; then for each four
 * bits w four squarings and a multiplication by 2^w, which is digit by digit and carried at once.
 */
export function powerOfTwo(f: Field, exponent: usize, octets: u32, work: usize): void {
  const result = resultOf(f, work);
  const top: u32 = octets == 0 ? 0 : load<u8>(exponent);
  memory.fill(result, 0, f.bytes);
  for (let bit: u32 = 0; bit < 256; bit++) {
    const digit = digitAt(f, result, bit / 17);
    store<f64>(digit, load<f64>(digit) + <f64>(eq(bit, top) << (bit % 17)));
  }
  multiply(f, result, result, constant(f, R_SQUARED), work);
  for (let i: u32 = 2; i < octets << 1; i++) {
    for (let j = 0; j < 4; j++) square(f, result, result, work);
    memory.copy(work, result, f.bytes);
    carryScaled(f, ringQ(f), result, work, nibble(exponent, i));
  }
}

/** Takes the result out of Montgomery form and writes its octets, as long as p. */
export function finish(f: Field, out: usize, work: usize): void {
  const result = resultOf(f, work);
  const limbs = limbsOf(f, work);
  leave(f, result, result, work);
  limbsFromDigits(f, limbs, result);
  octetsFromLimbs(out, f.digits << 1, limbs, f.digits, 17);
}
