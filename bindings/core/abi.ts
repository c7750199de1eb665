/**
 * The exports of the WebAssembly module, as assembly/index.ts has them: numbers and addresses only.
 * The meaning of each, and the lengths that must be kept to, stand there.
 */
import type { Cipher, Hash } from "./types.js";

/** What all calls about identities end with. `skip`: counter steps before the first block. */
export type IdentityKeys = [
  cipher: number,
  cipherKey: number,
  cipherLength: number,
  hash: number,
  macKey: number,
  macLength: number,
  counter: number,
  skip: number,
];

export interface Abi {
  readonly memory: WebAssembly.Memory;

  abiVersion(): number;
  usesSimd(): number;
  hasAllAlgorithms(): number;
  init(
    maxStanza: number,
    contexts: number,
    secrets: number,
    largeSecrets: number,
    tableBytes: number,
  ): number;
  inputRegion(): number;
  outputRegion(): number;
  textCapacity(): number;
  wipe(octets: number, length: number): void;
  equal(a: number, b: number, length: number): number;
  randomFault(octets: number, length: number): number;

  freeOf(kind: number): number;
  takeSecret(length: number): number;
  giveSecret(slot: number): void;
  giveContext(slot: number): void;

  hashStart(hash: number): void;
  hmacStart(key: number, keyLength: number, hash: number): void;
  hashUpdate(data: number, length: number): void;
  hashFinish(out: number): void;
  hmacFinish(out: number, length: number): void;

  shapeExponent(exponent: number, bits: number): void;
  groupByteLength(group: number): number;
  dhPublic(out: number, group: number, exponent: number, exponentLength: number): void;
  dhCheck(group: number, value: number, valueLength: number): number;
  dhAgree(
    out: number,
    group: number,
    value: number,
    valueLength: number,
    exponent: number,
    exponentLength: number,
    hash: number,
  ): void;

  openContext(
    cipher: number,
    cipherKey: number,
    cipherLength: number,
    hash: number,
    macKey: number,
    macLength: number,
    counter: number,
    dialect: number,
  ): number;
  blocksAt(context: number): number;
  counterAt(context: number): number;
  extraOffset(contentLength: number): number;
  sealStanza(context: number, hasData: number, contentLength: number, extraLength: number): number;
  openStanza(context: number, contentLength: number, hasData: number, start: number, end: number): number;
  sealList(count: number): number;
  openList(count: number): void;

  sealIdentity(out: number, ...keys: IdentityKeys): void;
  openIdentity(received: number, ...keys: IdentityKeys): number;
  sealContent(out: number, content: number, length: number, ...keys: IdentityKeys): void;
  openContent(out: number, received: number, length: number, ...keys: IdentityKeys): number;

  recordBegin(headerLength: number, secrets: number): number;
  recordAppend(length: number, secret: number, secretLength: number): number;
  recordSeal(key: number, keyLength: number, nameLength: number, length: number): number;
  recordOpen(key: number, keyLength: number, nameLength: number, recordLength: number): number;

  /** Only in the build of all algorithms (assembly/dsa/index.ts), as the next four. */
  dsaCheck(parameters: number, pLength: number, qLength: number): number;
  dsaSecret(x: number, parameters: number, pLength: number, qLength: number): void;
  dsaPublic(out: number, parameters: number, pLength: number, qLength: number, x: number): void;
  dsaSign(
    out: number,
    parameters: number,
    pLength: number,
    qLength: number,
    x: number,
    digest: number,
    extra: number,
    extraLength: number,
  ): number;
  dsaVerify(
    parameters: number,
    pLength: number,
    qLength: number,
    y: number,
    digest: number,
    signature: number,
  ): number;

  base64Encode(out: number, input: number, length: number): number;
  base64Decode(out: number, text: number, length: number): number;
  cipherStream(
    out: number,
    input: number,
    length: number,
    cipher: number,
    key: number,
    keyLength: number,
    counter: number,
  ): void;
  hashOfInteger(out: number, value: number, length: number, hash: number): void;
  modPow(
    out: number,
    base: number,
    baseLength: number,
    exponent: number,
    exponentLength: number,
    modulus: number,
    modulusLength: number,
  ): number;
  jacobi(a: number, aLength: number, n: number, nLength: number): number;
  fftRing(group: number, inQ: number): number;
  fftConvolve(group: number, inQ: number, out: number, a: number, b: number, c: number, d: number): void;
  fftChain(group: number, out: number, a: number, b: number, count: number): void;
}

/** The version of the ABI that these bindings speak. */
export const ABI_VERSION = 2;

/** What a call answers when it refuses (assembly/memory/status.ts). */
export const status = { full: -1, tooLarge: -2, exhausted: -3, mismatch: -4, damaged: -5 } as const;

/** Kinds of slots, for freeOf(). */
export const kind = { secret: 0, largeSecret: 1, context: 2 } as const;

/** Where the parts of a record stand in the output region (assembly/stanza/record.ts). */
export const record = { version: 15, nonce: 16, plaintext: 32 } as const;

/**
 * Where the children of <c/> begin in the output region, and the lengths of their parts. The MAC's text stands right
 * before them: 44 characters with SHA-256, 88 with Whirlpool.
 */
export const sealed = { contentAt: 106, opening: 6, closing: 7 } as const;

/** The numbers of ciphers and hashes (assembly/cipher/ciphers.ts, assembly/hash/hashes.ts). */
export const cipherNumbers: Readonly<Record<Cipher, number>> = {
  "aes128-ctr": 0,
  "aes192-ctr": 0,
  "aes256-ctr": 0,
  "serpent128-ctr": 1,
  "serpent192-ctr": 1,
  "serpent256-ctr": 1,
  "twofish128-ctr": 2,
  "twofish192-ctr": 2,
  "twofish256-ctr": 2,
  none: 3,
};
export const hashNumbers: Readonly<Record<Hash, number>> = { sha256: 0, whirlpool: 1 };

/** Blocks that a key may encrypt (assembly/stanza/context-layout.ts). */
export const MAX_BLOCKS = 2 ** 32 - 2 ** 20;
