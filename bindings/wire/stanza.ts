/**
 * Stanzas in the three forms that clients have them in: elements of `@xmpp/xml` or any copy of ltx, DOM elements of a
 * browser or of `@xmldom/xmldom`, text. Inside there is one form, `Element`; what is handed back has the form it came in.
 */
import { EsessionError } from "../errors.js";
import type { DomDocument, DomElement } from "./dom.js";
import { fromDom, inertDocument, isDomElement, replaceInDom, toDom } from "./dom.js";
import type { Element, Node } from "./element.js";
import { element as make, isElement } from "./element.js";
import { parseStanza } from "./gate.js";
import { stanzaLimits } from "./limits.js";
import { isDeclaration } from "./namespaces.js";
import { serializeStanza } from "./serialize.js";

export type StanzaForm = "element" | "dom" | "string";

/** Throws stanza-unsupported for what is no stanza in any of the forms. */
export function formOf(input: unknown): StanzaForm {
  if (typeof input === "string") return "string";
  if (isElement(input) || isLtxLike(input)) return "element";
  if (isDomElement(input)) return "dom";
  throw new EsessionError(
    "stanza-unsupported",
    "a stanza must be an @xmpp/xml or ltx element, a DOM element, or a text; a builder must be built first",
  );
}

/**
 * Reads a stanza. An `Element` of our own copy of ltx is passed through, not copied: don't change it, see
 * `replaceContent`. Throws stanza-unsupported, xml-malformed, xml-limit.
 */
export function readStanza(input: unknown): { element: Element; form: StanzaForm } {
  const form = formOf(input);
  if (form === "string") return { element: parseStanza(input as string), form };
  if (form === "dom") return { element: fromDom(input as DomElement), form };
  return { element: isElement(input) ? input : copyOf(input as Element), form };
}

/**
 * How new stanzas are written in a form. For `dom` the document that shall own them is needed, outside of browsers.
 * Throws stanza-unsupported, before there is anything to write.
 */
export function stanzaWriter(form: StanzaForm, ownerDocument?: DomDocument): (element: Element) => unknown {
  if (form === "element") return (element) => element;
  if (form === "string") return (element) => serializeStanza(element);
  const document = ownerDocument ?? (globalThis as { document?: DomDocument }).document;
  if (!document) throw new EsessionError("stanza-unsupported", "no document to make DOM elements with");
  const inert = inertDocument(document);
  return (element) => toDom(element, inert);
}

/** Writes a new stanza in a form. */
export function writeStanza(element: Element, form: StanzaForm, ownerDocument?: DomDocument): unknown {
  return stanzaWriter(form, ownerDocument)(element);
}

/**
 * Gives the original stanza the attributes and the children of `element`, in place where its form allows, and returns
 * it; as a string, a new one. Namespace declarations of the original stay.
 */
export function replaceContent(original: unknown, form: StanzaForm, element: Element): unknown {
  if (form === "string") return serializeStanza(element);
  if (form === "dom") replaceInDom(original as DomElement, element);
  else if (original !== element) replaceInElement(original as Element, element);
  return original;
}

function replaceInElement(original: Element, element: Element): void {
  for (const name of Object.keys(original.attrs))
    if (!isDeclaration(name) && !(name in element.attrs)) Reflect.deleteProperty(original.attrs, name);
  for (const [name, value] of Object.entries(element.attrs))
    if (!isDeclaration(name)) original.attrs[name] = value;
  const children = isElement(original)
    ? element.children
    : element.children.map((node) => asIn(original, node));
  original.children = [];
  original.append(...children);
}

/** A node in the class of a foreign copy of ltx, which would not find our elements among its children. */
function asIn(foreign: Element, node: Node): Node {
  if (typeof node === "string") return node;
  const made = new (foreign.constructor as ElementClass)(node.name, node.attrs);
  made.append(...node.children.map((child) => asIn(foreign, child)));
  return made;
}

type ElementClass = new (name: string, attrs: Record<string, string>) => Element;

function isLtxLike(input: unknown): input is Element {
  if (typeof input !== "object" || input === null) return false;
  const { name, attrs, children, append } = input as Partial<Element>;
  return (
    typeof name === "string" &&
    typeof attrs === "object" &&
    attrs !== null &&
    Array.isArray(children) &&
    typeof append === "function"
  );
}

/** A copy of a foreign tree in our class. Its parent stays the foreign one: declarations are looked up there. */
function copyOf(root: Element): Element {
  let elements = 0;
  const copy = (node: Element, depth: number): Element => {
    if (++elements > stanzaLimits.elements || depth > stanzaLimits.depth)
      throw new EsessionError(
        "xml-limit",
        "the stanza has too many elements, or too many inside one another",
      );
    const made = make(node.name, node.attrs);
    for (const child of node.children as unknown[])
      if (isLtxLike(child)) made.append(copy(child, depth + 1));
      else if (typeof child === "string" || typeof child === "number") made.append(String(child));
    return made;
  };
  const made = copy(root, 1);
  made.parent = root.parent;
  return made;
}
