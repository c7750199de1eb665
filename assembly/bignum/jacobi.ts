/**
 * The Jacobi symbol and the check of a received public value. Public data only: VARIABLE TIME throughout.
 * Numbers are 32-bit limbs, least significant first; a length counts the limbs up to the highest that is not 0.
 */
import { apply, choose, found } from "./binary-steps";
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

/** Whether a < b. */
function isLess(a: usize, aLength: u32, b: usize, bLength: u32): bool {
  if (aLength != bLength) return aLength < bLength;
  for (let i = aLength; i > 0; i--) {
    const x = load<u32>(a + ((i - 1) << 2));
    const y = load<u32>(b + ((i - 1) << 2));
    if (x != y) return x < y;
  }
  return false;
}

/** a := a - n for a >= n, both of as many limbs; returns the new length of a. */
function subtract(a: usize, n: usize, length: u32): u32 {
  let borrow: i64 = 0;
  for (let i: u32 = 0; i < length; i++) {
    const t = <i64>load<u32>(a + (i << 2)) - <i64>load<u32>(n + (i << 2)) + borrow;
    store<u32>(a + (i << 2), <u32>t);
    borrow = t >> 32;
  }
  return trim(a, length);
}

/** (a/n) for odd n: 1, -1, or 0 where they have a common factor. Destroys a and n. */
function symbol(a: usize, aLength: u32, n: usize, nLength: u32): i32 {
  if (aLength == 0) return nLength == 1 && load<u32>(n) == 1 ? 1 : 0;
  let turns: u32 = 0;
  let length = max(aLength, nLength);
  while (length > 2) {
    turns ^= choose(a, n, length);
    if (found()) {
      if (!apply(a, n, length)) return 0; // n is the common factor, too long to be 1
    } else {
      if (isLess(a, length, n, length)) {
        turns ^= (load<u32>(a) & load<u32>(n)) >> 1;
        const number = a;
        a = n;
        n = number;
      }
      if (subtract(a, n, length) == 0) return 0;
    }
    length = max(trim(a, length), trim(n, length));
  }
  return shortSymbol(load<u64>(a), load<u64>(n), turns & 1);
}

/** The same for numbers of 64 bits, a > 0. `turned`: 1 if the sign is to be the other one. */
function shortSymbol(a: u64, n: u64, turned: u64): i32 {
  while (a > 0) {
    // (2/n) = -1 for n = 3, 5 mod 8.
    const twos = ctz(a);
    turned ^= twos & ((n >> 1) ^ (n >> 2));
    a >>= twos;
    if (a < n) {
      // Reciprocity, both odd: (a/n) = (n/a), negated if both are 3 mod 4.
      turned ^= (a & n) >> 1;
      const number = a;
      a = n;
      n = number;
    }
    a -= n;
  }
  return n == 1 ? 1 - (((<i32>turned) & 1) << 1) : 0;
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
  const pLength = read(p, prime, octets);
  if (vLength == 0 || (vLength == 1 && load<u32>(v) == 1)) return VALUE_OUT_OF_RANGE;
  store<u8>(p, load<u8>(p) - 1); // p is odd
  const inRange = isLess(v, vLength, p, pLength);
  store<u8>(p, load<u8>(p) + 1);
  if (!inRange) return VALUE_OUT_OF_RANGE;
  return symbol(v, vLength, p, pLength) == 1 ? 0 : VALUE_NOT_A_RESIDUE;
}
