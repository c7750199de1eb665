/** Stanzas of the negotiation, error stanzas, and what of a stanza is protected. */
import test from "node:test";
import assert from "node:assert/strict";
import {
  buildForm,
  buildMessage,
  clearResidue,
  errorStanza,
  parseStanza,
  readError,
  readPayload,
  readThread,
  serializeStanza,
  splitContent,
  type Element,
  type Node,
} from "esession/wire";
import { refuses } from "./xml.js";

const FEATURE = "http://jabber.org/protocol/feature-neg";
const INIT = "http://www.xmpp.org/extensions/xep-0116.html#ns-init";
const form = (type = "urn:xmpp:ssn") =>
  `<x xmlns='jabber:x:data' type='form'><field var='FORM_TYPE'><value>${type}</value></field></x>`;
const feature = (inside = form()) => `<feature xmlns='${FEATURE}'>${inside}</feature>`;
const init = (inside = form()) => `<init xmlns='${INIT}'>${inside}</init>`;
const payload = (xml: string) => readPayload(parseStanza(xml));

test("XEP-0116 §4: the form is found in <feature/> or <init/>, whatever stands beside it", () => {
  const found = payload(
    `<message><body/>${feature()}<amp xmlns='http://jabber.org/protocol/amp'/><thread>t</thread></message>`,
  );
  assert.equal(found?.wrapper, "feature");
  assert.equal(found?.x.name, "x");
  assert.equal(payload(`<message>${init()}</message>`)?.wrapper, "init");
});

test("what is not a negotiation is not looked at", () => {
  for (const xml of [
    `<message/>`,
    `<message>${form()}</message>`,
    `<message>${feature(form("other"))}</message>`,
    `<message>${feature(form("other") + form("other"))}</message>`,
    `<message><feature xmlns='urn:x'>${form()}</feature></message>`,
    `<message><init xmlns='${FEATURE}'>${form()}</init></message>`,
    `<message><y xmlns='urn:y'>${feature()}</y></message>`,
    `<message>${feature("")}</message>`,
  ])
    assert.equal(payload(xml), undefined, xml);
});

test("a form in an error stanza is never an answer", () => {
  assert.equal(payload(`<message type='error'>${feature()}<error type='cancel'/></message>`), undefined);
});

test("more than one form or wrapper is refused", () => {
  for (const inside of [
    feature(form() + form()),
    feature() + feature(),
    feature() + init(),
    init() + feature(form("other")),
  ]) {
    const error = refuses(() => payload(`<message>${inside}</message>`), "form-malformed");
    assert.equal(error.condition, "bad-request");
  }
});

test("a stanza has one thread or none", () => {
  const thread = (inside: string) =>
    readThread(parseStanza(`<message xmlns='jabber:client'>${inside}</message>`));
  assert.equal(thread("<thread>t</thread>"), "t");
  assert.equal(thread("<thread parent='x'>t</thread>"), "t");
  for (const inside of [
    "",
    "<thread/>",
    "<thread>a</thread><thread>b</thread>",
    "<thread xmlns='urn:x'>t</thread>",
    `<thread>${"x".repeat(1024)}</thread>`,
  ])
    assert.equal(thread(inside), undefined, inside);
});

test("XEP-0116 §4.3: message 1 has a thread, the form, and the wish not to be stored", () => {
  const x = buildForm("form", [{ var: "FORM_TYPE", type: "hidden", values: ["urn:xmpp:ssn"] }]);
  const message = buildMessage(
    { to: "bob@example.com", from: "alice@example.org/pda", thread: "t", id: "1" },
    "feature",
    x,
    { amp: true },
  );
  assert.equal(
    serializeStanza(message),
    `<message xmlns="jabber:client" to="bob@example.com" from="alice@example.org/pda" id="1"><thread>t</thread>` +
      `<feature xmlns="${FEATURE}"><x xmlns="jabber:x:data" type="form"><field var="FORM_TYPE" type="hidden"><value>urn:xmpp:ssn</value></field></x></feature>` +
      `<amp xmlns="http://jabber.org/protocol/amp" per-hop="true"><rule action="drop" condition="deliver" value="stored"/></amp></message>`,
  );
  assert.equal(readPayload(message)?.x, x);
  assert.equal(readThread(message), "t");
});

test("message 4 comes in <init/>, without more", () => {
  const x = buildForm("result", [{ var: "FORM_TYPE", values: ["urn:xmpp:ssn"] }]);
  const message = buildMessage({ to: "a@x/1", thread: "t" }, "init", x);
  assert.deepEqual(
    message.children.map((child) => (child as Element).name),
    ["thread", "init"],
  );
  assert.deepEqual(message.attrs, { xmlns: "jabber:client", to: "a@x/1" });
});

