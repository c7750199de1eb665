/** Each check has a transcript that breaks it and nothing else: what is found is exactly that. */
import assert from "node:assert/strict";
import test from "node:test";
import { element, readPayload, type Element } from "esession/wire";
import {
  base64,
  copyOf,
  flipBit,
  octetsOf,
  removeField,
  setValues,
  valueOf,
  valuesOf,
} from "../support/forms.js";
import { mpi, prime } from "../support/scripted-crypto.js";
import { inspected, kinds, notes, talk, wrongs } from "./support.js";

type Wrong = ReturnType<typeof wrongs>[number];
type Fault = readonly [title: string, change: (stanzas: Element[]) => void, ...expected: Wrong[]];

const x = (stanza: Element | undefined): Element => readPayload(stanza!)!.x;
const set =
  (number: number, name: string, ...values: string[]) =>
  (all: Element[]): void =>
    setValues(all[number - 1]!, name, ...values);
const without = (number: number, name: string) => (all: Element[]) => removeField(all[number - 1]!, name);
const flip = (number: number, name: string) => (all: Element[]) => flipBit(all[number - 1]!, name);
/** Message 3 reveals another e, which message 1 has promised. */
const reveal = (e: Uint8Array) => (all: Element[]) => {
  setValues(all[2]!, "dhkeys", base64(e));
};

