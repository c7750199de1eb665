import { createHash, scryptSync } from "node:crypto";
import test from "node:test";
import assert from "node:assert/strict";
import { loadTestCore, otherSecretSalt, stretchOtherSecret } from "esession/testing";

const { core } = await loadTestCore();

/** The two bare JIDs in the order of their octets. */
function expectedSalt(lower: string, higher: string): Uint8Array {
  const hash = createHash("sha256").update("ESession OSS");
  for (const jid of [lower, higher]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(jid));
    hash.update(length).update(jid);
  }
  return new Uint8Array(hash.digest());
}

test("the salt of the other shared secret has both JIDs in the order of their octets, whoever asks", () => {
  for (const [lower, higher] of [
    ["alice@example.org", "bob@example.com"],
    ["bob@example.co", "bob@example.com"],
    ["bob@example.com", "bob@example.com"],
    ["Z@example.com", "a@example.com"],
    // by UTF-16 these two stand the other way round
    ["\uffe1@example.com", "\u{1f600}@example.com"],
  ] as const) {
    assert.deepEqual(otherSecretSalt(core, lower, higher), expectedSalt(lower, higher));
    assert.deepEqual(otherSecretSalt(core, higher, lower), expectedSalt(lower, higher));
  }
});

test("the other shared secret is 32 octets of scrypt with N = 2^17, r = 8, p = 1 over its NFC form", async () => {
  const [own, peer] = ["bob@example.com", "alice@example.org"];
  const stretched = await stretchOtherSecret(core, "cafe\u0301", own, peer);
  const salt = expectedSalt(peer, own);
  const reference = core.keys.import(
    new Uint8Array(scryptSync("caf\u00e9", salt, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 })),
  );
  assert.equal(stretched.byteLength, 32);
  assert.ok(core.keys.equal(stretched, reference));
});

test("an empty other shared secret is refused", async () => {
  await assert.rejects(stretchOtherSecret(core, "", "a@b", "c@d"), { code: "option-invalid" });
});
