/** Stanzas in three forms, in and out. */
import test from "node:test";
import assert from "node:assert/strict";
import { DOMImplementation, DOMParser } from "@xmldom/xmldom";
import {
  element,
  isElement,
  namespaceOf,
  parseStanza,
  readStanza,
  replaceContent,
  serializeStanza,
  writeStanza,
  type Element,
  type StanzaForm,
} from "esession/wire";
import { corpus, meaning, refuses, same, seed } from "./xml.js";

const parseDom = (xml: string) => new DOMParser().parseFromString(xml, "text/xml").documentElement!;
const document = () => new DOMImplementation().createDocument(null, "doc");

/** A second copy of the XML package's class, as a client with another version of ltx has it. */
class Foreign {
  parent: Foreign | null = null;
  children: (Foreign | string)[] = [];
  constructor(
    readonly name: string,
    readonly attrs: Record<string, string> = {},
  ) {}
  append(...nodes: (Foreign | string)[]): this {
    for (const node of nodes) {
      this.children.push(node);
      if (typeof node !== "string") node.parent = this;
    }
    return this;
  }
}

const foreignMessage = () =>
  new Foreign("message", { to: "b@x", xmlns: "jabber:client" }).append(
    new Foreign("body").append("hello"),
    new Foreign("active", { xmlns: "http://jabber.org/protocol/chatstates" }),
  );
const XML =
  "<message xmlns='jabber:client' to='b@x'><body>hello</body><active xmlns='http://jabber.org/protocol/chatstates'/></message>";

test("one stanza means the same in each form", () => {
  const own = parseStanza(XML);
  const forms: [unknown, StanzaForm][] = [
    [own, "element"],
    [foreignMessage(), "element"],
    [parseDom(XML), "dom"],
    [XML, "string"],
  ];
  for (const [input, form] of forms) {
    const read = readStanza(input);
    assert.equal(read.form, form);
    assert.ok(isElement(read.element));
    assert.deepEqual(meaning(read.element), meaning(own));
  }
  assert.equal(readStanza(own).element, own, "an element of ours is not copied");
});

const nothing: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  "a number": 5,
  "an object": {},
  "a promise": Promise.resolve(XML),
  "an array": [XML],
  "a DOM document": new DOMParser().parseFromString(XML, "text/xml"),
  "a DOM text": parseDom(XML).firstChild!.firstChild,
  "a builder": { tree: () => parseStanza(XML), nodeTree: {} },
};
for (const [what, input] of Object.entries(nothing))
  test(`${what} is not a stanza`, () => void refuses(() => readStanza(input), "stanza-unsupported"));

test("a DOM element with a comment or a processing instruction in it is refused; CDATA is text", () => {
  refuses(() => readStanza(parseDom("<message><body><!-- x -->y</body></message>")), "xml-malformed");
  refuses(() => readStanza(parseDom("<message><?x y?></message>")), "xml-malformed");
  const { element: read } = readStanza(parseDom("<message><body>a<![CDATA[<b>]]>c</body></message>"));
  assert.deepEqual(read.getChild("body")!.children, ["a<b>c"]);
});

test("a DOM element made without xmlns attributes keeps its namespaces, one made with them alone gets them", () => {
  const byNamespace = document().createElementNS("jabber:client", "message");
  byNamespace.appendChild(document().createElementNS("urn:x", "x"));
  byNamespace.appendChild(document().createElementNS("urn:p", "p:y"));
  const expected = parseStanza(
    "<message xmlns='jabber:client'><x xmlns='urn:x'/><p:y xmlns:p='urn:p'/></message>",
  );
  assert.deepEqual(meaning(readStanza(byNamespace).element), meaning(expected));

  // Strophe's builder makes elements like this
  const byAttribute = document().createElement("message");
  const x = document().createElement("x");
  x.setAttribute("xmlns", "urn:x");
  byAttribute.appendChild(x);
  assert.equal(namespaceOf(readStanza(byAttribute).element.getChildElements()[0]!), "urn:x");
});

test("a DOM element nested too deeply is refused", () => {
  let top = document().createElementNS(null, "a");
  for (let i = 0; i < 5_000; i++) {
    const outer = document().createElementNS(null, "a");
    outer.appendChild(top);
    top = outer;
  }
  refuses(() => readStanza(top), "xml-limit");
});

