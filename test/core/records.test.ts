/** Sealed records of a store: round trip, everything that must not open, and the format itself. */
import assert from "node:assert/strict";
import { createDecipheriv, createHmac } from "node:crypto";
import { loadTestCore, seededRandom } from "esession/testing";
import type { TestCore } from "esession/testing";
import { hex, inBoth } from "./builds.js";
import { sampler, seed } from "./numbers.js";

const keyOctets = new Uint8Array(32).fill(0x77);
const hmac = (key: Uint8Array, ...parts: (Uint8Array | string)[]): Buffer => {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return mac.digest();
};
const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

/** A record as the format says, from a plaintext of one's choice, by code that shares nothing with the core. */
function compose(name: string, plaintext: Uint8Array, version = 1): Uint8Array {
  const nonce = new Uint8Array(16).fill(3);
  const key = hmac(keyOctets, "ESession Record Cipher Key", nonce);
  const text = createDecipheriv("aes-256-ctr", key, new Uint8Array(16)).update(plaintext);
  const body = Buffer.concat([Uint8Array.of(version), nonce, text]);
  const macKey = hmac(keyOctets, "ESession Record MAC Key", nonce);
  return Buffer.concat([body, hmac(macKey, u32(Buffer.byteLength(name)), name, body)]);
}

const wiping = ({ importSecret }: TestCore, run: (key: ReturnType<typeof importSecret>) => void): void => {
  const key = importSecret(keyOctets);
  run(key);
  key.wipe();
};

inBoth(`header and secrets come back, of many sizes (seed ${seed})`, (testing) => {
  const { core, importSecret } = testing;
  const { octets, below } = sampler(seededRandom(seed));
  wiping(testing, (key) => {
    for (const [headerLength, count] of [
      [0, 0],
      [1, 1],
      [100, 3],
      [49_152, 0],
      [49_152, 200],
      [7, 200],
    ] as const) {
      const header = octets(headerLength);
      const secrets = Array.from({ length: count }, () => importSecret(octets(1 + below(64))));
      const sealed = core.records.seal(key, `peer/ü${count}`, header, secrets);
      const opened = core.records.open(key, `peer/ü${count}`, sealed);
      assert.equal(hex(opened.header), hex(header));
      assert.equal(opened.secrets.length, count);
      for (const [i, secret] of secrets.entries()) assert.ok(core.keys.equal(secret, opened.secrets[i]!));
      for (const secret of [...secrets, ...opened.secrets]) secret.wipe();
    }
  });
});

inBoth("512 secrets are a record, 513 are not; a header has at most 48 KiB", (testing) => {
  const { core, importSecret } = testing;
  wiping(testing, (key) => {
    const secret = importSecret(new Uint8Array(32).fill(1));
    const sealed = core.records.seal(key, "n", new Uint8Array(), new Array(512).fill(secret));
    for (const opened of core.records.open(key, "n", sealed).secrets) opened.wipe();
    const refused = { code: "core-argument" };
    assert.throws(() => core.records.seal(key, "n", new Uint8Array(), new Array(513).fill(secret)), refused);
    assert.throws(() => core.records.seal(key, "n", new Uint8Array(49_153), []), refused);
    assert.throws(() => core.records.seal(key, "x".repeat(5000), new Uint8Array(), []), refused);
    secret.wipe();
  });
});

inBoth("a record is the documented format, and a record composed by other code opens", (testing) => {
  const { core, importSecret } = testing;
  wiping(testing, (key) => {
    const secret = importSecret(Uint8Array.of(9, 8, 7));
    const plaintext = Buffer.concat([u32(2), Uint8Array.of(0xaa, 0xbb, 0, 1, 0, 3, 9, 8, 7)]);
    const opened = core.records.open(key, "näme", compose("näme", plaintext));
    assert.equal(hex(opened.header), "aabb");
    assert.ok(core.keys.equal(opened.secrets[0]!, secret));
    const sealed = core.records.seal(key, "näme", Uint8Array.of(0xaa, 0xbb), [secret]);
    assert.equal(sealed[0], 1);
    const cipherKey = hmac(keyOctets, "ESession Record Cipher Key", sealed.subarray(1, 17));
    const text = sealed.subarray(17, -32);
    assert.equal(
      hex(createDecipheriv("aes-256-ctr", cipherKey, new Uint8Array(16)).update(text)),
      hex(plaintext),
    );
    for (const each of [secret, ...opened.secrets]) each.wipe();
  });
});

