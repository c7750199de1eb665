/** XEP-0200 §5: what may be encrypted and what must not, and that nothing else is left in clear. */
import assert from "node:assert/strict";
import test from "node:test";
import { element, parseStanza, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { arrived, ends, bobJid, opened, thread } from "./ends.js";

const names = (stanza: Element) => stanza.getChildElements().map((child) => child.getName());

const clear = [
  `<thread>${thread}</thread>`,
  `<amp xmlns="http://jabber.org/protocol/amp"><rule action="error" condition="match-resource" value="exact"/></amp>`,
  `<error type="modify"><not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`,
  `<no-store xmlns="urn:xmpp:hints"/>`,
  `<store xmlns="urn:xmpp:hints"/>`,
  `<private xmlns="urn:xmpp:carbons:2"/>`,
  `<origin-id xmlns="urn:xmpp:sid:0" id="o1"/>`,
  `<stanza-id xmlns="urn:xmpp:sid:0" id="s1" by="example.org"/>`,
  `<delay xmlns="urn:xmpp:delay" stamp="2030-01-01T00:00:00Z"/>`,
];

const inside = [
  `<body>the secret words</body>`,
  `<body xml:lang="de">das geheime Wort</body>`,
  `<subject>the secret subject</subject>`,
  `<html xmlns="http://jabber.org/protocol/xhtml-im"><body xmlns="http://www.w3.org/1999/xhtml"><p>formatted</p></body></html>`,
  `<active xmlns="http://jabber.org/protocol/chatstates"/>`,
  `<request xmlns="urn:xmpp:receipts"/>`,
  `<sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><secretcarbon/></forwarded></sent>`,
  `<x xmlns="jabber:x:oob"><url>https://secret.example/</url></x>`,
  `<error xmlns="urn:example:not-the-stanza-error">a name only</error>`,
  `<thread xmlns="urn:example:not-the-thread">another</thread>`,
  `<amp xmlns="urn:example:not-amp"/>`,
  `<x xmlns="http://jabber.org/protocol/muc#user"><invite to="carol@example.net"/></x>`,
];

test("XEP-0200 §5: error, thread, amp and what servers act on stay in clear, in the message itself", async () => {
  const { alice } = await ends();
  const sealed = alice.seal(
    parseStanza(`<message type="chat" id="1">${clear.join("")}${inside.join("")}</message>`),
  );
  const text = serializeStanza(sealed);
  for (const child of clear) assert.ok(text.includes(child), `${child} in ${text}`);
});

test("XEP-0200 §5: the wrapper's tag is not encrypted: its attributes stay as they are", async () => {
  const { alice } = await ends();
  const sealed = alice.seal(
    parseStanza(`<message type="chat" id="a1" xml:lang="en"><body>x</body></message>`),
  );
  assert.deepEqual(sealed.attrs, { type: "chat", id: "a1", "xml:lang": "en", to: bobJid });
});

const wrappers: Record<string, string[]> = {
  message: inside,
  iq: [`<query xmlns="urn:example:secret"><item name="needle"/></query>`],
  presence: [
    `<show>dnd</show>`,
    `<status>Working in secret</status>`,
    `<priority>5</priority>`,
    `<c xmlns="http://jabber.org/protocol/caps" node="http://exodus.jabberstudio.org/caps" ver="0.9"/>`,
    `<geoloc xmlns="http://jabber.org/protocol/geoloc"><lat>39.75477</lat><lon>-104.99768</lon></geoloc>`,
  ],
};

/** Every one of the children has one of these words, and no envelope has any. */
const words =
  /secret|geheim|formatted|chatstates|receipts|carbons|forward|jabber:x|<body|<html|a name only|not-the|not-amp|carol@|needle|<show|dnd<|<priority|exodus|geoloc/;

for (const [kind, children] of Object.entries(wrappers))
  test(`XEP-0200 §5: nothing of the other children of <${kind}/> is in the text that is sent`, async () => {
    const { alice, bob } = await ends();
    for (const child of [...children, children.join("")]) {
      const sealed = alice.seal(parseStanza(`<${kind} type="set" id="i">${child}</${kind}>`));
      assert.match(child, words);
      assert.doesNotMatch(serializeStanza(sealed), words);
      assert.equal(opened(bob, arrived(sealed)), child);
    }
  });

test("XEP-0200 §7: <c/> is an immediate child of the stanza, there is one, and a message has the session's thread", async () => {
  const { alice } = await ends();
  for (const kind of ["message", "iq", "presence"]) {
    const sealed = alice.seal(element(kind, { id: "1" }, element("x", { xmlns: "urn:x" }, "y")));
    assert.equal(sealed.getChildren("c", "http://www.xmpp.org/extensions/xep-0200.html#ns").length, 1);
    assert.deepEqual(names(sealed), kind === "message" ? ["thread", "c"] : ["c"]);
    assert.deepEqual(names(sealed.getChild("c")!), ["data", "mac"]);
  }
});

test("a stanza that is of another kind, peer or thread, or sealed already, is refused before the counter moves", async () => {
  const { alice, bob } = await ends({ stanzas: ["message"] });
  const once = alice.seal(parseStanza("<message><body>once</body></message>"));
  for (const [text, sentence] of [
    [`<iq type="get" id="1"><query xmlns="urn:q"/></iq>`, /<iq\/> stanzas are not part.*message/],
    [`<presence/>`, /<presence\/>/],
    [`<message to="carol@example.net/x"><body>a</body></message>`, /carol@example\.net/],
    [`<message to="${bobJid.split("/")[0]!}"><body>a</body></message>`, /addressed/],
    [`<message><thread>another</thread><body>a</body></message>`, /thread/],
    [serializeStanza(once), /sealed already/],
  ] as const)
    assert.throws(
      () => alice.seal(parseStanza(text)),
      { code: "stanza-not-in-session", message: sentence },
      text,
    );
  assert.match(opened(bob, arrived(once)), /once/);
  assert.match(
    opened(bob, arrived(alice.seal(parseStanza("<message><body>twice</body></message>")))),
    /twice/,
  );
});

test("what cannot be written as XML that the peer would read is refused before the counter moves", async () => {
  const { alice, bob } = await ends();
  let deep = element("x", { xmlns: "urn:x" });
  for (let depth = 0; depth < 64; depth++) deep = element("x", { xmlns: "urn:x" }, deep);
  const sealed = alice.seal(parseStanza("<message><body>quoted</body></message>"));
  const sealedText = serializeStanza(sealed);
  opened(bob, arrived(sealed));
  for (const [child, code] of [
    [deep, "xml-limit"],
    [element("body", {}, "\u0000"), "xml-malformed"],
    [element("p:body"), "xml-malformed"],
    [element("body", { "a b": "c" }), "xml-malformed"],
    [element("wide", Object.fromEntries([...Array(65).keys()].map((i) => [`a${i}`, ""]))), "xml-limit"],
    [element("forwarded", { xmlns: "urn:xmpp:forward:0" }, parseStanza(sealedText)), "xml-malformed"],
    ["text beside", "xml-malformed"],
  ] as const)
    assert.throws(() => alice.seal(element("message", {}, child)), { code });
  assert.match(
    opened(bob, arrived(alice.seal(parseStanza("<message><body>after</body></message>")))),
    /after/,
  );
});
