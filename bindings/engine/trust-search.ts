/**
 * The search among the retained secrets of other JIDs (XEP-0116 §4.7.3, a SHOULD; off by default, because it links the
 * identities of a peer). Cost: each record is opened once, and an HMAC made of each of its secrets, whatever matches and
 * whether the JID's own list does.
 * Limits: of more contacts than are searched, which ones is left to the store's order. A match proves nothing until the
 * peer has confirmed the session: anybody may copy the list of another's.
 */
import type { Core, Hash } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { wipePeer, type PeerBook } from "../trust/book.js";
import { usable, type Retained } from "../trust/retained.js";
import { matchRshashes } from "../trust/shared-retained.js";

const MAX_SEARCHED = 256;

export interface Elsewhere {
  /** The bare JID that the secret was shared with. */
  readonly jid: string;
  /** Its handle belongs to whoever searched. */
  readonly entry: Retained;
}

export interface Search {
  readonly core: Core;
  readonly book: PeerBook;
  readonly now: number;
  /** The bare JID that asks, which is left out. */
  readonly jid: string;
  readonly nonceA: Uint8Array;
  /** The agreed one. */
  readonly hash: Hash;
  readonly rshashes: readonly Uint8Array[];
}

/** The first match. A record that cannot be read is passed over: it is another contact's. */
export async function searchOthers(search: Search): Promise<Elsewhere | undefined> {
  const { core, book, now, jid, nonceA, hash, rshashes } = search;
  const others = (await book.list()).filter((one) => one !== jid).slice(0, MAX_SEARCHED);
  let found: Elsewhere | undefined;
  for (const other of others) {
    const record = await loadReadable(book, other);
    if (!record) continue;
    const entry = matchRshashes(core, nonceA, usable(record.retained, now), rshashes, hash);
    const kept = found ? undefined : entry;
    wipePeer({ ...record, retained: record.retained.filter((one) => one !== kept) });
    if (kept) found = { jid: other, entry: kept };
  }
  return found;
}

async function loadReadable(book: PeerBook, jid: string) {
  try {
    return await book.load(jid);
  } catch (error) {
    if (EsessionError.is(error, "record-damaged") || EsessionError.is(error, "store-format"))
      return undefined;
    throw error;
  }
}
