/** Folders for the file store's tests: made in the system's temporary folder, removed after the test. */
import { mkdtemp, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "esession-store-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What ten seconds do to the lock of a process that was killed. */
export async function letLockAge(folder: string): Promise<void> {
  const past = new Date(Date.now() - 60_000);
  await utimes(join(folder, "lock"), past, past);
}
