/** Message 1 as we send it (XEP-0217 §4.1, XEP-0116 §4.3, XEP-0155 §4.1). */
import test from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { serializeStanza } from "esession/wire";
import { base64, fieldOf, octetsOf, valueOf, valuesOf } from "../support/forms.js";
import { envOf, envs, expectState, request, sent } from "../support/machines.js";
import { aliceJid, bobJid, pairOf, seedOf } from "../support/pair.js";
import { defaultNegotiationPolicy } from "../support/built.js";

const { groups, acceptedGroups, insecureBrokenGroups } = defaultNegotiationPolicy;
const safe = { groups, acceptedGroups, insecureBrokenGroups };

test("XEP-0116 §4.3: message 1 has these fields in this order and nothing else", async (t) => {
  const stanza = sent(request(await envOf(aliceJid, seedOf(t), safe)));
  const field = (name: string, type: string, inner: string) =>
    `<field var="${name}" type="${type}">${inner}</field>`;
  const value = (text: string) => `<value>${text}</value>`;
  const list = (name: string, ...options: string[]) =>
    field(name, "list-single", options.map((option) => `<option>${value(option)}</option>`).join(""));
  const rekeyFreq = valueOf(stanza, "rekey_freq");
  assert.match(rekeyFreq, /^(1|4294967295)$/);

  const form =
    field("FORM_TYPE", "hidden", value("urn:xmpp:ssn")) +
    field("accept", "boolean", value("1")) +
    list("logging", "may", "mustnot") +
    list("disclosure", "never") +
    list("security", "e2e") +
    list("crypt_algs", "aes256-ctr", "aes128-ctr") +
    list("hash_algs", "sha256") +
    list("compress", "none") +
    list("stanzas", "message", "iq", "presence").replace("list-single", "list-multi") +
    list("init_pubkey", "none") +
    list("resp_pubkey", "none") +
    list("ver", "1.0") +
    field("rekey_freq", "hidden", value(rekeyFreq)) +
    list("sas_algs", "sas28x5-bound", "sas28x5") +
    field("my_nonce", "hidden", value(valueOf(stanza, "my_nonce"))) +
    list("modp", "14", "15", "16") +
    field("dhhashes", "hidden", valuesOf(stanza, "dhhashes").map(value).join(""));
  assert.equal(
    serializeStanza(stanza),
    `<message xmlns="jabber:client" to="${bobJid}"><thread>thread-1</thread>` +
      `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="form">${form}</x></feature>` +
      `<amp xmlns="http://jabber.org/protocol/amp" per-hop="true"><rule action="drop" condition="deliver" value="stored"/></amp></message>`,
  );
});

test("XEP-0116 §4.3: He = SHA256(e), one for each group, in the order of the groups", async (t) => {
  for (const order of [
    [5, 1, 2],
    [2, 5, 1],
  ] as const) {
    const env = await envOf(aliceJid, seedOf(t), { groups: order });
    const step = request(env);
    const { pairs } = expectState(step.next, "awaiting-response");
    assert.deepEqual(valuesOf(sent(step), "modp"), order.map(String));
    assert.deepEqual(
      valuesOf(sent(step), "dhhashes"),
      pairs.map(({ publicKey }) => createHash("sha256").update(publicKey).digest("base64")),
    );
  }
});

test("XEP-0116 §4.3: message 1 reveals no public value, only its hash", async (t) => {
  const step = request(await envOf(aliceJid, seedOf(t)));
  const { pairs } = expectState(step.next, "awaiting-response");
  assert.equal(fieldOf(sent(step), "dhkeys"), undefined);
  assert.ok(!serializeStanza(sent(step)).includes(base64(pairs[0]!.publicKey)));
});

test("XEP-0116 §7.2: every offer has fresh exponents, and a nonce of 16 octets of its own", async (t) => {
  const env = await envOf(aliceJid, seedOf(t));
  const offers = [1, 2, 3].map(() => sent(request(env)));
  assert.equal(new Set(offers.map((offer) => valueOf(offer, "dhhashes"))).size, 3);
  assert.equal(new Set(offers.map((offer) => valueOf(offer, "my_nonce"))).size, 3);
  for (const offer of offers) assert.equal(octetsOf(offer, "my_nonce").length, 16);
});

test("XEP-0155 §4.1: the request has no body, no type, and a new thread for each session", async (t) => {
  const { world, alice } = await pairOf(t);
  world.hooks.push(() => false);
  const starts = Promise.allSettled([alice.engine.start(bobJid), alice.engine.start("carol@example.net")]);
  await world.quiet();
  const requests = world.messages(1);
  assert.equal(requests.length, 2);
  for (const stanza of requests) {
    assert.equal(stanza.getChild("body"), undefined);
    assert.equal(stanza.attrs.type, undefined);
    assert.match(stanza.getChildText("thread")!, /^[0-9a-f]{32}$/);
  }
  assert.notEqual(requests[0]!.getChildText("thread"), requests[1]!.getChildText("thread"));
  await world.clock.pass(60_000);
  await starts;
});

test("XEP-0155 §4.1: the options stand in the order of the policy's preference", async (t) => {
  const policy = {
    ciphers: ["aes128-ctr", "aes256-ctr"],
    logging: ["mustnot", "may"],
    stanzas: ["iq", "message"],
  } as const;
  const offer = sent(request(await envOf(aliceJid, seedOf(t), policy)));
  assert.deepEqual(valuesOf(offer, "crypt_algs"), policy.ciphers);
  assert.deepEqual(valuesOf(offer, "logging"), policy.logging);
  assert.deepEqual(valuesOf(offer, "stanzas"), policy.stanzas);
});

test("XEP-0155 §4.1: fields of the application are appended to the form", async (t) => {
  const [env] = await envs(seedOf(t));
  const offer = sent(request(env, { extra: [{ var: "language", values: ["it"] }] }));
  const names = fieldOf(offer, "language")!
    .parent!.getChildElements()
    .map((one) => one.attrs.var);
  assert.deepEqual(names.slice(-2), ["dhhashes", "language"]);
});

test("XEP-0116 §4.3: groups 1, 2 and 5 are offered only where the policy says legacy or insecure", async (t) => {
  const refused = [
    [[1], {}],
    [[2], { legacy: true }],
    [[5], {}],
  ] as const;
  for (const [groups, more] of refused)
    await assert.rejects(
      pairOf(t, { seed: "1", alice: { policy: { insecureBrokenGroups: false, groups, ...more } } }),
      { code: "option-invalid" },
    );
  for (const group of [3, 4])
    await assert.rejects(pairOf(t, { seed: "1", alice: { policy: { groups: [group as never] } } }), {
      code: "option-invalid",
    });
});

test("an engine that is fixed to the deployed dialect offers what those clients know", async (t) => {
  const offer = sent(request(await envOf(aliceJid, seedOf(t), { dialect: "deployed" })));
  assert.deepEqual(valuesOf(offer, "crypt_algs"), ["aes128-ctr"]);
  assert.deepEqual(valuesOf(offer, "sas_algs"), ["sas28x5"]);
  assert.deepEqual(valuesOf(offer, "stanzas"), ["message"]);
  assert.equal(fieldOf(offer, "crypt_algs")!.attrs.type, "hidden");
});
