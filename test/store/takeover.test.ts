/** Two processes that both believe that the file store is theirs: a lock counts as stale while its holder sleeps. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test from "node:test";
import assert from "node:assert/strict";
import { fileStore } from "esession/store/file";
import type * as Journal from "../../dist/store/journal.js";
import type * as Place from "../../dist/store/place.js";
import type * as Takeover from "../../dist/store/takeover.js";
import { letLockAge, temporaryFolder } from "./places.js";

/** Not public; seen from test/.build/store, where this runs. */
const built = (name: string): Promise<unknown> =>
  import(new URL(`../../../dist/store/${name}.js`, import.meta.url).href);
const { prepare, commit } = (await built("journal")) as typeof Journal;
const { isOurs } = (await built("place")) as typeof Place;
const { takeOver } = (await built("takeover")) as typeof Takeover;

const octets = (octet: number) => new Uint8Array([octet]);
const put = (octet: number, ...names: string[]) => ({
  put: names.map((name) => ({ name: `${name}.record`, parts: [octets(octet)] })),
  remove: [],
});
const records = async (folder: string) =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(folder))
        .filter((name) => name.endsWith(".record"))
        .sort()
        .map(async (name) => [name.slice(0, 1), (await readFile(join(folder, name)))[0]] as const),
    ),
  );

test("a process whose store was taken over meanwhile is told store-locked, and undoes nothing", async (t) => {
  const folder = await temporaryFolder(t);
  const first = await fileStore(folder);
  for (const id of ["peer/a", "peer/b"]) await first.write([{ id, sealed: octets(1), expect: undefined }]);
  await first.close?.();

  const child = spawn(process.execPath, [join(import.meta.dirname, "second-writer.js"), folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill());
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async () => (await lines.next()).value as unknown;
  assert.equal(await answer(), "open");
  await letLockAge(folder);

  const store = await fileStore(folder);
  // nothing was changed yet, so that the versions that the sleeper knows are still right
  for (const deed of ["put", "put new", "delete"]) {
    child.stdin.write(`${deed}\n`);
    assert.equal(await answer(), "store-locked", deed);
  }
  child.stdin.write("close\n");
  assert.equal(await answer(), "done");
  await access(join(folder, "lock"));
  child.stdin.end();
  await once(child, "close");

  assert.deepEqual(await store.list(""), ["peer/a", "peer/b"]);
  const { version } = (await store.get("peer/a"))!;
  await store.write([{ id: "peer/a", sealed: octets(2), expect: version }]);
  assert.deepEqual((await store.get("peer/a"))?.sealed, octets(2));
  await store.close?.();
});

test("a write of one record that is overtaken between its halves fails, and is not half there", async (t) => {
  const folder = await temporaryFolder(t);
  const sleeper = await takeOver(folder);
  const plan = await prepare(sleeper, put(1, "a"));
  const other = await takeOver(folder);
  await commit(other, await prepare(other, put(2, "a")));
  await assert.rejects(commit(sleeper, plan));
  assert.deepEqual(await records(folder), { a: 2 });
  assert.deepEqual([await isOurs(sleeper), await isOurs(other)], [false, true]);
  await assert.rejects(prepare(sleeper, put(3, "a")), { code: "store-unavailable" });
});

test("a write of several records that is overtaken once it was decided is completed, and then left alone", async (t) => {
  const folder = await temporaryFolder(t);
  const first = await takeOver(folder);
  await commit(first, await prepare(first, put(1, "a", "b", "c")));
  const sleeper = first;
  const plan = await prepare(sleeper, { ...put(2, "a", "b"), remove: ["c.record"] });
  const other = await takeOver(folder);
  assert.deepEqual(await records(folder), { a: 2, b: 2 });
  await commit(other, await prepare(other, put(3, "a", "c")));
  await assert.rejects(commit(sleeper, plan));
  assert.deepEqual(await records(folder), { a: 3, b: 2, c: 3 });
});

test("a deletion that is overtaken deletes nothing", async (t) => {
  const folder = await temporaryFolder(t);
  const sleeper = await takeOver(folder);
  await commit(sleeper, await prepare(sleeper, put(1, "a")));
  const plan = await prepare(sleeper, { put: [], remove: ["a.record"] });
  await takeOver(folder);
  await assert.rejects(commit(sleeper, plan));
  assert.deepEqual(await records(folder), { a: 1 });
});

test("a write that fails removes only the files that it made itself", async (t) => {
  const folder = await temporaryFolder(t);
  const place = await takeOver(folder);
  const plan = await prepare(place, put(1, "b"));
  await assert.rejects(prepare(place, put(2, "a", "b")), { code: "store-unavailable" });
  assert.deepEqual(await readdir(place.writing), ["b.record.new"]);
  await commit(place, plan);
  assert.deepEqual(await records(folder), { b: 1 });
});

test("of openings at the same time at most one goes on, and a later one finds what was written", async (t) => {
  for (let round = 0; round < 10; round++) {
    const folder = await temporaryFolder(t);
    const crashed = await takeOver(folder);
    await prepare(crashed, put(1, "a", "b"));
    const opened = await Promise.allSettled([1, 2, 3].map(() => takeOver(folder)));
    let ours = 0;
    for (const one of opened)
      if (one.status === "fulfilled") ours += Number(await isOurs(one.value));
      else assert.equal((one.reason as { code?: string }).code, "store-locked");
    assert.ok(ours <= 1, `${ours} go on`);
    const last = await takeOver(folder);
    assert.deepEqual(await records(folder), { a: 1, b: 1 });
    assert.ok(await isOurs(last));
  }
});

test("what an opening that failed had taken is found by the next one", async (t) => {
  const folder = await temporaryFolder(t);
  const crashed = await takeOver(folder);
  await prepare(crashed, put(1, "a", "b"));
  await writeFile(join(folder, "writing-x"), "no folder");
  for (let opening = 1; opening <= 2; opening++)
    await assert.rejects(takeOver(folder), { code: "store-unavailable" });
  const entries = await readdir(folder, { withFileTypes: true });
  const file = entries.filter((entry) => entry.isFile() && entry.name.startsWith("writing-"));
  assert.equal(file.length, 1);
  await rm(join(folder, file[0]!.name));
  await takeOver(folder);
  assert.deepEqual(await records(folder), { a: 1, b: 1 });
});
