/**
 * All-or-nothing changes of several files in one folder (Node only).
 * A write has two halves. First the new files are made in the writer's own folder (place.ts) and synced; that may
 * fail, and then they are removed and nothing has changed. Then the journal, which says what is to be renamed where,
 * is put beside them by one rename: from there on the write has happened. A crash later is made good at the next
 * opening by doing what the journal says once more.
 * Everything is a rename out of or into the writer's folder, so that all of it fails once another process has taken
 * that folder: a file that is missing is an error, except in what is completed for another.
 */
import { constants } from "node:fs";
import { access, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { EsessionError } from "../errors.js";
import { codeOf, createPrivate, doing, readPrivate, syncFolder } from "./folder.js";
import type { Place } from "./place.js";

export interface FileChanges {
  /** File name and what is to be in it. */
  readonly put: readonly { readonly name: string; readonly parts: readonly Uint8Array[] }[];
  readonly remove: readonly string[];
}

export interface Plan {
  readonly put: readonly string[];
  readonly remove: readonly string[];
}

const journal = "journal";
const staged = (name: string) => `${name}.new`;
const removedAs = (name: string) => `${name}.gone`;
/** The only names that a journal may name. */
const record = /^[a-z0-9_-]+\.record$/;

/** The first half. Throws store-unavailable; nothing has changed then. */
export async function prepare(place: Place, { put, remove }: FileChanges): Promise<Plan> {
  const plan = { put: put.map(({ name }) => name), remove };
  const made: string[] = [];
  try {
    // the second half would fail, when it is too late to change nothing
    await doing(`the store ${place.store} cannot be written`, () => access(place.store, constants.W_OK));
    for (const { name, parts } of put) {
      await createPrivate(place.writing, staged(name), ...parts);
      made.push(staged(name));
    }
    // one rename or removal is all or nothing by itself
    if (isJournalled(plan)) await writeJournal(place, plan);
    return plan;
  } catch (error) {
    for (const name of made) await removed(join(place.writing, name));
    throw error;
  }
}

/** The second half. If it throws, the next opening repeats it, or undoes it as a whole. */
export async function commit(place: Place, plan: Plan): Promise<void> {
  await doing(`the store ${place.store} cannot complete a write`, async () => {
    if (isJournalled(plan)) await syncFolder(place.writing); // the journal's name
    await carryOut(place, plan, rename);
    if (!isJournalled(plan)) return;
    await rm(join(place.writing, journal), { force: true });
    // else the journal could come back after a crash, and be carried out over later writes
    await syncFolder(place.writing);
  });
}

/** Completes what the writer of that folder decided, drops what it did not, and removes the folder. */
export async function complete(place: Place): Promise<void> {
  const plan = readPlan(await readPrivate(place.writing, journal));
  if (plan) await carryOut(place, plan, renameIfThere);
  await rm(place.writing, { recursive: true, force: true });
}

const isJournalled = ({ put, remove }: Plan) => put.length + remove.length > 1;

async function carryOut(
  { store, writing }: Place,
  { put, remove }: Plan,
  move: (from: string, to: string) => Promise<void>,
): Promise<void> {
  for (const name of put) await move(join(writing, staged(name)), join(store, name));
  for (const name of remove) await move(join(store, name), join(writing, removedAs(name)));
  await syncFolder(store);
  for (const name of remove) await rm(join(writing, removedAs(name)), { force: true });
}

async function writeJournal({ store, writing }: Place, plan: Plan): Promise<void> {
  const path = join(writing, journal);
  const text = JSON.stringify(plan);
  try {
    await doing(`the journal of the store ${store} cannot be written`, () =>
      writeFileAtomic(path, text, { mode: 0o600 }),
    );
    // the library takes a write that a full disk cut short for a whole one
    const written = await readPrivate(writing, journal);
    if (!written || new TextDecoder().decode(written) !== text)
      throw new EsessionError(
        "store-unavailable",
        `the journal of the store ${store} was cut short: is the disk full?`,
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
