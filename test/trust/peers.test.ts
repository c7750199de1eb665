import test from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodePeer,
  emptyPeer,
  encodePeer,
  fixedKey,
  loadTestCore,
  memoryStore,
  openPeerBook,
  openSealedStore,
  wipePeer,
  type PeerRecord,
} from "esession/testing";
import { handle, retained } from "./secrets.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (header: Uint8Array) => new TextDecoder().decode(header);

const records: Record<string, PeerRecord> = {
  "an empty record": emptyPeer("bob@example.com"),
  "a record with everything": {
    jid: "bob@example.com",
    dialect: "deployed",
    spokeXep: true,
    boundSas: true,
    written: true,
    otherSecret: handle(),
    retained: [
      retained("s", { verified: "full" }),
      retained("t", { from: "s", staged: true, createdAt: 5, verified: "weak" }),
    ],
    lastVerifiedAt: 1_700_000_000_000,
    keys: ["a".repeat(64), "b".repeat(64)],
    keyRequired: true,
    unconfirmedSince: 1_700_000_000_001,
    remindersWaived: true,
  },
  "a record with one retained secret": { ...emptyPeer("é@example.com"), retained: [retained("s")] },
  "a record with the other secret only": { ...emptyPeer("bob@example.com"), otherSecret: handle() },
};

for (const [title, record] of Object.entries(records))
  test(`${title} comes back as it was`, () => {
    const { header, secrets } = encodePeer(record);
    assert.equal(secrets.length, record.retained.length + (record.otherSecret ? 1 : 0));
    assert.doesNotMatch(text(header), /Secret\]/);
    const read = decodePeer(header, secrets);
    assert.deepEqual(read, record);
    assert.equal(read.otherSecret, record.otherSecret);
    read.retained.forEach(({ secret }, index) => assert.equal(secret, record.retained[index]!.secret));
  });

test("a record of a newer format is store-format", () => {
  const header = utf8(text(encodePeer(emptyPeer("a@b")).header).replace('"format":2', '"format":3'));
  assert.throws(() => decodePeer(header, []), { code: "store-format" });
  assert.throws(() => decodePeer(utf8('{"format":3,"other":true}'), []), { code: "store-format" });
});

test("a record that is not as it was written is record-damaged", () => {
  const { header, secrets } = encodePeer(records["a record with everything"]!);
  const good = text(header);
  const damages: [string, string][] = [
    ["no JSON", "{"],
    ["not an object", "[]"],
    ["null", "null"],
    ["empty", ""],
    ["no format", good.replace('"format":2,', "")],
    ["format 0", good.replace('"format":2', '"format":0')],
    ["format 1 with what it did not know", good.replace('"format":2', '"format":1')],
    ["no peer", '{"format":2}'],
    ["no keys", good.replace(/"keys":\[.*?\],/, "")],
    ["keys that are no texts", good.replace(/"keys":\[.*?\]/, '"keys":[1]')],
    ["a key twice", good.replace("b".repeat(64), "a".repeat(64))],
    ["no word on whether a key is required", good.replace('"keyRequired":true,', "")],
    ["a time of reminding that is none", good.replace('"unconfirmedSince":1', '"unconfirmedSince":-1')],
    ["a waiver that is none", good.replace('"remindersWaived":true', '"remindersWaived":"yes"')],
    ["an unknown member", good.replace('"jid"', '"extra":1,"jid"')],
    ["no JID", good.replace('"jid":"bob@example.com",', "")],
    ["an empty JID", good.replace("bob@example.com", "")],
    ["a dialect that is none", good.replace('"dialect":"deployed"', '"dialect":"old"')],
    ["a flag that is a number", good.replace('"spokeXep":true', '"spokeXep":1')],
    ["a missing flag", good.replace('"boundSas":true,', "")],
    ["a time that is negative", good.replace('"expiresAt":1000', '"expiresAt":-1')],
    ["a time that is a fraction", good.replace('"lastVerifiedAt":17', '"lastVerifiedAt":0.17')],
    ["a mark that is none", good.replace('"verified":"full"', '"verified":"very"')],
    ["two with one id", good.replace('"id":"t"', '"id":"s"')],
    ["fewer entries than secrets", good.replace(/"retained":\[.*?\},/, '"retained":[')],
    ["entries that are no objects", good.replace(/"retained":\[.*\]/, '"retained":[1,2]')],
    ["entries that are no list", good.replace(/"retained":\[.*\]/, '"retained":{}')],
    ["a secret too many", good.replace('"otherSecret":true', '"otherSecret":false')],
  ];
  for (const [title, damaged] of damages) {
    assert.notEqual(damaged, good, title);
    assert.throws(() => decodePeer(utf8(damaged), secrets), { code: "record-damaged" }, title);
  }
  assert.throws(() => decodePeer(header, secrets.slice(1)), { code: "record-damaged" });
  assert.throws(() => decodePeer(new Uint8Array([0xff]), []), { code: "record-damaged" });
});

/** What the code before format 2 wrote: a header, and whole sealed records. */
const format1 = JSON.parse(readFileSync(join(import.meta.dirname, "../../trust/format-1.json"), "utf8")) as {
  readonly header: string;
  readonly records: Readonly<Record<string, string>>;
};

test("a record of format 1 is read: no keys are known, none is required, reminders are wanted", () => {
  const [other, s, u] = [handle(), handle(), handle()];
  const { retained: list, ...read } = decodePeer(utf8(format1.header), [other, s, u]);
  assert.deepEqual(read, {
    jid: "bob@example.com",
    dialect: "xep",
    spokeXep: true,
    boundSas: true,
    written: true,
    otherSecret: other,
    lastVerifiedAt: 1_700_000_000_000,
    keys: [],
    keyRequired: false,
    remindersWaived: false,
  });
  assert.deepEqual(
    list.map(({ id, verified }) => [id, verified]),
    [
      ["s", "full"],
      ["t", "weak"],
    ],
  );
  const missing = format1.header.replace('"boundSas":true,', "");
  assert.throws(() => decodePeer(utf8(missing), [other, s, u]), { code: "record-damaged" });
});

test("a store of format 1 is opened, and what is written over it has the newer format, with the same secrets", async () => {
  const { core } = await loadTestCore();
  const blobs = memoryStore();
  await blobs.write(
    Object.entries(format1.records).map(([id, sealed]) => ({
      id,
      sealed: new Uint8Array(Buffer.from(sealed, "base64")),
      expect: undefined,
    })),
  );
  const store = await openSealedStore({ core, blobs, keys: fixedKey(new Uint8Array(32).fill(7)) });
  const book = await openPeerBook({ core, store });
  assert.deepEqual((await book.list()).sort(), ["bob@example.com", "carol@example.net"]);
  await book.update("bob@example.com", (record) => ({ ...record, remindersWaived: true }));
  const raw = await store.read("peer", "bob@example.com");
  assert.match(text(raw!.header), /^\{"format":2,/);
  const secrets = [1, 2, 3].map((octet) => core.keys.import(new Uint8Array(32).fill(octet)));
  assert.equal(raw!.secrets.length, 3);
  raw!.secrets.forEach((secret, index) => assert.ok(core.keys.equal(secret, secrets[index]!)));
  const read = await book.load("bob@example.com");
  assert.equal(read.lastVerifiedAt, 1_700_000_000_000);
  assert.equal(read.remindersWaived, true);
  for (const secret of [...raw!.secrets, ...secrets]) secret.wipe();
  wipePeer(read);
  await store.close();
});
