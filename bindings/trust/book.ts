/**
 * The peers that are remembered, one sealed record for each bare JID, and their public keys, one for each fingerprint.
 * Changes are serialised for each JID within the process, and compared and swapped against the store, so that no two
 * of them overwrite each other.
 * Without a store of the application's, the book lives in memory under a random key and ends with the process.
 */
import type { Core } from "../core/types.js";
import type { Secret } from "../core/secret.js";
import { EsessionError } from "../errors.js";
import { fixedKey } from "../store/fixed.js";
import { memoryStore } from "../store/memory.js";
import { openSealedStore, type SealedChange, type SealedStore } from "../store/sealed.js";
import type { Version } from "../store/types.js";
import { partKey, type PeerAndKeys } from "./key-rules.js";
import { decodeKey, encodeKey, type KeyRecord } from "./known-keys.js";
import { decodePeer, emptyPeer, encodePeer, peerSecrets, type PeerRecord } from "./peers.js";

export interface PeerBook {
  /** The record, or an empty one. Its secrets are new handles and the caller's: wipePeer() when done. */
  load(jid: string): Promise<PeerRecord>;
  /**
   * Stores what `change` makes of the record; when it resolves, that is durable. `change` is synchronous, and is
   * called again with a newer record if somebody else wrote meanwhile, so it does nothing else.
   * The handles in the record given belong to the book, which wipes them all afterwards, kept and dropped ones:
   * they may be used within `change` and put into its result, but not kept. Handles that `change` adds stay the
   * caller's.
   */
  update(jid: string, change: (record: PeerRecord) => PeerRecord): Promise<void>;
  /** Forgets all about the JID. */
  remove(jid: string): Promise<void>;
  /** The bare JIDs that are remembered, but for those whose record is damaged. */
  list(): Promise<string[]>;
  /** The record of a JID's, as load(), and those of the keys that it has shown and of the one asked for. */
  loadWithKeys(jid: string, fingerprint?: string): Promise<PeerAndKeys>;
  /**
   * As update(), for the JID and its keys at once: all is stored or nothing. A key that the result no longer has, or
   * has without a JID, is deleted.
   */
  updateWithKeys(
    jid: string,
    fingerprint: string | undefined,
    change: (both: PeerAndKeys) => PeerAndKeys,
  ): Promise<void>;
  /** undefined: there is none. */
  loadKey(fingerprint: string): Promise<KeyRecord | undefined>;
  /** Changes a key alone; false: there is none. */
  updateKey(fingerprint: string, change: (key: KeyRecord) => KeyRecord): Promise<boolean>;
  /** The fingerprints that are remembered, but for those whose record is damaged. */
  listKeys(): Promise<string[]>;
  /** Ends the store in memory; a store of the application's stays open. */
  close(): Promise<void>;
}

const kind = "peer";
const kindOfKeys = "key";
const retries = 16;

export async function openPeerBook({
  core,
  store,
}: {
  core: Core;
  store?: SealedStore | undefined;
}): Promise<PeerBook> {
  if (store) return peerBook(store, () => Promise.resolve());
  const bytes = core.randomBytes(32);
  const keys = fixedKey(bytes);
  bytes.fill(0);
  try {
    const own = await openSealedStore({ core, blobs: memoryStore(), keys });
    return peerBook(own, () => own.close());
  } finally {
    await keys.forget();
  }
}

export function wipePeer(record: PeerRecord): void {
  wipeAll(peerSecrets(record));
}

