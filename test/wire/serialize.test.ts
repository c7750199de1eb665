/** Elements to text and back. */
import test from "node:test";
import assert from "node:assert/strict";
import { DOMParser } from "@xmldom/xmldom";
import fc from "fast-check";
import {
  contentLimits,
  element,
  parseContent,
  parseStanza,
  readStanza,
  serializeContent,
  serializeStanza,
  type Element,
  type Node,
} from "esession/wire";
import { contentOf, meaning, meanings, refuses, rounds, same, seed, corpus } from "./xml.js";

/** Out of the stanza, through the gate, as the receiver does it. */
function travelled(stanza: Element): Element[] {
  return parseContent(serializeContent(stanza.children, stanza));
}

test(
  "XEP-0200 §6: the content of every stanza of the corpus arrives as it was",
  { skip: corpus.skip },
  (t) => {
    t.diagnostic(`seed ${seed}`);
    const texts = corpus.stanzas();
    assert.ok(texts.length > 900);
    let refused = 0;
    for (const xml of texts) {
      const stanza = parseStanza(xml);
      same(meaning(parseStanza(serializeStanza(stanza))), meaning(stanza), xml);
      // an ellipsis of the XEP's, or an example of encryption
      if (/\S/.test(stanza.getText()) || xml.includes("xep-0200.html#ns")) {
        refuses(() => serializeContent(stanza.children, stanza), "xml-malformed");
        refused++;
      } else same(meanings(travelled(stanza)), contentOf(stanza), xml);
    }
    assert.ok(refused < texts.length / 20, `${refused} refused`);
  },
);

const cases: Record<string, [stanza: string, content: string]> = {
  "a declared prefix of the stanza is copied onto the element that uses it": [
    `<message xmlns='jabber:client' xmlns:p='urn:p'><p:a/><b/><c><d p:e='1'/></c></message>`,
    `<p:a xmlns:p="urn:p"/><b/><c><d xmlns:p="urn:p" p:e="1"/></c>`,
  ],
  "what is copied once is in scope below": [
    `<message xmlns='jabber:client' xmlns:p='urn:p'><p:a><p:b/></p:a></message>`,
    `<p:a xmlns:p="urn:p"><p:b/></p:a>`,
  ],
  "a prefix bound anew inside is left alone": [
    `<message xmlns:p='urn:p'><p:a xmlns:p='urn:q'/></message>`,
    `<p:a xmlns:p="urn:q"/>`,
  ],
  "the stanza's own namespace stays implicit": [
    `<message xmlns='jabber:component:accept'><body>x</body></message>`,
    `<body>x</body>`,
  ],
  "a default namespace that is not the stanza's is written": [
    `<c:message xmlns:c='jabber:client' xmlns='urn:d'><c:body/><e/></c:message>`,
    `<c:body xmlns="urn:d" xmlns:c="jabber:client"/><e xmlns="urn:d"/>`,
  ],
  "no namespace is a namespace too": [
    `<message xmlns='jabber:client'><a xmlns=''/></message>`,
    `<a xmlns=""/>`,
  ],
  "xml:lang needs no declaration": [
    `<message><body xml:lang='en'>x</body></message>`,
    `<body xml:lang="en">x</body>`,
  ],
  "white space between the elements is left out": [
    `<message>\n <a/>\n <b> x </b>\n</message>`,
    `<a/><b> x </b>`,
  ],
  "characters that parsers change are references": [
    `<message><a b="&#9;&#10;&#13;&quot;'&lt;&gt;&amp;">&#13;&#10;&#9;"'&lt;&gt;&amp;</a></message>`,
    `<a b="&#x9;&#xA;&#xD;&quot;'&lt;&gt;&amp;">&#xD;\n\t"'&lt;&gt;&amp;</a>`,
  ],
  "nothing is nothing": [`<message/>`, ``],
};

for (const [title, [xml, content]] of Object.entries(cases))
  test(`serializing a stanza's content: ${title}`, () => {
    const stanza = parseStanza(xml);
    assert.equal(serializeContent(stanza.children, stanza), content);
  });

test("declarations are found beyond the stanza, at the stream", () => {
  const stream = element("stream:stream", { "xmlns:p": "urn:p", xmlns: "jabber:client" });
  const stanza = element("message", {}, element("p:a"));
  stream.append(stanza);
  assert.equal(serializeContent(stanza.children, stanza), `<p:a xmlns:p="urn:p"/>`);
});

test("numbers are text and holes are nothing, as in the XML package", () => {
  const children = [5, null, undefined] as unknown as Node[];
  const a = element("a", { b: 7, c: undefined } as never);
  a.children = children;
  const stanza = element("message", {}, a);
  assert.equal(serializeContent(stanza.children, stanza), `<a b="7">5</a>`);
});

const unwritable: Record<string, Node> = {
  "U+0001 in a text": element("a", {}, "\u0001"),
  "an unpaired surrogate in a text": element("a", {}, "x\ud83dy"),
  "U+FFFF in an attribute": element("a", { b: "\uffff" }),
  "an unpaired surrogate in an attribute": element("a", { b: "\ude00" }),
  "an undeclared prefix": element("p:a"),
  "an undeclared prefix of an attribute": element("a", { "p:b": "1" }),
  "an element name with markup in it": element("a><b"),
  "an attribute name with markup in it": element("a", { "b='' c": "1" }),
  "an empty name": element(""),
  "text directly in the stanza": "hello",
  "encrypted content under a prefix": element("p:c", {
    "xmlns:p": "http://www.xmpp.org/extensions/xep-0200.html#ns",
  }),
  "encrypted content": element("c", { xmlns: "http://www.xmpp.org/extensions/xep-0200.html#ns" }),
};

