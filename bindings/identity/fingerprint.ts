/**
 * Fingerprints: the hash of the text of a public key. For people always SHA-256 (XEP-0116 §7.3), shown as eight groups
 * of eight digits; on the wire the hash that was agreed on (§4.5.4).
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { EsessionError } from "../errors.js";
import { writeKeyValue } from "./key-value.js";
import type { KeyOptions, PublicKey } from "./public-key.js";

/** SHA-256 of a key's text, as 64 lower-case hexadecimal digits without anything between: to store and to compare. */
export type Fingerprint = string & { readonly __brand: "Fingerprint" };

export type Hash = (octets: Uint8Array) => Uint8Array;

/** Four times as long as it is with colons between the octets. */
const MAX_CHARACTERS = 400;

/** HASH(KeyValue), what `<fingerprint/>` carries. `hash`: the agreed one. Throws key-unacceptable. */
export const keyHash = (key: PublicKey, options: KeyOptions = {}, hash: Hash = sha256): Uint8Array =>
  hash(new TextEncoder().encode(writeKeyValue(key, options)));

/** Throws key-unacceptable. */
export const fingerprintOf = (key: PublicKey, options: KeyOptions = {}): Fingerprint =>
  bytesToHex(keyHash(key, options)) as Fingerprint;

/** For people: groups of eight digits. */
export const showFingerprint = (fingerprint: Fingerprint): string =>
  parseFingerprint(fingerprint).replaceAll(/.{8}(?!$)/g, "$& ");

/** What was typed or pasted: in either case, with white space and colons wherever they are. Throws key-malformed. */
export function parseFingerprint(text: string): Fingerprint {
  const digits = text.length <= MAX_CHARACTERS ? text.replaceAll(/[\s:]/g, "").toLowerCase() : "";
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new EsessionError(
      "key-malformed",
      "a fingerprint has 64 hexadecimal digits, with nothing but white space and colons between them",
    );
  return digits as Fingerprint;
}

/** Whether two texts are the same fingerprint. Throws key-malformed if one of them is none. */
export const sameFingerprint = (one: string, other: string): boolean =>
  parseFingerprint(one) === parseFingerprint(other);
