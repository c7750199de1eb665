/** Identities with public keys (XEP-0116 §4.5.4), and those without under another hash or cipher: lengths follow the suite. */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import type { Cipher, DirectionKeys, Hash } from "esession/core";
import { seededRandom } from "esession/testing";
import type { TestCore } from "esession/testing";
import { hex, inAll } from "./builds.js";
import { sampler, seed, toBigInt, toOctets } from "./numbers.js";
import { hmacWhirlpool } from "./whirlpool-twin.js";

const macOf: Record<Hash, (key: Uint8Array, ...parts: Uint8Array[]) => Buffer> = {
  sha256: (key, ...parts) => createHmac("sha256", key).update(Buffer.concat(parts)).digest(),
  whirlpool: hmacWhirlpool,
};
const bits: Partial<Record<Cipher, number>> = { "aes128-ctr": 128, "aes192-ctr": 192, "aes256-ctr": 256 };

/** A text under a cipher of node:crypto, or as it is. */
function encrypted(cipher: Cipher, key: Uint8Array, counter: Uint8Array, text: Uint8Array): Buffer {
  if (cipher === "none") return Buffer.from(text);
  return createCipheriv(`aes-${bits[cipher]!}-ctr`, key, counter).update(text);
}

const suites = (["aes128-ctr", "aes192-ctr", "aes256-ctr", "none"] as const).flatMap((cipher) =>
  (["sha256", "whirlpool"] as const).map((hash) => ({ cipher, hash })),
);
const { octets, below } = sampler(seededRandom(seed));

interface Drawn {
  readonly kc: Uint8Array;
  readonly km: Uint8Array;
  readonly ks: Uint8Array;
  readonly keys: DirectionKeys;
  readonly wipe: () => void;
}

function drawn({ importSecret }: TestCore, suite: { cipher: Cipher; hash: Hash }): Drawn {
  const whole = suite.hash === "sha256" ? 32 : 64;
  const [kc, km, ks] = [octets((bits[suite.cipher] ?? 128) / 8), octets(whole), octets(whole)];
  const keys = { cipher: importSecret(kc), mac: importSecret(km), sigma: importSecret(ks), suite };
  const wipe = (): void => {
    for (const secret of [keys.cipher, keys.mac, keys.sigma]) secret.wipe();
  };
  return { kc, km, ks, keys, wipe };
}

const shortest = (counter: Uint8Array): Uint8Array =>
  counter.some((octet) => octet !== 0) ? toOctets(toBigInt(counter)) : Uint8Array.of(0);

/** The first has leading zeros. */
const counters = [new Uint8Array(16).fill(3, 5), new Uint8Array(16), new Uint8Array(16).fill(0xff)];

inAll(`ID = CTR(KC, C, content), M = HMAC(KM, shortest C | ID), in every suite (seed ${seed})`, (testing) => {
  const { core } = testing;
  for (const suite of suites)
    for (const counter of counters)
      for (const length of [0, 1, 16, 255, 256, 257, below(8193), 8192]) {
        const { kc, km, keys, wipe } = drawn(testing, suite);
        const content = octets(length);
        const sealed = core.identity.sealContent(keys, counter, content);
        const identity = encrypted(suite.cipher, kc, counter, content);
        const where = `${suite.cipher}, ${suite.hash}, ${length} octets`;
        assert.equal(hex(sealed.identity), hex(identity), where);
        assert.equal(hex(sealed.mac), hex(macOf[suite.hash](km, shortest(counter), identity)), where);
        const opened = core.identity.openContent(keys, counter, sealed);
        assert.ok(opened.authentic, where);
        assert.equal(hex(opened.content), hex(content), where);
        wipe();
      }
});

inAll("content is given back whether M is right or not, and `authentic` says which", (testing) => {
  const { core } = testing;
  for (const suite of suites) {
    const { keys, wipe } = drawn(testing, suite);
    const [content, counter] = [octets(300), octets(16)];
    const { identity, mac } = core.identity.sealContent(keys, counter, content);
    const flipped = (of: Uint8Array, at: number): Uint8Array =>
      of.map((octet, i) => (i === at ? octet ^ 1 : octet));
    for (let at = 0; at < mac.length; at++) {
      const opened = core.identity.openContent(keys, counter, { identity, mac: flipped(mac, at) });
      assert.equal(opened.authentic, false, `octet ${at} of M`);
      assert.equal(hex(opened.content), hex(content));
    }
    for (const at of [0, 150, 299]) {
      const opened = core.identity.openContent(keys, counter, { identity: flipped(identity, at), mac });
      assert.equal(opened.authentic, false, `octet ${at} of ID`);
      assert.equal(hex(opened.content), hex(flipped(content, at)));
    }
    for (const other of [mac.subarray(1), Buffer.concat([mac, Buffer.of(0)]), new Uint8Array()])
      assert.equal(core.identity.openContent(keys, counter, { identity, mac: other }).authentic, false);
    const shorter = { identity: identity.subarray(0, 299), mac };
    assert.equal(core.identity.openContent(keys, counter, shorter).authentic, false);
    assert.equal(core.identity.openContent(keys, flipped(counter, 15), { identity, mac }).authentic, false);
    wipe();
  }
});

