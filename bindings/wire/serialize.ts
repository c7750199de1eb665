/**
 * Elements to text, such that every parser reads the same elements back (XML 1.0 §2.11, §3.3.3; Namespaces in XML §6).
 * A stanza's content leaves the stanza when it is sealed, so it takes with it what namespaces it uses from outside.
 * What the gate of the receiver would refuse is refused here, where the error can still be told to the sender.
 */
import { EsessionError } from "../errors.js";
import { firstDisallowed, isBlank, isQName } from "./characters.js";
import type { Element, Node } from "./element.js";
import type { XmlLimits } from "./limits.js";
import { contentLimits, stanzaLimits } from "./limits.js";
import { boundTo, isDeclaration, namespaceOf, ns, prefixOf } from "./namespaces.js";

export { utf8Length } from "./characters.js";

/** Line ends are references, those of XML 1.1 too: some parsers (xmldom is one) turn all of them into LF. */
const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
  "\u0085": "&#x85;",
  "\u2028": "&#x2028;",
  "\u2029": "&#x2029;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>\r\u0085\u2028\u2029]/g, (char) => REFERENCES[char]!);
}

/** For the inside of double quotes. */
export function escapeAttribute(value: string): string {
  return value.replace(/[&<>"\t\n\r\u0085\u2028\u2029]/g, (char) => REFERENCES[char]!);
}

/**
 * The content of a stanza as text. `parent` is the element that the children stand in: its own namespace is in scope
 * where the text will be read; other declarations of it and of its ancestors are written onto the elements that use them.
 * White space between the children is left out; other text directly inside a stanza is refused.
 */
export function serializeContent(children: readonly Node[], parent: Element): string {
  const write = writer(contentLimits, parent, namespaceOf(parent), false);
  return children.map((child) => (isBlank(child) ? "" : write(child))).join("");
}

/** One stanza as text, as it is: `<c/>` may be in it. Its own default namespace stays the stream's where it is that. */
export function serializeStanza(stanza: Element): string {
  return writer(stanzaLimits, stanza.parent, namespaceOf(stanza), true)(stanza);
}

/**
 * `outside`: where a declaration is found that is not in the text.
 * `implicit`: the default namespace that a reader of the text knows beforehand.
 */
function writer(
  limits: XmlLimits,
  outside: Element | null,
  implicit: string | undefined,
  allowEncrypted: boolean,
) {
  let elements = 0;
  return (node: Node): string =>
    write(node, outside, new Map(implicit === undefined ? [] : [["", implicit]]), 1);

  function write(
    node: Node,
    within: Element | null,
    scope: ReadonlyMap<string, string>,
    depth: number,
  ): string {
    // the XML package skips what is missing and lets numbers pass as text
    if (node === null || node === undefined) return "";
    if (typeof node !== "object") {
      if (depth === 1) malformed("text directly inside a stanza", within);
      return escapeText(checked(node, "a text", within));
    }
    if (++elements > limits.elements || depth > limits.depth)
      throw new EsessionError(
        "xml-limit",
        `a stanza has more than ${limits.elements} elements, or more than ${limits.depth} inside one another`,
      );
    if (!isQName(node.name)) malformed("the name of an element", within);
    const attributes = Object.entries(node.attrs as Record<string, unknown>).filter(
      ([, value]) => value !== null && value !== undefined,
    );
    if (attributes.length > limits.attributes)
      throw new EsessionError("xml-limit", `<${node.name}/> has more than ${limits.attributes} attributes`);

    let tag = `<${node.name}`;
    let inner = scope;
    for (const [name, value] of attributes) if (isDeclaration(name)) bind(name.slice(6), String(value));
    // the default namespace is settled at the top: below, whatever is not declared is inherited in the text too
    if (depth === 1 && !attributes.some(([name]) => name === "xmlns")) declare("", boundTo(outside, ""));
    for (const prefix of new Set([node.name, ...attributes.map(([name]) => name)].map(prefixOf)))
      if (!["", "xml", "xmlns"].includes(prefix) && !inner.has(prefix))
        declare(prefix, boundTo(outside, prefix) ?? malformed("a prefix that is not declared", node));
    if (!allowEncrypted && node.getName() === "c" && inner.get(prefixOf(node.name)) === ns.encrypted)
      malformed("content that is encrypted already", node);

    for (const [name, value] of attributes) {
      if (!isQName(name) || name === "__proto__") malformed("the name of an attribute", node);
      tag += ` ${name}="${escapeAttribute(checked(value, "an attribute", node))}"`;
    }
    let content = "";
    for (const child of node.children) content += write(child, node, inner, depth + 1);
    return content === "" ? `${tag}/>` : `${tag}>${content}</${node.name}>`;

    function bind(prefix: string, uri: string): void {
      inner = new Map(inner).set(prefix, uri);
    }
    function declare(prefix: string, uri: string | undefined): void {
      if (uri === undefined || uri === inner.get(prefix)) return;
      bind(prefix, uri);
      tag += ` xmlns${prefix && `:${prefix}`}="${escapeAttribute(checked(uri, "a namespace", within))}"`;
    }
  }
}

function checked(value: unknown, what: string, within: Element | null): string {
  const text = String(value);
  if (firstDisallowed(text) >= 0) malformed(`a character that XML does not allow, in ${what}`, within);
  return text;
}

function malformed(what: string, within: Element | null): never {
  const where = within && isQName(within.name) ? ` of <${within.name}/>` : "";
  throw new EsessionError("xml-malformed", `${what}${where} cannot be written as XML`);
}