test("XEP-0116 §4.4: an error stanza has the thread, the condition and the fields, and never the form", () => {
  const stanza = errorStanza(
    { to: "alice@example.org/pda", from: "bob@example.com/laptop", id: "1", thread: "t", kind: "message" },
    "not-acceptable",
    { fields: ["modp", "ver"] },
  );
  assert.equal(
    serializeStanza(stanza),
    `<message xmlns="jabber:client" type="error" to="alice@example.org/pda" from="bob@example.com/laptop" id="1"><thread>t</thread>` +
      `<error type="cancel" code="406"><not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>` +
      `<feature xmlns="${FEATURE}"><field var="modp"/><field var="ver"/></feature></error></message>`,
  );
  assert.deepEqual(readError(stanza), {
    condition: "not-acceptable",
    type: "cancel",
    fields: ["modp", "ver"],
    text: undefined,
  });
  assert.equal(readPayload(stanza), undefined);
});

test("each condition has the code of old and comes back as it went out", () => {
  const codes = {
    "bad-request": 400,
    "feature-not-implemented": 501,
    "not-acceptable": 406,
    "service-unavailable": 503,
    "internal-server-error": 500,
  } as const;
  for (const [condition, code] of Object.entries(codes)) {
    const stanza = errorStanza({ to: "a@x", kind: "iq" }, condition as keyof typeof codes, {
      errorType: "modify",
      text: "why",
    });
    assert.equal(stanza.name, "iq");
    assert.equal(stanza.getChild("error")!.attrs["code"], String(code));
    assert.deepEqual(readError(stanza), { condition, type: "modify", fields: [], text: "why" });
  }
});

test("errors of others are read leniently and with bounds", () => {
  const error = (xml: string) => readError(parseStanza(xml));
  assert.equal(error("<message><error/></message>"), undefined);
  const none = { condition: "undefined-condition", type: "cancel", fields: [], text: undefined };
  assert.deepEqual(error("<message type='error'/>"), none);
  assert.deepEqual(error("<message type='error'><error code='999' type='odd'/></message>"), none);
  assert.equal(error("<message type='error'><error code='406'/></message>")!.condition, "not-acceptable");
  const many = "<field var='a'/>".repeat(200);
  const long = error(
    `<message type='error'><error type='wait'><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>${"x".repeat(5000)}</text>` +
      `<gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>${feature(many)}</error></message>`,
  )!;
  assert.deepEqual(
    [long.condition, long.type, long.fields.length, long.text!.length],
    ["gone", "wait", 128, 1024],
  );
});

const names = (nodes: readonly Node[]) => nodes.map((node) => (typeof node === "string" ? node : node.name));
const clear = [
  "<error/>",
  "<thread>t</thread>",
  "<amp xmlns='http://jabber.org/protocol/amp'/>",
  "<no-store xmlns='urn:xmpp:hints'/>",
  "<private xmlns='urn:xmpp:carbons:2'/>",
  "<stanza-id xmlns='urn:xmpp:sid:0'/>",
  "<origin-id xmlns='urn:xmpp:sid:0'/>",
  "<delay xmlns='urn:xmpp:delay'/>",
  "<encryption xmlns='urn:xmpp:eme:0'/>",
];
const inside = [
  "<body>b</body>",
  "<subject/>",
  "<show/>",
  "<active xmlns='http://jabber.org/protocol/chatstates'/>",
  "<query xmlns='jabber:iq:version'/>",
  "<thread xmlns='urn:x'/>",
  "<error xmlns='urn:x'/>",
  "<thread xmlns=''/>",
  "<sent xmlns='urn:xmpp:carbons:2'/>",
  "<replace xmlns='urn:xmpp:message-correct:0'/>",
  "<hint xmlns='urn:xmpp:hints:1'/>",
  "<x xmlns='jabber:x:delay'/>",
];

test("XEP-0200 §5: what servers act on stays in clear, everything else goes inside", () => {
  const stanza = parseStanza(
    `<message xmlns='jabber:client'>${clear.join("\n")}${inside.join(" ")}</message>`,
  );
  const split = splitContent(stanza);
  assert.equal(split.clear.length, clear.length);
  assert.equal(split.protect.length, inside.length);
  assert.ok(![...split.clear, ...split.protect].some((node) => typeof node === "string"));
});

test("a stanza built without a namespace is divided the same way", () => {
  const split = splitContent(parseStanza("<message><thread>t</thread><body>b</body></message>"));
  assert.deepEqual([names(split.clear), names(split.protect)], [["thread"], ["body"]]);
});

test("text directly in a stanza is not left in clear", () => {
  assert.deepEqual(names(splitContent(parseStanza("<message>hello<thread/></message>")).protect), ["hello"]);
});

test("XEP-0200 §5: clear children that should have been inside are found on receipt", () => {
  const c = "<c xmlns='http://www.xmpp.org/extensions/xep-0200.html#ns'/>";
  const residue = (more: string) =>
    names(clearResidue(parseStanza(`<message xmlns='jabber:client'>${c}${more}</message>`)));
  assert.deepEqual(residue(clear.join("")), []);
  assert.deepEqual(residue("<body>fake</body><c xmlns='http://jabber.org/protocol/caps'/>"), ["body", "c"]);
});
