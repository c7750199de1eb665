/**
 * The forms of a stanza as a browser's client has them, and what a stanza means in each: the judge is the
 * browser's own parser, not ours.
 */
// @ts-expect-error the package has no type declarations
import parseXmpp from "@xmpp/xml/lib/parse.js";
import type { AnyStanza } from "esession";

/**
 * `page`: DOM elements that belong to the page's own HTML document, where those of XHTML have upper-case names. Opened,
 * they stand in a document that no page shows: in the page's own, what a peer sent would be loaded and run.
 */
export type FormName = "dom" | "page" | "string" | "element";

interface Form {
  readonly parse: (xml: string) => AnyStanza;
  readonly print: (stanza: AnyStanza) => string;
  readonly is: (stanza: AnyStanza) => boolean;
}

const print = (stanza: AnyStanza) => new XMLSerializer().serializeToString(stanza as Element);
const isInert = (stanza: AnyStanza) => stanza instanceof Element && stanza.ownerDocument.defaultView === null;

export const forms: Readonly<Record<FormName, Form>> = {
  dom: { parse: parseDom, print, is: isInert },
  page: { parse: (xml) => document.importNode(parseDom(xml), true), print, is: isInert },
  string: {
    parse: (xml) => xml,
    print: (stanza) => stanza as string,
    is: (stanza) => typeof stanza === "string",
  },
  element: {
    parse: parseXmpp as (xml: string) => AnyStanza,
    print: String,
    is: (stanza) => typeof stanza === "object" && "attrs" in stanza,
  },
};

export function parseDom(xml: string): Element {
  const root = new DOMParser().parseFromString(xml, "text/xml").documentElement;
  if (root.getElementsByTagName("parsererror").length > 0) throw new Error(`not XML: ${xml}`);
  return root;
}

/** Expanded name, attributes by expanded name, children; what it was written with is gone. */
export type Meaning = readonly [name: string, attributes: Readonly<Record<string, string>>, children: readonly (Meaning | string)[]]; // prettier-ignore

export function meaningOf(element: Element): Meaning {
  const attributes = Array.from(element.attributes)
    .filter(({ namespaceURI }) => namespaceURI !== "http://www.w3.org/2000/xmlns/")
    .map(({ namespaceURI, localName, value }) => [`{${namespaceURI ?? ""}}${localName}`, value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const children: (Meaning | string)[] = [];
  for (const node of element.childNodes) {
    const last = children.at(-1);
    if (node instanceof Element) children.push(meaningOf(node));
    // a CDATA section is a node of its own
    else if (typeof last === "string") children[children.length - 1] = last + (node.nodeValue ?? "");
    else children.push(node.nodeValue ?? "");
  }
  return [`{${element.namespaceURI ?? ""}}${element.localName}`, Object.fromEntries(attributes), children];
}
