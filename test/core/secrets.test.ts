/** Secrets in the linear memory: nothing of them is left after they are wiped, places are finite, handles say nothing. */
import assert from "node:assert/strict";
import { createHash, createHmac, getDiffieHellman } from "node:crypto";
import { inspect } from "node:util";
import type { Hash, Secret, StanzaContext } from "esession/core";
import { loadTestCore, seededRandom } from "esession/testing";
import type { TestCore } from "esession/testing";
import { hex, inAll, inBoth } from "./builds.js";
import { parameterSets } from "./dsa-parameters.js";
import { powBigInt, sampler, seed, toBigInt, toOctets } from "./numbers.js";
import { hmacWhirlpool, whirlpool } from "./whirlpool-twin.js";

const hashOf: Record<Hash, (octets: Uint8Array) => Buffer> = {
  sha256: (octets) => createHash("sha256").update(octets).digest(),
  whirlpool,
};
const macOf: Record<Hash, (key: Uint8Array, message: string) => Buffer> = {
  sha256: (key, message) => createHmac("sha256", key).update(message).digest(),
  whirlpool: (key, message) => hmacWhirlpool(key, Buffer.from(message)),
};

/**
 * Places in memory where 8 octets of the secret stand in a row, in either order of octets in a word. The memory is gone through once,
 * and only where two octets are a pair of the secret's is looked at closely.
 */
function traces({ memory }: TestCore, octets: Uint8Array): number {
  const whole = memory();
  const swapped = Buffer.from(octets.subarray(0, octets.length & ~3)).swap32();
  const pairs = new Uint8Array(65536);
  const rows = new Set<string>();
  for (const form of [Buffer.from(octets), swapped])
    for (let at = 0; at + 8 <= form.length; at++) {
      pairs[(form[at]! << 8) | form[at + 1]!] = 1;
      rows.add(form.toString("latin1", at, at + 8));
    }
  const text = Buffer.from(whole.buffer);
  let found = 0;
  for (let at = 0; at + 8 <= whole.length; at++)
    if (pairs[(whole[at]! << 8) | whole[at + 1]!] === 1 && rows.has(text.toString("latin1", at, at + 8)))
      found++;
  return found;
}

/** The octets of a secret: a copy of it, published as if it were an expired MAC key. */
function reveal({ core }: TestCore, secret: Secret): Uint8Array {
  return core.keys.publishMac(core.keys.copy(secret));
}

/** A session from its exponents on, with everything wiped that was handed out; then the memory is searched. */
async function wholeSession({ core: { build, algorithms } }: TestCore, hash: Hash): Promise<void> {
  const testing = await loadTestCore({ build, algorithms, sessions: 1, random: seededRandom(seed) });
  const [hashed, hmac] = [hashOf[hash], macOf[hash]];
  const { core, importSecret, importKeyPair } = testing;
  const { octets } = sampler(seededRandom(`${seed} secrets`));
  const [x, y, storeKey] = [octets(32), octets(32), octets(32)];
  const [ours, theirs] = [importKeyPair(14, x), importKeyPair(14, y)];
  const k = core.dh.agree(ours, theirs.publicKey, hash);
  assert.ok(traces(testing, x) > 0, "the search finds a secret that is alive");

  const final = core.keys.mix(k, [k], hash);
  const store = importSecret(storeKey);
  const opened = core.records.open(store, "n", core.records.seal(store, "n", octets(9), [k, final]));
  const kOctets = reveal(testing, k);
  const finalOctets = hashed(Buffer.concat([kOctets, kOctets]));
  const counter = octets(16);
  const secrets: Secret[] = [ours.secret, theirs.secret, k, final, store, ...opened.secrets];
  const p = toBigInt(getDiffieHellman("modp14").getPrime());
  const shared = toOctets(powBigInt(toBigInt(theirs.publicKey), toBigInt(x), p));
  assert.equal(hex(hashed(shared)), hex(kOctets));
  const known = [x, y, storeKey, shared, kOctets, finalOctets];
  for (const dialect of ["xep", "deployed"] as const) {
    const keys = core.keys.derive(final, "initiator", "aes256-ctr", dialect, hash);
    const rekeyed = core.keys.rekey(k, "responder", "aes256-ctr", hash);
    const proof = core.identity.seal(keys, counter, octets(100), dialect);
    core.identity.open(keys, counter, octets(100), proof, dialect);
    const content = octets(700);
    core.identity.openContent(keys, counter, core.identity.sealContent(keys, counter, content));
    const [sealing, opening] = [1, 2].map(() => core.stanza.context(keys, counter, dialect));
    const text = `<body>${hex(octets(500))}</body>`;
    const { data = "", mac } = core.stanza.seal(sealing!, text);
    core.stanza.open(opening!, `<data>${data}</data>`, { start: 6, end: 6 + data.length }, mac);
    assert.throws(() => core.stanza.seal(sealing!, text.repeat(1000)), { code: "stanza-too-large" });
    known.push(Buffer.from(text), content);
    for (const label of ["Crypt", "MAC"]) known.push(hmac(kOctets, `Rekey Acceptor ${label}`));
    for (const label of ["Cipher", "MAC", "SIGMA"]) known.push(hmac(finalOctets, `Initiator ${label} Key`));
    secrets.push(keys.cipher, keys.mac, keys.sigma, core.keys.retained(final, hash));
    secrets.push(rekeyed.cipher, rekeyed.mac);
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
}

const NOTHING_LEFT = `after a session is wiped none of its secrets is in the memory (seed ${seed})`;
inBoth(NOTHING_LEFT, (testing) => wholeSession(testing, "sha256"));
for (const hash of ["sha256", "whirlpool"] as const)
  inAll(`${NOTHING_LEFT}, ${hash}`, (testing) => wholeSession(testing, hash));

inAll(
  `after a signature neither x nor k nor what leads to them is in the memory (seed ${seed})`,
  (testing) => {
    const { core, importSecret, dsaSignature } = testing;
    const { octets } = sampler(seededRandom(`${seed} dsa`));
    for (const parameters of parameterSets) {
      const { length } = parameters.q;
      const q = toBigInt(parameters.q);
      const inverse = (number: bigint): bigint => powBigInt(number, q - 2n, q);
      const x = toOctets((toBigInt(octets(length)) % (q - 1n)) + 1n, length);
      const secret = importSecret(x);
      const message = octets(100);
      const signature = dsaSignature(parameters, secret, message);
      core.dsa.sign(parameters, secret, message);
      assert.ok(traces(testing, x) > 0, "the search finds a secret that is alive");
      secret.wipe();
      const generated = core.dsa.generate(parameters).secret;
      const other = reveal(testing, generated);
      generated.wipe();
      const [r, s] = [toBigInt(signature.subarray(0, length)), toBigInt(signature.subarray(length))];
      const z = toBigInt(hashOf.sha256(message).subarray(0, length));
      const xr = (toBigInt(x) * r) % q;
      const k = (inverse(s) * (z + xr)) % q;
      const secrets = { x, other, k, "1/k": inverse(k), xr, "z + xr": (z + xr) % q };
      for (const [name, number] of Object.entries(secrets)) {
        const form = typeof number === "bigint" ? toOctets(number, length) : number;
        assert.equal(traces(testing, form), 0, `${name}, q of ${length} octets`);
        assert.equal(
          traces(testing, new Uint8Array(form).reverse()),
          0,
          `${name} from its end, q of ${length} octets`,
        );
      }
    }
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
