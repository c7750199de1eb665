/** A place in memory: for tests, and for those who want nothing to outlive the process. */
import { EsessionError } from "../errors.js";
import { namedLocks } from "./locks.js";
import { checkChanges, checkId, checkVersion, type BlobStore, type Change, type Version } from "./types.js";

export function memoryStore(): BlobStore {
  const records = new Map<string, { sealed: Uint8Array; version: Version }>();
  let writes = 0;
  let closed = false;

  /** Runs in one turn of the event loop, so that nobody sees a part of a write. */
  const at = <T>(run: () => T): Promise<T> =>
    Promise.resolve().then(() => {
      if (closed) throw new EsessionError("store-unavailable", "the store was closed");
      return run();
    });

  function apply(changes: readonly Change[]): void {
    checkChanges(changes);
    for (const change of changes) checkVersion(change, records.get(change.id)?.version);
    // counted over all writes: a record that comes back after a deletion gets another version
    writes += 1;
    for (const change of changes)
      if ("delete" in change) records.delete(change.id);
      else records.set(change.id, { sealed: change.sealed.slice(), version: String(writes) });
  }

  return {
    get: (id) =>
      at(() => {
        checkId(id);
        const found = records.get(id);
        return found && { sealed: found.sealed.slice(), version: found.version };
      }),
    write: (changes) => at(() => apply(changes)),
    list: (prefix) => at(() => [...records.keys()].filter((id) => id.startsWith(prefix)).sort()),
    lock: namedLocks(),
    close: () =>
      Promise.resolve().then(() => {
        closed = true;
        records.clear();
      }),
  };
}
