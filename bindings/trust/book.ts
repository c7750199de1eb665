/**
 * The peers that are remembered, one sealed record for each bare JID. Changes are serialised for each JID within the
 * process, and compared and swapped against the store, so that no two of them overwrite each other.
 * Without a store of the application's, the book lives in memory under a random key and ends with the process.
 */
import type { Core } from "../core/types.js";
import type { Secret } from "../core/secret.js";
import { EsessionError } from "../errors.js";
import { fixedKey } from "../store/fixed.js";
import { memoryStore } from "../store/memory.js";
import { openSealedStore, type SealedStore } from "../store/sealed.js";
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
  /** Ends the store in memory; a store of the application's stays open. */
  close(): Promise<void>;
}

const kind = "peer";
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

  async function swap(jid: string, change: (record: PeerRecord) => PeerRecord): Promise<void> {
    const { record, version } = await read(jid);
    try {
      const changed = change(record);
      if (changed === record) return;
      await store.write([{ kind, name: jid, ...encodePeer(changed), expect: version }]);
    } finally {
      wipePeer(record);
    }
  }

  return {
    load: async (jid) => (await read(jid)).record,
    update: (jid, change) => alone(jid, () => again(() => swap(jid, change))),
    remove: (jid) =>
      alone(jid, () =>
        again(async () => {
          const { record, version } = await read(jid);
          wipePeer(record);
          if (version !== undefined) await store.write([{ kind, name: jid, delete: true, expect: version }]);
        }),
      ),
    list: () => store.list(kind),
    close,
  };
}

/** Repeats what lost a race. Each time somebody else's write succeeded, so the bound is met by a broken store only. */
async function again(run: () => Promise<void>): Promise<void> {
  for (let left = retries; ; left--)
    try {
      await run();
      return;
    } catch (error) {
      if (left === 0 || !EsessionError.is(error, "store-conflict")) throw error;
    }
}

function wipeAll(secrets: readonly Secret[]): void {
  for (const secret of secrets) secret.wipe();
}
