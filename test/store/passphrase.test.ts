import { scryptSync } from "node:crypto";
import test from "node:test";
import assert from "node:assert/strict";
import { fixedKey, memoryStore, passphraseKey, type BlobStore } from "esession/testing";

/** The least that is allowed: the tests are to be quick. */
const cost = 2 ** 14;

async function storedRecord(store: BlobStore): Promise<Record<string, unknown>> {
  const found = await store.get("passphrase");
  assert.ok(found);
  return JSON.parse(new TextDecoder().decode(found.sealed)) as Record<string, unknown>;
}

async function replaceRecord(store: BlobStore, text: string): Promise<void> {
  const found = await store.get("passphrase");
  await store.write([{ id: "passphrase", sealed: new TextEncoder().encode(text), expect: found?.version }]);
}

test("the key is scrypt (RFC 7914) of the passphrase with the stored salt and cost", async () => {
  const store = memoryStore();
  const key = await passphraseKey({ passphrase: "correct horse", store, cost }).key();
  const record = await storedRecord(store);
  assert.deepEqual(
    { ...record, salt: undefined },
    { format: 1, kdf: "scrypt", N: cost, r: 8, p: 1, salt: undefined },
  );
  const salt = Buffer.from(String(record["salt"]), "hex");
  assert.equal(salt.length, 32);
  const expected = scryptSync("correct horse", salt, 32, { N: cost, r: 8, p: 1, maxmem: 2 ** 26 });
  assert.equal(Buffer.from(key).toString("hex"), expected.toString("hex"));
});

test("the key is the same in both normal forms of one passphrase, and another for another passphrase", async () => {
  const store = memoryStore();
  const keys = await Promise.all(
    ["caf\u00e9", "cafe\u0301", "cafe"].map((passphrase) => passphraseKey({ passphrase, store, cost }).key()),
  );
  assert.deepEqual(keys[0], keys[1]);
  assert.notDeepEqual(keys[0], keys[2]);
});

test("the cost counts for new stores only: an old one is opened at its own", async () => {
  const store = memoryStore();
  const key = await passphraseKey({ passphrase: "x", store, cost: 2 ** 15 }).key();
  assert.deepEqual(await passphraseKey({ passphrase: "x", store, cost }).key(), key);
  assert.equal((await storedRecord(store))["N"], 2 ** 15);
});

test("two stores have different keys for one passphrase", async () => {
  const keys = await Promise.all(
    [memoryStore(), memoryStore()].map((store) => passphraseKey({ passphrase: "x", store, cost }).key()),
  );
  assert.notDeepEqual(keys[0], keys[1]);
});

test("a new store opened twice at the same time gets one key", async () => {
  const store = memoryStore();
  const [a, b] = await Promise.all([1, 2].map(() => passphraseKey({ passphrase: "x", store, cost }).key()));
  assert.deepEqual(a, b);
});

test("a cost that is too low, too high or no power of two is refused", () => {
  for (const bad of [2 ** 13, 2 ** 21, 2 ** 14 + 1, 0, -1, NaN, Infinity, 20_000.5])
    assert.throws(() => passphraseKey({ passphrase: "x", store: memoryStore(), cost: bad }), {
      code: "option-invalid",
    });
  assert.throws(() => passphraseKey({ passphrase: "", store: memoryStore() }), { code: "option-invalid" });
});

test("a stored cost outside the bounds, or a record of another shape, is store-format", async () => {
  const salt = "00".repeat(32);
  const record = (changes: object) =>
    JSON.stringify({ format: 1, kdf: "scrypt", N: cost, r: 8, p: 1, salt, ...changes });
  for (const text of [
    record({ N: 2 }),
    record({ N: 2 ** 13 }),
    record({ N: 2 ** 21 }),
    record({ N: 2 ** 29 }),
    record({ N: 16_385 }),
    record({ r: 1 }),
    record({ p: 100 }),
    record({ format: 2 }),
    record({ kdf: "none" }),
    record({ salt: "" }),
    record({ extra: 1 }),
    "",
    "{}",
  ]) {
    const store = memoryStore();
    await replaceRecord(store, text);
    await assert.rejects(
      passphraseKey({ passphrase: "x", store, cost }).key(),
      { code: "store-format" },
      text,
    );
  }
});

test("a lost salt is store-format, not a wrong passphrase, and no other one is made", async () => {
  const store = memoryStore();
  const keys = passphraseKey({ passphrase: "x", store, cost });
  const key = await keys.key();
  await store.write([{ id: "check", sealed: new Uint8Array(1), expect: undefined }]);
  assert.deepEqual(await keys.key(), key);
  const lost = (await store.get("passphrase"))!;
  await store.write([{ id: "passphrase", delete: true, expect: lost.version }]);
  await assert.rejects(keys.key(), { code: "store-format", message: /salt/ });
  assert.deepEqual(await store.list(""), ["check"]);
});

test("a store that somebody else fills while its salt is looked for gets no second salt", async () => {
  const store = memoryStore();
  const keys = (of: BlobStore) => passphraseKey({ passphrase: "x", store: of, cost });
  let theirs: Uint8Array | undefined;
  const slow: BlobStore = {
    ...store,
    list: async (prefix) => {
      theirs = await keys(store).key();
      await store.write([{ id: "check", sealed: new Uint8Array(1), expect: undefined }]);
      return store.list(prefix);
    },
  };
  assert.deepEqual(await keys(slow).key(), theirs);
});

test("to forget destroys the salt: the passphrase gives another key afterwards", async () => {
  const store = memoryStore();
  const source = passphraseKey({ passphrase: "x", store, cost });
  const key = await source.key();
  await source.forget();
  await source.forget();
  assert.deepEqual(await store.list(""), []);
  assert.notDeepEqual(await source.key(), key);
});

test("a fixed key has 32 octets, is copied in and out, and is zero after forget()", async () => {
  for (const length of [0, 16, 31, 33])
    assert.throws(() => fixedKey(new Uint8Array(length)), { code: "option-invalid" });
  const given = new Uint8Array(32).fill(7);
  const source = fixedKey(given);
  given.fill(0);
  const got = await source.key();
  assert.deepEqual(got, new Uint8Array(32).fill(7));
  got.fill(0);
  assert.deepEqual(await source.key(), new Uint8Array(32).fill(7));
  await source.forget();
  await assert.rejects(source.key(), { code: "store-unavailable" });
});
