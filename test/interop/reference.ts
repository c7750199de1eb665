/**
 * What the deployed clients compute, once more with the machine's own cryptography (deployed-dialect: all 32 octets
 * of the HMAC as key, the counter raised before each block). Nothing here comes from the package.
 */
import { createCipheriv, createHash, createHmac } from "node:crypto";

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());

export const hmac = (key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Uint8Array =>
  new Uint8Array(
    createHmac("sha256", key)
      .update(Buffer.concat(parts.map((part) => Buffer.from(part as string))))
      .digest(),
  );

const number = (counter: Uint8Array): bigint => BigInt(`0x${Buffer.from(counter).toString("hex")}`);

/** A counter and a number of blocks further, modulo 2^128. */
export function counterAfter(counter: Uint8Array, blocks: number): Uint8Array {
  const next = (number(counter) + BigInt(blocks)) & ((1n << 128n) - 1n);
  return new Uint8Array(Buffer.from(next.toString(16).padStart(32, "0"), "hex"));
}

/** Encrypts and decrypts. */
export function deployedCtr(key: Uint8Array, counter: Uint8Array, text: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv("aes-256-ctr", key, counterAfter(counter, 1)).update(text));
}

/** Without leading zero octets; zero is one zero octet. */
export function shortest(value: Uint8Array): Uint8Array {
  const text = number(value).toString(16);
  return new Uint8Array(Buffer.from(text.padStart(text.length + (text.length % 2), "0"), "hex"));
}

export interface ProofKeys {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
  readonly sigma: Uint8Array;
}

export interface Proof {
  readonly identity: Uint8Array;
  readonly mac: Uint8Array;
}

/** ID and M of a side, from the input of its identity MAC. */
export function proofOf({ cipher, mac, sigma }: ProofKeys, counter: Uint8Array, input: Uint8Array): Proof {
  const identity = deployedCtr(cipher, counter, hmac(sigma, input));
  return { identity, mac: hmac(mac, shortest(counter), identity) };
}

/** The normal form of a form of ours without its proof: no attribute but `var`, so the text is the normal form. */
export function plainForm(stanza: string): Uint8Array {
  const [, fields] = /<x [^>]*>(.*)<\/x>/s.exec(stanza)!;
  return new TextEncoder().encode(fields!.replace(/<field var="(identity|mac)">.*?<\/field>/gs, ""));
}
