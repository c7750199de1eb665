/**
 * Opening a folder for writing (Node only): whoever wrote there before is shut out (place.ts), and what a crash cut
 * short is completed or undone. Two that open at the same time may both be told store-locked; never do both write.
 */
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { bytesToHex } from "@noble/hashes/utils.js";
import { EsessionError } from "../errors.js";
import { codeOf, doing, syncFolder } from "./folder.js";
import { complete } from "./journal.js";
import { isOurs, takenOver, type Place } from "./place.js";

const prefix = "writing-";
/** What `write-file-atomic` leaves when the process dies within it. */
const temporary = /^holder\.\d+$/;

/** Makes a folder of our own and takes those of all earlier openings. Throws store-locked, store-unavailable. */
export async function takeOver(store: string): Promise<Place> {
  const token = bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
  const place = { store, writing: join(store, prefix + token) };
  await doing(`the store ${store} cannot be written`, () => mkdir(place.writing, { mode: 0o700 }));
  try {
    await doing(`the store ${store} cannot be cleared of what a crash left`, () => recover(place));
    if (!(await isOurs(place))) throw takenOver(place);
    return place;
  } catch (error) {
    await rmdir(place.writing).catch(() => undefined);
    throw error;
  }
}

/** Completes what is journalled and removes our own folder. What cannot be completed now, the next opening will. */
export async function leave(place: Place): Promise<void> {
  await complete(place).catch(() => undefined);
}

async function recover({ store, writing }: Place): Promise<void> {
  const others = async () =>
    (await readdir(store)).filter((name) => name.startsWith(prefix) && !name.startsWith(basename(writing)));
  // all are taken before any is completed, so that none of their writers comes between
  const taken: string[] = [];
  for (const name of await others()) {
    const ours = `${writing}-${taken.length}`;
    if (await renamed(join(store, name), ours)) taken.push(ours);
  }
  // one that began after us: it has our folder, or will find this one
  if ((await others()).length > 0)
    throw new EsessionError("store-locked", `another process is opening the store ${store}: try again`);
  for (const left of taken) await complete({ store, writing: left });
  for (const name of await readdir(store))
    if (temporary.test(name)) await rm(join(store, name), { force: true });
  // that those folders are gone, and that ours is there: a journal in it must be found after a crash
  await syncFolder(store);
}

/** False if somebody else was faster. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return false;
  }
}
