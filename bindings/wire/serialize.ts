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

const IN_TEXT = /[&<>\r\u0085\u2028\u2029]/;
const IN_ATTRIBUTE = /[&<>"\t\n\r\u0085\u2028\u2029]/;
const ALL_IN_TEXT = new RegExp(IN_TEXT, "g");
const ALL_IN_ATTRIBUTE = new RegExp(IN_ATTRIBUTE, "g");

function escapeText(text: string): string {
  return IN_TEXT.test(text) ? text.replace(ALL_IN_TEXT, (char) => REFERENCES[char]!) : text;
}

/** For the inside of double quotes. */
export function escapeAttribute(value: string): string {
  return IN_ATTRIBUTE.test(value) ? value.replace(ALL_IN_ATTRIBUTE, (char) => REFERENCES[char]!) : value;
}

/**
 * The content of a stanza as text. `parent` is the element that the children stand in: its own namespace is in scope
 * where the text will be read; other declarations of it and of its ancestors are written onto the elements that use them.
 * White space between the children is left out; other text directly inside a stanza is refused.
 */
export function serializeContent(children: readonly Node[], parent: Element): string {
  const kept = children.filter((child) => !isBlank(child));
  return write(kept, { limits: contentLimits, outside: parent, allowEncrypted: false }, namespaceOf(parent));
}

/**
 * One stanza as text, as it is: `<c/>` may be in it. Its own default namespace stays the stream's where it is that.
 * `spare`: how many elements there must still be room for.
 */
export function serializeStanza(stanza: Element, spare = 0): string {
  const limits = spare === 0 ? stanzaLimits : { ...stanzaLimits, elements: stanzaLimits.elements - spare };
  const options = { limits, outside: stanza.parent, allowEncrypted: true };
  return write([stanza], options, namespaceOf(stanza));
}

interface Options {
  readonly limits: XmlLimits;
  /** Where a declaration is found that is not in the text. */
  readonly outside: Element | null;
  readonly allowEncrypted: boolean;
}

/** `implicit`: the default namespace that a reader of the text knows beforehand. */
function write(nodes: readonly Node[], options: Options, implicit: string | undefined): string {
  const text = new Writer(options, implicit, false).all(nodes);
  // Characters are looked at all at once; the place of a wrong one is found by writing again.
  return firstDisallowed(text) < 0 ? text : new Writer(options, implicit, true).all(nodes);
}

/** A declaration in scope, and those around it. */
interface Scope {
  readonly prefix: string;
  readonly uri: string | undefined;
  readonly outer: Scope | undefined;
}

function lookUp(scope: Scope, prefix: string): string | undefined {
  for (let at: Scope | undefined = scope; at; at = at.outer) if (at.prefix === prefix) return at.uri;
  return undefined;
}

class Writer {
  readonly #options: Options;
  readonly #scope: Scope;
  readonly #checking: boolean;
  #elements = 0;

  constructor(options: Options, implicit: string | undefined, checking: boolean) {
    this.#options = options;
    this.#scope = { prefix: "", uri: implicit, outer: undefined };
    this.#checking = checking;
  }

  all(nodes: readonly Node[]): string {
    let text = "";
    for (const node of nodes) text += this.#node(node, this.#options.outside, this.#scope, 1);
    return text;
  }

  #node(node: Node, within: Element | null, scope: Scope, depth: number): string {
    // the XML package skips what is missing and lets numbers pass as text
    if (node === null || node === undefined) return "";
    if (typeof node !== "object") {
      if (depth === 1) malformed("text directly inside a stanza", within);
      return escapeText(this.#checked(node, "a text", within));
    }
    const { limits, allowEncrypted } = this.#options;
    if (++this.#elements > limits.elements || depth > limits.depth)
      throw new EsessionError(
        "xml-limit",
        `a stanza has more than ${limits.elements} elements, or more than ${limits.depth} inside one another`,
      );
    const { name } = node;
    if (!isQName(name)) malformed("the name of an element", within);

    const attrs = node.attrs as Record<string, unknown>;
    let attributes = "";
    let count = 0;
    let declares = depth === 1 || name.includes(":");
    for (const one of Object.keys(attrs)) {
      const value = attrs[one];
      if (value === null || value === undefined) continue;
      if (++count > limits.attributes)
        throw new EsessionError("xml-limit", `<${name}/> has more than ${limits.attributes} attributes`);
      if (!isQName(one) || one === "__proto__") malformed("the name of an attribute", node);
      declares ||= one === "xmlns" || (one.includes(":") && one !== "xml:lang");
      attributes += ` ${one}="${escapeAttribute(this.#checked(value, "an attribute", node))}"`;
    }
    let inner = scope;
    if (declares) {
      const { declared, missing } = this.#namespaces(node, within, scope, depth);
      inner = declared;
      attributes = missing + attributes;
    }
    if (!allowEncrypted && node.getName() === "c" && lookUp(inner, prefixOf(name)) === ns.encrypted)
      malformed("content that is encrypted already", node);

    let content = "";
    for (const child of node.children) content += this.#node(child, node, inner, depth + 1);
    return content === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
  }

  /** What is declared in the element, and the declarations from outside that have to be written onto it. */
  #namespaces(node: Element, within: Element | null, scope: Scope, depth: number) {
    const { outside } = this.#options;
    const { name, attrs } = node;
    const names = Object.keys(attrs).filter((one) => attrs[one] !== null && attrs[one] !== undefined);
    let declared = scope;
    for (const one of names) {
      if (!isDeclaration(one)) continue;
      const [prefix, uri] = [one.slice(6), String(attrs[one])];
      if (!mayBind(prefix, uri)) malformed("a declaration that no reader accepts", node);
      declared = { prefix, uri, outer: declared };
    }
    if (prefixOf(name) === "xmlns") malformed("a name that no reader accepts", node);
    let missing = "";
    const declare = (prefix: string, uri: string | undefined): void => {
      if (uri === undefined || uri === lookUp(declared, prefix)) return;
      declared = { prefix, uri, outer: declared };
      const value = escapeAttribute(this.#checked(uri, "a namespace", within));
      missing += ` xmlns${prefix && `:${prefix}`}="${value}"`;
    };
    // the default namespace is settled at the top: below, whatever is not declared is inherited in the text too
    if (depth === 1 && !names.includes("xmlns")) declare("", boundTo(outside, ""));
    for (const one of [name, ...names]) {
      const prefix = prefixOf(one);
      if (prefix === "" || prefix === "xml" || prefix === "xmlns") continue;
      if (lookUp(declared, prefix) === undefined)
        declare(prefix, boundTo(outside, prefix) ?? malformed("a prefix that is not declared", node));
    }
    mustDiffer(names, declared, node);
    return { declared, missing };
  }

  #checked(value: unknown, what: string, within: Element | null): string {
    const text = String(value);
    if (this.#checking && firstDisallowed(text) >= 0)
      malformed(`a character that XML does not allow, in ${what}`, within);
    return text;
  }
}

/** Namespaces in XML §3, and what the gate refuses: white space that some readers trim. */
function mayBind(prefix: string, uri: string): boolean {
  if (uri !== uri.trim() || prefix === "xmlns" || uri === "http://www.w3.org/2000/xmlns/") return false;
  if ((prefix === "xml") !== (uri === "http://www.w3.org/XML/1998/namespace")) return false;
  return prefix === "" || uri !== "";
}

/** Namespaces in XML §6.3: no two attributes have the same local name in the same namespace. */
function mustDiffer(names: readonly string[], scope: Scope, node: Element): void {
  const prefixed = names.filter((one) => one.includes(":") && !isDeclaration(one));
  if (prefixed.length < 2) return;
  const expanded = prefixed.map(
    (one) => `${one.slice(one.indexOf(":"))} ${lookUp(scope, prefixOf(one)) ?? prefixOf(one)}`,
  );
  if (new Set(expanded).size < expanded.length) malformed("two attributes of one name", node);
}

function malformed(what: string, within: Element | null): never {
  const where = within && isQName(within.name) ? ` of <${within.name}/>` : "";
  throw new EsessionError("xml-malformed", `${what}${where} cannot be written as XML`);
}