const table: readonly Fault[] = [
  ["XEP-0155 §4.1: another FORM_TYPE", set(1, "FORM_TYPE", "urn:xmpp:other"), [1, "form-type", undefined]],
  ["XEP-0116 §4.3: a request without its nonce", without(1, "my_nonce"), [1, "missing-field", undefined]],
  ["XEP-0116 §4.3: fewer hashes than groups", set(1, "modp", "1", "14"), [1, "count", "dhhashes"]],
  ["XEP-0116 §4.3: groups 3 and 4 are none of MODP", (all) => {
    setValues(all[0]!, "modp", "1", "3");
    setValues(all[0]!, "dhhashes", valueOf(all[0]!, "dhhashes"), valueOf(all[0]!, "dhhashes"));
  }, [1, "group", "modp"]], // prettier-ignore
  ["XEP-0116 §4.3: rekey_freq is below 2^32", set(1, "rekey_freq", "4294967296"), [1, "value", "rekey_freq"]],
  ["XEP-0004 §3.3: accept is a boolean", set(1, "accept", "yes"), [1, "value", "accept"]],
  ["XEP-0004 §3.3: a type of field that there is not", (all) => {
    x(all[0]).getChildElements()[0]!.attrs.type = "list";
  }, [1, "field-type", "FORM_TYPE"]], // prettier-ignore
  ["one field twice", (all) => {
    x(all[1]).append(element("field", { var: "nonce" }, element("value", {}, valueOf(all[1]!, "nonce"))));
  }, [2, "form", undefined]], // prettier-ignore
  ["XEP-0116 §4.6.1: a group that was not offered", (all) => {
    setValues(all[1]!, "modp", "2");
    setValues(all[2]!, "dhkeys", valueOf(all[2]!, "dhkeys"));
  }, [2, "not-offered", "modp"]], // prettier-ignore
  ["XEP-0116 §4.6.1: a cipher that was not offered", set(2, "crypt_algs", "serpent256-ctr"), [2, "not-offered", "crypt_algs"]], // prettier-ignore
  [
    "XEP-0116 §4.5.2: two ciphers chosen",
    set(2, "crypt_algs", "aes256-ctr", "aes128-ctr"),
    [2, "value", "crypt_algs"],
  ],
  ["XEP-0116 §4.5.2: a field that is not answered", without(2, "compress"), [2, "unanswered", undefined]],
  [
    "XEP-0116 §4.5.2: rekey_freq is less than asked for",
    set(1, "rekey_freq", "100"),
    [2, "rekey", "rekey_freq"],
  ],
  ["XEP-0116 §4.5.2: dhhashes in a response", (all) => {
    setValues(all[1]!, "dhhashes", valueOf(all[0]!, "dhhashes"));
  }, [2, "unexpected-field", "dhhashes"]], // prettier-ignore
  ["XEP-0116 §4.5.2: N_A comes back changed", flip(2, "nonce"), [2, "nonce", "nonce"]],
  ["XEP-0116 §7.2: N_B is N_A", (all) => {
    setValues(all[1]!, "my_nonce", valueOf(all[0]!, "my_nonce"));
    setValues(all[2]!, "nonce", valueOf(all[0]!, "my_nonce"));
  }, [2, "nonce", "my_nonce"]], // prettier-ignore
  ["XEP-0116 §4.5.2: a counter of 17 octets", set(2, "counter", base64(new Uint8Array(17).fill(9))), [2, "value", "counter"]], // prettier-ignore
  ["XEP-0116 §4.6.1: d = 1", set(2, "dhkeys", "AQ=="), [2, "public-value", "dhkeys"]],
  ["XEP-0116 §4.6.1: d = p - 1", set(2, "dhkeys", base64(mpi(prime - 1n))), [2, "public-value", "dhkeys"]],
  ["d is no quadratic residue", set(2, "dhkeys", base64(mpi(prime - 2n))), [2, "public-value", "dhkeys"]],
  ["d is longer than p", set(2, "dhkeys", base64(mpi(prime * 256n))), [2, "public-value", "dhkeys"]],
  ["RFC 4648: white space in Base64", (all) => {
    const text = valueOf(all[1]!, "dhkeys");
    setValues(all[1]!, "dhkeys", `${text.slice(0, 64)}\n${text.slice(64)}`);
  }, [2, "value", "dhkeys"]], // prettier-ignore
  ["RFC 4648: Base64 without padding", (all) => {
    setValues(all[2]!, "mac", valueOf(all[2]!, "mac").replace("=", ""));
  }, [3, "value", "mac"]], // prettier-ignore
  ["docs/sas28x5-bound.md 2: no commitment", (all) => {
    removeField(all[1]!, "sas_commit");
  }, [2, "sas-commit", undefined]], // prettier-ignore
  ["docs/sas28x5-bound.md 4: a commitment without its algorithm", (all) => {
    setValues(all[1]!, "sas_algs", "sas28x5");
    removeField(all[3]!, "sas_nonce");
  }, [2, "sas-commit", "sas_commit"]], // prettier-ignore
  [
    "docs/sas28x5-bound.md 4: r is not what was committed to",
    flip(4, "sas_nonce"),
    [4, "sas-nonce", "sas_nonce"],
  ],
  ["docs/sas28x5-bound.md 3: no r", without(4, "sas_nonce"), [4, "sas-nonce", undefined]],
  ["docs/sas28x5-bound.md 4: a short r", set(4, "sas_nonce", "AAAA"), [4, "value", "sas_nonce"], [4, "sas-nonce", "sas_nonce"]], // prettier-ignore
  ["XEP-0116 §4.7.1: He is not SHA-256(e)", flip(1, "dhhashes"), [3, "commitment", "dhkeys"]],
  [
    "XEP-0116 §4.7.1: e = 1",
    reveal(new Uint8Array([1])),
    [3, "public-value", "dhkeys"],
    [3, "commitment", "dhkeys"],
  ],
  [
    "XEP-0116 §4.7.1: e = p - 1",
    reveal(mpi(prime - 1n)),
    [3, "public-value", "dhkeys"],
    [3, "commitment", "dhkeys"],
  ],
  ["e is d, sent back", (all) => reveal(octetsOf(all[1]!, "dhkeys"))(all), [3, "public-value", "dhkeys"], [3, "commitment", "dhkeys"]], // prettier-ignore
  ["XEP-0116 §4.6.4: N_B comes back changed", flip(3, "nonce"), [3, "nonce", "nonce"]],
  [
    "XEP-0116 §4.6.4: no MAC",
    without(3, "mac"),
    [3, "missing-field", undefined],
    [3, "proof-last", "identity"],
  ],
  [
    "XEP-0116 §4.6.3: a proof of 31 octets",
    set(3, "identity", base64(new Uint8Array(31))),
    [3, "identity", "identity"],
  ],
  ["identity and mac stand last", (all) => {
    x(all[2]).append(element("field", { var: "reason" }, element("value", {}, "because")));
  }, [3, "proof-last", "identity"]], // prettier-ignore
  ["more hashes of retained secrets than are read", (all) => {
    const [one] = valuesOf(all[2]!, "rshashes");
    setValues(all[2]!, "rshashes", ...Array.from({ length: 257 }, () => one!));
  }, [3, "form", undefined]], // prettier-ignore
  ["XEP-0116 §4.7.4: N_A comes back changed", flip(4, "nonce"), [4, "nonce", "nonce"]],
  ["XEP-0116 §4.7.4: no srshash", without(4, "srshash"), [4, "missing-field", undefined]],
  ["XEP-0116 §4.7.4: message 4 in <feature/>", (all) => {
    const { x: form } = readPayload(all[3]!)!;
    const { parent } = form;
    parent!.name = "feature";
    parent!.attrs.xmlns = "http://jabber.org/protocol/feature-neg";
  }, [4, "wrapper", undefined]], // prettier-ignore
  ["XEP-0155 §4.1: no thread", (all) => {
    const request = all[0]!;
    request.children = request.children.filter((child) => typeof child === "string" || child.name !== "thread");
    all.length = 1;
  }, [1, "thread", undefined]], // prettier-ignore
];

