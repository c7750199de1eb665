/**
 * A place in the file system (Node only; `esession/store/file`): one folder for its owner alone, one file for each
 * record, one writer at a time (place.ts). A file is a line that says format and version, and the sealed octets.
 * Limits: the folder must be on a local disk; an overwritten or deleted file may stay on the medium until its blocks
 * are used again; whoever can write as the same user can put old copies back.
 */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import writeFileAtomic from "write-file-atomic";
import { bytesToHex } from "@noble/hashes/utils.js";
import { EsessionError } from "../errors.js";
import { codeOf, doing, prepareFolder, readPrivate } from "./folder.js";
import { commit, prepare } from "./journal.js";
import { namedLocks } from "./locks.js";
import { isOurs, takenOver, type Place } from "./place.js";
import { leave, takeOver } from "./takeover.js";
import { checkChanges, checkId, checkVersion, type BlobStore, type Change, type Version } from "./types.js";

const suffix = ".record";
/** Ids are lower case and have no underscore, so this can be undone, and no two become one. */
const fileOf = (id: string) => id.replaceAll("/", "_") + suffix;
const idOf = (file: string) => file.slice(0, -suffix.length).replaceAll("_", "/");

/**
 * Opens the folder, makes it if need be, and completes what a crash cut short.
 * Throws store-locked while another process has it open, store-unavailable if it cannot be used.
 */
export async function fileStore(folder: string): Promise<BlobStore> {
  await prepareFolder(folder);
  const turn = namedLocks();
  /** Why nothing more can be done here. */
  let ended: EsessionError | undefined;
  const release = await claim(folder, (error) => (ended ??= error));
  let place: Place;
  try {
    place = await takeOver(folder);
  } catch (error) {
    await release();
    throw error;
  }
  const checkOurs = async () => {
    if (!(await isOurs(place))) throw (ended = takenOver(place));
  };

  /** One after another, so that no read sees a part of a write. */
  const alone = <T>(run: () => Promise<T>): Promise<T> =>
    turn("", () => {
      if (ended) throw ended;
      return run();
    });

  async function read(id: string) {
    const bytes = await readPrivate(folder, fileOf(id));
    return bytes && takeApart(id, bytes);
  }

  async function write(changes: readonly Change[]): Promise<void> {
    checkChanges(changes);
    await checkOurs();
    for (const change of changes) checkVersion(change, (await read(change.id))?.version);
    const put = changes.flatMap((change) =>
      "delete" in change ? [] : [{ name: fileOf(change.id), parts: [newHead(), change.sealed] }],
    );
    const remove = changes.flatMap((change) => ("delete" in change ? [fileOf(change.id)] : []));
    const plan = await prepare(place, { put, remove }).catch(async (error: unknown) => {
      await checkOurs();
      throw error;
    });
    try {
      await commit(place, plan);
    } catch (cause) {
      await checkOurs();
      ended = new EsessionError(
        "store-unavailable",
        `the store ${folder} failed within a write: close it and open it again, which completes or undoes it`,
        { cause },
      );
      throw ended;
    }
  }

  return {
    get: (id) =>
      alone(() => {
        checkId(id);
        return read(id);
      }),
    write: (changes) => alone(() => write(changes)),
    list: (prefix) =>
      alone(async () => {
        const files = await doing(`the store ${folder} cannot be listed`, () => readdir(folder));
        const ids = files.filter((name) => name.endsWith(suffix)).map(idOf);
        return ids.filter((id) => id.startsWith(prefix)).sort();
      }),
    lock: namedLocks(),
    close: () =>
      turn("", async () => {
        ended ??= new EsessionError("store-unavailable", `the store ${folder} was closed`);
        // a lock that was lost is not ours to release
        if (!(await isOurs(place))) return;
        await leave(place);
        await release();
      }),
  };
}

/** `esession record 1 <version>\n`: the version is random, so that none comes twice. */
const headShape = /^esession record (\d{1,3}) ([0-9a-f]{32})\n$/;
const headLength = 51;

const newHead = () =>
  new TextEncoder().encode(`esession record 1 ${bytesToHex(crypto.getRandomValues(new Uint8Array(16)))}\n`);

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

function takeApart(id: string, bytes: Uint8Array): { sealed: Uint8Array; version: Version } {
  const [, format, version] = headShape.exec(new TextDecoder().decode(bytes.subarray(0, headLength))) ?? [];
  // whoever sealed it finds it damaged, and can delete it
  if (format === undefined || version === undefined)
    return { sealed: new Uint8Array(bytes), version: `damaged ${digest(bytes)}` };
  if (format !== "1")
    throw new EsessionError(
      "store-format",
      `the file of the record ${id} has format ${format}; this program knows 1`,
    );
  return { sealed: new Uint8Array(bytes.subarray(headLength)), version };
}

/** Takes the folder's lock, which says for how long it is held by being touched every few seconds. */
async function claim(folder: string, lost: (error: EsessionError) => void): Promise<() => Promise<void>> {
  const lockfilePath = join(folder, "lock");
  const onCompromised = (cause: Error) =>
    lost(
      new EsessionError("store-locked", `the lock of the store ${folder} was lost: another process took it`, {
        cause,
      }),
    );
  let release: () => Promise<void>;
  try {
    release = await lock(folder, { lockfilePath, onCompromised });
  } catch (cause) {
    if (codeOf(cause) !== "ELOCKED")
      return doing(`the store ${folder} cannot be locked`, () => Promise.reject(cause as Error));
    const holder = await readPrivate(folder, "holder").catch(() => undefined);
    const who = holder ? new TextDecoder().decode(holder) : "another process";
    throw new EsessionError(
      "store-locked",
      `the store ${folder} is in use by ${who}: close that first; if it crashed, try again after ten seconds`,
      { cause },
    );
  }
  const holder = `process ${process.pid} on ${hostname()}`;
  try {
    await doing(`the store ${folder} cannot be written`, () =>
      writeFileAtomic(join(folder, "holder"), holder, { mode: 0o600 }),
    );
  } catch (error) {
    await release();
    throw error;
  }
  return () => release().catch(() => undefined);
}
