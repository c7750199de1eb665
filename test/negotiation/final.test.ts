/** Message 4: as we send it (XEP-0116 §4.7.4), and as the initiator checks it (§4.8). */
import test from "node:test";
import assert from "node:assert/strict";
import { serializeStanza, type Element } from "esession/wire";
import {
  base64,
  copyOf,
  fieldOf,
  flipBit,
  messageNumber,
  octetsOf,
  removeField,
  setValues,
  valueOf,
  valuesOf,
} from "../support/forms.js";
import {
  answer,
  conclude,
  envOf,
  envs,
  expectState,
  failureOf,
  identify,
  negotiate,
  outcomeOf,
  request,
  respond,
  sent,
} from "../support/machines.js";
import { aliceJid, bobJid, pairOf, seedOf } from "../support/pair.js";
import { refusal } from "../support/refusal.js";
import { random, sha256 } from "../support/scripted-peer.js";

const alice = await envOf(aliceJid, "receiving the last message");
const bob = await envOf(bobJid, "sending the last message");

function receive(change: (stanza: Element) => void) {
  const first = request(alice);
  const second = respond(bob, sent(first));
  const third = identify(alice, first.next, sent(second));
  const message4 = copyOf(sent(answer(bob, second.next, sent(third))));
  change(message4);
  const step = conclude(alice, third.next, message4);
  return { step, k: expectState(third.next, "awaiting-final").k };
}

test("XEP-0116 §4.7.4: message 4 is in <init/> and has these fields in this order and nothing else", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const { messages } = negotiate(a, b);
  const stanza = messages[3]!;
  const field = (name: string, values = valuesOf(stanza, name)) =>
    `<field var="${name}">${values.map((value) => `<value>${value}</value>`).join("")}</field>`;
  const form =
    field("FORM_TYPE", ["urn:xmpp:ssn"]) +
    field("nonce", [valueOf(messages[0]!, "my_nonce")]) +
    ["srshash", "sas_nonce", "identity", "mac"].map((name) => field(name)).join("");
  assert.equal(
    serializeStanza(stanza),
    `<message xmlns="jabber:client" to="${aliceJid}"><thread>thread-1</thread>` +
      `<init xmlns="http://www.xmpp.org/extensions/xep-0116.html#ns-init"><x xmlns="jabber:x:data" type="result">${form}</x></init></message>`,
  );
});

test("XEP-0116 §4.7.4: srshash is there, random, where no secret is shared", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const hashes = [0, 1, 2].map(() => octetsOf(negotiate(a, b).messages[3]!, "srshash"));
  assert.ok(hashes.every((hash) => hash.length === 32));
  assert.equal(new Set(hashes.map(base64)).size, 3);
});

test("sas28x5-bound: message 4 reveals the octets whose hash was in message 2", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const { messages } = negotiate(a, b);
  const r = octetsOf(messages[3]!, "sas_nonce");
  assert.equal(r.length, 32);
  assert.equal(base64(sha256(r)), valueOf(messages[1]!, "sas_commit"));
});

test("XEP-0116 §4.7.2: both sides have the same short authentication string and comparison code", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const { initiator, responder } = negotiate(a, b);
  const [ours, theirs] = [outcomeOf(initiator), outcomeOf(responder!)];
  assert.match(ours.sas!, /^[acdefghikmopqruvwxy1-9]{5}$/);
  assert.match(ours.comparisonCode!, /^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
  assert.deepEqual([ours.sas, ours.comparisonCode], [theirs.sas, theirs.comparisonCode]);
});

test("XEP-0116 §4.7.2: with sas28x5 alone there are five characters and no comparison code", async (t) => {
  const [a, b] = await envs(seedOf(t), { a: { dialect: "deployed" } });
  const { initiator, responder } = negotiate(a, b);
  assert.match(outcomeOf(initiator).sas!, /^[acdefghikmopqruvwxy1-9]{5}$/);
  assert.equal(outcomeOf(initiator).sas, outcomeOf(responder!).sas);
  assert.equal(outcomeOf(initiator).comparisonCode, undefined);
});

// cheap checks, and those of the commitment: named
const cheap: readonly (readonly [string, (stanza: Element) => void, string, string])[] = [
  [
    "another nonce than N_A",
    (one) => flipBit(one, "nonce"),
    "nonce-mismatch",
    refusal(bobJid, "feature-not-implemented", "nonce"),
  ],
  [
    "r that does not match the commitment",
    (one) => flipBit(one, "sas_nonce"),
    "commitment-mismatch",
    refusal(bobJid, "feature-not-implemented", "sas_nonce"),
  ],
  [
    "no r",
    (one) => removeField(one, "sas_nonce"),
    "options-unacceptable",
    refusal(bobJid, "not-acceptable", "sas_nonce"),
  ],
  [
    "no srshash",
    (one) => removeField(one, "srshash"),
    "options-unacceptable",
    refusal(bobJid, "not-acceptable", "srshash"),
  ],
  [
    "an srshash of 31 octets",
    (one) => setValues(one, "srshash", base64(random(31))),
    "options-unacceptable",
    refusal(bobJid, "not-acceptable", "srshash"),
  ],
  [
    "no mac",
    (one) => removeField(one, "mac"),
    "options-unacceptable",
    refusal(bobJid, "not-acceptable", "identity"),
  ],
  [
    "a field behind mac",
    (one) => setValues(one, "late", "1"),
    "options-unacceptable",
    refusal(bobJid, "not-acceptable", "identity"),
  ],
];
for (const [name, change, code, error] of cheap)
  test(`XEP-0116 §4.8: ${name} is refused, and nothing is stored`, () => {
    const { step, k } = receive(change);
    assert.equal(failureOf(step).error.code, code);
    assert.equal(serializeStanza(sent(step)), error);
    assert.deepEqual(step.write, []);
    assert.ok(k.wiped, "K is left");
  });

