/** Stanzas of a page's own document (DOM Living Standard, `defaultView`): opened and sealed where no page shows them. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { DOMImplementation, DOMParser, XMLSerializer, type Document, type Node } from "@xmldom/xmldom";
import { parseStanza } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";

const html = "http://www.w3.org/1999/xhtml";
const content = `<body>text</body><html xmlns="http://jabber.org/protocol/xhtml-im"><body xmlns="${html}"><img src="https://tracker.example/x" onerror="alert(1)"/></body></html>`;

/** `adoptNode` (DOM §4.5), which the parser's documents do not have. */
function adopt(document: Document, node: Node): Node {
  node.parentNode?.removeChild(node);
  const own = (one: Node) => {
    (one as { ownerDocument: Document }).ownerDocument = document;
    for (let child = one.firstChild; child; child = child.nextSibling) own(child);
  };
  own(node);
  return node;
}

const documentOf = (text: string): Document => new DOMParser().parseFromString(text, "text/xml");

/** A document that a page shows, and whatever is made in it after `watch`. */
function page(text: string) {
  const document = documentOf(text);
  const made: string[] = [];
  const view = Object.assign(document, { defaultView: {} });
  const implementation = new DOMImplementation();
  const createDocument = implementation.createDocument.bind(implementation);
  Object.assign(view, {
    implementation: {
      createDocument: (namespace: string | null, name: string) => {
        const inert = createDocument(namespace, name);
        return Object.assign(inert, { adoptNode: (node: Node) => adopt(inert, node) });
      },
    },
  });
  const watch = () => {
    for (const name of ["createElementNS", "createElement", "createTextNode", "importNode"] as const)
      Object.assign(view, { [name]: (...of: string[]) => void made.push(`${name} ${of.join()}`) });
  };
  return { document: view, stanza: document.documentElement!, made, watch };
}

async function standing(t: TestContext) {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  return { alice, bob, session, other };
}

const textOf = (node: unknown) => new XMLSerializer().serializeToString(node as never);

function everyOwner(node: Node): Set<unknown> {
  const owners = new Set<unknown>([node.ownerDocument]);
  for (let child = node.firstChild; child; child = child.nextSibling)
    for (const owner of everyOwner(child)) owners.add(owner);
  return owners;
}

for (const how of ["engine.receive()", "session.open()"] as const)
  test(`a stanza that stands in a page's document is taken out of it before ${how} opens it`, async (t) => {
    const { alice, bob, session, other } = await standing(t);
    const sealed = session.seal(`<message>${content}</message>`).replace(" ", ` from="${alice.jid}" `);
    const { document, stanza, made, watch } = page(sealed);
    watch();
    const opened = how === "engine.receive()" ? bob.engine.receive(stanza) : other.open(stanza);
    assert.equal(opened, stanza, "the very element that the client holds");
    assert.deepEqual(made, [], "an element of XHTML loads what it names as soon as the page makes it");
    assert.ok(!everyOwner(stanza).has(document));
    assert.equal(document.documentElement, null);
    const read = parseStanza(textOf(stanza));
    assert.equal(read.getChildText("body"), "text");
    assert.match(textOf(stanza), /<img [^>]*src="https:\/\/tracker\.example\/x"/);
  });

test("a stanza of a document that no page shows is opened where it is", async (t) => {
  const { alice, bob, session } = await standing(t);
  const document = documentOf(
    session.seal(`<message>${content}</message>`).replace(" ", ` from="${alice.jid}" `),
  );
  const stanza = document.documentElement!;
  assert.equal(bob.engine.receive(stanza), stanza);
  assert.deepEqual([...everyOwner(stanza)], [document]);
});

test("what is sealed from a page's stanza is made in a document of its own, and the stanza stays as it is", async (t) => {
  const { bob, alice, session } = await standing(t);
  const { document, stanza, made, watch } = page(`<message xmlns="jabber:client">${content}</message>`);
  const before = textOf(stanza);
  watch();
  const sealed = session.seal(stanza);
  assert.deepEqual([made, textOf(stanza), stanza.ownerDocument === document], [[], before, true]);
  assert.ok(!everyOwner(sealed).has(document));
  const read = bob.engine.receive(textOf(sealed).replace(" ", ` from="${alice.jid}" `));
  assert.equal(parseStanza(read!).getChildText("body"), "text");
});
