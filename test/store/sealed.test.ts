import { createHmac } from "node:crypto";
import { readdir, readFile, truncate } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import assert from "node:assert/strict";
import { fileStore } from "esession/store/file";
import {
  fixedKey,
  frameHeader,
  loadTestCore,
  memoryStore,
  openSealedStore,
  passphraseKey,
  readHeader,
  type BlobStore,
  type KeySource,
} from "esession/testing";
import { temporaryFolder } from "./places.js";

const testCore = await loadTestCore();
const { core } = testCore;
const importSecret = (bytes: Uint8Array) => testCore.importSecret(bytes);
const keyBytes = new Uint8Array(32).fill(7);
const header = new TextEncoder().encode('{"some":"header"}');
const secretBytes = (octet: number) => new Uint8Array(32).fill(octet);
const open = (blobs: BlobStore, keys: KeySource = fixedKey(keyBytes)) =>
  openSealedStore({ core, blobs, keys });

/** Everything that a place holds, to see that nothing was changed. */
async function contents(blobs: BlobStore): Promise<unknown[]> {
  return Promise.all((await blobs.list("")).map(async (id) => [id, await blobs.get(id)]));
}

async function replace(blobs: BlobStore, id: string, sealed: Uint8Array): Promise<void> {
  await blobs.write([{ id, sealed, expect: (await blobs.get(id))?.version }]);
}

test("a record comes back with its header and its secrets, and no secret stays in use", async () => {
  const before = core.usage.secrets;
  const store = await open(memoryStore());
  const secrets = [1, 2, 3].map((octet) => importSecret(secretBytes(octet)));
  await store.write([{ kind: "peer", name: "bob@example.com", header, secrets, expect: undefined }]);
  const found = await store.read("peer", "bob@example.com");
  assert.deepEqual(found!.header, header);
  assert.equal(found!.secrets.length, 3);
  found!.secrets.forEach((secret, index) => assert.ok(core.keys.equal(secret, secrets[index]!)));
  assert.equal(await store.read("peer", "alice@example.com"), undefined);
  assert.equal(await store.read("other", "bob@example.com"), undefined);

  await store.write([{ kind: "peer", name: "bob@example.com", delete: true, expect: found!.version }]);
  assert.equal(await store.read("peer", "bob@example.com"), undefined);
  for (const secret of [...secrets, ...found!.secrets]) secret.wipe();
  await store.close();
  assert.equal(core.usage.secrets, before);
});

test("the key's octets are zero once the store is open, and the key is wiped when it is closed", async () => {
  const before = core.usage.secrets;
  const given = keyBytes.slice();
  const blobs = memoryStore();
  const store = await open(blobs, { key: () => Promise.resolve(given), forget: () => Promise.resolve() });
  assert.deepEqual(given, new Uint8Array(32));
  await store.close();
  assert.equal(core.usage.secrets, before);
  await assert.rejects(store.read("peer", "a"), { code: "store-unavailable" });
  await assert.rejects(store.list("peer"), { code: "store-unavailable" });
  await assert.rejects(blobs.list(""), { code: "store-unavailable" });
});

test("the key's octets are zero however the opening failed", async () => {
  const source = (bytes: Uint8Array) => ({
    key: () => Promise.resolve(bytes),
    forget: () => Promise.resolve(),
  });
  for (const length of [16, 31, 33, 64]) {
    const bytes = new Uint8Array(length).fill(7);
    await assert.rejects(open(memoryStore(), source(bytes)), { code: "option-invalid" });
    assert.deepEqual(bytes, new Uint8Array(length));
  }

  const full = (await loadTestCore({ sessions: 1 })).core;
  assert.throws(
    () => {
      for (;;) full.keys.random(32);
    },
    { code: "core-full" },
  );
  const bytes = keyBytes.slice();
  const opening = openSealedStore({ core: full, blobs: memoryStore(), keys: source(bytes) });
  await assert.rejects(opening, { code: "core-full" });
  assert.deepEqual(bytes, new Uint8Array(32));
});

test("a record's id is the HMAC of its name: the place sees no contact", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await open(await fileStore(folder));
  await store.write([{ kind: "peer", name: "bob@example.com", header, secrets: [], expect: undefined }]);
  const expected = createHmac("sha256", keyBytes).update("ESession Record Namebob@example.com").digest("hex");
  const files = await readdir(folder);
  assert.ok(files.includes(`peer_${expected}.record`));
  for (const name of files.filter((name) => name !== "lock" && !name.startsWith("writing-"))) {
    assert.doesNotMatch(name, /bob|example/);
    assert.doesNotMatch(await readFile(join(folder, name), "latin1"), /bob|example|some/);
  }
  await store.close();
});