for (const [what, node] of Object.entries(unwritable))
  test(`a stanza with ${what} is refused before it is sealed`, () => {
    const stanza = element("message", {}, node);
    refuses(() => serializeContent(stanza.children, stanza), "xml-malformed", "hello");
  });

test("a stanza that the receiver's limits would refuse is refused before it is sealed", () => {
  let deep = element("a");
  for (let i = 0; i < contentLimits.depth; i++) deep = element("a", {}, deep);
  const wide = Array.from({ length: contentLimits.elements + 1 }, () => element("a"));
  const attributes = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`a${i}`, ""]));
  const circle = element("a");
  circle.append(circle);
  for (const nodes of [[deep], wide, [element("a", attributes)], [circle]]) {
    const stanza = element("message", {}, ...nodes);
    refuses(() => serializeContent(stanza.children, stanza), "xml-limit");
  }
});

// Any tree that XML can carry, with the characters that tempt a serializer.
const text = fc
  .array(
    fc.constantFrom(
      "a",
      "é",
      "🔑",
      "<",
      ">",
      "&",
      `"`,
      "'",
      "\t",
      "\n",
      "\r",
      " ",
      "]]>",
      "\u0085",
      "\u2028",
      "\ufffd",
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((chars) => chars.join(""));
const attrs = fc.dictionary(fc.constantFrom("a", "b", "p:a", "xml:lang"), text);
const tree = fc.letrec<{ node: Node; element: Element }>((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, text, tie("element")),
  element: fc
    .tuple(
      fc.constantFrom("a", "body", "p:b", "größe"),
      attrs,
      fc.option(fc.constantFrom("urn:x", "jabber:client", ""), { nil: undefined }),
      fc.array(tie("node"), { maxLength: 4 }),
    )
    .map(([name, attributes, xmlns, children]) =>
      element(name, xmlns === undefined ? attributes : { ...attributes, xmlns }, ...children),
    ),
}));

test("any content is read back as it was, by the gate and by a DOM parser", (t) => {
  t.diagnostic(`seed ${seed}`);
  fc.assert(
    fc.property(fc.array(tree.element, { maxLength: 4 }), (children) => {
      const stanza = element("message", { xmlns: "jabber:client", "xmlns:p": "urn:p" }, ...children);
      const content = serializeContent(stanza.children, stanza);
      assert.deepEqual(meanings(parseContent(content)), contentOf(stanza));
      const dom = new DOMParser().parseFromString(
        `<message xmlns="jabber:client">${content}</message>`,
        "text/xml",
      );
      assert.deepEqual(contentOf(readStanza(dom.documentElement).element), contentOf(stanza));
    }),
    { seed, numRuns: rounds(500) },
  );
});

/** Attributes of an element that a reader would refuse: then the session would end at the other end. */
const unreadable: Record<string, Record<string, string>> = {
  "a prefix that is bound to nothing": { "xmlns:p": "" },
  "white space around a namespace": { xmlns: " urn:p" },
  "the namespace of declarations": { xmlns: "http://www.w3.org/2000/xmlns/" },
  "the namespace of XML under another prefix": { "xmlns:p": "http://www.w3.org/XML/1998/namespace" },
  "another namespace under the prefix of XML": { "xmlns:xml": "urn:p" },
  "the prefix of declarations declared": { "xmlns:xmlns": "urn:p" },
  "two attributes of one name": { "xmlns:p": "urn:p", "xmlns:q": "urn:p", "p:a": "1", "q:a": "2" },
};
for (const [what, attrs] of Object.entries(unreadable))
  test(`Namespaces in XML §3, §6: ${what} is refused before it is sealed`, () => {
    for (const name of ["e", "message"]) {
      const stanza = element("message", name === "e" ? {} : attrs, element("e", name === "e" ? attrs : {}));
      refuses(() => serializeStanza(stanza), "xml-malformed");
    }
    refuses(() => serializeContent([element("e", attrs)], element("message")), "xml-malformed");
  });

test("the same local name in two namespaces, and the namespace of XML under its own prefix, are written", () => {
  const attrs = { "xmlns:p": "urn:p", "xmlns:q": "urn:q", "p:a": "1", "q:a": "2", a: "3", "xml:lang": "de" };
  const stanza = element(
    "message",
    {},
    element("e", { ...attrs, "xmlns:xml": "http://www.w3.org/XML/1998/namespace" }),
  );
  same(meanings(travelled(stanza)), contentOf(stanza), "attributes");
});

test("a stanza as large as the limits is written and read", { timeout: 60_000 }, () => {
  const stanza = element(
    "message",
    {},
    element("body", {}, "<é".repeat(contentLimits.bytes / 8)),
    ...Array.from({ length: 10_000 }, () => element("a")),
  );
  same(meanings(travelled(stanza)), contentOf(stanza), "the largest");
});
