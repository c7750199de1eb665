/**
 * What is remembered of one bare JID, and its form in the store: a header (JSON, versioned) and secrets beside it.
 * Pure: nothing here opens, copies or wipes a secret.
 */
import type { Dialect } from "../core/types.js";
import type { Secret } from "../core/secret.js";
import { EsessionError } from "../errors.js";
import type { Retained } from "./retained.js";

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
}

const format = 1;

export function emptyPeer(jid: string): PeerRecord {
  return { jid, spokeXep: false, boundSas: false, written: false, retained: [] };
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
  if (secrets.length !== retained.length + first) damaged("the number of its secrets");
  if (new Set(retained.map(({ id }) => id)).size !== retained.length)
    damaged("the ids of its retained secrets");
  return {
    ...plain,
    ...(otherSecret ? { otherSecret: secrets[0]! } : {}),
    retained: retained.map((entry, index) => ({ ...entry, secret: secrets[first + index]! })),
  };
}

function readStored(header: Uint8Array): StoredPeer {
  const read = parse(header);
  if (typeof read["format"] === "number" && read["format"] > format)
    throw new EsessionError(
      "store-format",
      `the record of a contact has format ${read["format"]}; this program knows ${format}`,
    );
  check(read, { format: oneOf(format), peer: isObject });
  check(read["peer"] as Json, peerShape);
  const peer = read["peer"] as StoredPeer;
  for (const entry of peer.retained) check(entry as object as Json, retainedShape);
  return peer;
}

type Json = Record<string, unknown>;
type Shape = Record<string, (value: unknown) => boolean>;

const text = (value: unknown) => typeof value === "string" && value !== "" && value.length <= 3071;
const flag = (value: unknown) => typeof value === "boolean";
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const time = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const oneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value);
const optional = (test: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || test(value);

const peerShape: Shape = {
  jid: text,
  dialect: optional(oneOf("xep", "deployed")),
  spokeXep: flag,
  boundSas: flag,
  written: flag,
  otherSecret: flag,
  retained: (value) => Array.isArray(value) && value.every(isObject),
  lastVerifiedAt: optional(time),
};
const retainedShape: Shape = {
  id: text,
  createdAt: time,
  expiresAt: time,
  verified: oneOf("none", "weak", "full"),
  from: optional(text),
  staged: flag,
};

function parse(header: Uint8Array): Json {
  try {
    const read: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
    if (isObject(read)) return read as Json;
  } catch {
    // told below
  }
  return damaged("its header");
}

function check(read: Json, shape: Shape): void {
  for (const [name, test] of Object.entries(shape)) if (!test(read[name])) damaged(name);
  if (!Object.keys(read).every((name) => Object.hasOwn(shape, name))) damaged("a member that is not known");
}

function damaged(what: string): never {
  throw new EsessionError("record-damaged", `the record of a contact is not as it was written: ${what}`);
}
