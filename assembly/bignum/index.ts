/**
 * Big integers: Diffie-Hellman in the MODP groups, Jacobi symbols, and powers and products modulo any odd number of up to
 * 8192 bits, which the SIMD build has only together with DSA.
 *
 * Numbers are big-endian octets at addresses. `scratch` has BIGNUM_SCRATCH_BYTES octets, aligned to 16; nothing is
 * expected in it, and it is all zero again after a call that saw a secret. Secret are exponents and what comes
 * out of dhShared() and modPow(); public are lengths, groups, moduli and the values of peers. The check and the
 * Jacobi symbol take variable time and belong to public values only.
 */
import { BASE, power, powerOfTwo, setRSquared } from "./exponentiation";
import { SETUP_BYTES, WORK_BYTES, fftPublic, fftShared, keepCombs, keepSetups } from "./fft/index";
import { groupByteLength, writePrime } from "./groups";
import { checkPublicValue, jacobiSymbol } from "./jacobi";
import { prepare } from "./modulus";
import { leave, multiply, subtractModulus } from "./montgomery";
import { limbsFromOctets, octetsFromLimbs } from "./octets";
import { MAX_OCTETS, Modulus, RESULT, R_SQUARED, TABLE, WORKSPACE_BYTES, residue } from "./workspace";

export { groupByteLength };

const PRIME: usize = WORKSPACE_BYTES;

const INTEGER_BYTES: u32 = <u32>PRIME + MAX_OCTETS;

/** SIMD: 48 KiB, also enough for the integers; scalar: 29 KiB. */
export const BIGNUM_SCRATCH_BYTES: u32 = ASC_FEATURE_SIMD ? WORK_BYTES : INTEGER_BYTES;

/** What is kept between two calls: public constants of the groups that were used. */
export const BIGNUM_KEPT_BYTES: u32 = ASC_FEATURE_SIMD ? SETUP_BYTES : 0;

/** Where it is kept: BIGNUM_KEPT_BYTES, then `tableBytes` for tables of powers of 2; all zero, aligned to 16. */
export function keepAt(address: usize, tableBytes: u32): void {
  if (ASC_FEATURE_SIMD) {
    keepSetups(address);
    keepCombs(address + BIGNUM_KEPT_BYTES, tableBytes);
  }
}

/** 2^x mod p, in groupByteLength octets, for a known group. */
export function dhPublic(out: usize, group: u32, exponent: usize, exponentBytes: u32, scratch: usize): void {
  if (ASC_FEATURE_SIMD) {
    fftPublic(out, group, exponent, exponentBytes, scratch);
    wipe(scratch);
    return;
  }
  const m = prepareGroup(group, scratch);
  powerOfTwo(m, exponent, exponentBytes);
  finish(m, out, groupByteLength(group));
}

/** v^x mod p, in groupByteLength octets, for a known group and a value that dhCheck() found good. */
export function dhShared(
  out: usize,
  group: u32,
  value: usize,
  valueBytes: u32,
  exponent: usize,
  exponentBytes: u32,
  scratch: usize,
): void {
  if (ASC_FEATURE_SIMD) {
    fftShared(out, group, value, valueBytes, exponent, exponentBytes, scratch);
    wipe(scratch);
    return;
  }
  const m = prepareGroup(group, scratch);
  limbsFromOctets(residue(m, BASE), m.limbCount, m.limbBits, value, valueBytes);
  power(m, exponent, exponentBytes);
  finish(m, out, groupByteLength(group));
}

/** 0 if v is a public value of the group; 1 empty; 2 too long; 3 not 1 < v < p - 1; 5 not a square modulo p. */
export function dhCheck(group: u32, value: usize, valueBytes: u32, scratch: usize): u32 {
  return checkPublicValue(group, value, valueBytes, scratch);
}

/**
 * b^x mod N, in modulusBytes octets, for any odd N > 1; b may be any number of at most modulusBytes octets.
 * Returns 0, or without a result: 1 if N is even or below 3, 2 if it is too long, 3 if the base is too long, 4 in the
 * common SIMD build: the groups have no use for the integers there, which would be a tenth of the module.
 */
export function modPow(
  out: usize,
  baseOctets: usize,
  baseBytes: u32,
  exponent: usize,
  exponentBytes: u32,
  modulus: usize,
  modulusBytes: u32,
  scratch: usize,
): u32 {
  if (ASC_FEATURE_SIMD && !ALL_ALGORITHMS) return 4;
  if (modulusBytes > MAX_OCTETS) return 2;
  if (!isOddAboveOne(modulus, modulusBytes)) return 1;
  if (baseBytes > modulusBytes) return 3;
  const m = prepare(scratch, modulus, modulusBytes);
  limbsFromOctets(residue(m, BASE), m.limbCount, m.limbBits, baseOctets, baseBytes);
  power(m, exponent, exponentBytes);
  finish(m, out, modulusBytes);
  return 0;
}

/** ab mod N for secret a, b < 2N; all of them have as many octets. N is odd, 3 or more. */
export function modMultiply(
  out: usize,
  a: usize,
  b: usize,
  modulus: usize,
  octetCount: u32,
  scratch: usize,
): void {
  const m = prepare(scratch, modulus, octetCount);
  setRSquared(m);
  const x = residue(m, TABLE);
  const y = residue(m, BASE);
  const r = residue(m, RESULT);
  limbsFromOctets(x, m.limbCount, m.limbBits, a, octetCount);
  limbsFromOctets(y, m.limbCount, m.limbBits, b, octetCount);
  multiply(m, x, x, residue(m, R_SQUARED));
  multiply(m, r, x, y); // (aR)b/R
  subtractModulus(m, r);
  octetsFromLimbs(out, octetCount, r, m.limbCount, m.limbBits);
  wipe(scratch);
}

/** The Jacobi symbol (a/n) for odd n, each of at most 1024 octets. */
export function jacobi(a: usize, aBytes: u32, n: usize, nBytes: u32, scratch: usize): i32 {
  return jacobiSymbol(a, aBytes, n, nBytes, scratch);
}

function prepareGroup(group: u32, scratch: usize): Modulus {
  writePrime(scratch + PRIME, group);
  return prepare(scratch, scratch + PRIME, groupByteLength(group));
}

function isOddAboveOne(octets: usize, octetCount: u32): bool {
  if (octetCount == 0) return false;
  const last = octetCount - 1;
  if (!(load<u8>(octets + last) & 1)) return false;
  for (let i: u32 = 0; i < last; i++) if (load<u8>(octets + i) != 0) return true;
  return load<u8>(octets + last) > 1;
}

/** Takes a result out of Montgomery form and out of the scratch, and wipes the scratch. */
function finish(m: Modulus, out: usize, octetCount: u32): void {
  const r = residue(m, RESULT);
  leave(m, r);
  octetsFromLimbs(out, octetCount, r, m.limbCount, m.limbBits);
  wipe(changetype<usize>(m));
}

function wipe(scratch: usize): void {
  memory.fill(scratch, 0, BIGNUM_SCRATCH_BYTES);
}
