/**
 * What is checked of a DSA key and signature before any library sees them (FIPS 186-4 §4.1, §4.7, Appendix A.2.2):
 * q divides p - 1, g and y have order q, 0 < r, s < q. Libraries differ in what they check, and an old one that checks
 * nothing accepts r = s = 0 for everybody.
 * Limits: variable time, for public values only. Two exponentiations, of 3072 bits at most: some milliseconds. That p
 * and q are primes is not checked: it would cost more than everything else here, and protects only from the key's owner.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import { EsessionError } from "../errors.js";
import type { DsaPublicKey } from "./public-key.js";

/** Throws key-unacceptable unless g and y are of the group that p and q say. */
export function checkDsaGroup(key: DsaPublicKey): void {
  const [p, q, g, y] = [toBigInt(key.p), toBigInt(key.q), toBigInt(key.g), toBigInt(key.y)];
  if ((p - 1n) % q !== 0n) throw unacceptable("its q does not divide p - 1");
  if (modPowVarTime(g, q, p) !== 1n) throw unacceptable("its g is not of order q");
  if (modPowVarTime(y, q, p) !== 1n) throw unacceptable("its y is not a power of g");
}

/** Whether 0 < r < q and 0 < s < q, each of them as long as q. */
export function isDsaSignature(key: DsaPublicKey, signature: Uint8Array): boolean {
  const { length } = key.q;
  if (signature.length !== 2 * length) return false;
  const q = toBigInt(key.q);
  return [signature.subarray(0, length), signature.subarray(length)]
    .map(toBigInt)
    .every((n) => n > 0n && n < q);
}

const toBigInt = (octets: Uint8Array) => BigInt(`0x${bytesToHex(octets)}`);

function modPowVarTime(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

const unacceptable = (fault: string) =>
  new EsessionError("key-unacceptable", `the DSA key is not valid: ${fault}`);
