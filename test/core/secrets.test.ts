/** Secrets in the linear memory: nothing of them is left after they are wiped, places are finite, handles say nothing. */
import assert from "node:assert/strict";
import { createHash, createHmac, getDiffieHellman } from "node:crypto";
import { inspect } from "node:util";
import type { Secret, StanzaContext } from "esession/core";
import { loadTestCore, seededRandom } from "esession/testing";
import type { TestCore } from "esession/testing";
import { hex, inBoth } from "./builds.js";
import { powBigInt, sampler, seed, toBigInt, toOctets } from "./numbers.js";

const sha256 = (octets: Uint8Array): Buffer => createHash("sha256").update(octets).digest();
const hmac = (key: Uint8Array, message: string): Buffer => createHmac("sha256", key).update(message).digest();

/** Places in memory where 8 octets of the secret stand in a row, in either order of octets in a word. */
function traces({ memory }: TestCore, octets: Uint8Array): number {
  const whole = Buffer.from(memory().buffer);
  const swapped = Buffer.from(octets.subarray(0, octets.length & ~3)).swap32();
  let found = 0;
  for (const form of [Buffer.from(octets), swapped])
    for (let at = 0; at + 8 <= form.length; at++) if (whole.includes(form.subarray(at, at + 8))) found++;
  return found;
}

/** The octets of a secret: a copy of it, published as if it were an expired MAC key. */
function reveal({ core }: TestCore, secret: Secret): Uint8Array {
  return core.keys.publishMac(core.keys.copy(secret));
}

inBoth(
  `after a session is wiped none of its secrets is in the memory (seed ${seed})`,
  async ({ core: { build } }) => {
    const testing = await loadTestCore({ build, sessions: 1, random: seededRandom(seed) });
    const { core, importSecret, importKeyPair } = testing;
    const { octets } = sampler(seededRandom(`${seed} secrets`));
    const [x, y, storeKey] = [octets(32), octets(32), octets(32)];
    const [ours, theirs] = [importKeyPair(14, x), importKeyPair(14, y)];
    const k = core.dh.agree(ours, theirs.publicKey);
    assert.ok(traces(testing, x) > 0, "the search finds a secret that is alive");

    const final = core.keys.mix(k, [k]);
    const store = importSecret(storeKey);
    const opened = core.records.open(store, "n", core.records.seal(store, "n", octets(9), [k, final]));
    const kOctets = reveal(testing, k);
    const finalOctets = sha256(Buffer.concat([kOctets, kOctets]));
    const counter = octets(16);
    const secrets: Secret[] = [ours.secret, theirs.secret, k, final, store, ...opened.secrets];
    const p = toBigInt(getDiffieHellman("modp14").getPrime());
    const shared = toOctets(powBigInt(toBigInt(theirs.publicKey), toBigInt(x), p));
    assert.equal(hex(sha256(shared)), hex(kOctets));
    const known = [x, y, storeKey, shared, kOctets, finalOctets];
    for (const dialect of ["xep", "deployed"] as const) {
      const keys = core.keys.derive(final, "initiator", "aes256-ctr", dialect);
      const proof = core.identity.seal(keys, counter, octets(100), dialect);
      core.identity.open(keys, counter, octets(100), proof, dialect);
      const [sealing, opening] = [1, 2].map(() => core.stanza.context(keys, counter, dialect));
      const text = `<body>${hex(octets(500))}</body>`;
      const { data = "", mac } = core.stanza.seal(sealing!, text);
      core.stanza.open(opening!, `<data>${data}</data>`, { start: 6, end: 6 + data.length }, mac);
      assert.throws(() => core.stanza.seal(sealing!, text.repeat(1000)), { code: "stanza-too-large" });
      known.push(Buffer.from(text));
      for (const label of ["Cipher", "MAC", "SIGMA"]) known.push(hmac(finalOctets, `Initiator ${label} Key`));
      secrets.push(keys.cipher, keys.mac, keys.sigma, core.keys.retained(final));
      sealing!.wipe();
      opening!.wipe();
    }
    known.push(hmac(finalOctets, "New Retained Secret"));

    assert.equal(core.usage.secrets, secrets.length);
    for (const secret of secrets) secret.wipe();
    for (const [i, octetsOfSecret] of known.entries())
      assert.equal(traces(testing, octetsOfSecret), 0, `secret ${i} is still in the memory`);
    assert.deepEqual(
      { secrets: 0, contexts: 0 },
      { secrets: core.usage.secrets, contexts: core.usage.contexts },
    );
  },
);

