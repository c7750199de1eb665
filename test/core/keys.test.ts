/** Keys from keys: XEP-0116 §4.5.3, §4.6.2, §4.8 and XEP-0200 §9, with decisions about key lengths. */
import assert from "node:assert/strict";
import { createHash, createHmac, getDiffieHellman } from "node:crypto";
import type { Cipher, Dialect, Hash, Role } from "esession/core";
import { seededRandom } from "esession/testing";
import type { TestCore } from "esession/testing";
import { hex, inAll, inBoth } from "./builds.js";
import { fromHex, noVectors, powBigInt, sampler, seed, toBigInt, toOctets, vectors } from "./numbers.js";
import { hmacWhirlpool, whirlpool } from "./whirlpool-twin.js";

interface Derivations {
  hash: string;
  z: string;
  K: string;
  online: Record<string, string>;
  srs: string;
  oss: string;
  Kfinal: string;
  final: Record<string, string>;
  newRetained: string;
  srshash: string;
  rekey: Record<string, string>;
}

const sides = [
  ["initiator", "Initiator", "Initiator"],
  ["responder", "Responder", "Acceptor"],
] as const;

const same = (
  { core, importSecret }: TestCore,
  secret: Parameters<typeof core.keys.copy>[0],
  octets: string,
) => {
  const expected = importSecret(fromHex(octets));
  assert.ok(core.keys.equal(secret, expected), `the secret is not ${octets}`);
  secret.wipe();
  expected.wipe();
};

function derivations(testing: TestCore, hash: Hash): void {
  const { core, importSecret, hashOfInteger } = testing;
  for (const run of vectors<Derivations>("esession/kdf.json").filter((one) => one.hash === hash)) {
    assert.equal(hex(hashOfInteger(fromHex(run.z), hash)), run.K);
    const k = importSecret(fromHex(run.K));
    const parts = [run.srs, run.oss].filter((part) => part !== "").map((part) => importSecret(fromHex(part)));
    const final = core.keys.mix(k, parts, hash);
    /** Of 64 octets of Whirlpool the last 32. */
    const cut = (octets: string): string => octets.slice(-64);
    for (const [role, label, rekeyLabel] of sides) {
      for (const [from, expected] of [
        [k, run.online],
        [final, run.final],
      ] as const) {
        const keys = core.keys.derive(from, role, "aes256-ctr", "xep", hash);
        same(testing, keys.cipher, cut(expected[`${label} Cipher Key`]!));
        same(testing, keys.mac, expected[`${label} MAC Key`]!);
        same(testing, keys.sigma, expected[`${label} SIGMA Key`]!);
      }
      // A shared value of at most 64 octets would be an HMAC key by itself; none ever comes of real exponents.
      if (run.z.length <= 128) continue;
      const rekeyed = core.keys.rekey(k, role, "aes256-ctr", hash);
      same(testing, rekeyed.cipher, cut(run.rekey[`Rekey ${rekeyLabel} Crypt`]!));
      same(testing, rekeyed.mac, run.rekey[`Rekey ${rekeyLabel} MAC`]!);
    }
    same(testing, core.keys.retained(final, hash), run.newRetained);
    if (run.srs !== "")
      assert.equal(hex(core.keys.hmac(parts[0]!, Buffer.from("Shared Retained Secret"), hash)), run.srshash);
    same(testing, core.keys.copy(final), run.Kfinal);
    for (const secret of [k, final, ...parts]) secret.wipe();
  }
}

const DERIVATIONS = "the derivations of esession/kdf: K, final K, all keys, retained secret, re-key";
inBoth(DERIVATIONS, (testing) => derivations(testing, "sha256"), noVectors);
inAll(`${DERIVATIONS}, with Whirlpool`, (testing) => derivations(testing, "whirlpool"), noVectors);

inBoth("XEP-0116 §4.5.3: a cipher key is the last octets of the HMAC; `deployed` takes all 32", (testing) => {
  const { core, importSecret } = testing;
  const octets = new Uint8Array(32).fill(7);
  const k = importSecret(octets);
  const lengths: [Cipher, Dialect, number][] = [
    ["aes128-ctr", "xep", 16],
    ["aes192-ctr", "xep", 24],
    ["aes256-ctr", "xep", 32],
    ["aes128-ctr", "deployed", 32],
  ];
  for (const [cipher, dialect, length] of lengths) {
    const keys = core.keys.derive(k, "initiator", cipher, dialect);
    const whole = createHmac("sha256", octets).update("Initiator Cipher Key").digest();
    same(testing, keys.cipher, hex(whole.subarray(32 - length)));
    assert.equal(keys.mac.byteLength, 32);
    keys.mac.wipe();
    keys.sigma.wipe();
  }
  k.wipe();
});

inBoth("the sides' keys differ", ({ core, importSecret }) => {
  const k = importSecret(new Uint8Array(32).fill(1));
  const [a, b] = (["initiator", "responder"] satisfies Role[]).map((role) =>
    core.keys.derive(k, role, "aes256-ctr", "xep"),
  );
  const all = [a!.cipher, a!.mac, a!.sigma, b!.cipher, b!.mac, b!.sigma];
  for (const [i, one] of all.entries())
    for (const other of all.slice(i + 1)) assert.equal(core.keys.equal(one, other), false);
  for (const secret of [k, ...all]) secret.wipe();
});

