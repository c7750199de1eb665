/**
 * The encrypted proof of identity without public keys (XEP-0116 §4.5.4, §4.6.3, §4.7.4):
 * ID = CTR(KC, C, mac), M = HMAC(KM, C | ID) with C in its shortest form. mac = HMAC(KS, ...) is what the
 * running HMAC holds when these are called.
 */
import { hashUpdate, hmacFinish, hmacStart } from "../hash/running";
import { equalBytes } from "../memory/constant-time";
import { leadingZeros } from "./counter";
import { cryptOnce } from "./crypt";
import { OPENING, SEALING } from "./recorder";

const PROOF: usize = memory.data(32, 16);
const EXPECTED: usize = memory.data(64, 16);

function identityMac(out: usize, macKey: usize, macLength: u32, counter: usize, identity: usize): void {
  const zeros = leadingZeros(counter);
  hmacStart(macKey, macLength);
  hashUpdate(counter + zeros, 16 - zeros);
  hashUpdate(identity, 32);
  hmacFinish(out, 32);
}

function encryptProof(
  out: usize,
  cipher: u32,
  cipherKey: usize,
  cipherLength: u32,
  counter: usize,
  skip: u32,
  direction: u32,
): void {
  hmacFinish(PROOF, 32);
  cryptOnce(out, cipher, cipherKey, cipherLength, PROOF, 32, counter, skip, direction);
  memory.fill(PROOF, 0, 32);
}

/** Finishes the running HMAC and writes ID (32 octets) and M (32). skip: 1 in the dialect `deployed`, else 0. */
export function sealIdentity(
  out: usize,
  cipher: u32,
  cipherKey: usize,
  cipherLength: u32,
  macKey: usize,
  macLength: u32,
  counter: usize,
  skip: u32,
): void {
  encryptProof(out, cipher, cipherKey, cipherLength, counter, skip, SEALING);
  identityMac(out + 32, macKey, macLength, counter, out);
}

/** Of the ID and M received (64 octets): 1 if M is right, plus 2 if ID is, after the same work. */
export function openIdentity(
  received: usize,
  cipher: u32,
  cipherKey: usize,
  cipherLength: u32,
  macKey: usize,
  macLength: u32,
  counter: usize,
  skip: u32,
): u32 {
  encryptProof(EXPECTED, cipher, cipherKey, cipherLength, counter, skip, OPENING);
  identityMac(EXPECTED + 32, macKey, macLength, counter, received);
  const same = equalBytes(EXPECTED + 32, received + 32, 32) | (equalBytes(EXPECTED, received, 32) << 1);
  memory.fill(EXPECTED, 0, 64);
  return same;
}
