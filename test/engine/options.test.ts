/** Options and policy: each wrong one is refused when the engine is made, by name, before anything is opened. */
import assert from "node:assert/strict";
import test from "node:test";
import { createEngine, defaultPolicy, fixedKey, memoryStore, systemClock } from "esession";
import type { BlobStore, EngineOptions, Policy } from "esession";
import { loadTestCore } from "esession/testing";

const core = (await loadTestCore({ sessions: 2, maxStanzaBytes: 16_384 })).core;
const valid: EngineOptions = { jid: "alice@example.org/pda", send: () => undefined, core };

/** A place that fails the test when it is touched. */
const untouched = new Proxy({} as BlobStore, {
  get: (_, name) => {
    throw new Error(`the store's ${String(name)} was used`);
  },
});

for (const [what, change, sentence] of [
  ["no function to send with", { send: undefined }, /'send' must be a function/],
  ["a form that the engine cannot make", { form: "dom" }, /'form' must be 'element' or 'string'/],
  ["a store without its key", { store: untouched }, /'keys' must be given with a store/],
] as const)
  test(`refused: ${what}`, () =>
    assert.rejects(createEngine({ ...valid, ...(change as object) }), {
      code: "option-invalid",
      message: sentence,
    }));

for (const jid of ["alice@example.org", "", "/pda", "alice@/pda", "alice@example.org/"])
  test(`the engine's own JID is a full one, not '${jid}'`, () =>
    assert.rejects(createEngine({ ...valid, jid, store: untouched, keys: fixedKey(new Uint8Array(32)) }), {
      code: "jid-malformed",
    }));

for (const [sessions, maxStanzaBytes] of [
  [0, undefined],
  [1.5, undefined],
  [70_000, undefined],
  [undefined, 10],
  [undefined, Infinity],
])
  test(`room for ${sessions} sessions and stanzas of ${maxStanzaBytes} octets is refused`, () =>
    assert.rejects(
      createEngine({
        jid: valid.jid,
        send: valid.send,
        ...(sessions === undefined ? {} : { sessions }),
        ...(maxStanzaBytes === undefined ? {} : { maxStanzaBytes }),
      }),
      { code: "option-invalid", message: /(sessions|maxStanzaBytes) is a whole number from/ },
    ));

const policies: [keyof Policy, unknown][] = [
  ["legacy", "no"],
  ["insecureBrokenGroups", "no"],
  ["multisession", 1],
  ["releaseUnconfirmed", 1],
  ["searchOtherJids", "yes"],
  ["publishMacKeys", null],
  ["groups", []],
  ["groups", [14, 14]],
  ["groups", [3]],
  ["groups", [4]],
  ["groups", [19]],
  ["groups", 14],
  ["groups", [5]],
  ["groups", [1]],
  ["groups", [2]],
  ["acceptedGroups", [3]],
  ["acceptedGroups", [17, 17]],
  ["ciphers", []],
  ["ciphers", ["aes128-cbc"]],
  ["ciphers", ["3des-ctr"]],
  ["stanzas", []],
  ["stanzas", ["iq"]],
  ["stanzas", ["message", "stream"]],
  ["logging", []],
  ["logging", ["mustnot", "always"]],
  ["dialect", "gajim"],
  ["answer", "friends"],
  ["startTimeoutMs", 0],
  ["startTimeoutMs", NaN],
  ["halfOpenMs", -1],
  ["acknowledgementMs", 0.5],
  ["retainedMs", Infinity],
  ["queueLimit", 0],
  ["maxFormBytes", 0],
  ["padTo", -1],
  ["padTo", 1e9],
  ["fallbackBody", "a bell \u0007"],
  ["fallbackBody", "half a pair \ud83d"],
  ["padTo", "16"],
];

for (const [name, value] of policies)
  test(`the policy's ${name} ${JSON.stringify(value)} is refused by name`, () =>
    assert.rejects(createEngine({ ...valid, policy: { [name]: value } }), {
      code: "option-invalid",
      message: new RegExp(`the policy's '${name}' `),
    }));

test("a policy that is not known, by a typing error say, is refused by name", () =>
  assert.rejects(createEngine({ ...valid, policy: { anwser: "everybody" } as never }), {
    code: "option-invalid",
    message: /'anwser' is not known/,
  }));

test("the old dialect needs aes128-ctr (D20)", () =>
  assert.rejects(createEngine({ ...valid, policy: { dialect: "deployed", ciphers: ["aes256-ctr"] } }), {
    code: "option-invalid",
    message: /'ciphers'/,
  }));

for (const [what, policy] of Object.entries({
  "nothing at all": {},
  "groups 1 and 2, by the policy whose name says insecure": { groups: [1, 2], insecureBrokenGroups: true },
  "group 5, by legacy": { groups: [5], legacy: true },
  "what is undefined": { padTo: undefined, fallbackBody: undefined },
  "one kind of stanza": { stanzas: ["message"] },
}))
  test(`accepted: ${what}`, async () => {
    await (await createEngine({ ...valid, policy: policy as Partial<Policy> })).close();
  });

test("the default of every question is the safe one", () => {
  assert.deepEqual(defaultPolicy.groups, [14, 15, 16]);
  assert.deepEqual([defaultPolicy.legacy, defaultPolicy.insecureBrokenGroups], [false, false]);
  assert.deepEqual(defaultPolicy.ciphers, ["aes256-ctr", "aes128-ctr"]);
  assert.equal(defaultPolicy.answer, "known");
  assert.equal(defaultPolicy.releaseUnconfirmed, false);
  assert.equal(defaultPolicy.fallbackBody, undefined);
});

test("without a core, a clock and a store the engine brings its own", async () => {
  const engine = await createEngine({
    jid: valid.jid,
    send: valid.send,
    sessions: 1,
    maxStanzaBytes: 16_384,
  });
  assert.equal(engine.jid, valid.jid);
  assert.deepEqual(engine.sessions, []);
  await engine.close();
  let ran = false;
  systemClock.after(0, () => (ran = true));
  systemClock.after(0, () => (ran = false))();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(ran && Math.abs(systemClock.now() - Date.now()) < 1000);
});

test("a key that does not open the store is refused with store-key-wrong, and nothing is changed or left in the core", async () => {
  const store = memoryStore();
  const key = (octet: number) => fixedKey(new Uint8Array(32).fill(octet));
  const first = await createEngine({
    ...valid,
    store: { ...store, close: () => Promise.resolve() },
    keys: key(1),
  });
  await first.wroteTo("bob@example.com");
  await first.close();
  const before = await contents(store);
  const usage = { ...core.usage };
  await assert.rejects(createEngine({ ...valid, store, keys: key(2) }), { code: "store-key-wrong" });
  assert.deepEqual(await contents(store), before);
  assert.deepEqual(core.usage, usage);
});

async function contents(store: BlobStore) {
  return Promise.all((await store.list("")).map(async (id) => [id, await store.get(id)]));
}
