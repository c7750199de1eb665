/** The keys of peers in the book: stored with the peer or not at all, and there after a restart. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import {
  acceptKey,
  fixedKey,
  loadTestCore,
  memoryStore,
  openPeerBook,
  openSealedStore,
  partKey,
  seeKey,
  verifyKeyBySas,
  wipePeer,
  type BlobStore,
  type PeerBook,
} from "esession/testing";
import { fileStore } from "esession/store/file";
import { shownKey } from "./keys.js";

const { core } = await loadTestCore();
const sealed = (blobs: BlobStore) =>
  openSealedStore({ core, blobs, keys: fixedKey(new Uint8Array(32).fill(3)) });
const [a, b] = [shownKey("a"), shownKey("b")];
const bob = "bob@example.com";

const see = (book: PeerBook, jid: string, key = a, at = 1) =>
  book.updateWithKeys(jid, key.fingerprint, (both) => seeKey(both, key, at));

async function look(book: PeerBook, jid: string) {
  const { peer, keys } = await book.loadWithKeys(jid);
  wipePeer(peer);
  return { known: peer.keys, required: peer.keyRequired, keys };
}

test("a key and its peer name each other, in the file store also after a restart", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "esession-"));
  t.after(() => rm(folder, { recursive: true }));
  const first = await sealed(await fileStore(folder));
  const book = await openPeerBook({ core, store: first });
  await see(book, bob);
  await see(book, bob, b, 2);
  await book.updateWithKeys(bob, b.fingerprint, (both) => verifyKeyBySas(both, b, 3));
  await book.updateKey(a.fingerprint, (key) => ({ ...key, petname: "Robert" }));
  await first.close();

  const second = await sealed(await fileStore(folder));
  const again = await openPeerBook({ core, store: second });
  const { known, required, keys } = await look(again, bob);
  assert.deepEqual(known, [a.fingerprint, b.fingerprint]);
  assert.equal(required, true);
  assert.deepEqual(
    keys.map(({ petname, verified, uses }) => [petname, verified, uses[0]?.standing]),
    [
      ["Robert", "none", "first"],
      [undefined, "sas", "accepted"],
    ],
  );
  assert.deepEqual((await again.listKeys()).sort(), [a.fingerprint, b.fingerprint]);
  await second.close();
});

test("what cannot be stored whole is not stored at all", async () => {
  const inner = memoryStore();
  let broken = false;
  const blobs: BlobStore = {
    ...inner,
    write: (changes) => (broken ? Promise.reject(new Error("full")) : inner.write(changes)),
  };
  const store = await sealed(blobs);
  const book = await openPeerBook({ core, store });
  broken = true;
  await assert.rejects(see(book, bob));
  broken = false;
  assert.deepEqual(await look(book, bob), { known: [], required: false, keys: [] });
  assert.deepEqual(await book.listKeys(), []);
  await store.close();
});

test("two JIDs that show one key at the same time are both remembered", async () => {
  const store = await sealed(memoryStore());
  const [one, other] = [await openPeerBook({ core, store }), await openPeerBook({ core, store })];
  const jids = Array.from({ length: 10 }, (_, index) => `bob${index}@example.com`);
  await Promise.all(jids.map((jid, index) => see(index % 2 ? one : other, jid)));
  const key = await one.loadKey(a.fingerprint);
  assert.deepEqual(key?.uses.map(({ jid }) => jid).sort(), jids);
  assert.equal(key?.uses.filter(({ standing }) => standing === "first").length, 1);
  await store.close();
});

test("a key that nobody shows any more is deleted, and so are the keys of a JID that is forgotten", async () => {
  const store = await sealed(memoryStore());
  const book = await openPeerBook({ core, store });
  await see(book, bob);
  await see(book, bob, b);
  await see(book, "rob@example.net", b);
  await book.updateWithKeys(bob, a.fingerprint, (both) => partKey(both, a.fingerprint));
  assert.equal(await book.loadKey(a.fingerprint), undefined);
  await book.remove(bob);
  assert.deepEqual(
    (await book.loadKey(b.fingerprint))?.uses.map(({ jid }) => jid),
    ["rob@example.net"],
  );
  await book.remove("rob@example.net");
  assert.deepEqual(await book.listKeys(), []);
  await store.close();
});

test("a change of a key that there is not changes nothing", async () => {
  const book = await openPeerBook({ core });
  assert.equal(await book.updateKey(a.fingerprint, (key) => key), false);
  await book.updateWithKeys(bob, a.fingerprint, (both) => acceptKey(both, a.fingerprint) ?? both);
  assert.deepEqual(await book.list(), []);
  await book.close();
});

test("a key filed under another one, or damaged, is record-damaged", async () => {
  const blobs = memoryStore();
  const store = await sealed(blobs);
  const book = await openPeerBook({ core, store });
  await see(book, bob);
  const found = await store.read("key", a.fingerprint);
  await store.write([
    { kind: "key", name: b.fingerprint, header: found!.header, secrets: [], expect: undefined },
  ]);
  await assert.rejects(book.loadKey(b.fingerprint), { code: "record-damaged" });
  const [id] = await blobs.list("key/");
  const record = (await blobs.get(id!))!;
  record.sealed[record.sealed.length - 1]! ^= 1;
  await blobs.write([{ id: id!, sealed: record.sealed, expect: record.version }]);
  const read = await Promise.allSettled([book.loadKey(a.fingerprint), book.loadKey(b.fingerprint)]);
  for (const one of read) assert.equal(one.status, "rejected");
  await store.close();
});

test("nothing of the book is left in the core: every handle is wiped", async () => {
  const before = core.usage.secrets;
  const book = await openPeerBook({ core });
  const secret = core.keys.random(32);
  await book.update(bob, (record) => ({ ...record, otherSecret: secret }));
  await see(book, bob);
  await look(book, bob);
  await assert.rejects(
    book.updateWithKeys(bob, a.fingerprint, () => {
      throw new Error("no");
    }),
  );
  await book.remove(bob);
  secret.wipe();
  await book.close();
  assert.equal(core.usage.secrets, before);
});
