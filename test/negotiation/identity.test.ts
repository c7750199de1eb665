/** Message 3: as we send it (XEP-0116 §4.6.4), and as the responder checks it (§4.7.1), cheap checks first. */
import test from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { serializeStanza, type Element } from "esession/wire";
import { counted, noCount } from "../support/counted.js";
import {
  base64,
  copyOf,
  fieldOf,
  flipBit,
  octetsOf,
  removeField,
  setValues,
  valueOf,
  valuesOf,
} from "../support/forms.js";
import {
  answer,
  envOf,
  envs,
  expectState,
  failureOf,
  identify,
  messageFrom,
  negotiate,
  outcomeOf,
  request,
  respond,
  sent,
} from "../support/machines.js";
import { responder } from "../support/built.js";
import { aliceJid, bobJid, seedOf } from "../support/pair.js";
import { refusal } from "../support/refusal.js";
import {
  cipherOf,
  keyPair,
  mpi,
  prime,
  random,
  scriptedIdentity,
  scriptedRequest,
  sha256,
} from "../support/scripted-peer.js";

const count = noCount();
const alice = await envOf(aliceJid, "sending an identity");
const bob = await envOf(bobJid, "receiving an identity", {}, counted(count));

type Change = (stanza: Element) => void;

/** A new negotiation up to message 3, which is changed, and what the responder makes of it. */
function receive(change: Change, changeRequest: Change = () => {}) {
  const first = request(alice);
  const message1 = copyOf(sent(first));
  changeRequest(message1);
  const second = respond(bob, message1);
  const message3 = copyOf(sent(identify(alice, first.next, sent(second))));
  change(message3);
  const before = { ...count };
  const step = answer(bob, second.next, message3);
  const { pair } = expectState(second.next, "awaiting-identity");
  return { step, pair, agreements: count.agree - before.agree, opened: count.open - before.open };
}

test("XEP-0116 §4.6.4: message 3 has these fields in this order and nothing else", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const { messages } = negotiate(a, b);
  const [, message2, message3] = messages as [Element, Element, Element];
  const field = (name: string, values = valuesOf(message3, name)) =>
    `<field var="${name}">${values.map((value) => `<value>${value}</value>`).join("")}</field>`;
  const form =
    field("FORM_TYPE", ["urn:xmpp:ssn"]) +
    field("accept", ["1"]) +
    field("nonce", [valueOf(message2, "my_nonce")]) +
    ["dhkeys", "rshashes", "identity", "mac"].map((name) => field(name)).join("");
  assert.equal(
    serializeStanza(message3),
    `<message xmlns="jabber:client" to="${bobJid}"><thread>thread-1</thread>` +
      `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="result">${form}</x></feature></message>`,
  );
  assert.deepEqual([octetsOf(message3, "identity").length, octetsOf(message3, "mac").length], [32, 32]);
});

test("XEP-0116 §4.6.4: e in message 3 is the value that was committed to", async (t) => {
  const [a, b] = await envs(seedOf(t));
  const { messages } = negotiate(a, b);
  assert.equal(base64(sha256(octetsOf(messages[2]!, "dhkeys"))), valueOf(messages[0]!, "dhhashes"));
});

test("XEP-0116 §4.6.4: rshashes has an HMAC for each retained secret, keyed with N_A, among random values", async (t) => {
  const [a, b] = await envs(seedOf(t));
  for (const [known, total] of [
    [0, 8],
    [1, 8],
    [4, 8],
    [5, 16],
    [32, 40],
  ] as const) {
    const octets = Array.from({ length: known }, (_, index) => new Uint8Array(32).fill(index + 1));
    const retained = octets.map((secret, index) => ({
      id: String(index),
      secret: a.core.keys.import(secret.slice()),
      createdAt: 0,
      expiresAt: 1,
      verified: "none" as const,
      staged: false,
    }));
    const first = request(a);
    const third = identify(a, first.next, sent(respond(b, sent(first))), {
      retained,
      otherSecret: undefined,
    });
    const values = valuesOf(sent(third), "rshashes");
    const nonceA = octetsOf(sent(first), "my_nonce");
    assert.equal(values.length, total);
    assert.equal(new Set(values).size, total);
    for (const secret of octets)
      assert.ok(values.includes(createHmac("sha256", nonceA).update(secret).digest("base64")));
  }
});

