/**
 * Records sealed under one key, on any place. The key goes into the core and nothing else is ever done with it in
 * JavaScript; secrets go in and out as handles. The place sees neither names nor contents: a record's id is
 * `kind/` and the HMAC of its name, so that no file name tells a contact.
 * Limits: the place does see how many records of a kind there are, their sizes, and when they change; and it can
 * put back an old copy of a record.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Secret } from "../core/secret.js";
import type { Core } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { frameHeader, readHeader } from "./header.js";
import type { BlobStore, KeySource, Version } from "./types.js";

export interface SealedRecord {
  readonly header: Uint8Array;
  /** New handles; the caller's to wipe. */
  readonly secrets: Secret[];
  readonly version: Version;
}
export interface SealedPut {
  readonly kind: string;
  readonly name: string;
  readonly header: Uint8Array;
  /** Stay the caller's. */
  readonly secrets: readonly Secret[];
  readonly expect: Version | undefined;
}
export interface SealedDelete {
  readonly kind: string;
  readonly name: string;
  readonly delete: true;
  readonly expect: Version;
}
export type SealedChange = SealedPut | SealedDelete;

export interface SealedStore {
  /** Throws record-damaged if the record was changed, or moved there from another name. */
  read(kind: string, name: string): Promise<SealedRecord | undefined>;
  /** All or nothing, durable when it resolves; store-conflict as BlobStore.write. */
  write(changes: readonly SealedChange[]): Promise<void>;
  /** The names of all records of a kind that are whole. Opens each of them. */
  list(kind: string): Promise<string[]>;
  /** The ids of the records of a kind that cannot be opened: their names are not known any more. */
  damaged(kind: string): Promise<string[]>;
  /** Deletes a damaged record by its id. Throws option-invalid if there is none, or if it is whole. */
  discard(id: string): Promise<void>;
  lock<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Wipes the key and closes the place. */
  close(): Promise<void>;
}

export interface SealedStoreOptions {
  core: Core;
  blobs: BlobStore;
  keys: KeySource;
}

const checkRecord = "check";
const nothing = new Uint8Array(0);
const closed = () => new EsessionError("store-unavailable", "the store was closed");

/** Throws store-key-wrong, with nothing written, if the key is not the one that sealed what is there. */
export async function openSealedStore({ core, blobs, keys }: SealedStoreOptions): Promise<SealedStore> {
  const key = takeKey(core, await keys.key());
  try {
    await checkKey(core, blobs, key);
  } catch (error) {
    key.wipe();
    throw error;
  }

  const idOf = (kind: string, name: string) => {
    if (key.wiped) throw closed();
    return `${kind}/${bytesToHex(core.keys.hmac(key, new TextEncoder().encode(`ESession Record Name${name}`)))}`;
  };

  const open = (id: string, sealed: Uint8Array) => {
    if (key.wiped) throw closed();
    let secrets: Secret[] = [];
    try {
      const opened = core.records.open(key, id, sealed);
      secrets = opened.secrets;
      return { ...readHeader(opened.header), secrets };
    } catch (cause) {
      secrets.forEach((secret) => secret.wipe());
      if (!EsessionError.is(cause, "record-damaged")) throw cause;
      // its id, because a name is a contact's
      throw new EsessionError("record-damaged", `the record ${id} cannot be opened: ${cause.message}`, {
        cause,
      });
    }
  };

  /** The name; undefined if the record is damaged. */
  const nameOf = (id: string, sealed: Uint8Array): string | undefined => {
    try {
      const { name, secrets } = open(id, sealed);
      secrets.forEach((secret) => secret.wipe());
      return name;
    } catch (error) {
      if (!EsessionError.is(error, "record-damaged")) throw error;
      return undefined;
    }
  };

  /** Every record of a kind, in the order of the ids. */
  const scan = async (kind: string) => {
    if (key.wiped) throw closed();
    const found: { id: string; name: string | undefined }[] = [];
    for (const id of await blobs.list(`${kind}/`)) {
      const record = await blobs.get(id);
      if (record) found.push({ id, name: nameOf(id, record.sealed) }); // else deleted meanwhile
    }
    return found;
  };

  return {
    async read(kind, name) {
      const id = idOf(kind, name);
      const found = await blobs.get(id);
      if (!found) return undefined;
      const { header, secrets } = open(id, found.sealed);
      return { header, secrets, version: found.version };
    },
    async write(changes) {
      await blobs.write(
        changes.map((change) => {
          const id = idOf(change.kind, change.name);
          if ("delete" in change) return { id, delete: true, expect: change.expect };
          const header = frameHeader(change.name, change.header);
          return { id, sealed: core.records.seal(key, id, header, change.secrets), expect: change.expect };
        }),
      );
    },
    list: async (kind) => (await scan(kind)).flatMap(({ name }) => name ?? []),
    damaged: async (kind) => (await scan(kind)).flatMap(({ id, name }) => (name === undefined ? id : [])),
    async discard(id) {
      // `check` and `passphrase` are not sealed records of a kind
      const found = id.includes("/") ? await blobs.get(id) : undefined;
      if (!found) throw new EsessionError("option-invalid", `there is no record ${id}`);
      if (nameOf(id, found.sealed) !== undefined)
        throw new EsessionError("option-invalid", `the record ${id} is not damaged`);
      await blobs.write([{ id, delete: true, expect: found.version }]);
    },
    lock: (name, run) => blobs.lock(name, run),
    async close() {
      key.wipe();
      await blobs.close?.();
    },
  };
}

/** The octets given are zero afterwards, whatever happens. */
function takeKey(core: Core, bytes: Uint8Array): Secret {
  try {
    if (bytes.length !== 32)
      throw new EsessionError(
        "option-invalid",
        `the key source gave ${bytes.length} octets; a store's key has 32`,
      );
    return core.keys.import(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** The check record: sealed under the right key by whoever opened the store first. */
async function checkKey(core: Core, blobs: BlobStore, key: Secret): Promise<void> {
  let found = await blobs.get(checkRecord);
  if (!found) {
    if ((await blobs.list("")).some((id) => id.includes("/")))
      throw new EsessionError(
        "store-format",
        "the store holds records, but not the one that tells whether a key is right",
      );
    const sealed = core.records.seal(key, checkRecord, frameHeader(checkRecord, nothing), []);
    try {
      await blobs.write([{ id: checkRecord, sealed, expect: undefined }]);
      return;
    } catch (error) {
      found = EsessionError.is(error, "store-conflict") ? await blobs.get(checkRecord) : undefined;
      if (!found) throw error;
    }
  }
  let opened;
  try {
    opened = core.records.open(key, checkRecord, found.sealed);
  } catch (cause) {
    if (!EsessionError.is(cause, "record-damaged")) throw cause;
    throw new EsessionError(
      "store-key-wrong",
      "the key does not open the store, or its check record was damaged; nothing was changed",
      { cause },
    );
  }
  opened.secrets.forEach((secret) => secret.wipe());
  readHeader(opened.header);
}
