/** Captures of strangers: nothing throws, nothing takes long, nothing reaches a terminal raw. */
import assert from "node:assert/strict";
import test from "node:test";
import { MAX_STANZAS, explain, inspect, printable, printableJson, type Captured } from "esession/inspect";
import { element, parseStanza } from "esession/wire";
import { copyOf, setValues } from "../support/forms.js";
import { core, inspected, kinds, talk, text, wrongs } from "./support.js";

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

const form = (fields: string) =>
  `<message from="a@b/c" to="d@e/f"><thread>t</thread><feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="form"><field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field>${fields}</x></feature></message>`;

function quick<T>(work: () => T): T {
  const start = performance.now();
  const result = work();
  assert.ok(performance.now() - start < 10_000, "takes seconds at most");
  return result;
}

test("escape sequences, control characters and what turns the writing are shown as escapes", () => {
  assert.equal(
    printable("a\u001b[31m\u009b2J\u0007\u202e\n\\x"),
    "a\\u{1b}[31m\\u{9b}2J\\u{7}\\u{202e}\\u{a}\\\\x",
  );
  assert.equal(printable("Füße 👩🏽 e\u0301"), "Füße 👩🏽 e\u0301");
  const value = { a: "\u009b\u202e\u{e0041}\\ü" };
  assert.ok(!CONTROL.test(printableJson(value)));
  assert.deepEqual(JSON.parse(printableJson(value)), value);
});

test("no part of a stanza, and nothing that a capture says beside it, reaches the terminal raw", async (t) => {
  const { stanzas } = await talk(t);
  const [request] = stanzas.map(copyOf);
  // what XML lets pass
  const evil = "\u009b31m\u202e\u2028";
  setValues(request!, "my_nonce", evil);
  setValues(request!, `x${evil}`, evil);
  Object.assign(request!.attrs, { from: `a@b/${evil}`, to: `c@d/${evil}` });
  const esc = "\u001b]0;title\u0007";
  const captured: Captured[] = [
    { stanza: request, place: esc, time: esc },
    { stanza: undefined, place: esc, from: esc, to: esc, problem: esc },
    { stanza: `<message>${esc}</message>`, place: esc },
    { stanza: `<message type="error"><thread>${request!.getChildText("thread")!}</thread><error><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas">${evil}</text></error></message>` }, // prettier-ignore
  ];
  const { messages } = inspect(captured, { core });
  assert.equal(messages.length, 4);
  for (const message of messages) {
    assert.ok(!CONTROL.test(explain(message).replaceAll("\n", "")));
    assert.ok(!CONTROL.test(printableJson(message)));
  }
});

test("a form of 90,000 fields, of values and of options without end is read in part, and refused", () => {
  const many = [
    Array.from({ length: 90_000 }, (_, at) => `<field var="f${at}"/>`).join(""),
    `<field var="modp">${"<value>1</value>".repeat(90_000)}</field>`,
    `<field var="modp" type="list-single">${"<option><value>1</value></option>".repeat(45_000)}</field>`,
    `<field var="my_nonce"><value>${"A".repeat(3_000_000)}</value></field>`,
  ];
  for (const fields of many) {
    const report = quick(() => inspected([form(fields)]));
    assert.ok(wrongs(report).some(([, code]) => code === "form"));
    assert.ok(report.messages[0]!.fields.length <= 128);
    assert.ok(JSON.stringify(report).length < 4_000_000);
  }
});

test("elements without end, beside or inside one another, are a finding", () => {
  const texts = [
    form(`<field var="${"a".repeat(100_000)}"/>`),
    `<message>${"<a>".repeat(100_000)}${"</a>".repeat(100_000)}</message>`,
    `<message>${"<a/>".repeat(200_000)}</message>`,
    "x".repeat(5_000_000),
    "",
    "<message",
    "<!DOCTYPE a [<!ENTITY b 'c'>]><message>&b;</message>",
  ];
  const report = quick(() => inspected(texts));
  assert.deepEqual(kinds(report), ["request", ...Array.from({ length: 6 }, () => "unreadable")]);
  assert.equal(report.wrong, texts.length);
});

test("whatever stands in place of a stanza is a finding", () => {
  for (const stanza of [
    null,
    7,
    true,
    [],
    {},
    { name: "message" },
    () => undefined,
    Symbol("x"),
    new Map(),
  ]) {
    const report = inspect([{ stanza }], { core });
    assert.deepEqual(kinds(report), ["unreadable"]);
  }
  const odd = element("message", { from: 5, to: undefined } as never);
  odd.children.push(7 as never, null as never);
  assert.doesNotThrow(() => inspect([{ stanza: odd }], { core }));
});

test("a capture of more stanzas than are read is cut, and says so", () => {
  function* endless(): Generator<Captured> {
    for (;;) yield { stanza: form("") };
  }
  const report = quick(() => inspect(endless(), { core }));
  assert.equal(report.messages.length, MAX_STANZAS + 1);
  assert.match(report.messages.at(-1)!.findings[0]!.text, /more than/);
  assert.equal(report.negotiations, 1_000);
});

test("mutations of a right negotiation never throw, and leave the core as it was", async (t) => {
  const { stanzas } = await talk(t);
  const before = { ...core.usage };
  const texts = stanzas.map(text);
  for (let at = 0; at < 400; at++) {
    const mutated = texts.map((one, which) => {
      if ((which + at) % 3 !== 0) return one;
      const [from, length] = [(at * 7_919 + which * 31) % one.length, (at * 13) % 9];
      const piece = texts[(at + which) % texts.length]!.slice(from, from + length);
      return one.slice(0, from) + piece + one.slice(from + length);
    });
    assert.doesNotThrow(() => inspected(mutated), mutated.join("\n"));
  }
  assert.deepEqual({ ...core.usage }, before);
});

test("fields named as the members of an object are unknown fields", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const report = inspected([form(`<field var="${name}"><value>x</value></field>`)]);
    assert.match(report.messages[0]!.fields[1]!.meaning, /^not a field/);
  }
  const c = parseStanza('<message from="a@b/c" to="d@e/f"><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><constructor/><mac>AAAA</mac></c></message>'); // prettier-ignore
  assert.equal(inspected([c]).messages[0]!.fields[0]!.meaning, "no child of <c/>");
});
