/** What two parties agree on, and the names of the fields that say it (XEP-0116 §4.3, §13.2; XEP-0155 §9). */
import type { Cipher, Group, Hash } from "../core/types.js";
import type { Logging, StanzaKind } from "./policy.js";

export type SasAlgorithm = "sas28x5-bound" | "sas28x5";

export interface Agreed {
  readonly group: Group;
  readonly cipher: Cipher;
  readonly hash: Hash;
  readonly sas: SasAlgorithm;
  /** The kinds of stanzas that are encrypted in this session, and only those. */
  readonly stanzas: readonly StanzaKind[];
  readonly logging: Logging;
  /** The minimum number of stanzas between two key exchanges. */
  readonly rekeyFreq: number;
}

/** The version of XEP-0116 that is spoken. The 1.2 and 1.3 of the examples are not versions. */
export const VERSION = "1.0";

/** "Never": the only rekey_freq that an engine without key re-exchange may agree to (XEP-0217 §4.1). */
export const NO_REKEY = 4_294_967_295;

export function mayRekey({ rekeyFreq }: Pick<Agreed, "rekeyFreq">): boolean {
  return rekeyFreq < NO_REKEY;
}

/** Offered first to last. */
export const SAS_ALGORITHMS: readonly SasAlgorithm[] = ["sas28x5-bound", "sas28x5"];

/** Nonces that we make; received ones may have 1 to MAX_NONCE octets. */
export const NONCE_BYTES = 16;
export const MAX_NONCE_BYTES = 64;

/** The first of `liked` that is among `offered`. */
export function firstCommon<T extends string | number>(
  liked: readonly T[],
  offered: readonly string[],
): T | undefined {
  return liked.find((value) => offered.includes(String(value)));
}
