/**
 * DSA with SHA-256 as exports of the core, in the build of all algorithms only. `parameters`: p | q | g (domain.ts); secrets are as long as
 * q, public values as p, digests have 32 octets.
 */
import { domainAt, isDomain, powerModP } from "./domain";
import { addSmall, reduce } from "./octets";
import { sign, verify } from "./signature";

/** 1 if the parameters may be used, else 0. */
export function dsaCheck(parameters: usize, pLength: u32, qLength: u32): u32 {
  return u32(isDomain(domainAt(parameters, pLength, qLength)));
}

const LESS_ONE: usize = memory.data(32, 16);

/**
 * Makes x of random octets, eight more than q has, in their place: c mod (q - 1) + 1 (FIPS 186-4 B.1.1).
 */
export function dsaSecret(x: usize, parameters: usize, pLength: u32, qLength: u32): void {
  addSmall(LESS_ONE, parameters + pLength, qLength, -1);
  reduce(x, x, qLength + 8, LESS_ONE, qLength);
  addSmall(x, x, qLength, 1);
  memory.fill(x + qLength, 0, 8);
}

/** y = g^x mod p. */
export function dsaPublic(out: usize, parameters: usize, pLength: u32, qLength: u32, x: usize): void {
  const d = domainAt(parameters, pLength, qLength);
  powerModP(d, out, d.g, x);
}

/** Writes r | s and answers 1; or 0, if what was signed does not verify. `extra`: randomness added to that of RFC 6979. */
export function dsaSign(
  out: usize,
  parameters: usize,
  pLength: u32,
  qLength: u32,
  x: usize,
  digest: usize,
  extra: usize,
  extraLength: u32,
): u32 {
  return u32(sign(domainAt(parameters, pLength, qLength), out, x, digest, extra, extraLength));
}

/** 1 if r | s is a signature of the digest under y, else 0. */
export function dsaVerify(
  parameters: usize,
  pLength: u32,
  qLength: u32,
  y: usize,
  digest: usize,
  signature: usize,
): u32 {
  return u32(verify(domainAt(parameters, pLength, qLength), y, digest, signature));
}
