/**
 * The surface of the core (`esession/core`): what the WebAssembly module does, in the words of the XEPs.
 * Secrets are handles; octet strings are Uint8Array, big-endian where they are numbers.
 */
import type { EsessionError } from "../errors.js";
import type { Secret } from "./secret.js";

/** MODP groups with a known prime (RFC 2409 §6, RFC 3526). 3 and 4 are not MODP groups. */
export type Group = 1 | 2 | 5 | 14 | 15 | 16 | 17 | 18;

/** `xep`: the text of the XEPs. `deployed`: what Gajim 0.11 to 1.0 speak (counter before each block, running keystream). */
export type Dialect = "xep" | "deployed";

/** Block ciphers in counter mode (XEP-0116 §8); `none` only authenticates. All but AES need a core with `algorithms: "all"`. */
export type Cipher =
  | "aes128-ctr"
  | "aes192-ctr"
  | "aes256-ctr"
  | "serpent128-ctr"
  | "serpent192-ctr"
  | "serpent256-ctr"
  | "twofish128-ctr"
  | "twofish192-ctr"
  | "twofish256-ctr"
  | "none";

/** HASH of XEP-0116 (§8): 32 octets or 64. `whirlpool` needs a core with `algorithms: "all"`. */
export type Hash = "sha256" | "whirlpool";

/** What keys were derived for. */
export interface Suite {
  readonly cipher: Cipher;
  readonly hash: Hash;
}

/** `common`: AES and SHA-256. `all`: every algorithm of XEP-0116 §8, in a larger module. */
export type Algorithms = "common" | "all";

/** Which side's keys: the labels of XEP-0116 §4.5.3 begin with this word. */
export type Role = "initiator" | "responder";

export interface KeyPair {
  readonly group: Group;
  /** g^x mod p, shortest big-endian form (XEP-0116 §6.1). */
  readonly publicKey: Uint8Array;
  readonly secret: Secret;
}

/** Why a received public value is refused. */
export type PublicValueFault = "empty" | "too-long" | "out-of-range" | "own-value" | "not-a-residue";

/** KC, KM and KS of one direction (XEP-0116 §4.5.3). */
export interface DirectionKeys {
  readonly cipher: Secret;
  readonly mac: Secret;
  readonly sigma: Secret;
  /** Absent: AES of the key's length, and SHA-256. */
  readonly suite?: Suite;
}

/** One direction of an established session: cipher and MAC keys, counter, blocks used. Lives in linear memory. */
export interface StanzaContext {
  readonly dialect: Dialect;
  /** Blocks encrypted or decrypted since the keys were agreed. */
  readonly blocks: number;
  /** A copy of the counter's value for the next stanza, which is public: other keys go on from it (XEP-0200 §9). */
  readonly counter: Uint8Array;
  readonly wiped: boolean;
  wipe(): void;
}

/** The texts of `<data/>` and `<mac/>`. */
export interface Sealed {
  readonly data: string | undefined;
  readonly mac: string;
}

export interface SealItem {
  readonly context: StanzaContext;
  /** undefined: no `<data/>`. */
  readonly content: string | undefined;
}

export interface OpenItem {
  readonly context: StanzaContext;
  readonly content: string;
  readonly data: { readonly start: number; readonly end: number } | undefined;
  readonly mac: string;
}

/** Shortest big-endian forms; lengths of p and q in bits: (2048, 224), (2048, 256) or (3072, 256). */
export interface DsaParameters {
  readonly p: Uint8Array;
  readonly q: Uint8Array;
  readonly g: Uint8Array;
}

export interface Core {
  readonly build: "simd" | "scalar";
  readonly algorithms: Algorithms;
  /** The largest stanza, in octets of UTF-8 of its sealed form, for which there is room. */
  readonly maxStanzaBytes: number;
  /** Sessions for which room was reserved. */
  readonly sessions: number;
  /** Places in use and free. */
  readonly usage: { secrets: number; freeSecrets: number; contexts: number; freeContexts: number };

  /** Public random octets (nonces, counters, decoys). Throws random-failure. */
  randomBytes(length: number): Uint8Array;
  /** SHA-256 of the concatenation (public data). */
  sha256(...parts: Uint8Array[]): Uint8Array;
  /** The hash of the concatenation (public data). */
  hash(hash: Hash, ...parts: Uint8Array[]): Uint8Array;
  /** Compares two octet strings in time that depends on their lengths only. */
  equal(a: Uint8Array, b: Uint8Array): boolean;

