/** Message 2 as we send it (XEP-0116 §4.5.2, XEP-0217 §4.3). */
import test from "node:test";
import assert from "node:assert/strict";
import { serializeStanza } from "esession/wire";
import { fieldOf, formOf, octetsOf, setValues, valueOf } from "../support/forms.js";
import { envs, expectState, negotiate, outcomeOf, request, respond, sent } from "../support/machines.js";
import { aliceJid, pairOf, establish, seedOf } from "../support/pair.js";
import { counted, noCount } from "../support/counted.js";

test("XEP-0116 §4.5.2: message 2 answers every field of the request, and adds these four and the commitment", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const first = sent(request(a));
  const stanza = sent(respond(b, first));
  const field = (name: string, ...values: string[]) =>
    `<field var="${name}">${values.map((value) => `<value>${value}</value>`).join("")}</field>`;
  const itself = (name: string) => field(name, valueOf(stanza, name));
  const form =
    field("FORM_TYPE", "urn:xmpp:ssn") +
    field("accept", "1") +
    field("logging", "may") +
    field("disclosure", "never") +
    field("security", "e2e") +
    field("crypt_algs", "aes256-ctr") +
    field("hash_algs", "sha256") +
    field("compress", "none") +
    field("stanzas", "message", "iq", "presence") +
    field("init_pubkey", "none") +
    field("resp_pubkey", "none") +
    field("ver", "1.0") +
    itself("rekey_freq") +
    field("sas_algs", "sas28x5-bound") +
    field("modp", "1") +
    itself("my_nonce") +
    itself("dhkeys") +
    field("nonce", valueOf(first, "my_nonce")) +
    itself("counter") +
    itself("sas_commit");
  assert.equal(
    serializeStanza(stanza),
    `<message xmlns="jabber:client" to="${aliceJid}"><thread>thread-1</thread>` +
      `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="submit">${form}</x></feature></message>`,
  );
  assert.ok(Number(valueOf(stanza, "rekey_freq")) >= Number(valueOf(first, "rekey_freq")));
});

test("XEP-0116 §4.5.2: message 2 has no dhhashes, and N_B is not N_A", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const first = sent(request(a));
  const second = sent(respond(b, first));
  assert.equal(fieldOf(second, "dhhashes"), undefined);
  assert.equal(octetsOf(second, "my_nonce").length, 16);
  assert.notEqual(valueOf(second, "my_nonce"), valueOf(first, "my_nonce"));
});

test("XEP-0155 §4.2: a field that is not known here is not answered", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const second = sent(respond(b, sent(request(a, { extra: [{ var: "language", values: ["it"] }] }))));
  assert.equal(fieldOf(second, "language"), undefined);
});

test("XEP-0116 §4.5.1: the counter has 16 octets, and a top octet that no reader of integers can shorten", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const first = sent(request(a));
  const counters = Array.from({ length: 300 }, () => octetsOf(sent(respond(b, first)), "counter"));
  for (const counter of counters) {
    assert.equal(counter.length, 16);
    assert.ok(![0x00, 0x7f, 0x80, 0xff].includes(counter[0]!), `the top octet is ${counter[0]}`);
  }
  assert.equal(new Set(counters.map(String)).size, counters.length);
});

test("XEP-0116 §4.5.1: C_B = C_A xor 2^127, and both count on from the identities", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const run = negotiate(a, b);
  const counter = octetsOf(run.messages[1]!, "counter");
  for (const outcome of [outcomeOf(run.initiator), outcomeOf(run.responder!)]) {
    assert.equal(outcome.initiatorCounter[0], counter[0]);
    assert.equal(outcome.responderCounter[0], counter[0]! ^ 0x80);
    assert.deepEqual(outcome.initiatorCounter.slice(1), outcome.responderCounter.slice(1));
    assert.notDeepEqual(outcome.initiatorCounter, counter);
  }
});

test("XEP-0116 §7.2: two answers to one request have other nonces, counters and public values", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const first = sent(request(a));
  const answers = [sent(respond(b, first)), sent(respond(b, first))] as const;
  for (const name of ["my_nonce", "dhkeys", "counter", "sas_commit"])
    assert.notEqual(valueOf(answers[0], name), valueOf(answers[1], name));
});

test("XEP-0116 §4.5.1: the responder makes one key pair, of the chosen group, and agrees on nothing yet", async (t) => {
  const [a] = await envs(seedOf(t), { a: { groups: [2, 1] } });
  const count = noCount();
  const [, b] = await envs(seedOf(t), { b: { groups: [1, 2] } });
  const step = respond({ ...b, core: counted(count)(b.core) }, sent(request(a)));
  assert.equal(expectState(step.next, "awaiting-identity").pair.group, 1);
  assert.deepEqual(count, { generate: 1, agree: 0, open: 0 });
});

test("sas28x5-bound: message 2 carries a commitment, only where that algorithm was chosen", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const first = sent(request(a));
  assert.equal(octetsOf(sent(respond(b, first)), "sas_commit").length, 32);
  setValues(first, "sas_algs", "sas28x5");
  assert.equal(fieldOf(sent(respond(b, first)), "sas_commit"), undefined);
});

test("XEP-0155 §4.2: answers mirror the thread, go to the full JID that asked, and have no body", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await establish(world, alice, bob);
  const all = ([1, 2, 3, 4] as const).flatMap((number) => world.messages(number));
  assert.equal(all.length, 4);
  assert.equal(new Set(all.map((stanza) => stanza.getChildText("thread"))).size, 1);
  for (const stanza of all) {
    assert.equal(stanza.getChild("body"), undefined);
    assert.equal(stanza.attrs.type, undefined);
  }
  assert.equal(all[1]!.attrs.to, alice.jid);
  assert.deepEqual(
    all.map((stanza) => formOf(stanza).type),
    ["form", "submit", "result", "result"],
  );
});