test("XEP-0116 §4.7.1: an unchanged message 3 is answered by message 4 after one agreement", () => {
  const { step, pair, agreements } = receive(() => {});
  assert.equal(valuesOf(sent(step), "srshash").length, 1);
  assert.equal(agreements, 1);
  assert.ok(!pair.secret.wiped, "a key re-exchange goes on from it");
  assert.equal(outcomeOf(step).exchange!.own, pair);
});

// cheap checks: answered at once, before any exponentiation, and named
const cheap: readonly (readonly [string, Change, string])[] = [
  [
    "e that does not match He",
    (one) => setValues(one, "dhkeys", base64(keyPair().value)),
    refusal(aliceJid, "feature-not-implemented", "dhkeys"),
  ],
  [
    "another nonce than N_B",
    (one) => flipBit(one, "nonce"),
    refusal(aliceJid, "feature-not-implemented", "nonce"),
  ],
  ["no nonce", (one) => removeField(one, "nonce"), refusal(aliceJid, "not-acceptable", "nonce")],
  ["no dhkeys", (one) => removeField(one, "dhkeys"), refusal(aliceJid, "not-acceptable", "dhkeys")],
  [
    "two dhkeys",
    (one) => setValues(one, "dhkeys", "AA==", "AA=="),
    refusal(aliceJid, "not-acceptable", "dhkeys"),
  ],
  ["no mac", (one) => removeField(one, "mac"), refusal(aliceJid, "not-acceptable", "identity")],
  ["no identity", (one) => removeField(one, "identity"), refusal(aliceJid, "not-acceptable", "identity")],
  ["mac before identity", swapProof, refusal(aliceJid, "not-acceptable", "identity")],
  [
    "a field behind mac",
    (one) => setValues(one, "late", "1"),
    refusal(aliceJid, "not-acceptable", "identity"),
  ],
  [
    "an identity that is not Base64",
    (one) => setValues(one, "identity", "%"),
    refusal(aliceJid, "not-acceptable", "identity"),
  ],
  [
    "accept that is no boolean",
    (one) => setValues(one, "accept", "yes"),
    refusal(aliceJid, "not-acceptable", "accept"),
  ],
  [
    "the wrapper of message 4",
    (one) => {
      const wrapper = fieldOf(one, "accept")!.parent!.parent!;
      wrapper.name = "init";
      wrapper.attrs["xmlns"] = "http://www.xmpp.org/extensions/xep-0116.html#ns-init";
    },
    refusal(aliceJid, "feature-not-implemented"),
  ],
];
for (const [name, change, error] of cheap)
  test(`XEP-0116 §4.7.1: ${name} is refused before any exponentiation`, () => {
    const { step, pair, agreements, opened } = receive(change);
    assert.equal(serializeStanza(sent(step)), error);
    assert.deepEqual([agreements, opened], [0, 0]);
    assert.ok(pair.secret.wiped, "y is left");
  });

function swapProof(stanza: Element): void {
  const x = fieldOf(stanza, "mac")!.parent!;
  x.children.push(...x.children.splice(-2, 1));
}

for (const [name, e] of [
  ["0", mpi(0n)],
  ["1", mpi(1n)],
  ["p - 1", mpi(prime - 1n)],
  ["p", mpi(prime)],
  ["no quadratic residue", mpi(prime - 2n)],
] as const)
  test(`XEP-0116 §4.7.1: feature-not-implemented unless 1 < e < p - 1: e is ${name}`, () => {
    const { step, agreements } = receive(
      (one) => setValues(one, "dhkeys", base64(e)),
      (one) => setValues(one, "dhhashes", base64(sha256(e))),
    );
    assert.equal(failureOf(step).error.code, "dh-public-value");
    assert.equal(serializeStanza(sent(step)), refusal(aliceJid, "feature-not-implemented", "dhkeys"));
    assert.equal(agreements, 0);
  });

