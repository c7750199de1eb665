import assert from "node:assert/strict";
import test from "node:test";
import { decodeKey, encodeKey, type KeyRecord } from "esession/testing";
import { keyRecord, use } from "./keys.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (key: KeyRecord) => new TextDecoder().decode(encodeKey(key).header);

const full: KeyRecord = {
  ...keyRecord("a", [use("bob@example.com"), use("rob@example.net", "told", 5)], true),
  petname: "Bób 🦊",
};

test("a key comes back as it was, with and without what is optional", () => {
  for (const key of [full, keyRecord("b", []), keyRecord("c", [use("é@example.com", "accepted")])]) {
    const { header, secrets } = encodeKey(key);
    assert.deepEqual(decodeKey(header), key);
    assert.deepEqual(secrets, []);
  }
});

test("security.md N9: the name of the hash is stored with the fingerprint", () => {
  assert.match(text(full), /"hash":"sha256"/);
});

test("a key of a newer format is store-format", () => {
  assert.throws(() => decodeKey(utf8(text(full).replace('"format":1', '"format":2'))), {
    code: "store-format",
  });
});

test("a key that is not as it was written is record-damaged", () => {
  const good = text(full);
  const damages: [string, string][] = [
    ["no JSON", "{"],
    ["no object", "[]"],
    ["no format", good.replace('"format":1,', "")],
    ["no key", '{"format":1}'],
    ["an unknown member", good.replace('"hash"', '"extra":1,"hash"')],
    ["a fingerprint that is too short", good.replace("a".repeat(64), "a".repeat(63))],
    ["a fingerprint in capitals", good.replace("a".repeat(64), "A".repeat(64))],
    ["a hash that is not known", good.replace('"sha256"', '"sha1"')],
    ["no key value", good.replace(/"keyValue":".*?",/, "")],
    ["a mark that is none", good.replace('"verified":"fingerprint"', '"verified":"yes"')],
    ["verified at no time", good.replace('"verifiedAt":1,', "")],
    ["a time of what was not verified", good.replace('"verified":"fingerprint"', '"verified":"none"')],
    ["an empty petname", good.replace("Bób 🦊", "")],
    ["uses that are no list", good.replace(/"uses":\[.*\]/, '"uses":{}')],
    ["a use without a JID", good.replace('"jid":"bob@example.com",', "")],
    ["a standing that is none", good.replace('"standing":"told"', '"standing":"fine"')],
    ["a time that is negative", good.replace('"lastSeenAt":5', '"lastSeenAt":-5')],
    ["a JID twice", good.replace("rob@example.net", "bob@example.com")],
  ];
  for (const [title, damaged] of damages) {
    assert.notEqual(damaged, good, title);
    assert.throws(() => decodeKey(utf8(damaged)), { code: "record-damaged" }, title);
  }
});
