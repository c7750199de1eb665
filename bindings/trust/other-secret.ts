/**
 * The Other Shared Secret (XEP-0116 §4.7.3), stretched. An active attacker who completes the exchange can test
 * guesses of it offline, so each guess is made to cost an scrypt (RFC 7914); it is still no password login.
 * Limits: both sides must stretch alike, so the cost is fixed; a JavaScript string cannot be wiped.
 */
import { scryptAsync } from "@noble/hashes/scrypt.js";
import type { Secret } from "../core/secret.js";
import type { Core } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { framed } from "../wire/integers.js";

/** N = 2^17, r = 8, p = 1: 128 MiB, about a second. Done once; the result is kept sealed. */
const cost = { N: 2 ** 17, r: 8, p: 1, dkLen: 32 } as const;

/** `own` and `peer`: bare JIDs in their prepared form, in either order. */
export async function stretchOtherSecret(
  core: Core,
  secret: string,
  own: string,
  peer: string,
): Promise<Secret> {
  if (secret === "") throw new EsessionError("option-invalid", "the other shared secret is empty");
  const utf8 = new TextEncoder().encode(secret.normalize("NFC"));
  return core.keys.import(await scryptAsync(utf8, otherSecretSalt(core, own, peer), cost));
}

/** SHA-256("ESession OSS" | L(lower bare JID) | L(higher bare JID)), lower and higher in the order of their octets. */
export function otherSecretSalt(core: Pick<Core, "sha256">, own: string, peer: string): Uint8Array {
  const utf8 = new TextEncoder();
  const [a, b] = [utf8.encode(own), utf8.encode(peer)];
  const differing = a.findIndex((octet, index) => octet !== b[index]);
  const aFirst = differing < 0 || (differing < b.length && a[differing]! < b[differing]!);
  return core.sha256(utf8.encode("ESession OSS"), ...(aFirst ? [a, b] : [b, a]).map((jid) => framed(jid)));
}
