import test from "node:test";
import assert from "node:assert/strict";
import { decodePeer, emptyPeer, encodePeer, type PeerRecord } from "esession/testing";
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
  const header = utf8(text(encodePeer(emptyPeer("a@b")).header).replace('"format":1', '"format":2'));
  assert.throws(() => decodePeer(header, []), { code: "store-format" });
  assert.throws(() => decodePeer(utf8('{"format":2,"other":true}'), []), { code: "store-format" });
});

test("a record that is not as it was written is record-damaged", () => {
  const { header, secrets } = encodePeer(records["a record with everything"]!);
  const good = text(header);
  const damages: [string, string][] = [
    ["no JSON", "{"],
    ["not an object", "[]"],
    ["null", "null"],
    ["empty", ""],
    ["no format", good.replace('"format":1,', "")],
    ["format 0", good.replace('"format":1', '"format":0')],
    ["no peer", '{"format":1}'],
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