for (const [title, change, ...expected] of table)
  test(`found: ${title}`, async (t) => {
    const { stanzas } = await talk(t);
    const four = stanzas.slice(0, 4).map(copyOf);
    change(four);
    assert.deepEqual(wrongs(inspected(four)), expected);
  });

/** By the numbers of the messages, which come as they are named. */
const orders: readonly (readonly [title: string, order: readonly number[], ...expected: Wrong[]])[] = [
  ["a third message without a response", [1, 3], [2, "order", undefined]],
  ["a fourth message without a third", [1, 2, 4], [3, "order", undefined]],
  ["a response without a request", [2], [1, "order", undefined]],
  ["two responses", [1, 2, 2], [3, "order", undefined]],
  ["two third messages", [1, 2, 3, 3], [4, "order", undefined]],
  ["a sealed stanza before the fourth message", [1, 2, 3, 5], [4, "order", undefined]],
];

for (const [title, order, ...expected] of orders)
  test(`XEP-0116 §4: found: ${title}`, async (t) => {
    const { stanzas } = await talk(t);
    assert.deepEqual(wrongs(inspected(order.map((number) => stanzas[number - 1]!))), expected);
  });

test("XEP-0116 §4: found: a message of the wrong side", async (t) => {
  const { stanzas } = await talk(t);
  const [request, response] = stanzas.map(copyOf);
  const { from, to } = response!.attrs;
  Object.assign(response!.attrs, { from: to, to: from });
  assert.deepEqual(wrongs(inspected([request!, response!])), [[2, "sender", undefined]]);
});

const form = (type: string, ...fields: [string, string][]) =>
  `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="${type}">${[["FORM_TYPE", "urn:xmpp:ssn"], ...fields].map(([name, value]) => `<field var="${name}"><value>${value}</value></field>`).join("")}</x></feature>`; // prettier-ignore

async function answered(
  t: Parameters<typeof talk>[0],
  by: "alice" | "bob",
  content: string,
  attributes = "",
) {
  const { stanzas } = await talk(t);
  const { from, to } = stanzas[0]!.attrs;
  const thread = stanzas[0]!.getChildText("thread")!;
  const [own, other] = by === "alice" ? [from, to] : [to, from];
  const answer = `<message xmlns="jabber:client" from="${own!}" to="${other!}"${attributes}><thread>${thread}</thread>${content}</message>`;
  return { stanzas, answer };
}

