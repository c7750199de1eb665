/**
 * Who may write in a folder (Node only). A lock that counts as stale while its holder merely slept cannot keep two
 * processes apart by itself. So each opening stages what it writes in a folder of its own within the store's, and
 * every change of a record is a rename between the two. Whoever opens the store later first renames that folder
 * (takeover.ts), which is one step: from then on every rename of the one before fails, and it is told store-locked
 * instead of losing a write or undoing another's.
 */
import { lstat } from "node:fs/promises";
import { EsessionError } from "../errors.js";
import { codeOf, doing } from "./folder.js";

export interface Place {
  /** The folder of the records. */
  readonly store: string;
  /** The writer's own folder within it. */
  readonly writing: string;
}

/** False once another process has taken the store over. */
export async function isOurs({ store, writing }: Place): Promise<boolean> {
  return doing(`the store ${store} cannot be read`, async () => {
    try {
      await lstat(writing);
      return true;
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      return false;
    }
  });
}

export function takenOver({ store }: Place): EsessionError {
  return new EsessionError(
    "store-locked",
    `another process took the store ${store} over: close it and open it again`,
  );
}
