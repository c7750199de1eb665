/**
 * The Jacobi symbol and the check of a received public value. Public data only: VARIABLE TIME throughout.
 * Numbers are 32-bit limbs, least significant first; a length counts the limbs up to the highest that is not 0.
 */
import { apply, choose, isLess } from "./binary-steps";
import { groupByteLength, writePrime } from "./groups";
import { limbsFromOctets } from "./octets";

/** The scratch holds two numbers of at most 1024 octets and a prime. */
const NUMBER_BYTES: usize = 1024;

/** Reads a number, zeros above it, and returns its length. */
function read(number: usize, octets: usize, octetCount: u32): u32 {
  const limbCount = (octetCount + 3) >> 2;
  memory.fill(number, 0, NUMBER_BYTES);
  limbsFromOctets(number, limbCount, 32, octets, octetCount);
  return trim(number, limbCount);
}

function trim(number: usize, length: u32): u32 {
  while (length > 0 && load<u32>(number + ((length - 1) << 2)) == 0) length--;
  return length;
}

/** (a/n) for odd n: 1, -1, or 0 where they have a common factor. Destroys a and n. */
function symbol(a: usize, aLength: u32, n: usize, nLength: u32): i32 {
  let turns: u32 = 0;
  let length = max(aLength, nLength);
  while (aLength > 0) {
    turns ^= choose(a, n, length);
    apply(a, n, length);
    aLength = trim(a, length);
    length = max(aLength, trim(n, length));
  }
  return length == 1 && load<u32>(n) == 1 ? 1 - (turns << 1) : 0;
}

/** (a/n) of octets, at most 1024 each; 0 for an even n, which has no symbol. */
export function jacobiSymbol(a: usize, aOctets: u32, n: usize, nOctets: u32, scratch: usize): i32 {
  const x = scratch;
  const y = scratch + NUMBER_BYTES;
  const xLength = read(x, a, aOctets);
  const yLength = read(y, n, nOctets);
  if (yLength == 0 || !(load<u32>(y) & 1)) return 0;
  return symbol(x, xLength, y, yLength);
}

/** Why a value is not a public value of the group. 4 is the caller's: its own value. */
const VALUE_EMPTY: u32 = 1;
const VALUE_TOO_LONG: u32 = 2;
const VALUE_OUT_OF_RANGE: u32 = 3;
const VALUE_NOT_A_RESIDUE: u32 = 5;

/**
 * XEP-0116 §4.5: 1 < v < p - 1; and v must be a square modulo p, as every power of 2 is: others would tell the
 * lowest bit of the exponent.
 */
export function checkPublicValue(group: u32, value: usize, valueOctets: u32, scratch: usize): u32 {
  const octets = groupByteLength(group);
  if (valueOctets == 0) return VALUE_EMPTY;
  if (valueOctets > octets) return VALUE_TOO_LONG;
  const v = scratch;
  const p = scratch + NUMBER_BYTES;
  const prime = p + NUMBER_BYTES;
  writePrime(prime, group);
  const vLength = read(v, value, valueOctets);
  read(p, prime, octets);
  if (vLength == 0 || (vLength == 1 && load<u32>(v) == 1)) return VALUE_OUT_OF_RANGE;
  store<u8>(p, load<u8>(p) - 1); // p is odd
  const inRange = isLess(v, p, octets >> 2);
  store<u8>(p, load<u8>(p) + 1);
  if (!inRange) return VALUE_OUT_OF_RANGE;
  return symbol(v, vLength, p, octets >> 2) == 1 ? 0 : VALUE_NOT_A_RESIDUE;
}
