/**
 * DOM elements in and out (DOM Living Standard §4). Typed by the few members used, so that nothing needs a browser.
 * Attributes win over `namespaceURI`: builders such as Strophe's set `xmlns` as a plain attribute on elements that
 * have no namespace as far as the DOM knows. Comments and processing instructions are refused, CDATA is text.
 */
import { EsessionError } from "../errors.js";
import type { Element, Node } from "./element.js";
import { element as make } from "./element.js";
import { stanzaLimits } from "./limits.js";
import { boundTo, isDeclaration, namespaceOf, prefixOf } from "./namespaces.js";

interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly nodeValue: string | null;
  readonly firstChild: DomNode | null;
  readonly nextSibling: DomNode | null;
}

export interface DomElement extends DomNode {
  readonly namespaceURI: string | null;
  readonly prefix: string | null;
  readonly localName: string | null;
  readonly ownerDocument: DomDocument;
  readonly attributes: ArrayLike<{ readonly name: string; readonly value: string }>;
  setAttributeNS(namespace: string | null, name: string, value: string): void;
  removeAttribute(name: string): void;
  appendChild(child: never): unknown;
  removeChild(child: never): unknown;
}

export interface DomDocument {
  createElementNS(namespace: string | null, name: string): unknown;
  createTextNode(text: string): unknown;
  /** The page that shows the document, where one does. */
  readonly defaultView?: unknown;
  readonly implementation?: { createDocument(namespace: string | null, name: string): unknown };
  adoptNode?(node: never): unknown;
}

const ELEMENT = 1;
const TEXT = 3;
const CDATA = 4;
const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

export function isDomElement(input: unknown): input is DomElement {
  if (typeof input !== "object" || input === null) return false;
  const { nodeType, nodeName, attributes, ownerDocument } = input as Partial<DomElement>;
  return (
    nodeType === ELEMENT && typeof nodeName === "string" && typeof attributes === "object" && !!ownerDocument
  );
}

export function fromDom(root: DomElement): Element {
  let elements = 0;
  const read = (dom: DomElement, parent: Element | null, depth: number): Element => {
    if (++elements > stanzaLimits.elements || depth > stanzaLimits.depth)
      throw new EsessionError(
        "xml-limit",
        "the stanza has too many elements, or too many inside one another",
      );
    const made = make(nameOf(dom));
    for (const { name, value } of Array.from(dom.attributes)) made.attrs[name] = value;
    parent?.append(made);
    if (dom.namespaceURI && namespaceOf(made) !== dom.namespaceURI) declare(made, prefixOf(made.name), dom);
    for (let child = dom.firstChild; child; child = child.nextSibling)
      if (child.nodeType === ELEMENT) read(child as DomElement, made, depth + 1);
      else if (child.nodeType === TEXT || child.nodeType === CDATA) appendText(made, child.nodeValue ?? "");
      else
        throw new EsessionError(
          "xml-malformed",
          "the stanza has a comment, a processing instruction or an entity in it",
        );
    return made;
  };
  return read(root, null, 1);
}

/**
 * Its name as written: in an HTML document `nodeName` has elements of XHTML in upper case (DOM §4.9), `localName` has not.
 * Methods of DOM Level 1 may leave `localName` null.
 */
function nameOf({ prefix, localName, nodeName }: DomElement): string {
  return prefix && localName ? `${prefix}:${localName}` : (localName ?? nodeName);
}

/** Writes down the namespace that the DOM knows of but no attribute says. */
function declare(made: Element, prefix: string, dom: DomElement): void {
  const declaration = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
  if (!(declaration in made.attrs)) made.attrs[declaration] = dom.namespaceURI!;
}

function appendText(parent: Element, text: string): void {
  const last = parent.children.length - 1;
  const before = parent.children[last];
  if (typeof before === "string") parent.children[last] = before + text;
  else if (text !== "") parent.children.push(text);
}

export function toDom(element: Element, document: DomDocument): unknown {
  const made = document.createElementNS(namespaceOf(element) ?? null, element.name) as DomElement;
  for (const [name, value] of Object.entries(element.attrs)) setAttribute(made, element, name, value);
  appendAll(made, element.children, document);
  return made;
}

/**
 * A document that no page shows. In one that is shown, making an element of XHTML is enough to load what it names and
 * to run what it says, and the content is the peer's.
 */
export function inertDocument(document: DomDocument): DomDocument {
  if (!document.defaultView || !document.implementation) return document;
  return document.implementation.createDocument(null, "") as DomDocument;
}

/**
 * Gives a DOM stanza the attributes and children of `element`. Its namespace declarations stay. A stanza that belongs
 * to a page's own document is taken out of it first.
 */
export function replaceInDom(original: DomElement, element: Element): void {
  const inert = inertDocument(original.ownerDocument);
  if (inert !== original.ownerDocument) inert.adoptNode?.(original as never);
  for (const { name } of Array.from(original.attributes))
    if (!isDeclaration(name) && !(name in element.attrs)) original.removeAttribute(name);
  for (const [name, value] of Object.entries(element.attrs))
    if (!isDeclaration(name)) setAttribute(original, element, name, value);
  while (original.firstChild) original.removeChild(original.firstChild as never);
  appendAll(original, element.children, original.ownerDocument);
}

function appendAll(parent: DomElement, children: readonly Node[], document: DomDocument): void {
  for (const child of children)
    parent.appendChild(
      (typeof child === "string" ? document.createTextNode(child) : toDom(child, document)) as never,
    );
}

function setAttribute(target: DomElement, element: Element, name: string, value: string): void {
  const prefix = prefixOf(name);
  if (isDeclaration(name)) target.setAttributeNS(XMLNS, name, value);
  else if (prefix === "xml") target.setAttributeNS(XML, name, value);
  else target.setAttributeNS(prefix === "" ? null : (boundTo(element, prefix) ?? null), name, value);
}
