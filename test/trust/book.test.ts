import test from "node:test";
import assert from "node:assert/strict";
import {
  addSuccessor,
  fixedKey,
  loadTestCore,
  memoryStore,
  openPeerBook,
  openSealedStore,
  wipePeer,
  type BlobStore,
  type PeerRecord,
} from "esession/testing";

const { core } = await loadTestCore();
const jid = "bob@example.com";
const key = new Uint8Array(32).fill(3);
const sealed = (blobs: BlobStore) => openSealedStore({ core, blobs, keys: fixedKey(key) });

const retain = (id: string, secret = core.keys.random(32)) => ({
  secret,
  change: (record: PeerRecord): PeerRecord => ({
    ...record,
    retained: addSuccessor(record.retained, { id, secret, verified: "none" }, 1, { staged: false }).list,
  }),
});

test("an unknown contact has an empty record; what is changed is there afterwards, also for another book", async () => {
  const before = core.usage.secrets;
  const store = await sealed(memoryStore());
  const book = await openPeerBook({ core, store });
  assert.deepEqual(await book.load(jid), {
    jid,
    spokeXep: false,
    boundSas: false,
    written: false,
    retained: [],
    keys: [],
    keyRequired: false,
    remindersWaived: false,
  });
  assert.deepEqual(await book.list(), []);

  const { secret, change } = retain("s");
  await book.update(jid, (record) => ({ ...change(record), dialect: "xep", spokeXep: true }));
  const other = await openPeerBook({ core, store });
  const found = await other.load(jid);
  assert.equal(found.dialect, "xep");
  assert.equal(found.retained[0]?.id, "s");
  assert.ok(core.keys.equal(found.retained[0].secret, secret));
  assert.deepEqual(await other.list(), [jid]);

  await book.remove(jid);
  await book.remove(jid);
  assert.deepEqual((await other.load(jid)).retained, []);
  wipePeer(found);
  secret.wipe();
  await store.close();
  assert.equal(core.usage.secrets, before);
});

test("changes at the same time are all there: serialised for each JID", async () => {
  const before = core.usage.secrets;
  const book = await openPeerBook({ core });
  const jobs = Array.from({ length: 20 }, (_, index) => ({
    name: index % 2 ? jid : "eve@example.com",
    ...retain(`${index}`),
  }));
  await Promise.all(jobs.map(({ name, change }) => book.update(name, change)));
  for (const name of [jid, "eve@example.com"]) {
    const record = await book.load(name);
    assert.equal(record.retained.length, 10);
    wipePeer(record);
  }
  for (const { secret } of jobs) secret.wipe();
  await book.close();
  assert.equal(core.usage.secrets, before);
});

test("the book wipes the handles that it made, those that were kept and those that were dropped, and no others", async () => {
  const book = await openPeerBook({ core });
  const { secret, change } = retain("s");
  await book.update(jid, change);
  assert.equal(secret.wiped, false);
  const seen: PeerRecord[] = [];
  const keep = (record: PeerRecord) => {
    seen.push(record);
    return { ...record, written: true };
  };
  await book.update(jid, keep);
  await book.update(jid, (record) => {
    seen.push(record);
    return { ...record, retained: [] };
  });
  await assert.rejects(
    book.update(jid, (record) => {
      seen.push(record);
      throw new Error("on purpose");
    }),
    /on purpose/,
  );
  for (const record of seen) assert.ok(record.retained.every((entry) => entry.secret.wiped));
  assert.deepEqual(
    seen.map(({ retained }) => retained.length),
    [1, 1, 0],
  );
  secret.wipe();
  await book.close();
});

test("a change that loses a race against another writer is made again, on what that one wrote", async () => {
  const inUse = core.usage.secrets;
  const place = memoryStore();
  // another process: the same records, and locks of its own
  const elsewhere = await sealed({ ...place, lock: (_, run) => run() });
  const rival = await openPeerBook({ core, store: elsewhere });
  let races = 0;
  const store = await sealed({
    ...place,
    write: async (changes) => {
      if (races++ < 3) {
        const { secret, change } = retain(`rival ${races}`);
        await rival.update(jid, change);
        secret.wipe();
      }
      return place.write(changes);
    },
  });
  const book = await openPeerBook({ core, store });
  const { secret, change } = retain("mine");
  await book.update(jid, change);
  const record = await book.load(jid);
  assert.deepEqual(
    record.retained.map(({ id }) => id),
    ["rival 1", "rival 2", "rival 3", "mine"],
  );
  wipePeer(record);
  secret.wipe();
  await store.close();
  await elsewhere.close();
  assert.equal(core.usage.secrets, inUse);
});

test("a change that changes nothing writes nothing", async () => {
  const store = await sealed(memoryStore());
  const book = await openPeerBook({ core, store });
  await book.update(jid, (record) => record);
  assert.deepEqual(await book.list(), []);
  await store.close();
});

test("the key of a book in memory is nowhere in JavaScript once the book is open", async () => {
  const given: Uint8Array[] = [];
  const watched = Object.create(core, {
    randomBytes: {
      value: (length: number) => {
        const octets = core.randomBytes(length);
        given.push(octets);
        return octets;
      },
    },
  }) as typeof core;
  const book = await openPeerBook({ core: watched });
  assert.ok(given.length > 0);
  for (const octets of given) assert.deepEqual(octets, new Uint8Array(octets.length));
  await book.close();
});

test("a record that is filed under another JID is record-damaged, and its secrets are wiped", async () => {
  const store = await sealed(memoryStore());
  const book = await openPeerBook({ core, store });
  const { secret, change } = retain("s");
  await book.update(jid, (record) => ({ ...change(record), jid: "eve@example.com" }));
  const before = core.usage.secrets;
  await assert.rejects(book.load(jid), { code: "record-damaged" });
  await assert.rejects(
    book.update(jid, (record) => record),
    { code: "record-damaged" },
  );
  assert.equal(core.usage.secrets, before);
  secret.wipe();
  await store.close();
});
