import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import assert from "node:assert/strict";
import { fileStore } from "esession/store/file";
import { memoryStore, storeConformance, type BlobStore } from "esession/testing";

for (const { title, run } of storeConformance(() => Promise.resolve(memoryStore())))
  test(`memory: ${title}`, run);

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

async function newFileStore(): Promise<BlobStore> {
  const folder = await mkdtemp(join(tmpdir(), "esession-conformance-"));
  folders.push(folder);
  return fileStore(join(folder, "store"));
}
for (const { title, run } of storeConformance(newFileStore)) test(`file: ${title}`, run);

test("the conformance suite finds a place that ignores versions", async () => {
  const lax = (): Promise<BlobStore> => {
    const place = memoryStore();
    return Promise.resolve({
      ...place,
      write: async (changes) => {
        for (const change of changes) {
          const expect = (await place.get(change.id))?.version;
          if (!("delete" in change)) await place.write([{ ...change, expect }]);
          else if (expect !== undefined) await place.write([{ ...change, expect }]);
        }
      },
    });
  };
  const results = await Promise.allSettled(storeConformance(lax).map(({ run }) => run()));
  assert.ok(results.filter(({ status }) => status === "rejected").length >= 6);
});
