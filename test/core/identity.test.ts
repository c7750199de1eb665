/** The encrypted proofs of identity without public keys (XEP-0116 §4.5.4, §4.6.3, §4.7.4), in both dialects. */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import { seededRandom } from "esession/testing";
import { hex, inBoth } from "./builds.js";
import { fromHex, sampler, seed, toBigInt, toOctets } from "./numbers.js";

const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
  createHmac("sha256", key).update(Buffer.concat(parts)).digest();

const counters = [
  "00000000000000000000000000000000",
  "0000000000000000000000000000ffff",
  "00ffffffffffffffffffffffffffffff",
  "7fffffffffffffffffffffffffffffff",
  "fffffffffffffffffffffffffffffffe",
  "ffffffffffffffffffffffffffffffff",
];

inBoth(`ID = CTR(KC, C, mac), M = HMAC(KM, shortest C | ID) (seed ${seed})`, ({ core, importSecret }) => {
  const { octets } = sampler(seededRandom(seed));
  for (const text of counters)
    for (const [dialect, first] of [
      ["xep", 0n],
      ["deployed", 1n],
    ] as const) {
      const [kc, km, ks, input, counter] = [octets(32), octets(32), octets(32), octets(777), fromHex(text)];
      const keys = { cipher: importSecret(kc), mac: importSecret(km), sigma: importSecret(ks) };
      const start = toOctets((toBigInt(counter) + first) % (1n << 128n), 16);
      const identity = createCipheriv("aes-256-ctr", kc, start).update(hmac(ks, input));
      const shortest = toBigInt(counter) === 0n ? Uint8Array.of(0) : toOctets(toBigInt(counter));
      const proof = core.identity.seal(keys, counter, input, dialect);
      assert.equal(hex(proof.identity), hex(identity), `${dialect}, counter ${text}`);
      assert.equal(hex(proof.mac), hex(hmac(km, shortest, identity)));
      assert.ok(core.identity.open(keys, counter, input, proof, dialect));
      for (const secret of Object.values(keys)) secret.wipe();
    }
});

inBoth(
  "a proof does not match if any bit of it, the counter, the input, a key or the dialect is another",
  (testing) => {
    const { core, importSecret } = testing;
    const octets = (fill: number, length = 32): Uint8Array => new Uint8Array(length).fill(fill);
    const keys = {
      cipher: importSecret(octets(1)),
      mac: importSecret(octets(2)),
      sigma: importSecret(octets(3)),
    };
    const wrong = importSecret(octets(4));
    const [counter, input] = [octets(5, 16), octets(6, 100)];
    const proof = core.identity.seal(keys, counter, input, "xep");
    const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
      bytes.map((octet, i) => (i === at >> 3 ? octet ^ (1 << (at & 7)) : octet));
    const { identity, mac } = proof;
    assert.ok(core.identity.open(keys, counter, input, proof, "xep"));
    for (let bit = 0; bit < 256; bit++) {
      assert.equal(
        core.identity.open(keys, counter, input, { identity: flipped(identity, bit), mac }, "xep"),
        false,
      );
      assert.equal(
        core.identity.open(keys, counter, input, { identity, mac: flipped(mac, bit) }, "xep"),
        false,
      );
    }
    assert.equal(core.identity.open(keys, flipped(counter, 127), input, proof, "xep"), false);
    assert.equal(core.identity.open(keys, counter, flipped(input, 0), proof, "xep"), false);
    assert.equal(core.identity.open(keys, counter, input, proof, "deployed"), false);
    for (const name of ["cipher", "mac", "sigma"] as const)
      assert.equal(core.identity.open({ ...keys, [name]: wrong }, counter, input, proof, "xep"), false, name);
    for (const length of [0, 16, 31, 33]) {
      const cut = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes, bytes]).subarray(0, length);
      assert.equal(core.identity.open(keys, counter, input, { identity: cut(identity), mac }, "xep"), false);
      assert.equal(core.identity.open(keys, counter, input, { identity, mac: cut(mac) }, "xep"), false);
    }
    for (const secret of [...Object.values(keys), wrong]) secret.wipe();
  },
);

inBoth("a counter of another length than 16 octets is an error of the caller", ({ core, importSecret }) => {
  const key = importSecret(new Uint8Array(32));
  const keys = { cipher: key, mac: key, sigma: key };
  assert.throws(() => core.identity.seal(keys, new Uint8Array(15), new Uint8Array(), "xep"), {
    code: "core-argument",
  });
  key.wipe();
});

inBoth(
  "a cipher key that AES has no schedule for is an error of the caller, and leaves the memory as it was",
  (testing) => {
    const { core, importSecret, memory } = testing;
    const [mac, sigma] = [1, 2].map((fill) => importSecret(new Uint8Array(32).fill(fill)));
    const [counter, input] = [new Uint8Array(16), Uint8Array.of(1)];
    const received = { identity: new Uint8Array(32), mac: new Uint8Array(32) };
    for (const length of [1, 15, 17, 20, 31, 33, 36, 48, 64]) {
      const cipher = importSecret(new Uint8Array(length).fill(9));
      const keys = { cipher, mac: mac!, sigma: sigma! };
      const before = memory().slice();
      for (const call of [
        () => core.identity.seal(keys, counter, input, "xep"),
        () => core.identity.open(keys, counter, input, received, "xep"),
        () => core.stanza.context(keys, counter, "xep"),
      ])
        assert.throws(call, { code: "core-argument" }, `${length} octets`);
      assert.ok(Buffer.from(before).equals(memory()), `${length} octets`);
      cipher.wipe();
    }
    for (const secret of [mac!, sigma!]) secret.wipe();
  },
);

inBoth("the core by itself refuses such a key too: no keystream, no context", (testing) => {
  const { abi, aesCtr, core } = testing;
  const [counter, text] = [new Uint8Array(16), new Uint8Array(64).fill(5)];
  const zero = hex(aesCtr(new Uint8Array(16), counter, new Uint8Array(16)));
  const free = core.usage.freeContexts;
  for (const length of [0, 1, 15, 20, 36, 64]) {
    const before = hex(core.sha256(text));
    assert.equal(hex(aesCtr(new Uint8Array(length), counter, text)), "00".repeat(64), `${length} octets`);
    const [key, counterAt] = [abi.inputRegion(), abi.inputRegion() + 64];
    assert.equal(abi.openContext(0, key, length, 0, key, 32, counterAt, 0), 0);
    assert.equal(hex(core.sha256(text)), before);
  }
  assert.equal(core.usage.freeContexts, free);
  assert.equal(zero, "66e94bd4ef8a2c3b884cfa59ca342b2e");
});
