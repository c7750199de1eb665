/**
 * All-or-nothing changes of several files in one folder (Node only).
 * A write has two halves. First the new files are made beside the old ones (`*.new`) and synced; that may fail, and
 * then they are removed and nothing has changed. Then the journal, which says what is to be renamed and removed, is
 * put in place by one rename: from there on the write has happened. A crash later is made good at the next opening
 * by doing what the journal says once more.
 */
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { EsessionError } from "../errors.js";
import { codeOf, createPrivate, doing, readPrivate, syncFolder } from "./folder.js";

export interface FileChanges {
  /** File name and what is to be in it. */
  readonly put: readonly { readonly name: string; readonly parts: readonly Uint8Array[] }[];
  readonly remove: readonly string[];
}

interface Plan {
  readonly put: readonly string[];
  readonly remove: readonly string[];
}

const journal = "journal";
const staged = (name: string) => `${name}.new`;
/** The only names that a journal may name. */
const record = /^[a-z0-9_-]+\.record$/;
/** What `write-file-atomic` leaves when the process dies within it. */
const temporary = /^(journal|holder)\.\d+$/;

/** The first half. Throws store-unavailable; nothing has changed then. */
export async function prepare(folder: string, { put, remove }: FileChanges): Promise<Plan> {
  const plan = { put: put.map(({ name }) => name), remove };
  try {
    for (const { name, parts } of put) await createPrivate(folder, staged(name), ...parts);
    // one rename or removal is all or nothing by itself
    if (put.length + remove.length > 1) await writeJournal(folder, plan);
    return plan;
  } catch (error) {
    for (const name of plan.put) await removed(join(folder, staged(name)));
    throw error;
  }
}

/** The second half; repeating it does no harm. If it throws, it must be repeated by recover(). */
export async function commit(folder: string, { put, remove }: Plan): Promise<void> {
  await doing(`the store ${folder} cannot complete a write`, async () => {
    if (put.length + remove.length > 1) await syncFolder(folder); // the journal's name
    for (const name of put) await renameIfThere(join(folder, staged(name)), join(folder, name));
    for (const name of remove) await rm(join(folder, name), { force: true });
    await syncFolder(folder);
    if (put.length + remove.length < 2) return;
    await rm(join(folder, journal), { force: true });
    // else the journal could come back after a crash, and be carried out over later writes
    await syncFolder(folder);
  });
}

/** Completes what a crash cut short, and clears away what was never decided. */
export async function recover(folder: string): Promise<void> {
  const plan = readPlan(await readPrivate(folder, journal));
  if (plan) await commit(folder, plan);
  await doing(`the store ${folder} cannot be cleared of what a crash left`, async () => {
    for (const name of await readdir(folder))
      if (name === journal || name.endsWith(".new") || temporary.test(name))
        await rm(join(folder, name), { force: true });
  });
  await syncFolder(folder);
}

async function writeJournal(folder: string, plan: Plan): Promise<void> {
  const path = join(folder, journal);
  const text = JSON.stringify(plan);
  try {
    await doing(`the journal of the store ${folder} cannot be written`, () =>
      writeFileAtomic(path, text, { mode: 0o600 }),
    );
    // the library takes a write that a full disk cut short for a whole one
    const written = await readPrivate(folder, journal);
    if (!written || new TextDecoder().decode(written) !== text)
      throw new EsessionError(
        "store-unavailable",
        `the journal of the store ${folder} was cut short: is the disk full?`,
      );
  } catch (error) {
    await removed(path);
    throw error;
  }
}

/** Clears away after a failure, which is what is told; what stays is cleared at the next opening. */
const removed = (path: string) => rm(path, { force: true }).catch(() => undefined);

/** undefined: no journal, or one that a crash cut short, so that its write was never decided. */
function readPlan(bytes: Uint8Array | undefined): Plan | undefined {
  try {
    const { put, remove } = JSON.parse(new TextDecoder().decode(bytes)) as Plan;
    return [...put, ...remove].every((name) => record.test(name)) ? { put, remove } : undefined;
  } catch {
    return undefined;
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}
