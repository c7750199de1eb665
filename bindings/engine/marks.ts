/**
 * One durable mark for each session that stands: its keys and counters are never stored, so a session does not
 * survive its process, and a mark found at start says which one was lost.
 */
import { EsessionError } from "../errors.js";
import type { SealedStore } from "../store/sealed.js";

export interface Mark {
  /** Our own full JID: several accounts may share a store. */
  readonly own: string;
  readonly peer: string;
  readonly thread: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

type Place = Omit<Mark, "at">;

const kind = "session";

const nameOf = ({ own, peer, thread }: Place) => `${own}\n${peer}\n${thread}`;

export async function addMark(store: SealedStore, mark: Mark): Promise<void> {
  const header = new TextEncoder().encode(JSON.stringify(mark));
  await store.write([{ kind, name: nameOf(mark), header, secrets: [], expect: undefined }]);
}

export async function removeMark(store: SealedStore, place: Place): Promise<void> {
  const name = nameOf(place);
  const found = await store.read(kind, name);
  if (!found) return;
  try {
    await store.write([{ kind, name, delete: true, expect: found.version }]);
  } catch (error) {
    // somebody else has removed it: two parts of the engine may both know that the session is over
    if (!EsessionError.is(error, "store-conflict")) throw error;
  }
}

/**
 * Takes away the marks that an earlier process of this JID left, telling each; of a damaged one nothing is known, not
 * even whose it was.
 */
export async function takeMarks(
  store: SealedStore,
  own: string,
  lost: (mark: Partial<Mark>) => void,
): Promise<void> {
  for (const name of await store.list(kind)) {
    if (!name.startsWith(`${own}\n`)) continue;
    const found = await store.read(kind, name);
    if (!found) continue;
    await store.write([{ kind, name, delete: true, expect: found.version }]);
    lost(read(found.header));
  }
  for (const id of await store.damaged(kind)) {
    await store.discard(id);
    lost({});
  }
}

function read(header: Uint8Array): Partial<Mark> {
  try {
    const { peer, at } = JSON.parse(new TextDecoder().decode(header)) as Partial<Mark>;
    return typeof peer === "string" && Number.isSafeInteger(at) ? { peer, at: at! } : {};
  } catch (cause) {
    if (cause instanceof SyntaxError || EsessionError.is(cause)) return {};
    throw cause;
  }
}
