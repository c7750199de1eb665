/** Message 1 as the responder reads it: what is chosen, what is refused and how (XEP-0116 §4.4, §4.5.1, XEP-0217 §4.2). */
import test from "node:test";
import assert from "node:assert/strict";
import { element, serializeStanza, type Element } from "esession/wire";
import { defaultNegotiationPolicy, responder } from "../support/built.js";
import { base64, copyOf, fieldOf, removeField, setValues, valueOf } from "../support/forms.js";
import {
  envOf,
  envs,
  expectState,
  failureOf,
  messageFrom,
  request,
  respond,
  sent,
  stranger,
} from "../support/machines.js";
import { aliceJid, bobJid, seedOf } from "../support/pair.js";
import { refusal } from "../support/refusal.js";

/** A good message 1, of group 1. */
const offer = sent(request(await envOf(aliceJid, "an offer")));
const bob = await envOf(bobJid, "a responder");

function changed(change: (stanza: Element) => void): Element {
  const copy = copyOf(offer);
  change(copy);
  return copy;
}

/** What the responder would answer to, without any exponentiation. */
function read(stanza: Element, env = bob) {
  const step = responder.receiveRequest(env, messageFrom(aliceJid, stanza), stranger);
  return { step, request: step.next.kind === "preparing" ? step.next.request : undefined };
}

test("XEP-0116 §4.4: options that are not supported are answered not-acceptable with the names of their fields", () => {
  const stanza = changed((one) => {
    setValues(one, "modp", "3");
    setValues(one, "ver", "1.2", "1.3");
  });
  const { step } = read(stanza);
  assert.equal(serializeStanza(sent(step)), refusal(aliceJid, "not-acceptable", "ver", "modp"));
  assert.equal(failureOf(step).error.code, "options-unacceptable");
});

const unsupported: readonly (readonly [string, readonly string[]])[] = [
  ["disclosure", ["enabled", "disabled"]],
  ["security", ["c2s", "none"]],
  ["crypt_algs", ["twofish256-ctr"]],
  ["hash_algs", ["whirlpool"]],
  ["compress", ["lzw"]],
  ["stanzas", ["call"]],
  ["init_pubkey", ["key", "hash"]],
  ["resp_pubkey", ["key"]],
  ["ver", ["1.3", "1.2"]],
  ["sas_algs", ["sas99"]],
  ["modp", ["4"]],
  ["logging", ["true"]],
];
for (const [name, values] of unsupported)
  test(`XEP-0217 §4.2: a request with no supported option in ${name} is refused, naming it`, () => {
    const { step } = read(changed((one) => setValues(one, name, ...values)));
    assert.equal(serializeStanza(sent(step)), refusal(aliceJid, "not-acceptable", name));
  });

for (const name of [
  "security",
  "crypt_algs",
  "hash_algs",
  "compress",
  "stanzas",
  "ver",
  "sas_algs",
  "my_nonce",
  "modp",
])
  test(`XEP-0116 §4.3: a request without ${name} is refused, naming it`, () => {
    const { step } = read(changed((one) => removeField(one, name)));
    assert.equal(serializeStanza(sent(step)), refusal(aliceJid, "not-acceptable", name));
  });

test("XEP-0155 §4.1: a request without accept, or with one that is not true, is refused", () => {
  for (const change of [
    (one: Element) => removeField(one, "accept"),
    (one: Element) => setValues(one, "accept", "0"),
    (one: Element) => setValues(one, "accept", "yes"),
  ])
    assert.equal(
      serializeStanza(sent(read(changed(change)).step)),
      refusal(aliceJid, "not-acceptable", "accept"),
    );
});

test("XEP-0116 §4.4: a three-message request is answered feature-not-implemented, naming dhkeys", () => {
  const stanza = changed((one) => {
    removeField(one, "dhhashes");
    removeField(one, "sas_algs");
    setValues(one, "dhkeys", base64(new Uint8Array(96).fill(5)));
  });
  assert.equal(
    serializeStanza(sent(read(stanza).step)),
    refusal(aliceJid, "feature-not-implemented", "dhkeys"),
  );
});

test("XEP-0155 §4.3: a required field that is not known is answered feature-not-implemented, naming it", () => {
  const language = (...inner: Element[]) =>
    changed((one) => {
      setValues(one, "language", "it");
      fieldOf(one, "language")!.append(...inner);
    });
  assert.equal(
    serializeStanza(sent(read(language(element("required"))).step)),
    refusal(aliceJid, "feature-not-implemented", "language"),
  );
  assert.ok(read(language()).request, "a field that is not required is ignored");
});

test("XEP-0155 §4.3: the offer of a deployed client is refused with accept 0, never with an error", () => {
  const stanza = changed((one) => {
    setValues(one, "modp", "3");
    fieldOf(one, "modp")!.getChild("option")!.attrs["label"] = "None";
  });
  assert.equal(
    serializeStanza(sent(read(stanza).step)),
    `<message xmlns="jabber:client" to="${aliceJid}"><thread>thread-1</thread>` +
      `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="submit">` +
      `<field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field>` +
      `<field var="accept"><value>0</value></field></x></feature></message>`,
  );
});

test("XEP-0116 §4.4: a refusal never repeats the form beside the error", () => {
  const { step } = read(changed((one) => setValues(one, "ver", "2.0")));
  assert.deepEqual(
    sent(step)
      .getChildElements()
      .map((one) => one.name),
    ["thread", "error"],
  );
});