test("a foreign element finds the declarations of its stream", () => {
  const stream = new Foreign("stream:stream", { xmlns: "jabber:client" });
  const stanza = new Foreign("message").append(new Foreign("body"));
  stream.append(stanza);
  const { element: read } = readStanza(stanza);
  assert.equal(namespaceOf(read), "jabber:client");
  assert.equal(namespaceOf(read.getChild("body")!), "jabber:client");
});

test("a stanza is written in each form", () => {
  const own = parseStanza(XML);
  assert.equal(writeStanza(own, "element"), own);
  assert.deepEqual(meaning(parseStanza(writeStanza(own, "string") as string)), meaning(own));
  const dom = writeStanza(own, "dom", document());
  assert.deepEqual(meaning(readStanza(dom).element), meaning(own));
  assert.match(String(dom), /<active xmlns="http:\/\/jabber.org\/protocol\/chatstates"\/>/);
  refuses(() => writeStanza(own, "dom"), "stanza-unsupported");
});

test("replacing the content happens in place, in the class or document of the original", () => {
  const opened = (xmlns: boolean) =>
    parseStanza(
      `<message ${xmlns ? "xmlns='jabber:client' " : ""}to='b@x' id='1'><thread>t</thread><body>öffen</body>` +
        `<x xmlns='urn:x' xml:lang='de'><y>z</y></x></message>`,
    );
  const sealed =
    "<message xmlns='jabber:client' to='b@x' type='chat'><thread>t</thread><c xmlns='http://www.xmpp.org/extensions/xep-0200.html#ns'/></message>";

  const own = parseStanza(sealed);
  assert.equal(replaceContent(own, "element", opened(false)), own);
  assert.deepEqual(meaning(own), meaning(opened(true)));
  for (const child of own.getChildElements()) assert.equal(child.parent, own);

  const foreign = new Foreign("message", { xmlns: "jabber:client", type: "chat", to: "b@x" }).append(
    new Foreign("c"),
  );
  assert.equal(replaceContent(foreign, "element", opened(false)), foreign);
  assert.ok(foreign.children.every((child) => child instanceof Foreign && child.parent === foreign));
  assert.deepEqual(meaning(readStanza(foreign).element), meaning(opened(true)));

  const dom = parseDom(sealed);
  assert.equal(replaceContent(dom, "dom", opened(true)), dom);
  assert.equal(dom.getAttribute("type"), null);
  assert.equal(dom.getElementsByTagNameNS("jabber:client", "body")[0]!.textContent, "öffen");
  assert.equal(dom.getElementsByTagNameNS("urn:x", "y")[0]!.textContent, "z");
  assert.deepEqual(meaning(readStanza(dom).element), meaning(opened(true)));

  const text = replaceContent(sealed, "string", opened(true));
  assert.deepEqual(meaning(parseStanza(text as string)), meaning(opened(true)));
});

test("replacing an element by itself changes nothing", () => {
  const own = parseStanza(XML);
  replaceContent(own, "element", own);
  assert.deepEqual(meaning(own), meaning(parseStanza(XML)));
});

test(
  "every stanza of the corpus passes through the DOM unchanged, in and out",
  { skip: corpus.skip },
  (t) => {
    t.diagnostic(`seed ${seed}`);
    const target = document();
    for (const xml of corpus.stanzas()) {
      const expected = meaning(parseStanza(xml));
      const read: Element = readStanza(parseDom(xml)).element;
      same(meaning(read), expected, xml);
      same(meaning(readStanza(writeStanza(read, "dom", target)).element), expected, xml);
      same(meaning(parseStanza(serializeStanza(read))), expected, xml);
    }
  },
);

test("an element is written out with what it uses of the namespaces around it", () => {
  const stream = element("stream", { xmlns: "jabber:client", "xmlns:p": "urn:p" });
  const stanza = element("message", {}, element("p:a"));
  stream.append(stanza);
  assert.equal(serializeStanza(stanza), `<message><p:a xmlns:p="urn:p"/></message>`);
});
