/**
 * The encrypted proofs of identity (XEP-0116 §4.5.4, §4.6.3, §4.7.4): ID = CTR(KC, C, content), M = HMAC(KM, C | ID) with C
 * in its shortest form. The content is public key and signature; without public keys it is mac = HMAC(KS, ...) alone, what
 * the running HMAC holds when sealIdentity() and openIdentity() are called.
 */
import { hashBytes } from "../hash/hashes";
import { hashUpdate, hmacFinish, hmacStart } from "../hash/running";
import { equalBytes } from "../memory/constant-time";
import { leadingZeros } from "./counter";
import { cryptOnce } from "./crypt";
import { OPENING, SEALING } from "./recorder";

const PROOF: usize = memory.data(64, 16);
const EXPECTED: usize = memory.data(128, 16);

/**
 * Writes ID, as long as the content, to `out` and M behind it, as long as the hash; the content may lie there too. skip: 1 in
 * the dialect `deployed`, else 0; here and below.
 */
export function sealContent(
  out: usize,
  content: usize,
  length: u32,
  cipher: u32,
  cipherKey: usize,
  cipherLength: u32,
  hash: u32,
  macKey: usize,
  macLength: u32,
  counter: usize,
  skip: u32,
): void {
  cryptOnce(out, cipher, cipherKey, cipherLength, content, length, counter, skip, SEALING);
  identityMac(out + length, out, length, hash, macKey, macLength, counter);
}

/** M over an identity of that length. */
function identityMac(
  out: usize,
  identity: usize,
  length: u32,
  hash: u32,
  macKey: usize,
  macLength: u32,
  counter: usize,
): void {
  const zeros = leadingZeros(counter);
  hmacStart(macKey, macLength, hash);
  hashUpdate(counter + zeros, 16 - zeros);
  hashUpdate(identity, length);
  hmacFinish(out, hashBytes(hash));
}

/** Of the ID received, with its M behind it: writes the content to `out`, right or not; 1 if M is right, else 0. */
export function openContent(
  out: usize,
  received: usize,
  length: u32,
  cipher: u32,
  cipherKey: usize,
  cipherLength: u32,
  hash: u32,
  macKey: usize,
  macLength: u32,
  counter: usize,
  skip: u32,
): u32 {
  identityMac(EXPECTED, received, length, hash, macKey, macLength, counter);
  const same = equalBytes(EXPECTED, received + length, hashBytes(hash));
  memory.fill(EXPECTED, 0, 64);
  cryptOnce(out, cipher, cipherKey, cipherLength, received, length, counter, skip, OPENING);
  return same;
}

/** Finishes the running HMAC and writes ID and M, each as long as the hash. */
export function sealIdentity(
  out: usize,
  cipher: u32,
  cipherKey: usize,
  cipherLength: u32,
  hash: u32,
  macKey: usize,
  macLength: u32,
  counter: usize,
  skip: u32,
): void {
  const length = hashBytes(hash);
  hmacFinish(PROOF, length);
  sealContent(out, PROOF, length, cipher, cipherKey, cipherLength, hash, macKey, macLength, counter, skip);
  memory.fill(PROOF, 0, 64);
}

/** Of the ID and M received, each as long as the hash: 1 if M is right, plus 2 if ID is, after the same work. */
export function openIdentity(
  received: usize,
  cipher: u32,
  cipherKey: usize,
  cipherLength: u32,
  hash: u32,
  macKey: usize,
  macLength: u32,
  counter: usize,
  skip: u32,
): u32 {
  const length = hashBytes(hash);
  hmacFinish(PROOF, length);
  cryptOnce(EXPECTED, cipher, cipherKey, cipherLength, PROOF, length, counter, skip, OPENING);
  identityMac(EXPECTED + length, received, length, hash, macKey, macLength, counter);
  const same =
    equalBytes(EXPECTED + length, received + length, length) | (equalBytes(EXPECTED, received, length) << 1);
  memory.fill(PROOF, 0, 64);
  memory.fill(EXPECTED, 0, 128);
  return same;
}
