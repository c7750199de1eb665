/**
 * What is remembered of one bare JID, and its form in the store: a header (JSON, versioned) and secrets beside it.
 * Pure: nothing here opens, copies or wipes a secret.
 */
import type { Dialect } from "../core/types.js";
import type { Secret } from "../core/secret.js";
import type { Retained } from "./retained.js";
import {
  flag,
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

export interface PeerRecord {
  /** The bare JID, in its prepared form. */
  readonly jid: string;
  /** Of the last session that was established. */
  readonly dialect?: Dialect;
  /** Ever had a session by the text of the XEPs: `deployed` is a step back then. */
  readonly spokeXep: boolean;
  /** Ever agreed on sas28x5-bound: sas28x5 alone is a step back then. */
  readonly boundSas: boolean;
  /** The application has written to it, so that its requests are answered. */
  readonly written: boolean;
  /** The Other Shared Secret, stretched. */
  readonly otherSecret?: Secret;
  readonly retained: readonly Retained[];
  /** When the users last compared, by sas28x5-bound or a key. */
  readonly lastVerifiedAt?: number;
  /** The fingerprints of the public keys that it has shown; their records name it in turn. */
  readonly keys: readonly string[];
  /** Since it has shown a key it must show one, unless the user has said otherwise. */
  readonly keyRequired: boolean;
  /** When a session began that nobody had compared, while that is still so (XEP-0116 §4.7.2). */
  readonly unconfirmedSince?: number;
  /** The user does not want to be reminded of it. */
  readonly remindersWaived: boolean;
}

/** Format 1 knew no public keys and no reminders. */
const format = 2;
const fromFormat1 = { keys: [], keyRequired: false, remindersWaived: false };

export function emptyPeer(jid: string): PeerRecord {
  return {
    jid,
    spokeXep: false,
    boundSas: false,
    written: false,
    retained: [],
    keys: [],
    keyRequired: false,
    remindersWaived: false,
  };
}

/** The users have compared: there is nothing to remind of. */
export function comparedPeer(record: PeerRecord): PeerRecord {
  const { unconfirmedSince, ...rest } = record;
  return unconfirmedSince === undefined ? record : rest;
}

/** Every secret that a record holds, in the order in which they are stored. */
export function peerSecrets({ otherSecret, retained }: PeerRecord): Secret[] {
  return [...(otherSecret ? [otherSecret] : []), ...retained.map(({ secret }) => secret)];
}

export function encodePeer(record: PeerRecord): { header: Uint8Array; secrets: Secret[] } {
  const { otherSecret, retained, ...plain } = record;
  const peer = {
    ...plain,
    otherSecret: otherSecret !== undefined,
    retained: retained.map((entry) => ({ ...entry, secret: undefined })),
  };
  return { header: new TextEncoder().encode(JSON.stringify({ format, peer })), secrets: peerSecrets(record) };
}

/** As it stands in the header: JSON leaves out what is undefined, so a secret never comes near it. */
interface StoredPeer extends Omit<PeerRecord, "otherSecret" | "retained"> {
  readonly otherSecret: boolean;
  readonly retained: readonly Omit<Retained, "secret">[];
}

/**
 * Strict: a member that is missing, of another type, or unknown is an error (record-damaged; store-format if the
 * header says that it is newer). The secrets become the record's; on an error they stay the caller's.
 */
export function decodePeer(header: Uint8Array, secrets: readonly Secret[]): PeerRecord {
  const { otherSecret, retained, ...plain } = readStored(header);
  const first = otherSecret ? 1 : 0;
  if (secrets.length !== retained.length + first) reader.damaged("the number of its secrets");
  if (new Set(retained.map(({ id }) => id)).size !== retained.length)
    reader.damaged("the ids of its retained secrets");
  if (new Set(plain.keys).size !== plain.keys.length) reader.damaged("the fingerprints of its keys");
  return {
    ...plain,
    ...(otherSecret ? { otherSecret: secrets[0]! } : {}),
    retained: retained.map((entry, index) => ({ ...entry, secret: secrets[first + index]! })),
  };
}

const reader = new StrictReader("a contact");

function readStored(header: Uint8Array): StoredPeer {
  const read = reader.parse(header, format);
  reader.check(read, { format: oneOf(1, format), peer: isObject });
  const peer = read["peer"] as Json;
  reader.check(peer, read["format"] === 1 ? shapeOfFormat1 : shape);
  const stored = (read["format"] === 1 ? { ...peer, ...fromFormat1 } : peer) as object as StoredPeer;
  for (const entry of stored.retained) reader.check(entry as object as Json, retainedShape);
  return stored;
}

const shapeOfFormat1: Shape = {
  jid: text,
  dialect: optional(oneOf("xep", "deployed")),
  spokeXep: flag,
  boundSas: flag,
  written: flag,
  otherSecret: flag,
  retained: listOf(isObject),
  lastVerifiedAt: optional(time),
};
const shape: Shape = {
  ...shapeOfFormat1,
  keys: listOf(text),
  keyRequired: flag,
  unconfirmedSince: optional(time),
  remindersWaived: flag,
};
const retainedShape: Shape = {
  id: text,
  createdAt: time,
  expiresAt: time,
  verified: oneOf("none", "weak", "full"),
  from: optional(text),
  staged: flag,
};
