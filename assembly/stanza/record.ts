/**
 * Sealed records of a store: AES-256 in counter mode from zero, then HMAC, under keys made from the store's
 * key and a random nonce (decisions of this project, no standard). A record:
 *
 *   version 1 | nonce 16 | ciphertext | tag 32
 *
 * where the plaintext is: header length u32 | header | number of secrets u16 | each: length u16, octets; numbers
 * are big-endian. The tag covers: name length u32 | name | version | nonce | ciphertext.
 * In the output region the version stands at 15, so that the rest is aligned; the name is in the input region.
 * Secrets go from their slots into the record and back without passing through JavaScript.
 */
import { AES } from "../cipher/ciphers";
import { counterModeOnce } from "../cipher/one-time";
import { SHA256 } from "../hash/hashes";
import { hashUpdate, hmacFinish, hmacStart } from "../hash/running";
import { equalBytes } from "../memory/constant-time";
import { inputRegion, outputRegion } from "../memory/layout";
import { giveSecret, LARGE_SECRET_BYTES, takeSecret } from "../memory/slots";
import { DAMAGED, FULL, MISMATCH, TOO_LARGE } from "../memory/status";

export const VERSION_OFFSET: usize = 15;
const NONCE: usize = 16;
export const PLAINTEXT_OFFSET: usize = 32;
const FORMAT: u32 = 1;
const MAX_HEADER: u32 = 49152;
const MAX_SECRETS: u32 = 512;
/** What the smallest text region holds beside the parts around the plaintext. */
const MAX_PLAINTEXT: u32 = 131072 - 128;

/** "ESession Record Cipher Key" and "ESession Record MAC Key". */
// prettier-ignore
const CIPHER_LABEL: usize = memory.data<u8>([
  0x45, 0x53, 0x65, 0x73, 0x73, 0x69, 0x6f, 0x6e, 0x20, 0x52, 0x65, 0x63, 0x6f, 0x72, 0x64, 0x20,
  0x43, 0x69, 0x70, 0x68, 0x65, 0x72, 0x20, 0x4b, 0x65, 0x79,
]);
// prettier-ignore
const MAC_LABEL: usize = memory.data<u8>([
  0x45, 0x53, 0x65, 0x73, 0x73, 0x69, 0x6f, 0x6e, 0x20, 0x52, 0x65, 0x63, 0x6f, 0x72, 0x64, 0x20,
  0x4d, 0x41, 0x43, 0x20, 0x4b, 0x65, 0x79,
]);

const RECORD_KEY: usize = memory.data(32, 16);
const ZERO_COUNTER: usize = memory.data(16, 16);
const TAG: usize = memory.data(32, 16);
const NUMBER: usize = memory.data(4);

function recordKey(key: usize, keyLength: u32, label: usize, labelLength: u32): void {
  hmacStart(key, keyLength, SHA256);
  hashUpdate(label, labelLength);
  hashUpdate(outputRegion() + NONCE, 16);
  hmacFinish(RECORD_KEY, 32);
}

function crypt(key: usize, keyLength: u32, length: u32): void {
  const text = outputRegion() + PLAINTEXT_OFFSET;
  recordKey(key, keyLength, CIPHER_LABEL, 26);
  counterModeOnce(text, text, length, AES, RECORD_KEY, 32, ZERO_COUNTER, 0);
  memory.fill(RECORD_KEY, 0, 32);
}

function tag(out: usize, key: usize, keyLength: u32, nameLength: u32, length: u32): void {
  recordKey(key, keyLength, MAC_LABEL, 23);
  hmacStart(RECORD_KEY, 32, SHA256);
  store<u32>(NUMBER, bswap<u32>(nameLength));
  hashUpdate(NUMBER, 4);
  hashUpdate(inputRegion(), nameLength);
  hashUpdate(outputRegion() + VERSION_OFFSET, 17 + length);
  hmacFinish(out, 32);
  memory.fill(RECORD_KEY, 0, 32);
}