test("XEP-0155 §4.3: a rejection, XEP-0155 §4.4: a cancellation are named; whoever goes on is out of turn", async (t) => {
  const { stanzas, answer } = await answered(t, "bob", form("submit", ["accept", "0"], ["reason", "busy"]));
  const rejected = inspected([stanzas[0]!, answer, stanzas[1]!]);
  assert.deepEqual(kinds(rejected), ["request", "rejection", "response"]);
  assert.deepEqual(wrongs(rejected), [[3, "order", undefined]]);
  const cancelled = await answered(t, "alice", form("result", ["accept", "false"]));
  assert.deepEqual(kinds(inspected([...stanzas.slice(0, 2), cancelled.answer])).at(-1), "cancellation");
});

test("XEP-0116 §4.4: a refusal with an error is named, with what it says", async (t) => {
  const error = `<error type="modify" code="406"><not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><feature xmlns="http://jabber.org/protocol/feature-neg"><field var="modp"/></feature></error>`;
  const { stanzas, answer } = await answered(t, "bob", error, ' type="error"');
  const report = inspected([stanzas[0]!, answer]);
  assert.deepEqual(wrongs(report), []);
  assert.equal(report.messages[1]?.kind, "refusal");
  assert.match(report.messages[1].findings[0]!.text, /^not-acceptable, for modp$/);
});

test("XEP-0116 §5: a termination in clear and its acknowledgement are named; nothing may follow", async (t) => {
  const { stanzas, answer } = await answered(t, "alice", form("submit", ["terminate", "1"]));
  const back = await answered(t, "bob", form("result", ["terminate", "1"]));
  const report = inspected([...stanzas.slice(0, 4), answer, back.answer, stanzas[4]!]);
  assert.deepEqual(kinds(report).slice(4), ["termination", "acknowledgement", "sealed"]);
  assert.deepEqual(wrongs(report), [[7, "order", undefined]]);
  assert.deepEqual(wrongs(inspected([...stanzas.slice(0, 4), back.answer])), [[5, "order", undefined]]);
});

test("XEP-0155 §4: a session without encryption is named as one, and needs no more fields than it has", async (t) => {
  const request = await answered(t, "alice", form("form", ["accept", "1"], ["logging", "may"]));
  const response = await answered(t, "bob", form("submit", ["accept", "1"], ["logging", "may"]));
  const completion = await answered(t, "alice", form("result", ["accept", "1"]));
  const report = inspected([request.answer, response.answer, completion.answer]);
  assert.deepEqual(wrongs(report), []);
  assert.match(report.messages[2]!.name, /without encryption, message 3 of 3/);
});

test("XEP-0116 §4.4: a response that wants less than e2e needs no keys", async (t) => {
  const { stanzas } = await talk(t);
  const request = copyOf(stanzas[0]!);
  setValues(request, "security", "e2e", "c2s");
  const { answer } = await answered(t, "bob", form("submit", ["accept", "1"], ["security", "c2s"]));
  const report = inspected([request, answer]);
  assert.deepEqual(wrongs(report), []);
  assert.equal(notes(report, "security").length, 1);
});

test("XEP-0155 §4.4: a second resource that answers is noted, and the negotiation goes on with the first", async (t) => {
  const { stanzas } = await talk(t);
  const [request, response, ...rest] = stanzas.slice(0, 4).map(copyOf);
  request!.attrs.to = "bob@example.com";
  const second = copyOf(response!);
  second.attrs.from = "bob@example.com/phone";
  const refusal = `<message from="${request!.attrs.from!}" to="bob@example.com/phone"><thread>${request!.getChildText("thread")!}</thread>${form("result", ["accept", "0"])}</message>`; // prettier-ignore
  const report = inspected([request!, response!, second, refusal, ...rest]);
  assert.deepEqual(wrongs(report), []);
  assert.equal(notes(report, "other-resource").length, 2);
});
