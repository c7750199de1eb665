/**
 * What is remembered of a public key (XEP-0116 §7.3, §7.4): one sealed record for each fingerprint, a header without
 * secrets. The fingerprint is SHA-256 of the canonical `<KeyValue/>`, whatever hash was agreed on in a session, so that
 * a key has one; its name is kept with it, for the day on which there is another.
 */
import {
  isObject,
  listOf,
  oneOf,
  optional,
  StrictReader,
  text,
  time,
  type Json,
  type Shape,
} from "./strict.js";

/**
 * How a JID stands to a key that it has shown. `first`: it had shown no other, and nobody else had shown this one;
 * `told`: it is one of those that the user was warned of; `accepted`: the user says that the two belong together.
 */
export type Standing = "first" | "told" | "accepted";

export interface KeyUse {
  /** A bare JID. */
  readonly jid: string;
  readonly standing: Standing;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

export interface KeyRecord {
  /** 64 lower-case hexadecimal digits. */
  readonly fingerprint: string;
  readonly hash: "sha256";
  /** The text of `<KeyValue/>`, as it is hashed and MACed. */
  readonly keyValue: string;
  readonly algorithm: string;
  /** What the users compared: nothing, the SAS of a session that was signed with it, or the fingerprint itself. */
  readonly verified: "none" | "sas" | "fingerprint";
  readonly verifiedAt?: number | undefined;
  /** The user's own name for whoever holds it. */
  readonly petname?: string | undefined;
  /** The JIDs that have shown it, the first one first. */
  readonly uses: readonly KeyUse[];
}

/** A key that is shown. */
export type ShownKey = Pick<KeyRecord, "fingerprint" | "keyValue" | "algorithm">;

/** A peer may show another key in each session: so many are remembered of a JID, and so many JIDs of a key. */
export const maxKeysOfPeer = 16;
export const maxUsesOfKey = 32;

export function newKey({ fingerprint, keyValue, algorithm }: ShownKey): KeyRecord {
  return { fingerprint, hash: "sha256", keyValue, algorithm, verified: "none", uses: [] };
}

export function useBy(key: KeyRecord | undefined, jid: string): KeyUse | undefined {
  return key?.uses.find((use) => use.jid === jid);
}

export const isVerified = (key: KeyRecord): boolean => key.verified !== "none";

const format = 1;
const reader = new StrictReader("a public key");

export function encodeKey(key: KeyRecord): { header: Uint8Array; secrets: [] } {
  return { header: new TextEncoder().encode(JSON.stringify({ format, key })), secrets: [] };
}

/** Strict, as decodePeer. Throws record-damaged, store-format. */
export function decodeKey(header: Uint8Array): KeyRecord {
  const read = reader.parse(header, format);
  reader.check(read, { format: oneOf(format), key: isObject });
  reader.check(read["key"] as Json, keyShape);
  const key = read["key"] as KeyRecord;
  for (const use of key.uses) reader.check(use as object as Json, useShape);
  if (new Set(key.uses.map(({ jid }) => jid)).size !== key.uses.length)
    reader.damaged("the JIDs that use it");
  if ((key.verifiedAt === undefined) === isVerified(key)) reader.damaged("when it was verified");
  return key;
}

const keyShape: Shape = {
  fingerprint: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  hash: oneOf("sha256"),
  keyValue: text,
  algorithm: text,
  verified: oneOf("none", "sas", "fingerprint"),
  verifiedAt: optional(time),
  petname: optional(text),
  uses: listOf(isObject),
};
const useShape: Shape = {
  jid: text,
  standing: oneOf("first", "told", "accepted"),
  firstSeenAt: time,
  lastSeenAt: time,
};
