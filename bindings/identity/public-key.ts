/**
 * Public signature keys, and which of them are used (XEP-0116 §8, XMLDSIG §4.4.2): RSA of 2048 to 4096 bits, DSA of
 * (2048, 224), (2048, 256) and (3072, 256) bits (FIPS 186-4 §4.2).
 * Numbers are octets, big-endian, without leading zeros, so that one key has one text. What costs an exponentiation
 * (the orders of g and y) is checked where a signature is verified: dsa.ts.
 * Limits: everything here is public, and takes time that depends on it. Whether a modulus has two good primes nobody
 * can see; whoever makes a bad key harms himself.
 */
import { EsessionError } from "../errors.js";

export interface RsaPublicKey {
  readonly kind: "rsa";
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

export interface DsaPublicKey {
  readonly kind: "dsa";
  readonly p: Uint8Array;
  readonly q: Uint8Array;
  readonly g: Uint8Array;
  readonly y: Uint8Array;
}

export type PublicKey = RsaPublicKey | DsaPublicKey;

export interface KeyOptions {
  /** The longest RSA modulus, in bits. Default 4096: a longer one makes a stranger's signature dear to verify. */
  readonly maxRsaBits?: 4096 | 8192;
}

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 4096;
/** Exponents below 2^64: every platform takes no longer ones, and their cost is bounded. */
const MAX_EXPONENT_BYTES = 8;
const DSA_SIZES: readonly (readonly [p: number, q: number])[] = [
  [2048, 224],
  [2048, 256],
  [3072, 256],
];

/** Throws key-unacceptable unless the key is one that is used. */
export function checkPublicKey(key: PublicKey, options: KeyOptions = {}): void {
  if (key.kind === "rsa") checkRsa(key, options.maxRsaBits ?? MAX_RSA_BITS);
  else checkDsa(key);
}

function checkRsa({ modulus, exponent }: RsaPublicKey, maxBits: number): void {
  const bits = numberBits(modulus, "the modulus of the RSA key");
  if (bits < MIN_RSA_BITS || bits > maxBits)
    throw unacceptable(
      `an RSA key has a modulus of ${MIN_RSA_BITS} to ${maxBits} bits, and this one of ${bits}`,
    );
  if (!isOdd(modulus))
    throw unacceptable("the modulus of the RSA key is even: it is no product of two primes");
  const exponentBits = numberBits(exponent, "the exponent of the RSA key");
  if (exponent.length > MAX_EXPONENT_BYTES || exponentBits <= 2 || !isOdd(exponent))
    throw unacceptable("the public exponent of an RSA key is odd, greater than 3 and below 2^64");
}

function checkDsa({ p, q, g, y }: DsaPublicKey): void {
  const size = [numberBits(p, "p of the DSA key"), numberBits(q, "q of the DSA key")] as const;
  if (!DSA_SIZES.some(([pBits, qBits]) => size[0] === pBits && size[1] === qBits))
    throw unacceptable(
      `a DSA key has 2048 and 224, 2048 and 256 or 3072 and 256 bits, and this one ${size[0]} and ${size[1]}`,
    );
  if (!isOdd(p) || !isOdd(q)) throw unacceptable("p or q of the DSA key is even: it is no prime");
  for (const [name, value] of [["g", g] as const, ["y", y] as const])
    if (numberBits(value, `${name} of the DSA key`) < 2 || !isBelow(value, p))
      throw unacceptable(`${name} of the DSA key is not between 1 and p`);
}

/** The octets of a signature: RSA as long as the modulus (RFC 8017 §8.2.1), DSA r | s, each as long as q. */
export const signatureBytes = (key: PublicKey): number =>
  key.kind === "rsa" ? key.modulus.length : 2 * key.q.length;

/** Whether a < b, for two numbers of any length. */
export function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return a.length < b.length;
  const at = a.findIndex((octet, index) => octet !== b[index]);
  return at >= 0 && a[at]! < b[at]!;
}

function numberBits(octets: Uint8Array, what: string): number {
  const first = octets[0] ?? 0;
  if (first === 0) throw unacceptable(`${what} is empty, zero or begins with a zero octet`);
  return 8 * octets.length - Math.clz32(first) + 24;
}

const isOdd = (octets: Uint8Array) => (octets[octets.length - 1]! & 1) === 1;
const unacceptable = (message: string) => new EsessionError("key-unacceptable", message);