inBoth(
  "a record with any bit changed, cut, extended, renamed or under another key does not open",
  (testing) => {
    const { core, importSecret } = testing;
    const wrong = importSecret(new Uint8Array(32).fill(0x78));
    const free = core.usage.freeSecrets;
    wiping(testing, (key) => {
      const sealed = core.records.seal(key, "name", Uint8Array.of(1, 2, 3), [wrong]);
      const damaged = { code: "record-damaged" };
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const changed = sealed.slice();
        changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
        assert.throws(() => core.records.open(key, "name", changed), damaged, `bit ${bit}`);
      }
      for (let length = 0; length < sealed.length; length++)
        assert.throws(() => core.records.open(key, "name", sealed.subarray(0, length)), damaged);
      assert.throws(() => core.records.open(key, "name", Buffer.concat([sealed, Uint8Array.of(0)])), damaged);
      assert.throws(() => core.records.open(key, "nam", sealed), damaged);
      assert.throws(() => core.records.open(wrong, "name", sealed), damaged);
      assert.throws(() => core.records.open(key, "name", new Uint8Array(1_000_000)), damaged);
    });
    assert.equal(core.usage.freeSecrets, free);
    wrong.wipe();
  },
);

inBoth("a record that is authentic but does not add up is refused and takes no places", (testing) => {
  const { core } = testing;
  const free = core.usage.freeSecrets;
  wiping(testing, (key) => {
    const bad: Record<string, number[]> = {
      "no room for the counts": [0, 0, 0, 1, 0, 0],
      "a header longer than the record": [0, 0, 0, 9, 0, 0],
      "a header of 2^32 - 1": [0xff, 0xff, 0xff, 0xff, 0, 0],
      "a header of 2^32 - 6": [0xff, 0xff, 0xff, 0xfa, 0, 0],
      "more secrets than there are": [0, 0, 0, 0, 0, 2, 0, 1, 5],
      "more secrets than may be": [0, 0, 0, 0, 2, 1],
      "a secret longer than the rest": [0, 0, 0, 0, 0, 1, 0, 2, 5],
      "a secret longer than any": [0, 0, 0, 0, 0, 1, 4, 1, ...new Array<number>(1025).fill(0)],
      "half a length": [0, 0, 0, 0, 0, 1, 0],
      "octets left over": [0, 0, 0, 0, 0, 1, 0, 1, 5, 6],
    };
    for (const [what, plaintext] of Object.entries(bad))
      assert.throws(
        () => core.records.open(key, "n", compose("n", Uint8Array.from(plaintext))),
        { code: "record-damaged" },
        what,
      );
    const good = [0, 0, 0, 0, 0, 0];
    assert.equal(core.records.open(key, "n", compose("n", Uint8Array.from(good))).secrets.length, 0);
    assert.throws(() => core.records.open(key, "n", compose("n", Uint8Array.from(good), 2)), {
      code: "record-damaged",
    });
  });
  assert.equal(core.usage.freeSecrets, free);
});

inBoth("a record for whose secrets there is no place leaves all places free", async ({ core: { build } }) => {
  const testing = await loadTestCore({ build, sessions: 1 });
  const { core, importSecret } = testing;
  const key = importSecret(keyOctets);
  const one = importSecret(Uint8Array.of(1));
  const sealed = core.records.seal(key, "n", new Uint8Array(), new Array(512).fill(one));
  while (core.usage.freeSecrets >= 512 + 32) core.records.open(key, "n", sealed);
  // Those that are not for secrets of this length are free until the end.
  const { freeSecrets } = core.usage;
  assert.throws(() => core.records.open(key, "n", sealed), { code: "core-full" });
  assert.equal(core.usage.freeSecrets, freeSecrets);
});

inBoth("two records of the same content share no octet of ciphertext by more than chance", (testing) => {
  wiping(testing, (key) => {
    const header = new Uint8Array(4096);
    const [a, b] = [1, 2].map(() => testing.core.records.seal(key, "n", header, []));
    const equal = a!.filter((octet, i) => octet === b![i]).length;
    assert.ok(equal < 64, `${equal} of ${a!.length}`);
  });
});
