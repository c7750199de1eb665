/**
 * Short authentication strings: `sas28x5` (XEP-0116, "The sas28x5 SAS Algorithm") and `sas28x5-bound`
 * (docs/sas28x5-bound.md), whose inputs are fixed by both sides before either can know the result.
 * Limits: sas28x5 alone does not stop a man in the middle (2^24 tries, seconds); even the bound string leaves an
 * attacker one guess of 2^-24, and both are worth nothing unless the users compare them.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Core } from "../core/types.js";
import { framed } from "../wire/integers.js";

export type Sha256 = Core["sha256"];

/** XEP-0116: without n, s, b, t, z, j, 0 and l, which are taken for one another when spoken or read. */
const digits = "acdefghikmopqruvwxy123456789";
const ascii = (text: string) => new TextEncoder().encode(text);

/** `mA`: the octets of M_A; `formB`: the UTF-8 of its normal form. Always five characters, with the leading `a`s. */
export function sas28x5(mA: Uint8Array, formB: Uint8Array, sha256: Sha256): string {
  return fiveDigits(sha256(mA, formB, ascii("Short Authentication String")));
}

export interface SasBoundInput {
  readonly nonceA: Uint8Array;
  readonly nonceB: Uint8Array;
  /** The public values of the chosen group, shortest big-endian form (XEP-0116 §6.1). */
  readonly e: Uint8Array;
  readonly d: Uint8Array;
  /** The normal forms, as octets. */
  readonly formA: Uint8Array;
  readonly formB: Uint8Array;
  /** The responder's 32 octets, revealed in message 4 and checked against `sas_commit` before. */
  readonly r: Uint8Array;
}

/** `comparisonCode`: 128 bits as 32 lower-case hexadecimal digits, in groups of four. */
export function sas28x5Bound(
  { nonceA, nonceB, e, d, formA, formB, r }: SasBoundInput,
  sha256: Sha256,
): { sas: string; comparisonCode: string } {
  const hash = sha256(
    ascii("ESession SAS"),
    ...[nonceA, nonceB, e, d, formA, formB, r].map((value) => framed(value)),
  );
  const groups = bytesToHex(hash.subarray(hash.length - 16)).match(/.{4}/g) ?? [];
  return { sas: fiveDigits(hash), comparisonCode: groups.join(" ") };
}

/** The octets of `sas_commit`. */
export function sasCommit(r: Uint8Array, sha256: Sha256): Uint8Array {
  return sha256(r);
}

/** The last 24 bits in base 28, most significant digit first. 28^5 > 2^24, so five digits always suffice. */
function fiveDigits(hash: Uint8Array): string {
  let rest = hash.slice(-3).reduce((value, octet) => value * 256 + octet, 0);
  let text = "";
  for (let digit = 0; digit < 5; digit++) {
    text = digits.charAt(rest % 28) + text;
    rest = Math.floor(rest / 28);
  }
  return text;
}
