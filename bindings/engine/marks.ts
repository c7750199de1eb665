/**
 * One durable mark for each session that stands: its keys and counters are never stored, so a session does not
 * survive its process, and a mark found at start says which one was lost.
 */
import type { SealedStore } from "../store/sealed.js";

export interface Mark {
  readonly peer: string;
  readonly thread: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const kind = "session";

const nameOf = ({ peer, thread }: Pick<Mark, "peer" | "thread">) => `${peer}\n${thread}`;

export async function addMark(store: SealedStore, mark: Mark): Promise<void> {
  const header = new TextEncoder().encode(JSON.stringify(mark));
  await store.write([{ kind, name: nameOf(mark), header, secrets: [], expect: undefined }]);
}

export async function removeMark(store: SealedStore, mark: Pick<Mark, "peer" | "thread">): Promise<void> {
  const name = nameOf(mark);
  const found = await store.read(kind, name);
  if (found) await store.write([{ kind, name, delete: true, expect: found.version }]);
}

/** The marks that an earlier process left, removed. */
export async function takeMarks(store: SealedStore): Promise<Mark[]> {
  const marks: Mark[] = [];
  for (const name of await store.list(kind)) {
    const found = await store.read(kind, name);
    if (!found) continue;
    marks.push(JSON.parse(new TextDecoder().decode(found.header)) as Mark);
    await store.write([{ kind, name, delete: true, expect: found.version }]);
  }
  return marks;
}
