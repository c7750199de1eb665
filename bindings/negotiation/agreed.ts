/** What two parties agree on, and the names of the fields that say it (XEP-0116 §4.3, §13.2; XEP-0155 §9). */
import type { Cipher, Group, Hash } from "../core/types.js";
import type { Logging, PubkeyMode, StanzaKind } from "./policy.js";
import type { SignAlgorithm } from "./types.js";

export type SasAlgorithm = "sas28x5-bound" | "sas28x5";

export interface Agreed {
  /** How many messages the negotiation takes. */
  readonly messages: 3 | 4;
  readonly group: Group;
  readonly cipher: Cipher;
  readonly hash: Hash;
  /** undefined in a negotiation of three messages. */
  readonly sas: SasAlgorithm | undefined;
  /** The kinds of stanzas that are encrypted in this session, and only those. */
  readonly stanzas: readonly StanzaKind[];
  readonly logging: Logging;
  /** The minimum number of stanzas between two key exchanges. */
  readonly rekeyFreq: number;
  /** How each side identifies itself. */
  readonly initPubkey: PubkeyMode;
  readonly respPubkey: PubkeyMode;
  /** SIGN (XEP-0116 §4.5.4); undefined where nobody shows a key. A key says in which algorithm it is used. */
  readonly signing: SignAlgorithm | undefined;
  /** Both allow further sessions beside this one. */
  readonly multisession: boolean;
  /** The only value that is agreed to; undefined where the initiator did not ask. */
  readonly disclosure: "never" | undefined;
  /** What the responder answered to the fields of the application, by their names. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

/** The version of XEP-0116 that is spoken. The 1.2 and 1.3 of the examples are not versions. */
export const VERSION = "1.0";

/** "Never": what those offer and answer who have no key re-exchange (XEP-0217 §4.1). */
export const NO_REKEY = 4_294_967_295;

/** The names of XEP-0116 §8, in the order in which they are offered. */
export const SIGN_ALGORITHMS: readonly SignAlgorithm[] = [
  "http://www.w3.org/2000/09/xmldsig#rsa-sha256",
  "http://www.w3.org/2000/09/xmldsig#dsa-sha256",
];

/** Octets of the output of a HASH. */
export const hashBytes = (hash: Hash): 32 | 64 => (hash === "whirlpool" ? 64 : 32);

/** Blocks of the counter that an identity takes: with `none` every proof, as every stanza, takes one. */
export const identityBlocks = (cipher: Cipher, length: number): number =>
  cipher === "none" ? 1 : Math.ceil(length / 16);

export function mayRekey({ rekeyFreq }: Pick<Agreed, "rekeyFreq">): boolean {
  return rekeyFreq < NO_REKEY;
}

/** Offered first to last. */
export const SAS_ALGORITHMS: readonly SasAlgorithm[] = ["sas28x5-bound", "sas28x5"];

/** Nonces that we make; received ones may have 1 to MAX_NONCE octets. */
export const NONCE_BYTES = 16;
export const MAX_NONCE_BYTES = 64;

/** The longest public value: 8192 bits. Leading zeros are tolerated up to that length. */
export const MAX_PUBLIC_BYTES = 1024;
/** The longest identity: a key of 4096 bits and its signature have less than 1,700 octets, DSA of 3072 bits less than 2,000. */
export const MAX_IDENTITY_BYTES = 4096;
/** Room for every HASH; other lengths than that of the agreed one do not match. */
export const MAX_MAC_BYTES = 64;

/** The first of `liked` that is among `offered`. */
export function firstCommon<T extends string | number>(
  liked: readonly T[],
  offered: readonly string[],
): T | undefined {
  return liked.find((value) => offered.includes(String(value)));
}
