/** Which algorithms are offered and agreed on (XEP-0116 §4.3, §4.5.1, §8), and what follows from them. */
import test from "node:test";
import assert from "node:assert/strict";
import { createEngine, type Policy } from "esession";
import { loadTestCore } from "esession/testing";
import { base64, octetsOf, setValues, valuesOf } from "../support/forms.js";
import { aliceJid, bobJid, cheap, establish, pairOf, seedOf } from "../support/pair.js";
import { exchange, prove, sideOf, type SideOptions } from "../support/proving.js";

const all = (policy: SideOptions["policy"]): SideOptions => ({ algorithms: "all", policy: policy! });
const whirlpool = all({ hashes: ["whirlpool", "sha256"], ciphers: ["serpent256-ctr", "twofish256-ctr"] });

async function run(seed: string, alice: SideOptions, bob: SideOptions, change = {}) {
  const [a, b] = [await sideOf(aliceJid, seed, alice), await sideOf(bobJid, seed, bob)];
  return { a, b, proof: await prove(a, b, { change }) };
}

test("XEP-0116 §4.3: by default sha256 and AES are offered, and nothing else", async (t) => {
  const { proof } = await run(seedOf(t), {}, {});
  assert.deepEqual(valuesOf(proof.messages[0]!, "hash_algs"), ["sha256"]);
  assert.deepEqual(valuesOf(proof.messages[0]!, "crypt_algs"), ["aes256-ctr", "aes128-ctr"]);
});

test("XEP-0116 §4.5.1: cipher and hash are chosen by the responder's preference", async (t) => {
  const other = all({ hashes: ["sha256", "whirlpool"], ciphers: ["twofish256-ctr", "serpent256-ctr"] });
  const { proof } = await run(seedOf(t), whirlpool, other);
  const { cipher, hash } = proof.alice.outcome!.agreed;
  assert.deepEqual([cipher, hash], ["twofish256-ctr", "sha256"]);
  assert.deepEqual(proof.bob.outcome!.agreed, proof.alice.outcome!.agreed);
});

test("XEP-0116 §4.5.4, §4.7.3: with whirlpool M, mac, rshashes and srshash have 64 octets; He and sas_commit stay SHA-256", async (t) => {
  const { a, b, proof } = await run(seedOf(t), whirlpool, whirlpool);
  const [one, two, three, four] = proof.messages;
  const lengths = [
    octetsOf(one!, "dhhashes").length,
    octetsOf(two!, "sas_commit").length,
    octetsOf(three!, "identity").length,
    octetsOf(three!, "mac").length,
    octetsOf(four!, "srshash").length,
    octetsOf(four!, "mac").length,
  ];
  assert.deepEqual(lengths, [32, 32, 64, 64, 64, 64]);
  const hashes = valuesOf(three!, "rshashes").map((value) => Buffer.from(value, "base64").length);
  assert.deepEqual([...new Set(hashes)], [64]);
  const [ours, theirs] = [proof.alice.outcome!, proof.bob.outcome!];
  assert.deepEqual([ours.sas, ours.comparisonCode], [theirs.sas, theirs.comparisonCode]);
  assert.equal(ours.agreed.sas, "sas28x5-bound");
  exchange(a, b, ours, theirs);
});

test("XEP-0116 §4.7.3: a secret retained under whirlpool is found again, under sha256 too", async (t) => {
  const seed = seedOf(t);
  const first = await run(seed, whirlpool, whirlpool);
  const retain = (ending: "alice" | "bob") => {
    const write = first.proof[ending].writes.find((one) => one.kind === "retain");
    assert.ok(write?.kind === "retain" && write.secret.byteLength === 64);
    return {
      id: "1",
      secret: write.secret,
      createdAt: 0,
      expiresAt: 10,
      verified: "none",
      staged: false,
    } as const;
  };
  for (const hashes of [["whirlpool"], ["sha256"]] as const) {
    const again = (side: "a" | "b", ending: "alice" | "bob") => ({
      ...first[side],
      env: { ...first[side].env, policy: { ...first[side].env.policy, hashes } },
      knowledge: { ...first[side].knowledge, retained: [retain(ending)] },
    });
    const { alice, bob } = await prove(again("a", "alice"), again("b", "bob"));
    assert.deepEqual([alice.outcome!.sharedRetained?.id, bob.outcome!.sharedRetained?.id], ["1", "1"]);
  }
});

test("XEP-0116 §7.5: none is agreed on only where the policy lists it", async (t) => {
  const none = { policy: { ciphers: ["none"] } } as const;
  const refused = await run(seedOf(t), none, {});
  assert.deepEqual([...refused.proof.bob.failure!.fields], ["crypt_algs"]);
  const { a, b, proof } = await run(seedOf(t), none, { policy: { ciphers: ["aes256-ctr", "none"] } });
  exchange(a, b, proof.alice.outcome!, proof.bob.outcome!);
  const counters = proof.alice.outcome!;
  const chosen = octetsOf(proof.messages[1]!, "counter");
  assert.equal(counters.initiatorCounter.at(-1), (chosen.at(-1)! + 1) & 255, "an identity takes one block");
});

test("XEP-0116 §7.5: a session that only authenticates is of the level signed-only, and what it carries can be read by all", async (t) => {
  const none = { policy: { ciphers: ["none"] } } as const;
  const { world, alice, bob } = await pairOf(t, { alice: none, bob: none });
  const [ours, theirs] = await establish(world, alice, bob);
  assert.deepEqual([ours.level, theirs.level, ours.info.cipher], ["signed-only", "signed-only", "none"]);
  ours.send(`<message to="${bob.jid}"><body>for all to read</body></message>`);
  await world.quiet();
  assert.match(bob.received.join(), /for all to read/);
  assert.match(world.log.at(-1)!.text, new RegExp(base64(new TextEncoder().encode("<body>"))));
});

test("XEP-0116 §4.6.1: a hash or cipher that was not offered is refused in message 2", async (t) => {
  for (const [name, value] of [
    ["hash_algs", "whirlpool"],
    ["crypt_algs", "twofish256-ctr"],
  ] as const) {
    const { proof } = await run(seedOf(t), {}, {}, { 2: (one: never) => setValues(one, name, value) });
    assert.deepEqual([...proof.alice.failure!.fields], [name]);
  }
});

const engine = (policy: Partial<Policy>, options = {}) =>
  createEngine({ jid: aliceJid, send: () => undefined, policy: { ...cheap, ...policy }, ...options });

test("XEP-0116 §8: a policy that lists uncommon algorithms has the engine load a core that has them", async () => {
  for (const policy of [
    { hashes: ["whirlpool"] },
    { ciphers: ["serpent128-ctr"] },
    { ciphers: ["aes128-ctr", "twofish192-ctr"] },
  ] as const) {
    const one = await engine(policy);
    await one.close();
    const { core } = await loadTestCore({});
    await assert.rejects(engine(policy, { core }), { code: "option-invalid", message: /algorithms: 'all'/ });
  }
  const { core } = await loadTestCore({});
  const plain = await engine({ ciphers: ["none", "aes192-ctr"] }, { core });
  await plain.close();
});
