/**
 * The ABI of the core: every export, and nothing else. Numbers, and addresses in the linear memory; whoever
 * calls keeps to the lengths said at each function. The module imports nothing.
 *
 * Secrets and contexts are addressed by their slots. Public octets go in through the input region and come out
 * of the output region.
 */
import { fftChain as chain, fftConvolve as convolve, fftRing as ring } from "./bignum/fft/index";
import * as bignum from "./bignum/index";
import { counterModeOnce } from "./cipher/one-time";
import { hashInteger } from "./hash/integer";
import { equalBytes } from "./memory/constant-time";
import { bignumScratch, reserve } from "./memory/layout";
import { CONTEXTS, freeSlots, LARGE_SECRETS, SECRETS } from "./memory/slots";

export { hashFinish, hashStart, hashUpdate, hmacFinish, hmacStart } from "./hash/running";
export { inputRegion, outputRegion, textCapacity } from "./memory/layout";
export { randomFault } from "./memory/random";
export { giveSecret, takeSecret } from "./memory/slots";
export { decode as base64Decode, encode as base64Encode } from "./stanza/base64";
export { blocksAt, counterAt, giveContext, openContext } from "./stanza/context";
export { openContent, openIdentity, sealContent, sealIdentity } from "./stanza/identity";
export { openList, sealList } from "./stanza/list";
export { openStanza } from "./stanza/open";
export { recordAppend, recordBegin, recordOpen, recordSeal } from "./stanza/record";
export { extraOffset, sealStanza } from "./stanza/seal";

/** The version of this ABI; bindings refuse another one. */
export function abiVersion(): u32 {
  return 2;
}

/** 1 if this is the SIMD build. */
export function usesSimd(): u32 {
  return <u32>ASC_FEATURE_SIMD;
}

/** 1 if this build has every algorithm, not the common ones alone (builds/). */
export function hasAllAlgorithms(): u32 {
  return <u32>ALL_ALGORITHMS;
}

/** Reserves all memory, once, with `tableBytes` for powers of 2 (bignum/fft/comb.ts). 0 if that is impossible. */
export function init(maxStanza: u32, contexts: u32, secrets: u32, largeSecrets: u32, tableBytes: u32): u32 {
  return <u32>reserve(maxStanza, contexts, secrets, largeSecrets, tableBytes);
}

/** Free slots: 0 for secrets up to 64 octets, 1 for longer ones, 2 for contexts. */
export function freeOf(kind: u32): u32 {
  return freeSlots(kind == 0 ? SECRETS : kind == 1 ? LARGE_SECRETS : CONTEXTS);
}

/** Overwrites octets with zeros. */
export function wipe(octets: usize, length: u32): void {
  memory.fill(octets, 0, length);
}

/** 1 if the octets are the same, 0 if not, in time that depends on the length only. */
export function equal(a: usize, b: usize, length: u32): u32 {
  return equalBytes(a, b, length);
}

/** Forces random octets into the shape of a number of exactly that many bits. */
export function shapeExponent(exponent: usize, bits: u32): void {
  const top: u32 = 1 << ((bits - 1) & 7);
  store<u8>(exponent, ((<u32>load<u8>(exponent)) & (top - 1)) | top);
}

/** Octets of the group's prime, 0 for an unknown group. */
export function groupByteLength(group: u32): u32 {
  return bignum.groupByteLength(group);
}

/** g^x mod p, as long as p. */
export function dhPublic(out: usize, group: u32, exponent: usize, exponentLength: u32): void {
  bignum.dhPublic(out, group, exponent, exponentLength, bignumScratch());
}

/** 0 if the value may be used; 1 empty, 2 too long, 3 out of range, 5 not a quadratic residue. */
export function dhCheck(group: u32, value: usize, valueLength: u32): u32 {
  return bignum.dhCheck(group, value, valueLength, bignumScratch());
}

const SHARED: usize = memory.data(1024, 16);

/** K = HASH of v^x mod p in its shortest form, as long as the hash. */
export function dhAgree(
  out: usize,
  group: u32,
  value: usize,
  valueLength: u32,
  exponent: usize,
  exponentLength: u32,
  hash: u32,
): void {
  bignum.dhShared(SHARED, group, value, valueLength, exponent, exponentLength, bignumScratch());
  hashInteger(out, SHARED, bignum.groupByteLength(group), hash);
  memory.fill(SHARED, 0, 1024);
}

/** For tests: any odd modulus. 0 if the result was written. */
export function modPow(
  out: usize,
  base: usize,
  baseLength: u32,
  exponent: usize,
  exponentLength: u32,
  modulus: usize,
  modulusLength: u32,
): u32 {
  return bignum.modPow(
    out,
    base,
    baseLength,
    exponent,
    exponentLength,
    modulus,
    modulusLength,
    bignumScratch(),
  );
}

/** For tests: the Jacobi symbol (a/n). */
export function jacobi(a: usize, aLength: u32, n: usize, nLength: u32): i32 {
  return bignum.jacobi(a, aLength, n, nLength, bignumScratch());
}

/** For tests: the hash of an integer in its shortest form, of 1 to 1024 octets. */
export function hashOfInteger(out: usize, value: usize, length: u32, hash: u32): void {
  hashInteger(out, value, length, hash);
}

/** For tests: counter mode with a cipher (cipher/ciphers.ts) under a key of 16, 24 or 32 octets. */
export function cipherStream(
  out: usize,
  input: usize,
  length: u32,
  cipher: u32,
  key: usize,
  keyLength: u32,
  counter: usize,
): void {
  counterModeOnce(out, input, length, cipher, key, keyLength, counter, 0);
}

/** For tests of the SIMD build: the constants of ring R, or Q (bignum/fft/field.ts). */
export function fftRing(group: u32, inQ: u32): usize {
  return ASC_FEATURE_SIMD ? ring(group, inQ != 0, bignumScratch()) : 0;
}

/** For tests of the SIMD build: a transform before its rounding (bignum/fft/trial.ts). */
export function fftConvolve(group: u32, inQ: u32, out: usize, a: usize, b: usize, c: usize, d: usize): void {
  if (ASC_FEATURE_SIMD) convolve(group, inQ != 0, out, a, b, c, d, bignumScratch());
}

/** For tests of the SIMD build: a product, or a chain of squares (bignum/fft/trial.ts). */
export function fftChain(group: u32, out: usize, a: usize, b: usize, count: u32): void {
  if (ASC_FEATURE_SIMD) chain(group, out, a, b, count, bignumScratch());
}
