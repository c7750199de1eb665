/**
 * The arithmetic of XEP-0116 §4 with BigInt and Node's cryptography, and nothing of the core: Diffie-Hellman in MODP
 * group 1, the keys, the proofs of identity in key mode `none`, the short authentication strings.
 */
import { createCipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import type { Dialect } from "esession/wire";

/** RFC 2409 §6.1, the First Oakley Group: 768 bits, generator 2. */
export const prime = BigInt(
  "0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a3620ffffffffffffffff",
);

export type Octets = Uint8Array;

/** XEP-0116 §6.1: big-endian, no leading zero octets. */
export function mpi(value: bigint): Octets {
  const hex = value.toString(16);
  return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
}

export const toNumber = (octets: Octets): bigint => BigInt(`0x${Buffer.from(octets).toString("hex") || "0"}`);

export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let power = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, power = (power * power) % modulus)
    if (rest & 1n) result = (result * power) % modulus;
  return result;
}

export const sha256 = (...parts: Octets[]): Octets => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

export const hmac = (key: Octets, ...parts: (Octets | string)[]): Octets => {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
};

export const utf8 = (text: string): Octets => new TextEncoder().encode(text);
export const random = (length: number): Octets => new Uint8Array(randomBytes(length));

/** XEP-0116 §4.5.3. `deployed`: the whole HMAC output is the cipher key, and the counter is raised first. */
export interface Cipher {
  readonly bits: 128 | 256;
  readonly dialect: Dialect;
}

export interface Keys {
  readonly cipher: Octets;
  readonly mac: Octets;
  readonly sigma: Octets;
}

export function keysOf(k: Octets, role: "Initiator" | "Responder", { bits, dialect }: Cipher): Keys {
  const length = dialect === "deployed" ? 32 : bits / 8;
  return {
    cipher: hmac(k, `${role} Cipher Key`).slice(-length),
    mac: hmac(k, `${role} MAC Key`),
    sigma: hmac(k, `${role} SIGMA Key`),
  };
}

export const counterPlus = (counter: Octets, blocks: bigint): Octets => {
  const hex = ((toNumber(counter) + blocks) % 2n ** 128n).toString(16).padStart(32, "0");
  return new Uint8Array(Buffer.from(hex, "hex"));
};

/** XEP-0116 §4.5.1: C_B = C_A xor 2^127. */
export const otherCounter = (counter: Octets): Octets => counterPlus(counter, 2n ** 127n);

export function encrypt(keys: Keys, counter: Octets, text: Octets, { dialect }: Cipher): Octets {
  const first = dialect === "deployed" ? counterPlus(counter, 1n) : counter;
  const cipher = createCipheriv(`aes-${keys.cipher.length * 8}-ctr`, keys.cipher, first);
  return new Uint8Array(cipher.update(text));
}

/** XEP-0116 §4.5.4: ID and M of a mac. */
export function prove(
  keys: Keys,
  counter: Octets,
  input: readonly Octets[],
  cipher: Cipher,
): { identity: Octets; mac: Octets } {
  const identity = encrypt(keys, counter, hmac(keys.sigma, ...input), cipher);
  return { identity, mac: hmac(keys.mac, mpi(toNumber(counter)), identity) };
}

const digits = "acdefghikmopqruvwxy123456789";
/** The last 24 bits of a hash in base 28. */
export function fiveDigits(hash: Octets): string {
  let rest = Number(toNumber(hash.slice(-3)));
  let text = "";
  for (let digit = 0; digit < 5; digit++, rest = Math.floor(rest / 28))
    text = digits.charAt(rest % 28) + text;
  return text;
}

/** The number that five digits stand for. */
export const sasNumber = (text: string): number =>
  Array.from(text).reduce((value, digit) => value * 28 + digits.indexOf(digit), 0);

/** XEP-0116, "The sas28x5 SAS Algorithm". */
export const sas28x5 = (mA: Octets, formB: Octets): string =>
  fiveDigits(sha256(mA, formB, utf8("Short Authentication String")));

export interface BoundInput {
  readonly nonceA: Octets;
  readonly nonceB: Octets;
  readonly e: Octets;
  readonly d: Octets;
  readonly formA: Octets;
  readonly formB: Octets;
  readonly r: Octets;
}

/** docs/sas28x5-bound.md */
export function sas28x5Bound({ nonceA, nonceB, e, d, formA, formB, r }: BoundInput): string {
  const framed = [nonceA, nonceB, e, d, formA, formB, r].flatMap((value) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, value.length);
    return [length, value];
  });
  return fiveDigits(sha256(utf8("ESession SAS"), ...framed));
}

export interface ScriptedKeyPair {
  readonly secret: bigint;
  /** g^x mod p, shortest form. */
  readonly value: Octets;
}

export function keyPair(secret = toNumber(random(32)) | (1n << 255n)): ScriptedKeyPair {
  return { secret, value: mpi(modPow(2n, secret, prime)) };
}

/** K = HASH(MPI(shared)). */
export const agree = ({ secret }: ScriptedKeyPair, value: Octets): Octets =>
  sha256(mpi(modPow(toNumber(value), secret, prime)));