  readonly dh: {
    /** A fresh key pair; exponent of exactly `exponentBits` bits, top bit set (256 in production). */
    generate(group: Group, exponentBits?: number): KeyPair;
    /** undefined if the value may be used: 1 < v < p-1, not our own, a quadratic residue. */
    check(group: Group, value: Uint8Array, own?: Uint8Array): PublicValueFault | undefined;
    /**
     * K = HASH(MPI(v^x mod p)), as long as the hash (default sha256). Throws dh-public-value if check() finds a fault.
     * Leaves the pair alive.
     */
    agree(pair: KeyPair, value: Uint8Array, hash?: Hash): Secret;
  };

  readonly keys: {
    /** K' = HASH(K | part | part ...), a new secret (XEP-0116 §4.7.3). HASH is sha256 unless another is given, here and below. */
    mix(k: Secret, parts: readonly Secret[], hash?: Hash): Secret;
    /**
     * KC, KM, KS of one side from K. KC: the last key-length octets (all 32 if `deployed`; 16 that nothing uses for
     * `none`); KM, KS: as long as the hash.
     */
    derive(k: Secret, role: Role, cipher: Cipher, dialect: Dialect, hash?: Hash): DirectionKeys;
    /**
     * KC and KM of one side of a re-key (XEP-0200 §9), from the K that dh.agree() gives. There the HMAC key is the
     * shared value itself, which HMAC replaces by its hash because it is longer than 64 octets: this very K.
     * `initiator` is who started the re-key.
     */
    rekey(
      k: Secret,
      role: Role,
      cipher: Cipher,
      hash?: Hash,
    ): Pick<DirectionKeys, "cipher" | "mac" | "suite">;
    /** An expired MAC key for the element <old/> (XEP-0200 §10), in clear, and wiped here. Used for nothing else. */
    publishMac(mac: Secret): Uint8Array;
    /** HMAC(K, "New Retained Secret"), a new secret. */
    retained(k: Secret, hash?: Hash): Secret;
    /** HMAC whose result is public (rshash, srshash, record names). */
    hmac(key: Secret | Uint8Array, message: Secret | Uint8Array, hash?: Hash): Uint8Array;
    /** Constant-time equality of two secrets of the same length. */
    equal(a: Secret, b: Secret): boolean;
    /** Takes octets into linear memory (at most 64) and zero-fills the array given. */
    import(bytes: Uint8Array): Secret;
    /** Fresh random octets that never were in the JavaScript heap. */
    random(length: number): Secret;
    copy(secret: Secret): Secret;
  };

  /** The encrypted proofs of identity (XEP-0116 §4.5.4, §4.6.3, §4.7.4). seal, fault and open are those of key mode `none`. */
  readonly identity: {
    /**
     * mac = HMAC(KS, macInput); ID = CTR(KC, C, mac); M = HMAC(KM, C without leading zeros | ID).
     * `counter`: 16 octets. The identity takes the blocks of a hash, two or four
     * (one with cipher `none`); the caller goes on from there.
     */
    seal(
      keys: DirectionKeys,
      counter: Uint8Array,
      macInput: Uint8Array,
      dialect: Dialect,
    ): { identity: Uint8Array; mac: Uint8Array };
    /**
     * undefined if the proof is right; else what is wrong first: `mac`, M is not of this identity under these keys, or
     * `identity`, what it proves is another input. The same work in all cases. Other lengths than the hash's do not match.
     */
    fault(
      keys: DirectionKeys,
      counter: Uint8Array,
      macInput: Uint8Array,
      received: { identity: Uint8Array; mac: Uint8Array },
      dialect: Dialect,
    ): "mac" | "identity" | undefined;
    /** mac = HMAC(KS, macInput): what is signed in the other key modes. */
    mac(keys: DirectionKeys, macInput: Uint8Array): Uint8Array;
    /**
     * ID = CTR(KC, C, content); M = HMAC(KM, C without leading zeros | ID). The content, public key and signature as
     * octets, at most 8,192, takes its length in blocks, rounded up (one with cipher `none`). Dialect `xep`.
     */
    sealContent(
      keys: DirectionKeys,
      counter: Uint8Array,
      content: Uint8Array,
    ): { identity: Uint8Array; mac: Uint8Array };
    /** The content, whether M is right or not, after the same work; of what is not authentic nothing may be believed. */
    openContent(
      keys: DirectionKeys,
      counter: Uint8Array,
      received: { identity: Uint8Array; mac: Uint8Array },
    ): { content: Uint8Array; authentic: boolean };
    /** Whether fault() finds none. */
    open(
      keys: DirectionKeys,
      counter: Uint8Array,
      macInput: Uint8Array,
      received: { identity: Uint8Array; mac: Uint8Array },
      dialect: Dialect,
    ): boolean;
  };

