/**
 * Where secrets rest: a place for sealed records (BlobStore) and a source of the one key that seals them
 * (KeySource), apart, so that places and keys combine freely. Whoever writes a place needs this file and the
 * conformance suite of `esession/testing`, nothing else.
 * Limits: at most 120 characters for an id; how large a record may be is the place's own matter.
 */
import { EsessionError } from "../errors.js";

/** Names one state of one record. Opaque, and never used twice for the same id, not even after a deletion. */
export type Version = string;

export interface Put {
  readonly id: string;
  readonly sealed: Uint8Array;
  /** The version that is replaced; undefined: the record must not exist. */
  readonly expect: Version | undefined;
}
export interface Delete {
  readonly id: string;
  readonly delete: true;
  readonly expect: Version;
}
export type Change = Put | Delete;

export interface BlobStore {
  /**
   * A copy of the record, or undefined. Sees every write that has resolved. A record that the place finds damaged
   * comes as it is: whoever sealed it sees that too, and may delete it.
   */
  get(id: string): Promise<{ sealed: Uint8Array; version: Version } | undefined>;
  /**
   * All or nothing, also across a crash; durable when it resolves. Throws store-conflict (nothing has changed)
   * if a record is not of the expected version or is named twice, store-unavailable if it cannot be done.
   */
  write(changes: readonly Change[]): Promise<void>;
  /** The ids that begin with the prefix, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Runs alone among those of the same name, in the order of the calls. */
  lock<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Waits for what has begun and lets the place go. Every later call throws store-unavailable. */
  close?(): Promise<void>;
}

export interface KeySource {
  /** 32 octets, the same each time, made on first use. The array is the caller's: it is zero-filled after use. */
  key(): Promise<Uint8Array>;
  /** A small value kept beside the key, at most 1 KiB, where the source has room for one. */
  slot?: { get(): Promise<Uint8Array | undefined>; set(value: Uint8Array): Promise<void> };
  /** Destroys the key: what it sealed can never be read again. */
  forget(): Promise<void>;
}

const idShape = /^[a-z0-9-]+(\/[a-z0-9-]+)*$/;

/** Ids are small on purpose: lower case, so that no file system takes two of them for one. */
export function checkId(id: string): void {
  if (id.length > 120 || !idShape.test(id))
    throw new EsessionError(
      "option-invalid",
      "a record's id must be of a-z, 0-9, hyphen and single slashes between them, at most 120 characters",
    );
}

/** What every place checks of a write before it looks at its records. */
export function checkChanges(changes: readonly Change[]): void {
  const seen = new Set<string>();
  for (const { id } of changes) {
    checkId(id);
    if (seen.has(id))
      throw new EsessionError("store-conflict", `the record ${id} is named twice in one write`);
    seen.add(id);
  }
}

/** The check of one expectation; throws store-conflict. */
export function checkVersion(change: Change, found: Version | undefined): void {
  if (change.expect === found) return;
  const state =
    found === undefined ? "does not exist" : change.expect === undefined ? "exists already" : "was changed";
  throw new EsessionError(
    "store-conflict",
    `the record ${change.id} ${state}: read it again and repeat the change`,
  );
}