inBoth("import() takes 1 to 64 octets and zero-fills what it was given", ({ core }) => {
  for (const length of [1, 32, 64]) {
    const octets = new Uint8Array(length).fill(7);
    const secret = core.keys.import(octets);
    assert.ok(octets.every((octet) => octet === 0));
    assert.equal(secret.byteLength, length);
    secret.wipe();
  }
  for (const length of [0, 65, 1024])
    assert.throws(() => core.keys.import(new Uint8Array(length)), { code: "core-argument" });
});

inBoth(
  "a full core refuses with core-full, evicts nothing, and has room again after a wipe",
  async (shared) => {
    const testing = await loadTestCore({ build: shared.core.build, sessions: 1 });
    const { core, importSecret } = testing;
    const refused = { code: "core-full" };
    const k = importSecret(new Uint8Array(32).fill(1));
    const secrets: Secret[] = [];
    assert.throws(() => {
      for (let i = 0; i < 100_000; i++) secrets.push(importSecret(Uint8Array.of(i, i >> 8)));
    }, refused);
    assert.throws(() => core.keys.random(32), refused);
    assert.throws(() => core.keys.copy(k), refused);
    assert.throws(() => core.keys.mix(k, []), refused);
    assert.throws(() => core.keys.derive(k, "initiator", "aes128-ctr", "xep"), refused);
    assert.throws(() => core.dh.generate(1), refused);
    assert.ok(secrets.length >= 1000);
    for (const [i, secret] of secrets.entries())
      assert.equal(hex(core.keys.publishMac(secret)), hex(Uint8Array.of(i, i >> 8)), "nothing was evicted");

    const keys = core.keys.derive(k, "initiator", "aes256-ctr", "xep");
    const contexts: StanzaContext[] = [];
    assert.throws(() => {
      for (;;) contexts.push(core.stanza.context(keys, new Uint8Array(16), "xep"));
    }, refused);
    assert.ok(contexts.length >= 2, "two contexts for a session");
    assert.equal(core.usage.freeContexts, 0);
    contexts[0]!.wipe();
    core.stanza.context(keys, new Uint8Array(16), "xep");
  },
);

inBoth("keys of which only some find a place are not made at all", async (shared) => {
  const { core, importSecret } = await loadTestCore({ build: shared.core.build, sessions: 1 });
  const k = importSecret(new Uint8Array(32).fill(1));
  const secrets: Secret[] = [];
  assert.throws(() => {
    for (;;) secrets.push(core.keys.copy(k));
  });
  for (const secret of secrets.slice(0, 2)) secret.wipe();
  const { freeSecrets } = core.usage;
  assert.throws(() => core.keys.derive(k, "initiator", "aes256-ctr", "xep"), { code: "core-full" });
  assert.equal(core.usage.freeSecrets, freeSecrets);
});

inBoth("a wiped secret, or one of another core, is refused everywhere", async ({ core, core: { build } }) => {
  const secret = core.keys.random(32);
  const { byteLength } = secret;
  secret.wipe();
  secret.wipe();
  assert.ok(secret.wiped);
  const foreign = (await loadTestCore({ build, sessions: 1 })).core.keys.random(32);
  const good = core.keys.random(32);
  for (const [bad, code] of [
    [secret, "secret-wiped"],
    [foreign, "core-argument"],
  ] as const) {
    const { keys, identity, records, stanza } = core;
    const [counter, some] = [new Uint8Array(16), new Uint8Array(byteLength)];
    for (const use of [
      () => keys.mix(bad, []),
      () => keys.mix(good, [bad]),
      () => keys.derive(bad, "initiator", "aes256-ctr", "xep"),
      () => keys.rekey(bad, "initiator", "aes256-ctr"),
      () => keys.retained(bad),
      () => keys.hmac(bad, some),
      () => keys.hmac(good, bad),
      () => keys.equal(good, bad),
      () => keys.copy(bad),
      () => keys.publishMac(bad),
      () => identity.seal({ cipher: good, mac: good, sigma: bad }, counter, some, "xep"),
      () => identity.seal({ cipher: good, mac: bad, sigma: good }, counter, some, "xep"),
      () =>
        identity.open(
          { cipher: bad, mac: good, sigma: good },
          counter,
          some,
          { identity: some, mac: some },
          "xep",
        ),
      () => stanza.context({ cipher: bad, mac: good }, counter, "xep"),
      () => records.seal(bad, "n", some, []),
      () => records.seal(good, "n", some, [bad]),
      () => records.open(bad, "n", some),
    ])
      assert.throws(use, { code }, String(use));
  }
  good.wipe();
});

inBoth("a secret shows nothing of itself", ({ core }) => {
  const secret = core.keys.import(new Uint8Array(32).fill(0x5a));
  for (const shown of [
    String(secret),
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true, depth: 9 }),
  ])
    assert.doesNotMatch(shown, /5a5a|90, ?90|"slot"/i);
  secret.wipe();
});