test("list() gives the names of one kind", async () => {
  const before = core.usage.secrets;
  const store = await open(memoryStore());
  const secret = importSecret(secretBytes(1));
  for (const [kind, name] of [
    ["peer", "bob@example.com"],
    ["peer", "älice@example.com"],
    ["queue", "bob@example.com"],
  ] as const)
    await store.write([{ kind, name, header, secrets: [secret], expect: undefined }]);
  assert.deepEqual((await store.list("peer")).sort(), ["bob@example.com", "älice@example.com"]);
  assert.deepEqual(await store.list("queue"), ["bob@example.com"]);
  assert.deepEqual(await store.list("none"), []);
  secret.wipe();
  await store.close();
  assert.equal(core.usage.secrets, before);
});

test("a wrong key is store-key-wrong and changes nothing; the right one still opens the store", async () => {
  const blobs = memoryStore();
  const store = await open(blobs);
  await store.write([{ kind: "peer", name: "bob", header, secrets: [], expect: undefined }]);
  const before = await contents(blobs);
  const secretsInUse = core.usage.secrets;
  await assert.rejects(open(blobs, fixedKey(new Uint8Array(32))), { code: "store-key-wrong" });
  assert.deepEqual(await contents(blobs), before);
  assert.equal(core.usage.secrets, secretsInUse);

  const again = await open(blobs);
  assert.deepEqual((await again.read("peer", "bob"))?.header, header);
  await again.close();
});

test("a wrong passphrase is store-key-wrong and changes nothing", async () => {
  const blobs = memoryStore();
  const cost = 2 ** 14;
  await open(blobs, passphraseKey({ passphrase: "right", store: blobs, cost }));
  const before = await contents(blobs);
  await assert.rejects(open(blobs, passphraseKey({ passphrase: "wrong", store: blobs, cost })), {
    code: "store-key-wrong",
  });
  assert.deepEqual(await contents(blobs), before);
  await (await open(blobs, passphraseKey({ passphrase: "right", store: blobs, cost }))).close();
});

test("a key of another length is refused", async () => {
  const source = { key: () => Promise.resolve(new Uint8Array(16)), forget: () => Promise.resolve() };
  await assert.rejects(open(memoryStore(), source), { code: "option-invalid" });
});

test("a new store opened twice at the same time has one check record", async () => {
  const blobs = memoryStore();
  const stores = await Promise.all([open(blobs), open(blobs)]);
  assert.deepEqual(await blobs.list(""), ["check"]);
  await Promise.all(stores.map((store) => store.close()));
});

test("records without the check record are store-format, and no new one is made", async () => {
  const blobs = memoryStore();
  const store = await open(blobs);
  await store.write([{ kind: "peer", name: "bob", header, secrets: [], expect: undefined }]);
  const check = await blobs.get("check");
  await blobs.write([{ id: "check", delete: true, expect: check!.version }]);
  await assert.rejects(open(blobs), { code: "store-format" });
  assert.equal(await blobs.get("check"), undefined);
});

test("a record that was changed, cut short or put under another name is record-damaged", async () => {
  const blobs = memoryStore();
  const store = await open(blobs);
  for (const name of ["a", "b"])
    await store.write([{ kind: "peer", name, header, secrets: [], expect: undefined }]);
  const [idA, idB] = (await blobs.list("peer/")) as [string, string];
  const sealed = (await blobs.get(idA))!.sealed;
  const flipped = sealed.slice();
  flipped[flipped.length >> 1]! ^= 1;
  const other = idA.includes(createHmac("sha256", keyBytes).update("ESession Record Namea").digest("hex"))
    ? "a"
    : "b";
  for (const damaged of [flipped, sealed.slice(0, -1), new Uint8Array(), (await blobs.get(idB))!.sealed]) {
    await replace(blobs, idA, damaged);
    await assert.rejects(store.read("peer", other), {
      code: "record-damaged",
      message: new RegExp(`^the record ${idA} `),
    });
  }
  await store.close();
});