test("XEP-0116 §4.8: message 4 in <feature/> is out of order", () => {
  const { step } = receive((one) => {
    const wrapper = fieldOf(one, "nonce")!.parent!.parent!;
    wrapper.name = "feature";
    wrapper.attrs["xmlns"] = "http://jabber.org/protocol/feature-neg";
  });
  assert.equal(failureOf(step).error.code, "message-unexpected");
});

test("XEP-0116 §4.8.2: every failure of the proof gives one and the same error, and nothing is stored", () => {
  const late: readonly (readonly [string, (stanza: Element) => void])[] = [
    ["mac", (one) => flipBit(one, "mac")],
    ["identity", (one) => flipBit(one, "identity")],
    ["srshash", (one) => flipBit(one, "srshash")],
    ["a short mac", (one) => setValues(one, "mac", "AA==")],
  ];
  for (const [name, change] of late) {
    const { step, k } = receive(change);
    assert.equal(failureOf(step).error.code, "identity-mismatch", name);
    assert.equal(serializeStanza(sent(step)), refusal(bobJid, "feature-not-implemented"), name);
    assert.deepEqual(step.write, [], name);
    assert.ok(k.wiped, name);
  }
});

test("XEP-0116 §4.8.1: the successor of the retained secret is stored in the step that verifies, before anything else", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const { initiator, responder } = negotiate(a, b);
  for (const [step, peer] of [
    [initiator, bobJid],
    [responder!, aliceJid],
  ] as const) {
    const [retain, remember] = step.write;
    assert.equal(retain?.kind, "retain");
    assert.equal(retain.bareJid, peer.split("/")[0]);
    assert.equal(retain.staged, false, "with neither secret message 3 has proved all");
    assert.deepEqual(
      { ...remember },
      { kind: "remember", bareJid: peer.split("/")[0], dialect: "xep", boundSas: true },
    );
  }
  const key = random(32);
  const print = ({ core }: typeof a, [retain]: typeof initiator.write) =>
    retain?.kind === "retain" && core.keys.hmac(key, retain.secret);
  assert.deepEqual(print(a, initiator.write), print(b, responder!.write));
});

test("XEP-0116 §4.8.1: both sides have the same final keys, different for each direction", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const { initiator, responder } = negotiate(a, b);
  const [ours, theirs] = [outcomeOf(initiator), outcomeOf(responder!)];
  const text = random(8);
  const prints = (env: typeof a, outcome: typeof ours) =>
    [outcome.initiatorKeys, outcome.responderKeys].flatMap((keys) =>
      [keys.cipher, keys.mac, keys.sigma].map((secret) => base64(env.core.keys.hmac(secret, text))),
    );
  assert.deepEqual(prints(a, ours), prints(b, theirs));
  assert.equal(new Set(prints(a, ours)).size, 6);
});

test("XEP-0116 §4.5.3: what a negotiation leaves in the core is the outcome and nothing else", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const before = [a.core.usage.secrets, b.core.usage.secrets];
  const { initiator, responder } = negotiate(a, b);
  for (const step of [initiator, responder!]) {
    for (const write of step.write) if (write.kind === "retain") write.secret.wipe();
    const { initiatorKeys, responderKeys, exchange } = outcomeOf(step);
    exchange!.own.secret.wipe();
    for (const keys of [initiatorKeys, responderKeys])
      [keys.cipher, keys.mac, keys.sigma].forEach((one) => one.wipe());
  }
  assert.deepEqual([a.core.usage.secrets, b.core.usage.secrets], before);
});

test("XEP-0116 §4.4: after a failure at any message both sides have discarded all that was learnt", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const used = () => [alice.core.core.usage.secrets, bob.core.core.usage.secrets];
  const before = used();
  for (const [number, name] of [
    [1, "my_nonce"],
    [2, "nonce"],
    [3, "mac"],
  ] as const) {
    const spoil = (stanza: Element) => {
      if (messageNumber(stanza) === number) flipBit(stanza, name);
    };
    world.hooks.push(spoil);
    await assert.rejects(alice.engine.start(bob.jid));
    world.hooks.pop();
    await world.clock.pass(120_000);
    assert.deepEqual(used(), before, `message ${number}`);
    assert.deepEqual([...alice.sessions, ...bob.sessions], []);
  }
});
