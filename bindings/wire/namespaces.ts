/**
 * The namespaces of the protocol, and which one an element is in (Namespaces in XML 1.0 §6).
 * The XML package looks namespaces up too, but takes `xmlns=""` for "not declared"; what is recognised here decides
 * what is protected, so it follows the standard.
 */
import type { Element, Node } from "./element.js";

export const ns = {
  client: "jabber:client",
  stanzaErrors: "urn:ietf:params:xml:ns:xmpp-stanzas",
  data: "jabber:x:data",
  featureNeg: "http://jabber.org/protocol/feature-neg",
  init: "http://www.xmpp.org/extensions/xep-0116.html#ns-init",
  encrypted: "http://www.xmpp.org/extensions/xep-0200.html#ns",
  discoInfo: "http://jabber.org/protocol/disco#info",
  amp: "http://jabber.org/protocol/amp",
  hints: "urn:xmpp:hints",
  carbons: "urn:xmpp:carbons:2",
  stanzaIds: "urn:xmpp:sid:0",
  delay: "urn:xmpp:delay",
  legacyDelay: "jabber:x:delay",
  explicitEncryption: "urn:xmpp:eme:0",
} as const;

/** The value of FORM_TYPE of every negotiation form (XEP-0155 §4.1). */
export const FORM_TYPE = "urn:xmpp:ssn";

/** "p" of `p:name`; "" where there is no prefix. */
export function prefixOf(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? "" : name.slice(0, colon);
}

/** Whether an attribute declares a namespace. */
export function isDeclaration(attribute: string): boolean {
  return attribute === "xmlns" || attribute.startsWith("xmlns:");
}

/** What a prefix ("" for the default namespace) is bound to at this element; undefined where nothing is declared. */
export function boundTo(element: Element | null, prefix: string): string | undefined {
  const declaration = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
  for (let at = element; at; at = at.parent) {
    const uri: unknown = at.attrs[declaration];
    if (typeof uri === "string") return uri;
  }
  return undefined;
}

/** The namespace of an element; undefined where none is declared up to its root. */
export function namespaceOf(element: Element): string | undefined {
  return boundTo(element, prefixOf(element.name));
}

/** Whether a node is this element of this namespace. */
export function named(node: Node, name: string, namespace: string): node is Element {
  return isNode(node) && node.getName() === name && namespaceOf(node) === namespace;
}

/** The child elements of this name and namespace. */
export function childrenNamed(parent: Element, name: string, namespace: string): Element[] {
  return parent.children.filter((node): node is Element => named(node, name, namespace));
}

/** Whether a child belongs to the stanza's own vocabulary: `<thread/>`, `<error/>`, `<body/>` ... */
export function inNamespaceOf(parent: Element, node: Node, name: string): node is Element {
  return isNode(node) && node.getName() === name && namespaceOf(node) === namespaceOf(parent);
}

/** The XML package lets null and numbers stand among the children. */
function isNode(node: unknown): node is Element {
  return typeof node === "object" && node !== null;
}