inAll(`§4.5.4: mac() is what seal() encrypts, as long as the hash (seed ${seed})`, (testing) => {
  const { core } = testing;
  for (const suite of suites)
    for (const counter of counters) {
      const { kc, km, ks, keys, wipe } = drawn(testing, suite);
      const input = octets(777);
      const mac = core.identity.mac(keys, input);
      assert.equal(hex(mac), hex(macOf[suite.hash](ks, input)));
      const proof = core.identity.seal(keys, counter, input, "xep");
      assert.equal(hex(proof.identity), hex(encrypted(suite.cipher, kc, counter, mac)));
      assert.equal(hex(proof.mac), hex(macOf[suite.hash](km, shortest(counter), proof.identity)));
      assert.deepEqual(core.identity.sealContent(keys, counter, mac), proof, "the same as content");
      assert.equal(core.identity.fault(keys, counter, input, proof, "xep"), undefined);
      assert.equal(core.identity.fault(keys, counter, octets(777), proof, "xep"), "identity");
      for (let at = 0; at < proof.mac.length; at++) {
        const other = { ...proof, mac: proof.mac.map((octet, i) => (i === at ? octet ^ 0x80 : octet)) };
        assert.equal(core.identity.fault(keys, counter, input, other, "xep"), "mac", `octet ${at}`);
      }
      for (const length of [0, 16, 32, 63, 64, 65].filter((one) => one !== proof.mac.length)) {
        const cut = (whole: Uint8Array): Uint8Array => Buffer.concat([whole, whole]).subarray(0, length);
        assert.equal(
          core.identity.open(keys, counter, input, { ...proof, mac: cut(proof.mac) }, "xep"),
          false,
        );
        const short = { ...proof, identity: cut(proof.identity) };
        assert.equal(core.identity.open(keys, counter, input, short, "xep"), false);
      }
      wipe();
    }
});

inAll("more than 8 KiB of content is an error of the caller", (testing) => {
  const { keys, wipe } = drawn(testing, { cipher: "aes128-ctr", hash: "sha256" });
  const { identity } = testing.core;
  const [counter, long] = [new Uint8Array(16), new Uint8Array(8193)];
  assert.throws(() => identity.sealContent(keys, counter, long), { code: "core-argument" });
  const received = { identity: long, mac: new Uint8Array(32) };
  assert.throws(() => identity.openContent(keys, counter, received), { code: "core-argument" });
  wipe();
});

inAll(`stanzas are MACed with the hash of their keys, in every suite (seed ${seed})`, (testing) => {
  const { stanza } = testing.core;
  for (const suite of suites)
    for (const counter of counters) {
      const { kc, km, keys, wipe } = drawn(testing, suite);
      const [sealing, opening, listed] = [1, 2, 3].map(() => stanza.context(keys, counter, "xep"));
      let at = toBigInt(counter);
      const all = [0, 1, 20, 55, 100, 999].map((length) => {
        const text = hex(octets(length)).slice(0, length);
        const { data = "", mac } = stanza.seal(sealing!, text, "<new>1</new>");
        const c = toOctets(at % (1n << 128n), 16);
        const expected = encrypted(suite.cipher, kc, c, Buffer.from(text)).toString("base64");
        assert.equal(data, expected);
        const content = `<data>${data}</data><new>1</new>`;
        assert.equal(mac, macOf[suite.hash](km, Buffer.from(content), c).toString("base64"));
        const range = { start: 6, end: 6 + data.length };
        const wrong = (mac.startsWith("A") ? "B" : "A") + mac.slice(1);
        assert.throws(() => stanza.open(opening!, content, range, wrong), { code: "stanza-mac" });
        assert.equal(stanza.open(opening!, content, range, mac), text);
        at += suite.cipher === "none" ? 1n : BigInt(Math.max(1, Math.ceil(length / 16)));
        return { text, item: { context: listed!, content, data: range, mac } };
      });
      const opened = stanza.openMany(all.map(({ item }) => item));
      assert.deepEqual(
        opened,
        all.map(({ text }) => text),
      );
      for (const context of [sealing!, opening!, listed!]) context.wipe();
      wipe();
    }
});

inAll("XEP-0200 §8, D3: a Whirlpool MAC over the counter's shortest form is understood", (testing) => {
  const { stanza } = testing.core;
  const { km, keys, wipe } = drawn(testing, { cipher: "none", hash: "whirlpool" });
  const context = stanza.context(keys, counters[0]!, "xep");
  const content = `<data>${Buffer.from("text").toString("base64")}</data>`;
  const mac = hmacWhirlpool(km, Buffer.from(content), shortest(counters[0]!)).toString("base64");
  assert.equal(stanza.open(context, content, { start: 6, end: 14 }, mac), "text");
  context.wipe();
  wipe();
});
