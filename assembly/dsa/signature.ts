/**
 * DSA with SHA-256 (FIPS 186-4 §4.6, §4.7). A signature is r | s, each as long as q; the hash is cut to the bits of q. Secret are x and k,
 * and what is made of them until it is r and s; time depends on the parameters only, and on candidates for k that were not
 * in the range (nonce.ts).
 */
import { modMultiply, modPow } from "../bignum/index";
import { equalBytes } from "../memory/constant-time";
import { bignumScratch } from "../memory/layout";
import { Domain, isDomain, isOfOrderQ, powerModP } from "./domain";
import { nextNonce, seedNonce, wipeNonce } from "./nonce";
import { add, addSmall, isInRange, isSmall, reduce } from "./octets";

/** Numbers modulo q. */
const Z: usize = memory.data(32, 16);
const K: usize = memory.data(32, 16);
const INVERSE: usize = memory.data(32, 16);
const PRODUCT: usize = memory.data(32, 16);
/** A sum of two, or an exponent. */
const SUM: usize = memory.data(48, 16);
/** Numbers modulo p. */
const FIRST: usize = memory.data(384, 16);
const SECOND: usize = memory.data(384, 16);

/** a^-1 = a^(q - 2) mod q, for prime q. */
function inverse(d: Domain, out: usize, a: usize): void {
  addSmall(SUM, d.q, d.qLength, -2);
  modPow(out, a, d.qLength, SUM, d.qLength, d.q, d.qLength, bignumScratch());
}

function multiplyModQ(d: Domain, out: usize, a: usize, b: usize): void {
  modMultiply(out, a, b, d.q, d.qLength, bignumScratch());
}

/** r = (g^k mod p) mod q and s = k^-1 (z + x r) mod q. */
function signWith(d: Domain, signature: usize, x: usize): void {
  const s = signature + d.qLength;
  powerModP(d, FIRST, d.g, K);
  reduce(signature, FIRST, d.pLength, d.q, d.qLength);
  multiplyModQ(d, PRODUCT, x, signature);
  add(SUM, PRODUCT, Z, d.qLength);
  reduce(PRODUCT, SUM, d.qLength + 1, d.q, d.qLength);
  inverse(d, INVERSE, K);
  multiplyModQ(d, s, PRODUCT, INVERSE);
}

/** A zero in a signature comes once in 2^223 times; in parameters that are none it may come each time. */
const TRIES: u32 = 4;

/**
 * Signs a digest of 32 octets with x, as long as q, and verifies: 1, or 0 and no signature, if the parameters are none, x is 0, or
 * the machine made an error, which could tell x.
 */
export function sign(d: Domain, out: usize, x: usize, digest: usize, extra: usize, extraLength: u32): bool {
  if (!isDomain(d)) return false;
  reduce(Z, digest, d.qLength, d.q, d.qLength);
  seedNonce(d, x, Z, extra, extraLength);
  for (let tries: u32 = 0; tries < TRIES; ++tries) {
    nextNonce(d, K);
    signWith(d, out, x);
    if (isSignature(d, out)) break;
  }
  powerModP(d, SECOND, d.g, x);
  const good = isSignature(d, out) && !isSmall(SECOND, d.pLength, 1) && holds(d, SECOND, digest, out);
  if (!good) memory.fill(out, 0, d.qLength << 1);
  wipeNonce();
  memory.fill(K, 0, 32);
  memory.fill(INVERSE, 0, 32);
  memory.fill(PRODUCT, 0, 32);
  memory.fill(SUM, 0, 48);
  return good;
}

/** Whether a signature is one of the digest under y, as long as p. VARIABLE TIME: all of it is public. */
export function verify(d: Domain, y: usize, digest: usize, signature: usize): bool {
  return isSignature(d, signature) && isDomain(d) && isOfOrderQ(d, y) && holds(d, y, digest, signature);
}

/** 0 < r, s < q. */
function isSignature(d: Domain, signature: usize): bool {
  return (isInRange(signature, d.q, d.qLength) & isInRange(signature + d.qLength, d.q, d.qLength)) != 0;
}

/** r = (g^(z/s) y^(r/s) mod p) mod q. */
function holds(d: Domain, y: usize, digest: usize, signature: usize): bool {
  inverse(d, INVERSE, signature + d.qLength);
  reduce(Z, digest, d.qLength, d.q, d.qLength);
  multiplyModQ(d, PRODUCT, Z, INVERSE);
  powerModP(d, FIRST, d.g, PRODUCT);
  multiplyModQ(d, PRODUCT, signature, INVERSE);
  powerModP(d, SECOND, y, PRODUCT);
  modMultiply(FIRST, FIRST, SECOND, d.p, d.pLength, bignumScratch());
  reduce(PRODUCT, FIRST, d.pLength, d.q, d.qLength);
  return equalBytes(PRODUCT, signature, d.qLength) != 0;
}