function peerBook(store: SealedStore, close: () => Promise<void>): PeerBook {
  const alone = <T>(jid: string, run: () => Promise<T>) => store.lock(`${kind}/${jid}`, run);

  async function read(jid: string) {
    const found = await store.read(kind, jid);
    if (!found) return { record: emptyPeer(jid), version: undefined };
    try {
      const record = decodePeer(found.header, found.secrets);
      if (record.jid !== jid)
        throw new EsessionError("record-damaged", "the record of a contact is filed under another JID");
      return { record, version: found.version };
    } catch (error) {
      wipeAll(found.secrets);
      throw error;
    }
  }

  async function readKey(fingerprint: string) {
    const found = await store.read(kindOfKeys, fingerprint);
    if (!found) return undefined;
    const key = decodeKey(found.header);
    if (key.fingerprint !== fingerprint)
      throw new EsessionError("record-damaged", "the record of a public key is filed under another one");
    return { key, version: found.version };
  }

  async function readWithKeys(jid: string, fingerprint: string | undefined) {
    const { record, version } = await read(jid);
    try {
      const wanted = new Set([...record.keys, ...(fingerprint === undefined ? [] : [fingerprint])]);
      const found = (await Promise.all([...wanted].map(readKey))).filter((one) => one !== undefined);
      return { both: { peer: record, keys: found.map(({ key }) => key) }, version, found };
    } catch (error) {
      wipePeer(record);
      throw error;
    }
  }

  async function swapPeer(jid: string, change: (record: PeerRecord) => PeerRecord): Promise<void> {
    const { record, version } = await read(jid);
    try {
      const changed = change(record);
      if (changed === record) return;
      await store.write([{ kind, name: jid, ...encodePeer(changed), expect: version }]);
    } finally {
      wipePeer(record);
    }
  }

  async function swap(
    jid: string,
    fingerprint: string | undefined,
    change: (both: PeerAndKeys) => PeerAndKeys,
  ): Promise<void> {
    const { both, version, found } = await readWithKeys(jid, fingerprint);
    try {
      const { peer, keys } = change(both);
      const changes: SealedChange[] = [];
      if (peer !== both.peer) changes.push({ kind, name: jid, ...encodePeer(peer), expect: version });
      changes.push(...changesOf(found, keys));
      if (changes.length > 0) await store.write(changes);
    } finally {
      wipePeer(both.peer);
    }
  }

  async function swapKey(fingerprint: string, change: (key: KeyRecord) => KeyRecord): Promise<boolean> {
    const found = await readKey(fingerprint);
    if (!found) return false;
    const changed = change(found.key);
    if (changed !== found.key) await store.write([putKey(changed, found.version)]);
    return true;
  }

  return {
    load: async (jid) => (await read(jid)).record,
    update: (jid, change) => alone(jid, () => again(() => swapPeer(jid, change))),
    remove: (jid) =>
      alone(jid, () =>
        again(async () => {
          const { both, version, found } = await readWithKeys(jid, undefined);
          wipePeer(both.peer);
          if (version === undefined) return;
          const parted = both.peer.keys.reduce(partKey, both).keys;
          await store.write([
            { kind, name: jid, delete: true, expect: version },
            ...changesOf(found, parted),
          ]);
        }),
      ),
    list: () => store.list(kind),
    loadWithKeys: async (jid, fingerprint) => (await readWithKeys(jid, fingerprint)).both,
    updateWithKeys: (jid, fingerprint, change) =>
      alone(jid, () => again(() => swap(jid, fingerprint, change))),
    loadKey: async (fingerprint) => (await readKey(fingerprint))?.key,
    updateKey: (fingerprint, change) => again(() => swapKey(fingerprint, change)),
    listKeys: () => store.list(kindOfKeys),
    close,
  };
}

/** Repeats what lost a race. Each time somebody else's write succeeded, so the bound is met by a broken store only. */
async function again<T>(run: () => Promise<T>): Promise<T> {
  for (let left = retries; ; left--)
    try {
      return await run();
    } catch (error) {
      if (left === 0 || !EsessionError.is(error, "store-conflict")) throw error;
    }
}

interface FoundKey {
  readonly key: KeyRecord;
  readonly version: Version;
}

/** What makes the keys that were found those that there shall be. */
function changesOf(found: readonly FoundKey[], keys: readonly KeyRecord[]): SealedChange[] {
  const same = (one: KeyRecord, other: KeyRecord) => one.fingerprint === other.fingerprint;
  const kept = keys.filter(({ uses }) => uses.length > 0);
  const dropped = found.filter(({ key }) => !kept.some((one) => same(one, key)));
  const changed = kept.flatMap((key) => {
    const before = found.find((one) => same(one.key, key));
    return before?.key === key ? [] : [putKey(key, before?.version)];
  });
  return [
    ...dropped.map(
      ({ key, version }) =>
        ({ kind: kindOfKeys, name: key.fingerprint, delete: true, expect: version }) as const,
    ),
    ...changed,
  ];
}

function putKey(key: KeyRecord, expect: Version | undefined): SealedChange {
  return { kind: kindOfKeys, name: key.fingerprint, ...encodeKey(key), expect };
}

function wipeAll(secrets: readonly Secret[]): void {
  for (const secret of secrets) secret.wipe();
}