test("XEP-0116 §4.7.3: more than 256 rshashes are refused unread, be they 257 or a million", () => {
  for (const number of [257, 1_000_000]) {
    const first = request(alice);
    const second = respond(bob, sent(first));
    const message = messageFrom(aliceJid, sent(identify(alice, first.next, sent(second))));
    const fields = message.form.fields.map((one) =>
      one.var === "rshashes" ? { ...one, values: new Array<string>(number).fill("unread") } : one,
    );
    const before = count.agree;
    const state = expectState(second.next, "awaiting-identity");
    const step = responder.receiveIdentity(bob, state, { ...message, form: { ...message.form, fields } });
    assert.equal(serializeStanza(sent(step)), refusal(aliceJid, "feature-not-implemented", "rshashes"));
    assert.equal(count.agree, before);
  }
});

test("XEP-0116 §4.7.3: rshashes of other lengths, and as many as 256, match nothing and harm nothing", () => {
  for (const rshashes of [[random(1)], [random(64)], Array.from({ length: 256 }, () => random(32))]) {
    const pair = keyPair();
    const message1 = scriptedRequest({ from: aliceJid, to: bobJid, pair });
    const second = respond(bob, message1);
    const message2 = copyOf(sent(second));
    message2.attrs["from"] = bobJid;
    const exchange = { request: message1, response: message2, cipher: cipherOf(message2) };
    const step = answer(bob, second.next, scriptedIdentity(exchange, pair, rshashes));
    assert.equal(outcomeOf(step).sharedRetained, undefined);
  }
});

test("XEP-0116 §4.7.1: from M on every failure gives the same error, octet for octet, after the same work", () => {
  const late: readonly (readonly [string, Change, Change?])[] = [
    ["mac", (one) => flipBit(one, "mac")],
    ["identity", (one) => flipBit(one, "identity")],
    ["both", (one) => ["mac", "identity"].forEach((name) => flipBit(one, name))],
    ["a short mac", (one) => setValues(one, "mac", "AA==")],
    ["a long identity", (one) => setValues(one, "identity", base64(new Uint8Array(64)))],
    ["rshashes", (one) => setValues(one, "rshashes", base64(new Uint8Array(32)))],
    ["a field more in formA2", (one) => addBeforeProof(one)],
    ["formA", () => {}, (one) => setValues(one, "logging", "may")],
    ["N_A", () => {}, (one) => flipBit(one, "my_nonce")],
  ];
  const seen = late.map(([name, change, changeRequest]) => {
    const { step, agreements, opened, pair } = changeRequest
      ? receiveChanged(changeRequest)
      : receive(change);
    assert.equal(failureOf(step).error.code, "identity-mismatch", name);
    assert.deepEqual(step.write, [], name);
    assert.ok(pair.secret.wiped, name);
    return { stanza: serializeStanza(sent(step)), agreements, opened };
  });
  for (const one of seen)
    assert.deepEqual(one, { stanza: refusal(aliceJid, "feature-not-implemented"), agreements: 1, opened: 1 });
});

/** Message 1 reaches the responder changed, and the initiator does not know. */
function receiveChanged(changeRequest: Change) {
  const first = request(alice);
  const message1 = copyOf(sent(first));
  changeRequest(message1);
  const second = respond(bob, message1);
  const message2 = copyOf(sent(second));
  setValues(message2, "nonce", valueOf(sent(first), "my_nonce"));
  const before = { ...count };
  const step = answer(bob, second.next, sent(identify(alice, first.next, message2)));
  const { pair } = expectState(second.next, "awaiting-identity");
  return { step, pair, agreements: count.agree - before.agree, opened: count.open - before.open };
}

function addBeforeProof(stanza: Element): void {
  setValues(stanza, "reason", "late");
  const x = fieldOf(stanza, "mac")!.parent!;
  x.children.splice(0, 0, ...x.children.splice(-1, 1));
}

test("XEP-0155 §4.4: accept 0 in message 3 cancels: no answer, y wiped", () => {
  const { step, pair, agreements } = receive((one) => setValues(one, "accept", "0"));
  assert.deepEqual(step.send, []);
  assert.equal(failureOf(step).error.code, "negotiation-refused");
  assert.equal(agreements, 0);
  assert.ok(pair.secret.wiped);
});
