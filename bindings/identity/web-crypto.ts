/**
 * RSA by the platform's Web Cryptography, in browsers and in Node: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2).
 * Limits: browsers offer it to pages that came by https only, and refuse some long public exponents (Chromium from
 * 2^33 on); then a key is refused that is valid elsewhere.
 */
import { EsessionError } from "../errors.js";
import { decodeBase64, encodeBase64 } from "../wire/base64.js";
import { toMpi } from "../wire/integers.js";
import type { RsaPublicKey } from "./public-key.js";

export const rsaParameters = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

export function subtleCrypto(): SubtleCrypto {
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } };
  if (crypto?.subtle) return crypto.subtle;
  throw new EsessionError(
    "option-invalid",
    "there is no Web Cryptography here: browsers have it on pages that came by https only",
  );
}

/** Throws key-unacceptable if the platform does not take the key. */
export async function importRsa(key: RsaPublicKey): Promise<CryptoKey> {
  const subtle = subtleCrypto();
  const jwk = { kty: "RSA", n: base64Url(key.modulus), e: base64Url(key.exponent) };
  try {
    return await subtle.importKey("jwk", jwk, rsaParameters, false, ["verify"]);
  } catch (cause) {
    throw new EsessionError("key-unacceptable", "the Web Cryptography here does not take this RSA key", {
      cause,
    });
  }
}

/** The numbers of a public key that is RSA already. Throws key-unacceptable if the platform does not give them out. */
export async function exportRsa(key: CryptoKey): Promise<RsaPublicKey> {
  if (!key.extractable)
    throw new EsessionError(
      "key-unacceptable",
      "the public key was imported as not extractable, so it cannot be sent: import it as extractable",
    );
  return rsaOfJwk(await subtleCrypto().exportKey("jwk", key));
}

/** Some libraries put a zero octet before the modulus, against RFC 7518 §6.3.1.1. */
export const rsaOfJwk = ({ n = "", e = "" }: { n?: string; e?: string }): RsaPublicKey => ({
  kind: "rsa",
  modulus: toMpi(fromBase64Url(n)),
  exponent: toMpi(fromBase64Url(e)),
});

const base64Url = (octets: Uint8Array) =>
  encodeBase64(octets).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const fromBase64Url = (text: string): Uint8Array =>
  decodeBase64(
    text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4),
    "a number of a JSON Web Key",
  );

/** A copy: what is given may be wiped or used again before the platform has read it. */
export const ownCopy = (octets: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(octets);
