/** The three forms of a stanza: what comes in as an element, a DOM element or text goes out as that; the rest is let be. */
import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import type { TestContext } from "node:test";
import { DOMParser, XMLSerializer } from "@xmldom/xmldom";
import { isElement, parseStanza, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";

const text = `<message xmlns="jabber:client" type="chat" id="7"><body>h\u00e9llo &amp; 😀</body><x xmlns="urn:x" a="1"><y/></x></message>`;
const dom = (xml: string) => new DOMParser().parseFromString(xml, "text/xml").documentElement!;
const domText = (node: unknown) => new XMLSerializer().serializeToString(node as never);

/** The class of a second copy of the XML package, as npm installs them where versions differ. */
const second = new URL("Element.js?second", import.meta.resolve("ltx")).href;
const { default: Foreign } = (await import(second)) as {
  default: new (name: string, attrs: Record<string, string>) => Element;
};

async function standing(t: TestContext) {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  const from = (sealed: Element) => {
    const copy = parseStanza(serializeStanza(sealed));
    copy.attrs.from = alice.jid;
    return copy;
  };
  return { world, alice, bob, session, other, from };
}

/** The same stanza, whatever the order of declarations. */
function assertRead(stanza: Element): void {
  assert.equal(stanza.getChildText("body"), "héllo & 😀");
  assert.equal(stanza.getChild("x", "urn:x")!.getChild("y", "urn:x")!.name, "y");
  assert.deepEqual([stanza.attrs.type, stanza.attrs.id], ["chat", "7"]);
  assert.equal(stanza.getChild("c"), undefined);
}

test("an element is sealed into a new element, and what is received is opened in place", async (t) => {
  const { session, bob, from } = await standing(t);
  const original = parseStanza(text);
  const before = serializeStanza(original);
  const sealed = session.seal(original);
  assert.ok(isElement(sealed) && sealed !== original);
  assert.equal(serializeStanza(original), before, "the stanza given is left as it is");
  const received = from(sealed);
  const handedOn = bob.engine.receive(received);
  assert.equal(handedOn, received, "the very element that the client holds");
  assertRead(received);
});

test("an element of another copy of the XML package is opened in place, its children in its own class", async (t) => {
  const { session, bob, from } = await standing(t);
  const received = foreign(from(session.seal(parseStanza(text))));
  assert.equal(bob.engine.receive(received), received);
  assert.ok(received.children.every((child) => child instanceof Foreign));
  assertRead(parseStanza(String(received)));
});

test("a DOM element is sealed into a DOM element, and opened in place", async (t) => {
  const { session, bob, from } = await standing(t);
  const sealed = session.seal(dom(text));
  assert.equal(sealed.localName, "message");
  const received = dom(serializeStanza(from(parseStanza(domText(sealed)))));
  assert.equal(bob.engine.receive(received), received);
  assertRead(parseStanza(domText(received)));
});

test("a text is sealed into a text, and opened into a new text", async (t) => {
  const { session, bob, from } = await standing(t);
  const sealed = session.seal(text);
  assert.equal(typeof sealed, "string");
  assertRead(parseStanza(bob.engine.receive(serializeStanza(from(parseStanza(sealed))))!));
});

test("session.open() is engine.receive() for who knows the session", async (t) => {
  const { session, other, from } = await standing(t);
  assertRead(parseStanza(other.open(serializeStanza(from(parseStanza(session.seal(text)))))!));
});

test("open() tells what came through a session and what did not", async (t) => {
  const { session, other, bob, from, alice } = await standing(t);
  const protectedOne = bob.engine.open(from(session.seal(parseStanza(text))));
  assert.ok(protectedOne.kind === "stanza" && protectedOne.session === other);
  const clear = bob.engine.open(`<message from="${alice.jid}"><body>clear</body></message>`);
  assert.ok(clear.kind === "stanza" && clear.session === undefined);
});

for (const form of ["element", "string"] as const)
  test(`the engine hands out its own stanzas as ${form}`, async (t) => {
    const sent: unknown[] = [];
    const { alice } = await pairOf(t, {
      alice: { form, send: (stanza: unknown) => void sent.push(stanza) } as never,
    });
    alice.engine.start("bob@example.com/laptop", { timeoutMs: 1 }).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(sent.length === 1 && (form === "string" ? typeof sent[0] === "string" : isElement(sent[0])));
  });

const others: Record<string, string> = {
  "no sender": "<message><body>x</body></message>",
  "no stanza of ours": `<features from="example.org"/>`,
  "an acknowledgement of the stream": `<r xmlns="urn:xmpp:sm:3"/>`,
  "a group's message": `<message type="groupchat" from="room@chat.example/nick"><thread>t</thread><body>x</body></message>`,
  "somebody else's message": `<message from="carol@example.net/desk"><thread>t</thread><body>x</body></message>`,
  "a sender that is no JID": `<message from="@/"><thread>t</thread><body>x</body></message>`,
  "the roster": `<iq type="result" id="r" from="alice@example.org"><query xmlns="jabber:iq:roster"/></iq>`,
  presence: `<presence from="carol@example.net/desk"><show>away</show></presence>`,
  "an error of a server": `<message type="error" from="example.com"><thread>t</thread><error type="cancel"><remote-server-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`,
  "another negotiation's form": `<message from="carol@example.net/desk"><thread>t</thread><feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="form"><field var="FORM_TYPE"><value>urn:other</value></field></x></feature></message>`,
  "a form that belongs to nothing of ours": `<message from="carol@example.net/desk"><x xmlns="jabber:x:data" type="form"><title>t</title></x></message>`,
  "a copy of another client's sealed message": `<message from="alice@example.org"><thread>t</thread><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>AAAA</mac></c></message>`,
};

for (const [what, stanza] of Object.entries(others))
  test(`passed through untouched: ${what}`, async (t) => {
    const { bob, alice, other } = await standing(t);
    assert.equal(bob.engine.receive(stanza), stanza);
    const given = parseStanza(stanza);
    assert.equal(bob.engine.receive(given), given);
    assert.equal(serializeStanza(given), serializeStanza(parseStanza(stanza)));
    assert.equal(other.state, "established");
    assert.deepEqual([...bob.alerts, ...alice.alerts], []);
  });

for (const what of [undefined, null, 7, [], {}, () => undefined])
  test(`what is no stanza is refused: ${inspect(what)}`, async (t) => {
    const { bob, session } = await standing(t);
    assert.throws(() => bob.engine.receive(what as never), { code: "stanza-unsupported" });
    assert.throws(() => session.seal(what as never), { code: "stanza-unsupported" });
  });

for (const malformed of ["", "text", "<message>", "<!DOCTYPE x><message/>", "<message/><message/>"])
  test(`text that cannot be read is passed on and told, and is not sent: ${malformed}`, async (t) => {
    const { bob, session } = await standing(t);
    assert.equal(bob.engine.receive(malformed), malformed);
    assert.deepEqual(
      bob.alerts.map(({ kind }) => kind),
      ["unreadable"],
    );
    assert.throws(() => session.send(malformed), { code: "xml-malformed" });
    assert.equal(session.state, "established");
  });

function foreign(stanza: Element): Element {
  const made = new Foreign(stanza.name, stanza.attrs);
  for (const child of stanza.children) made.append(typeof child === "string" ? child : foreign(child));
  return made;
}
