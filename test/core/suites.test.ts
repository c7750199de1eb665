/** Stanzas and identities with each cipher of XEP-0116 §8 (XEP-0200 §6, §8), beside twins that share no code with the core. */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import type { Cipher, Suite } from "esession/core";
import { EsessionError } from "esession";
import type { TestCore } from "esession/testing";
import { hex, inAll, inBoth } from "./builds.js";
import { counterTwin } from "./counter-twin.js";
import { toBigInt, toOctets } from "./numbers.js";
import { serpentTwin } from "./serpent-twin.js";
import { twofishTwin } from "./twofish-twin.js";

const aesTwin = (key: Uint8Array) => (block: Uint8Array) =>
  new Uint8Array(createCipheriv(`aes-${key.length * 8}-ecb`, key, null).update(block));

type Twin = (key: Uint8Array) => (block: Uint8Array) => Uint8Array;

const suites: Record<Cipher, { keyLength: number; twin: Twin | undefined }> = {
  "aes128-ctr": { keyLength: 16, twin: aesTwin },
  "aes192-ctr": { keyLength: 24, twin: aesTwin },
  "aes256-ctr": { keyLength: 32, twin: aesTwin },
  "serpent128-ctr": { keyLength: 16, twin: serpentTwin },
  "serpent192-ctr": { keyLength: 24, twin: serpentTwin },
  "serpent256-ctr": { keyLength: 32, twin: serpentTwin },
  "twofish128-ctr": { keyLength: 16, twin: twofishTwin },
  "twofish192-ctr": { keyLength: 24, twin: twofishTwin },
  "twofish256-ctr": { keyLength: 32, twin: twofishTwin },
  none: { keyLength: 16, twin: undefined },
};
const ciphers = Object.keys(suites) as Cipher[];

const key = Uint8Array.from({ length: 32 }, (_, i) => 7 * i + 1);
const macKey = Uint8Array.from({ length: 32 }, (_, i) => 11 * i + 5);
const plusCounter = (counter: Uint8Array, steps: number): Uint8Array =>
  toOctets((toBigInt(counter) + BigInt(steps)) & ((1n << 128n) - 1n), 16);
/** Near its end, so that it wraps. */
const counter = new Uint8Array(16).fill(0xff, 0, 15);

function keysOf({ importSecret }: TestCore, cipher: Cipher) {
  const suite: Suite = { cipher, hash: "sha256" };
  const kc = key.subarray(0, suites[cipher].keyLength);
  const [mac, sigma] = [importSecret(macKey), importSecret(macKey)];
  return { cipher: importSecret(kc), mac, sigma, suite };
}

const wipe = (...all: { wipe(): void }[]) => all.forEach((one) => one.wipe());

function encrypted(cipher: Cipher, at: Uint8Array, text: Uint8Array): Uint8Array {
  const { keyLength, twin } = suites[cipher];
  return twin === undefined ? text : counterTwin(twin(key.subarray(0, keyLength)), at, text);
}

const stepsFor = (cipher: Cipher, length: number): number =>
  cipher === "none" ? 1 : Math.max(1, Math.ceil(length / 16));

const given = (data: string | undefined, extra: string) => ({
  content: `${data === undefined ? "" : `<data>${data}</data>`}${extra}`,
  at: data === undefined ? undefined : { start: 6, end: 6 + data.length },
});

for (const cipher of ciphers)
  inAll(`XEP-0200 §6, §8: ${cipher}: stanzas are those of a twin, and open`, (testing) => {
    const { stanza } = testing.core;
    const keys = keysOf(testing, cipher);
    const [sealing, opening] = [1, 2].map(() => stanza.context(keys, counter, "xep")) as [never, never];
    let [at, used]: [Uint8Array, number] = [counter, 0];
    for (const length of [0, 1, 15, 16, 17, 63, 127, 128, 129, 255, 256, 257, 300, undefined, 33]) {
      const text = length === undefined ? undefined : "ab c".repeat(80).slice(0, length);
      const octets = Buffer.from(text ?? "");
      const data =
        text === undefined ? undefined : Buffer.from(encrypted(cipher, at, octets)).toString("base64");
      const extra = `<new>${used}</new>`;
      const { content, at: range } = given(data, extra);
      const mac = createHmac("sha256", macKey).update(content).update(at).digest("base64");
      assert.deepEqual(stanza.seal(sealing, text, extra), { data, mac }, `${length} octets`);
      assert.equal(stanza.open(opening, content, range, mac), text);
      used += stepsFor(cipher, octets.length);
      at = plusCounter(counter, used);
    }
    assert.deepEqual(
      [sealing, opening].map(({ blocks }: { blocks: number }) => blocks),
      [used, used],
    );
    wipe(sealing, opening, ...[keys.cipher, keys.mac, keys.sigma]);
  });

