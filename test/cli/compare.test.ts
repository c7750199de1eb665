import assert from "node:assert/strict";
import test from "node:test";
import { parseStanza } from "esession/wire";
import { difference } from "./built.js";

const compare = (a: string, b: string) => difference(parseStanza(a), parseStanza(b));

const conditions = "urn:ietf:params:xml:ns:xmpp-stanzas";

const different: [string, string, string, RegExp][] = [
  ["the kind", "<message/>", "<presence/>", /jabber:client}message became/],
  ["the type", "<message type='chat'/>", "<message type='normal'/>", /attribute type/],
  ["a missing attribute", "<message id='1'/>", "<message/>", /attribute id is missing/],
  ["a new attribute", "<message/>", "<message xml:lang='en'/>", /attribute xml:lang is new/],
  ["a missing child", "<message><body/></message>", "<message/>", /<body\/> is missing/],
  ["a new child", "<message/>", "<message><body/></message>", /<body\/> is new/],
  ["the order of children", "<message><a/><b/></message>", "<message><b/><a/></message>", /became/],
  ["the namespace of the stanza", "<message/>", "<message xmlns='jabber:server'/>", /became/],
  [
    "the namespace of a child",
    "<message><x xmlns='a'/></message>",
    "<message><x xmlns='b'/></message>",
    /became/,
  ],
  ["a namespace undeclared", "<message><x xmlns=''/></message>", "<message><x/></message>", /became/],
  [
    "the namespace of an attribute",
    "<message><x xmlns:p='a' p:y='1'/></message>",
    "<message><x xmlns:p='b' p:y='1'/></message>",
    /{a}y is missing/,
  ],
  [
    "an attribute's prefix",
    "<message><x xmlns='a' xmlns:p='a' p:y='1'/></message>",
    "<message><x xmlns='a' y='1'/></message>",
    /{a}y is missing/,
  ],
  [
    "the text",
    "<message><body>a</body></message>",
    "<message><body>b</body></message>",
    /the text "b" instead of the text "a"/,
  ],
  [
    "white space in a text",
    "<message><body>a </body></message>",
    "<message><body>a</body></message>",
    /instead of/,
  ],
  [
    "white space beside elements",
    "<message><x> <y/></x></message>",
    "<message><x><y/></x></message>",
    /message\/x/,
  ],
  [
    "composed and decomposed",
    "<message><body>&#xE9;</body></message>",
    "<message><body>e&#x301;</body></message>",
    /instead of/,
  ],
  [
    "a line end",
    "<message><body>a&#13;</body></message>",
    "<message><body>a&#10;</body></message>",
    /instead of/,
  ],
  [
    "what stays in clear",
    "<message><thread>a</thread></message>",
    "<message><thread>b</thread></message>",
    /thread/,
  ],
  [
    "what an error says",
    "<iq type='error'><error><x xmlns='a'/></error></iq>",
    "<iq type='error'><error><x xmlns='b'/></error></iq>",
    /error/,
  ],
  ["where text stands", "<message><x>a<y/></x></message>", "<message><x><y/>a</x></message>", /instead of/],
];
for (const [title, a, b, pattern] of different)
  test(`stanzas that differ are told apart: ${title}`, () => {
    assert.match(compare(a, b) ?? "equal", pattern);
    assert.notEqual(compare(b, a), undefined);
  });

const equal: [string, string, string][] = [
  ["the order of attributes", "<message id='1' type='chat'/>", "<message type='chat' id='1'/>"],
  [
    "the prefixes",
    "<message><p:x xmlns:p='a' p:y='1'/></message>",
    "<message><x xmlns='a' xmlns:q='a' q:y='1'/></message>",
  ],
  [
    "where a prefix is declared",
    "<message xmlns:p='a'><p:x/></message>",
    "<message><p:x xmlns:p='a'/></message>",
  ],
  ["a declaration that is not used", "<message xmlns:p='a'/>", "<message/>"],
  [
    "jabber:client written out",
    "<message xmlns='jabber:client'><body/></message>",
    "<message><body/></message>",
  ],
  [
    "references and CDATA",
    "<message><body>&lt;a&gt;&#x41;</body></message>",
    "<message><body><![CDATA[<a>]]>A</body></message>",
  ],
  ["how an empty element is written", "<message><x></x></message>", "<message><x/></message>"],
  [
    "white space between a stanza's children",
    "<message> <a/>\n<b/></message>",
    "<message><a/><b/></message>",
  ],
  [
    "white space and the mixture in an error",
    `<iq type='error'><error> <x xmlns='a'/><gone xmlns='${conditions}'/> </error></iq>`,
    `<iq type='error'><error><gone xmlns='${conditions}'/><x xmlns='a'/></error></iq>`,
  ],
  [
    "the mixture of clear and protected",
    "<message><thread/><a/><b/></message>",
    "<message><a/><b/><thread/></message>",
  ],
];
for (const [title, a, b] of equal)
  test(`stanzas that say the same are equal: whatever ${title}`, () =>
    assert.equal(compare(a, b), undefined));