  /** DSA with SHA-256 (FIPS 186-4 §4; keys of XEP-0116 §8). Only with `algorithms: "all"`; else throws core-argument. */
  readonly dsa: {
    /** A pair in the parameters given. */
    generate(parameters: DsaParameters): { publicKey: Uint8Array; secret: Secret };
    /** r | s, each as long as q: RFC 6979 with added randomness. */
    sign(parameters: DsaParameters, secret: Secret, message: Uint8Array): Uint8Array;
    /** False for whatever is wrong: lengths, ranges, order of g and y, signature. Public values only: takes variable time. */
    verify(
      key: DsaParameters & { readonly y: Uint8Array },
      message: Uint8Array,
      signature: Uint8Array,
    ): boolean;
  };

  readonly stanza: {
    /** Copies the keys into a context; the secrets given stay the caller's to wipe. Throws core-full. */
    context(
      keys: Pick<DirectionKeys, "cipher" | "mac" | "suite">,
      counter: Uint8Array,
      dialect: Dialect,
    ): StanzaContext;
    /**
     * Encrypts and MACs one stanza's content (XEP-0200 §6). `content` undefined: no <data/>.
     * `extra`: the serialised children that follow <data/> (<new/>, <key/>, <old/>), covered by the MAC.
     * Returns Base64 texts. The counter moves before anything is returned. Throws stanza-too-large, key-exhausted.
     */
    seal(context: StanzaContext, content: string | undefined, extra?: string): Sealed;
    /**
     * Verifies and decrypts (XEP-0200 §8). `content`: the normalised children of <c/> without <mac/>;
     * `data`: where the Base64 text of <data/> stands in it (UTF-16 indices; the content is ASCII).
     * Throws stanza-mac (nothing has changed then), content-malformed (not UTF-8; the counter has moved).
     * undefined: authentic, but without <data/>.
     */
    open(
      context: StanzaContext,
      content: string,
      data: { start: number; end: number } | undefined,
      mac: string,
    ): string | undefined;
    /**
     * As seal() for each, in their order and in one call of the module; the contexts may be different ones.
     * Throws what seal() throws, before anything is sealed.
     */
    sealMany(items: readonly SealItem[]): Sealed[];
    /**
     * As open() for each, in their order and in one call of the module. What open() would throw stands in its place:
     * one stanza that is refused changes nothing for the others.
     */
    openMany(items: readonly OpenItem[]): (string | undefined | EsessionError)[];
  };

  /**
   * Has the machine compile what every stanza needs at its best, in idle time and in pieces of a few milliseconds; for
   * each group named also what a handshake needs, with the tables of its key pairs (CoreOptions.tableBytes). Without it
   * the first stanzas take several times as long as later ones. Takes two contexts and some secrets meanwhile; if there
   * are none it does nothing.
   */
  warmUp(groups?: readonly Group[]): Promise<void>;

  /** Sealed records of a store: encrypt-then-MAC, the record's name as associated data. */
  readonly records: {
    seal(key: Secret, name: string, header: Uint8Array, secrets: readonly Secret[]): Uint8Array;
    /** Throws record-damaged. The secrets are new and the caller's to wipe. */
    open(key: Secret, name: string, sealed: Uint8Array): { header: Uint8Array; secrets: Secret[] };
  };
}

export interface CoreOptions {
  /** Sessions to reserve room for (three contexts each, and secrets for their negotiation). Default 64. */
  sessions?: number;
  /** The largest sealed stanza in octets. Default 262,144. */
  maxStanzaBytes?: number;
  /**
   * Octets reserved for tables that make the second and later key pairs of a group faster, of at most two groups:
   * 64 for each bit of the prime, so 131,072 for group 14 and 524,288 for group 18. Default 1,048,576, of which
   * a machine takes only what is used; 0 for none. The SIMD build only.
   */
  tableBytes?: number;
  /**
   * Default `common`: AES and SHA-256, which every peer has. `all` adds Serpent, Twofish, Whirlpool and DSA; its module is
   * loaded only where it is asked for.
   */
  algorithms?: Algorithms;
  /** Default `auto`: simd where the machine has it. */
  build?: "auto" | "simd" | "scalar";
  /**
   * A ready module, its bytes, or where to get them; default: the module that the package carries inlined.
   * `file:` URLs cannot be fetched in Node and in most browsers: read the file and give its bytes.
   */
  wasm?: WebAssembly.Module | Uint8Array | ArrayBuffer | Response | URL;
}

/** Fills the array with random octets: crypto.getRandomValues, or a seeded one in tests. */
export type RandomSource = (target: Uint8Array) => void;