for (const cipher of ciphers)
  inAll(`XEP-0116 §4.5.4: ${cipher}: an identity is that of a twin, and opens`, (testing) => {
    const { identity } = testing.core;
    const keys = keysOf(testing, cipher);
    const form = Buffer.from("what the proof is about");
    const proof = identity.seal(keys, counter, form, "xep");
    const expected = encrypted(cipher, counter, createHmac("sha256", macKey).update(form).digest());
    assert.equal(hex(proof.identity), hex(expected));
    const mac = createHmac("sha256", macKey).update(counter).update(expected).digest("hex");
    assert.equal(hex(proof.mac), mac);
    assert.equal(identity.fault(keys, counter, form, proof, "xep"), undefined);
    assert.equal(identity.fault(keys, counter, Buffer.from("another"), proof, "xep"), "identity");
    wipe(keys.cipher, keys.mac, keys.sigma);
  });

const LISTED = ["serpent256-ctr", "aes128-ctr", "none", "twofish192-ctr", "serpent128-ctr"] as const;

inAll("lists of stanzas under several ciphers are as one by one", (testing) => {
  const { stanza } = testing.core;
  const all = LISTED.map((cipher) => keysOf(testing, cipher));
  const fresh = () => all.map((keys) => stanza.context(keys, counter, "xep"));
  const [one, list, opening] = [fresh(), fresh(), fresh()];
  const items = [...list, ...list].map((context, i) => ({ context, content: "x y".repeat(i * 5) }));
  const sealed = stanza.sealMany(items);
  assert.deepEqual(
    sealed,
    items.map(({ content }, i) => stanza.seal(one[i % one.length]!, content)),
  );
  const opened = stanza.openMany(
    sealed.map(({ data, mac }, i) => {
      const { content, at } = given(data, "");
      return { context: opening[i % opening.length]!, content, data: at, mac };
    }),
  );
  assert.deepEqual(
    opened,
    items.map(({ content }) => content),
  );
  assert.equal(list[LISTED.indexOf("none")]!.blocks, 2);
  wipe(...one, ...list, ...opening, ...all.flatMap((keys) => [keys.cipher, keys.mac, keys.sigma]));
});

inAll("a list of one cipher none too long for one call is counted in its steps", ({ core, ...testing }) => {
  const keys = keysOf({ core, ...testing }, "none");
  const context = core.stanza.context(keys, counter, "xep");
  testing.setBlocks(context, 2 ** 32 - 2 ** 20 - 4);
  const items = Array.from({ length: 4 }, () => ({ context, content: "ü".repeat(40_000) }));
  assert.equal(core.stanza.sealMany(items).length, 4);
  assert.throws(
    () => core.stanza.seal(context, "one more"),
    (error) => EsessionError.is(error, "key-exhausted"),
  );
  wipe(context, keys.cipher, keys.mac, keys.sigma);
});

inBoth("XEP-0116 §8: every core has AES and none, and says what it has not", (testing) => {
  const { core } = testing;
  for (const cipher of ciphers) {
    const keys = keysOf(testing, cipher);
    const missing = (error: unknown) =>
      EsessionError.is(error, "core-argument") && error.message.includes(cipher);
    if (/^(aes|none)/.test(cipher)) {
      wipe(core.stanza.context(keys, counter, "xep"));
    } else {
      assert.throws(() => core.stanza.context(keys, counter, "xep"), missing);
      assert.throws(() => core.identity.seal(keys, counter, new Uint8Array(1), "xep"), missing);
    }
    wipe(keys.cipher, keys.mac, keys.sigma);
  }
});

inAll(
  "keys of another length than the cipher's are refused, and other ciphers than AES as deployed",
  (testing) => {
    const { core, importSecret } = testing;
    for (const cipher of ciphers.filter((name) => !name.startsWith("aes"))) {
      const right = keysOf(testing, cipher);
      const refused = (error: unknown) => EsessionError.is(error, "core-argument");
      assert.throws(() => core.stanza.context(right, counter, "deployed"), refused, cipher);
      const wrong = importSecret(key.subarray(0, 20));
      assert.throws(() => core.stanza.context({ ...right, cipher: wrong }, counter, "xep"), refused, cipher);
      wipe(wrong, right.cipher, right.mac, right.sigma);
    }
  },
);
