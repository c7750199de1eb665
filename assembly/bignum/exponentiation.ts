/**
 * Powers modulo N. The exponent is a string of big-endian octets; its length is public, its value is not.
 * Time and addresses depend on N and on that length only: every bit costs the same squaring, every window the
 * same multiplication, and the table is read in full.
 */
import { eq, mask } from "../memory/constant-time";
import { multiply, square } from "./montgomery";
import { ENTRY, Modulus, ONE, RESULT, R_SQUARED, TABLE, limbBytes, residue } from "./workspace";

/**
 * RESULT := 2^x in Montgomery form. From the top bit down: square, and double where the bit is set. The doubling is
 * an addition under a mask within the reduction, so that base 2 needs neither a table nor a multiplication.
 */
export function powerOfTwo(m: Modulus, exponent: usize, exponentOctets: u32): void {
  const r = residue(m, RESULT);
  memory.copy(r, residue(m, ONE), limbBytes(m));
  for (let i: u32 = 0; i < exponentOctets; i++) {
    const octet: u32 = load<u8>(exponent + i);
    for (let bit: u32 = 8; bit > 0; bit--) square(m, r, r, widen(mask((octet >> (bit - 1)) & 1)));
  }
}

/** Where power() takes its base: the limbs of any number below R/8. */
export const BASE: usize = TABLE + 1;

/**
 * RESULT := b^x in Montgomery form, by windows of four bits. Windows of five would save 2% of the operations and
 * double the table.
 */
export function power(m: Modulus, exponent: usize, exponentOctets: u32): void {
  const r = residue(m, RESULT);
  fillTable(m);
  memory.copy(r, residue(m, ONE), limbBytes(m));
  for (let i: u32 = 0; i < exponentOctets; i++) {
    const octet: u32 = load<u8>(exponent + i);
    if (i > 0) raiseTo16(m, r);
    multiplyByEntry(m, r, octet >> 4);
    raiseTo16(m, r);
    multiplyByEntry(m, r, octet & 15);
  }
}

/** R^2 mod N: 2^(wk) in Montgomery form, a power of two with a public exponent, which fits two octets. */
export function setRSquared(m: Modulus): void {
  const wk = m.limbBits * m.limbCount;
  const exponent = residue(m, ENTRY);
  store<u8>(exponent, <u8>(wk >> 8));
  store<u8>(exponent, <u8>wk, 1);
  powerOfTwo(m, exponent, 2);
  memory.copy(residue(m, R_SQUARED), residue(m, RESULT), limbBytes(m));
}

/** b^0 .. b^15 in Montgomery form. */
function fillTable(m: Modulus): void {
  setRSquared(m);
  const b = residue(m, BASE);
  multiply(m, b, b, residue(m, R_SQUARED)); // b R^2 < (R/8) 2N < RN
  memory.copy(residue(m, TABLE), residue(m, ONE), limbBytes(m));
  for (let i: usize = 2; i < 16; i += 2) {
    square(m, residue(m, TABLE + i), residue(m, TABLE + (i >> 1)), 0);
    multiply(m, residue(m, TABLE + i + 1), residue(m, TABLE + i), b);
  }
}

function raiseTo16(m: Modulus, r: usize): void {
  for (let i = 0; i < 4; i++) square(m, r, r, 0);
}

/** r := r b^index. Reads the whole table: the entry is gathered under masks. */
function multiplyByEntry(m: Modulus, r: usize, index: u32): void {
  const entry = residue(m, ENTRY);
  memory.fill(entry, 0, limbBytes(m));
  for (let i: u32 = 0; i < 16; i++) {
    const candidate = residue(m, TABLE + i);
    const chosen = widen(mask(eq(i, index)));
    for (let at: usize = 0; at < limbBytes(m); at += 8) {
      store<u64>(entry + at, load<u64>(entry + at) | (load<u64>(candidate + at) & chosen));
    }
  }
  multiply(m, r, r, entry);
}

/** A mask of 32 bits as one of 64. */
// @ts-ignore: decorator
@inline
function widen(narrow: u32): u64 {
  return <u64>(<i32>narrow);
}