inBoth("XEP-0116 §4.6.2: K is hashed again even when there is nothing to mix in", (testing) => {
  const octets = new Uint8Array(32).fill(5);
  const k = testing.importSecret(octets);
  same(testing, testing.core.keys.mix(k, []), createHash("sha256").update(octets).digest("hex"));
  k.wipe();
});

inBoth(`hmac() takes secrets and octets on either side (seed ${seed})`, ({ core, importSecret }) => {
  const { octets } = sampler(seededRandom(seed));
  for (const length of [1, 32, 63, 64]) {
    const [key, message] = [octets(length), octets(length)];
    const [keySecret, messageSecret] = [importSecret(key), importSecret(message)];
    const expected = createHmac("sha256", key).update(message).digest("hex");
    for (const k of [key, keySecret])
      for (const m of [message, messageSecret]) assert.equal(hex(core.keys.hmac(k, m)), expected);
    keySecret.wipe();
    messageSecret.wipe();
  }
});

inBoth("XEP-0200 §10: a published MAC key is in clear, and gone from the core", ({ core, importSecret }) => {
  const secret = importSecret(new Uint8Array(32).fill(9));
  assert.equal(hex(core.keys.publishMac(secret)), "09".repeat(32));
  assert.ok(secret.wiped);
});

inBoth("an unknown cipher or role is an error of the caller", ({ core, importSecret }) => {
  const k = importSecret(new Uint8Array(32).fill(1));
  const inUse = core.usage.secrets;
  for (const [role, cipher] of [
    ["initiator", "aes256-cbc"],
    ["initiator", "toString"],
    ["initiator", ""],
    ["responder", undefined],
    ["acceptor", "aes256-ctr"],
    ["constructor", "aes256-ctr"],
    [undefined, "aes256-ctr"],
  ] as unknown as [Role, Cipher][]) {
    for (const dialect of ["xep", "deployed"] as const)
      assert.throws(() => core.keys.derive(k, role, cipher, dialect), { code: "core-argument" });
    assert.throws(() => core.keys.rekey(k, role, cipher), { code: "core-argument" });
  }
  assert.equal(core.usage.secrets, inUse);
  k.wipe();
});

inBoth("what is not an Uint8Array is not imported, and takes no place", ({ core }) => {
  const inUse = core.usage.secrets;
  for (const what of [undefined, null, "secret", 32, [1, 2], {}, new ArrayBuffer(32), new Uint16Array(16)])
    assert.throws(() => core.keys.import(what as Uint8Array), { code: "core-argument" });
  assert.equal(core.usage.secrets, inUse);
});

inAll(`with Whirlpool every key is the twin's, from v^x mod p on (seed ${seed})`, (testing) => {
  const { core, importSecret, importKeyPair } = testing;
  const { octets } = sampler(seededRandom(seed));
  const [x, y, srs] = [octets(32), octets(32), octets(64)];
  const [ours, theirs] = [importKeyPair(2, x), importKeyPair(2, y)];
  const p = toBigInt(getDiffieHellman("modp2").getPrime());
  const shared = toOctets(powBigInt(toBigInt(theirs.publicKey), toBigInt(x), p));
  const [k, retained] = [core.dh.agree(ours, theirs.publicKey, "whirlpool"), importSecret(srs)];
  const kOctets = whirlpool(shared);
  same(testing, core.keys.copy(k), hex(kOctets));
  const final = core.keys.mix(k, [retained, ours.secret], "whirlpool");
  const finalOctets = whirlpool(kOctets, srs, x);
  same(testing, core.keys.copy(final), hex(finalOctets));

  const mac = (label: string): Buffer => hmacWhirlpool(finalOctets, Buffer.from(label));
  for (const [cipher, length] of [
    ["aes128-ctr", 16],
    ["aes192-ctr", 24],
    ["aes256-ctr", 32],
  ] as const) {
    const keys = core.keys.derive(final, "responder", cipher, "xep", "whirlpool");
    assert.deepEqual(keys.suite, { cipher, hash: "whirlpool" });
    same(testing, keys.cipher, hex(mac("Responder Cipher Key").subarray(64 - length)));
    same(testing, keys.mac, hex(mac("Responder MAC Key")));
    same(testing, keys.sigma, hex(mac("Responder SIGMA Key")));
  }
  same(testing, core.keys.retained(final, "whirlpool"), hex(mac("New Retained Secret")));

  // XEP-0200 §9: the shared value of 128 octets is the HMAC key, which stands for its hash.
  const rekeyed = core.keys.rekey(k, "initiator", "aes128-ctr", "whirlpool");
  const rekeyOf = (label: string): Buffer => hmacWhirlpool(shared, Buffer.from(label));
  same(testing, rekeyed.cipher, hex(rekeyOf("Rekey Initiator Crypt").subarray(48)));
  same(testing, rekeyed.mac, hex(rekeyOf("Rekey Initiator MAC")));
  const message = octets(99);
  assert.equal(hex(core.keys.hmac(final, message, "whirlpool")), hex(hmacWhirlpool(finalOctets, message)));
  for (const secret of [k, final, retained, ours.secret, theirs.secret]) secret.wipe();
});