test("a damaged record does not keep the others from being listed; it is named by its id, and can be discarded", async () => {
  const inUse = core.usage.secrets;
  const blobs = memoryStore();
  const store = await open(blobs, passphraseKey({ passphrase: "x", store: blobs, cost: 2 ** 14 }));
  const secret = importSecret(secretBytes(1));
  for (const name of ["a", "b", "c"])
    await store.write([{ kind: "peer", name, header, secrets: [secret], expect: undefined }]);
  const [id, whole] = (await blobs.list("peer/")) as [string, string];
  const names = await store.list("peer");
  assert.deepEqual(await store.damaged("peer"), []);

  await replace(blobs, id, new Uint8Array(100));
  assert.deepEqual(await store.list("peer"), names.slice(1));
  assert.deepEqual(await store.damaged("peer"), [id]);
  // one that is whole, one that is not there, and those that are no records of a kind stay
  for (const other of [whole, `${whole.slice(0, -1)}x`, "check", "passphrase"])
    await assert.rejects(store.discard(other), { code: "option-invalid" }, other);
  await store.discard(id);
  assert.deepEqual(await blobs.list(""), ["check", "passphrase", ...(await blobs.list("peer/"))]);
  assert.deepEqual(await store.list("peer"), names.slice(1));
  assert.deepEqual(await store.damaged("peer"), []);

  await store.close();
  for (const call of [store.damaged("peer"), store.discard(whole)])
    await assert.rejects(call, { code: "store-unavailable" });
  secret.wipe();
  assert.equal(core.usage.secrets, inUse);
});

test("on the file store a file that was cut short is a damaged record like any other", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await open(await fileStore(folder));
  for (const name of ["a", "b"])
    await store.write([{ kind: "peer", name, header, secrets: [], expect: undefined }]);
  const names = await store.list("peer");
  const file = (await readdir(folder)).filter((name) => name.startsWith("peer_")).sort()[0]!;
  await truncate(join(folder, file), 10);
  assert.deepEqual(await store.list("peer"), names.slice(1));
  const damaged = await store.damaged("peer");
  assert.deepEqual(damaged, [file.replace("_", "/").replace(".record", "")]);
  await store.discard(damaged[0]!);
  assert.deepEqual(await store.damaged("peer"), []);
  assert.deepEqual(await store.list("peer"), names.slice(1));
  await store.close();
});

test("a record that the core has no place for is not taken for a damaged one", async () => {
  const small = await loadTestCore({ sessions: 1 });
  const blobs = memoryStore();
  const store = await openSealedStore({ core: small.core, blobs, keys: fixedKey(keyBytes) });
  const secret = small.core.keys.random(32);
  await store.write([{ kind: "peer", name: "a", header, secrets: [secret], expect: undefined }]);
  const held: { wipe(): void }[] = [];
  assert.throws(
    () => {
      for (;;) held.push(small.core.keys.random(32));
    },
    { code: "core-full" },
  );
  await assert.rejects(store.list("peer"), { code: "core-full" });
  await assert.rejects(store.discard((await blobs.list("peer/"))[0]!), { code: "core-full" });
  held.forEach((one) => one.wipe());
  assert.deepEqual(await store.list("peer"), ["a"]);
  await store.close();
});

test("a record of a newer format is store-format, in the check record and in any other", async () => {
  const newer = frameHeader("bob", header);
  newer[0] = 2;
  const blobs = memoryStore();
  const store = await open(blobs);
  await store.write([{ kind: "peer", name: "bob", header, secrets: [], expect: undefined }]);
  const [id] = (await blobs.list("peer/")) as [string];
  const key = importSecret(keyBytes);
  const secret = importSecret(secretBytes(1));
  await replace(blobs, id, core.records.seal(key, id, newer, [secret]));
  const inUse = core.usage.secrets;
  await assert.rejects(store.read("peer", "bob"), { code: "store-format" });
  assert.equal(core.usage.secrets, inUse);

  await replace(blobs, "check", core.records.seal(key, "check", newer, []));
  await assert.rejects(open(blobs), { code: "store-format" });
  key.wipe();
  secret.wipe();
  await store.close();
});

test("several records are written as a whole, or refused as a whole with store-conflict", async () => {
  const store = await open(memoryStore());
  const put = (name: string) => ({ kind: "peer", name, header, secrets: [], expect: undefined });
  await store.write([put("a"), put("b")]);
  await assert.rejects(store.write([put("c"), put("a")]), { code: "store-conflict" });
  assert.deepEqual((await store.list("peer")).sort(), ["a", "b"]);
  await store.close();
});

test("the header's frame gives back name and rest, and refuses what ends within the name", () => {
  for (const name of ["", "bob", "é".repeat(300)])
    assert.deepEqual(readHeader(frameHeader(name, header)), { name, header });
  assert.throws(() => readHeader(frameHeader("bob", new Uint8Array()).slice(0, -1)), {
    code: "record-damaged",
  });
  assert.throws(() => readHeader(new Uint8Array()), { code: "store-format" });
  assert.throws(() => frameHeader("x".repeat(65_536), header), { code: "option-invalid" });
});