/** Begins a plaintext whose header lies at PLAINTEXT_OFFSET + 4. Gives the plaintext's length so far, or a status. */
export function recordBegin(headerLength: u32, secrets: u32): i32 {
  if (headerLength > MAX_HEADER || secrets > MAX_SECRETS) return TOO_LARGE;
  const text = outputRegion() + PLAINTEXT_OFFSET;
  store<u32>(text, bswap<u32>(headerLength));
  store<u16>(text + 4 + headerLength, bswap<u16>(<u16>secrets));
  return headerLength + 6;
}

/** Appends a secret. Gives the plaintext's new length, or a status. */
export function recordAppend(length: u32, secret: usize, secretLength: u32): i32 {
  if (secretLength > <u32>LARGE_SECRET_BYTES || length + 2 + secretLength > MAX_PLAINTEXT) return TOO_LARGE;
  const at = outputRegion() + PLAINTEXT_OFFSET + length;
  store<u16>(at, bswap<u16>(<u16>secretLength));
  memory.copy(at + 2, secret, secretLength);
  return length + 2 + secretLength;
}

/** Encrypts the plaintext under the nonce at VERSION_OFFSET + 1. Gives the length of the record from VERSION_OFFSET. */
export function recordSeal(key: usize, keyLength: u32, nameLength: u32, length: u32): u32 {
  const region = outputRegion();
  store<u8>(region + VERSION_OFFSET, FORMAT);
  crypt(key, keyLength, length);
  tag(region + PLAINTEXT_OFFSET + length, key, keyLength, nameLength, length);
  return 17 + length + 32;
}

/**
 * Opens the record at VERSION_OFFSET. The header is then at PLAINTEXT_OFFSET + 4 (its length before it, in the
 * machine's order); the secrets are in new slots, listed in the input region as pairs of u32: slot, length.
 * Gives the number of secrets, or a status, and then no slot is taken.
 */
export function recordOpen(key: usize, keyLength: u32, nameLength: u32, recordLength: u32): i32 {
  const region = outputRegion();
  if (recordLength < 17 + 6 + 32 || recordLength - 49 > MAX_PLAINTEXT) return DAMAGED;
  if (load<u8>(region + VERSION_OFFSET) != FORMAT) return DAMAGED;
  const length = recordLength - 49;
  const text = region + PLAINTEXT_OFFSET;
  tag(TAG, key, keyLength, nameLength, length);
  const same = equalBytes(TAG, text + length, 32);
  memory.fill(TAG, 0, 32);
  if (!same) return MISMATCH;
  crypt(key, keyLength, length);
  const result = takeApart(text, length);
  if (result < 0) memory.fill(text, 0, length);
  return result;
}

function takeApart(text: usize, length: u32): i32 {
  const headerLength = bswap<u32>(load<u32>(text));
  if (headerLength > MAX_HEADER || headerLength + 6 > length) return DAMAGED;
  store<u32>(text, headerLength);
  const count = <u32>bswap<u16>(load<u16>(text + 4 + headerLength));
  if (count > MAX_SECRETS) return DAMAGED;
  const list = inputRegion();
  let at = headerLength + 6;
  for (let i: u32 = 0; i < count; ++i) {
    const secretLength = at + 2 <= length ? <u32>bswap<u16>(load<u16>(text + at)) : 0xffff;
    const fits = secretLength <= <u32>LARGE_SECRET_BYTES && at + 2 + secretLength <= length;
    const slot = fits ? takeSecret(secretLength) : 0;
    if (!slot) {
      giveBack(list, i);
      return fits ? FULL : DAMAGED;
    }
    memory.copy(slot, text + at + 2, secretLength);
    store<u32>(list + ((<usize>i) << 3), <u32>slot);
    store<u32>(list + ((<usize>i) << 3), secretLength, 4);
    at += 2 + secretLength;
  }
  if (at == length) return count;
  giveBack(list, count);
  return DAMAGED;
}

function giveBack(list: usize, count: u32): void {
  for (let i: u32 = 0; i < count; ++i) giveSecret(load<u32>(list + ((<usize>i) << 3)));
}
