/**
 * The folder of the file store (Node only): what it must be, and its files, each read, made and removed so that
 * no link is followed and nobody else's file is taken for ours. Every failure is a typed error.
 */
import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { EsessionError } from "../errors.js";

// Windows has neither owners nor these flags
const noFollow = constants.O_NOFOLLOW ?? 0;
/** Else opening a named pipe would wait for its other end. */
const noWait = constants.O_NONBLOCK ?? 0;
const owner = process.getuid?.();

/** Makes the folder, or takes the one that is there, for its owner alone (0700). */
export async function prepareFolder(folder: string): Promise<void> {
  await doing(`the store's folder ${folder} cannot be used`, async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const found = await lstat(folder);
    if (!found.isDirectory()) refuse(`the store's folder ${folder} is a link or not a folder`);
    if (owner !== undefined && found.uid !== owner)
      refuse(`the store's folder ${folder} belongs to another user`);
    if (owner !== undefined && (found.mode & 0o077) !== 0) await chmod(folder, 0o700);
  });
}

/** The octets of a file, or undefined if there is none. */
export async function readPrivate(folder: string, name: string): Promise<Uint8Array | undefined> {
  const file = await openExisting(folder, name);
  if (!file) return undefined;
  return doing(`${name} of the store ${folder} cannot be read`, async () => {
    try {
      const found = await file.stat();
      // a second name (hard link) would let somebody else keep, or change, what is written here
      if (!found.isFile() || found.nlink > 1)
        refuse(`${name} of the store ${folder} is a link or not a file`);
      if (owner !== undefined && found.uid !== owner)
        refuse(`${name} of the store ${folder} belongs to another user`);
      return await file.readFile();
    } finally {
      await file.close();
    }
  });
}

/**
 * A new file (0600), on the disk when it resolves; if it throws, there is none of ours.
 * The folder's own entry is not on the disk then: syncFolder().
 */
export async function createPrivate(folder: string, name: string, ...parts: Uint8Array[]): Promise<void> {
  await doing(`${name} of the store ${folder} cannot be written`, async () => {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow;
    const path = join(folder, name);
    const file = await open(path, flags, 0o600);
    try {
      for (const part of parts) await file.writeFile(part);
      await file.sync();
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  });
}

/** Makes the names in the folder durable: renames and removals count only then. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there
  await doing(`the store's folder ${folder} cannot be synced`, async () => {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** Runs and turns what the file system throws into store-unavailable. */
export async function doing<T>(failure: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    if (EsessionError.is(cause)) throw cause;
    throw new EsessionError("store-unavailable", `${failure}: ${codeOf(cause) ?? "unknown reason"}`, {
      cause,
    });
  }
}

/** The system's short name of an error (ENOSPC, EROFS ...). */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

async function openExisting(folder: string, name: string): Promise<FileHandle | undefined> {
  try {
    return await open(join(folder, name), constants.O_RDONLY | noFollow | noWait);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "ENOENT") return undefined;
    const reason = code === "ELOOP" ? "it is a link" : (code ?? "unknown reason");
    throw new EsessionError(
      "store-unavailable",
      `${name} of the store ${folder} cannot be opened: ${reason}`,
      { cause },
    );
  }
}

function refuse(message: string): never {
  throw new EsessionError("store-unavailable", message);
}