// D10: which group under which policy
const all = ["1", "2", "3", "4", "5", "14", "15", "16", "17", "18"];
const policies = [
  ["by default", {}, ["14", "15", "16", "17", "18"]],
  ["with legacy", { legacy: true }, ["14", "15", "16", "17", "18", "5"]],
  ["with insecureBrokenGroups", { insecureBrokenGroups: true }, ["14", "15", "16", "17", "18", "2", "1"]],
] as const;
for (const [name, policy, accepted] of policies)
  test(`XEP-0116 §4.5.1: of all MODP groups ${accepted.join(", ")} are accepted ${name}, and 3 and 4 never are`, async (t) => {
    const env = await envOf(bobJid, seedOf(t), { ...defaultNegotiationPolicy, ...policy });
    const lone = all.filter(
      (group) =>
        read(
          changed((one) => setValues(one, "modp", group)),
          env,
        ).request,
    );
    assert.deepEqual(lone.sort(), [...accepted].sort());
  });

test("XEP-0116 §4.5.1: the responder's own preference decides, whatever the order of the offer", async (t) => {
  const env = await envOf(bobJid, seedOf(t), { ...defaultNegotiationPolicy, groups: [15, 14] });
  const hashes = ["a", "b", "c"].map((letter) => base64(new Uint8Array(32).fill(letter.charCodeAt(0))));
  const stanza = changed((one) => {
    setValues(one, "modp", "16", "14", "15");
    setValues(one, "dhhashes", ...hashes);
    setValues(one, "crypt_algs", "aes128-ctr", "aes256-ctr");
    setValues(one, "sas_algs", "sas28x5", "sas28x5-bound");
    setValues(one, "logging", "mustnot", "may");
  });
  const { agreed, commitment } = read(stanza, env).request!;
  assert.deepEqual(
    [agreed.group, agreed.cipher, agreed.sas, agreed.logging],
    [15, "aes256-ctr", "sas28x5-bound", "may"],
  );
  assert.equal(base64(commitment), hashes[2], "He is the one at the index of the group that was chosen");
});

test("XEP-0116 §4.3: there are as many hashes as groups, each of 32 octets", () => {
  const hash = valueOf(offer, "dhhashes");
  for (const hashes of [[], [hash, hash], [base64(new Uint8Array(31))], [base64(new Uint8Array(33))], ["*"]])
    assert.equal(
      serializeStanza(sent(read(changed((one) => setValues(one, "dhhashes", ...hashes))).step)),
      refusal(aliceJid, "not-acceptable", "dhhashes"),
    );
});

test("XEP-0116 §4.3: a nonce of 1 to 64 octets is accepted, none of 0 or 65", () => {
  const nonce = (length: number) =>
    changed((one) => setValues(one, "my_nonce", base64(new Uint8Array(length).fill(9))));
  for (const length of [1, 8, 16, 64]) assert.equal(read(nonce(length)).request?.nonceA.length, length);
  for (const length of [0, 65])
    assert.equal(
      serializeStanza(sent(read(nonce(length)).step)),
      refusal(aliceJid, "not-acceptable", "my_nonce"),
    );
  const spaced = changed((one) => setValues(one, "my_nonce", "AAAA AAAA"));
  assert.equal(serializeStanza(sent(read(spaced).step)), refusal(aliceJid, "not-acceptable", "my_nonce"));
});

test("XEP-0116 §4.3: rekey_freq is a number below 2^32, and the answer is not less", () => {
  const frequency = (...values: string[]) => changed((one) => setValues(one, "rekey_freq", ...values));
  for (const value of ["1", "50", "4294967295"])
    assert.ok(read(frequency(value)).request!.agreed.rekeyFreq >= Number(value));
  for (const value of ["0", "-1", "4294967296", "1e3", "many"])
    assert.equal(
      serializeStanza(sent(read(frequency(value)).step)),
      refusal(aliceJid, "not-acceptable", "rekey_freq"),
    );
});

test("XEP-0217 §4.1: the field otr is understood and answered in kind", async (t) => {
  const [, env] = await envs(seedOf(t));
  for (const [options, logging, answer] of [
    [["false", "true"], "may", "false"],
    [["true"], "mustnot", "true"],
  ] as const) {
    const stanza = changed((one) => {
      const field = fieldOf(one, "logging")!;
      field.attrs.var = "otr";
      setValues(one, "otr", ...options);
    });
    const step = respond(env, stanza);
    assert.equal(expectState(step.next, "awaiting-identity").request.agreed.logging, logging);
    assert.equal(valueOf(sent(step), "otr"), answer);
    assert.equal(fieldOf(sent(step), "logging"), undefined);
  }
});

test("XEP-0217 §4.1: the fixed values are read from hidden fields as from lists", () => {
  const hidden = changed((one) => {
    for (const name of ["crypt_algs", "hash_algs", "compress", "sas_algs", "init_pubkey", "resp_pubkey"]) {
      const field = fieldOf(one, name)!;
      const value = valueOf(one, name);
      field.attrs["type"] = "hidden";
      field.children = [];
      setValues(one, name, value);
    }
  });
  assert.equal(read(hidden).request?.agreed.cipher, "aes256-ctr");
});

test("XEP-0116 §4.3: more than one kind of key on offer is answered none", async (t) => {
  const [, env] = await envs(seedOf(t));
  const stanza = changed((one) => {
    setValues(one, "init_pubkey", "key", "hash", "none");
    setValues(one, "resp_pubkey", "key", "hash", "none");
  });
  assert.equal(valueOf(sent(respond(env, stanza)), "init_pubkey"), "none");
});

test("XEP-0155 §4.2: only the kinds of stanzas that both want are agreed on", async (t) => {
  const env = await envOf(bobJid, seedOf(t), { stanzas: ["message", "presence"] });
  const stanza = changed((one) => setValues(one, "stanzas", "iq", "presence", "message"));
  assert.deepEqual(read(stanza, env).request!.agreed.stanzas, ["message", "presence"]);
});
