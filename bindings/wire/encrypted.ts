/**
 * `<c/>`, the element that encrypted content travels in (XEP-0200 §6, §7, and its schema).
 * What the MAC covers is rebuilt from the children, so there must be one way to write them: exactly the elements of the
 * schema, Base64 without white space, no attributes. Everything else is refused.
 */
import { EsessionError } from "../errors.js";
import { isWhite } from "./characters.js";
import type { Element } from "./element.js";
import { element } from "./element.js";
import type { Dialect } from "./canonical.js";
import { childrenNamed, inNamespaceOf, named, namespaceOf, ns } from "./namespaces.js";

export interface EncryptedContent {
  /** The children without `<mac/>`, in document order, as they were MACed. ASCII. */
  readonly content: string;
  /** Where the text of `<data/>` stands in `content`; an empty range where it is empty. */
  readonly data?: { readonly start: number; readonly end: number };
  /** Base64. */
  readonly mac: string;
  /** Base64 of a new public value. */
  readonly key?: string;
  /** How many `<key/>` the sender has received since its last stanza. */
  readonly new?: number;
  /** Base64 of published MAC keys. */
  readonly old: readonly string[];
}

const MAX_OLD = 8;
const MAX_NEW = 2 ** 31;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const KNOWN: readonly string[] = ["data", "key", "new", "old", "mac"];

/** Reads a `<c/>`. Throws content-malformed (not-acceptable). */
export function readC(c: Element, dialect: Dialect): EncryptedContent {
  const parts = readParts(c, dialect);
  mustBeBase64(parts);
  return parts;
}

/** Throws content-malformed unless the text of `<data/>` is Base64, or empty. */
export function mustBeBase64({ content, data }: EncryptedContent): void {
  const text = data ? content.slice(data.start, data.end) : "";
  if (text !== "" && !BASE64.test(text)) refuse("<data/> is not Base64");
}

/**
 * As readC, for a caller that lets the core decode the text of `<data/>`, which is strict: here it is only made sure
 * that nothing in that text can be taken for an element by who computes the MAC.
 */
export function readParts(c: Element, dialect: Dialect): EncryptedContent {
  checkAttributes(c);
  let content = "";
  let data: { start: number; end: number } | undefined;
  let added: number | undefined;
  const texts: Record<string, string[]> = { data: [], key: [], new: [], old: [], mac: [] };

  for (const child of c.children) {
    if (typeof child === "string") {
      if (!isWhite(child)) refuse("<c/> has text directly in it");
      continue;
    }
    const { name } = child;
    if (!KNOWN.includes(name) || namespaceOf(child) !== ns.encrypted)
      return refuse("<c/> has an unknown element in it");
    checkAttributes(child);
    if (child.children.some((node) => typeof node !== "string")) refuse(`<${name}/> has an element in it`);
    const text = child.getText();
    const count = texts[name]!.push(text);
    if (count > (name === "old" ? MAX_OLD : 1)) refuse(`<c/> has too many <${name}/>`);
    if (name === "new") added = readNew(text);
    else if (name === "data" ? text.includes("<") : !BASE64.test(text)) refuse(`<${name}/> is not Base64`);
    if (name === "mac") continue;

    // XEP-0200 §6: the MAC covers the content without white space between the elements
    if (name === "data") {
      const start = content.length + "<data>".length;
      data = { start, end: start + text.length };
    }
    content += text === "" && dialect === "deployed" ? `<${name} />` : `<${name}>${text}</${name}>`;
  }
  const [mac] = texts.mac!;
  const [key] = texts.key!;
  if (mac === undefined) return refuse("<c/> has no <mac/>");
  return {
    content,
    ...(data && { data }),
    mac,
    ...(key !== undefined && { key }),
    ...(added !== undefined && { new: added }),
    old: texts.old!,
  };
}

function readNew(text: string): number {
  const count = /^[1-9][0-9]{0,9}$/.test(text) ? Number(text) : Infinity;
  return count <= MAX_NEW ? count : refuse("<new/> is not a number that could be meant");
}

/** A declaration of the default namespace shows in the namespace, which is checked; nothing else may be there. */
function checkAttributes(node: Element): void {
  if (Object.keys(node.attrs).some((name) => name !== "xmlns")) refuse("<c/> has attributes");
}

function refuse(fault: string): never {
  throw new EsessionError("content-malformed", fault, { condition: "not-acceptable" });
}

/**
 * The `<c/>` of a stanza, in document order: at most one in the stanza itself, and in a stanza of type error at most
 * one in its `<error/>` (XEP-0200 §5). Throws content-malformed where there are more.
 */
export function findC(stanza: Element): Element[] {
  const found: Element[] = [];
  let direct = 0;
  let inError = 0;
  for (const child of stanza.children) {
    if (named(child, "c", ns.encrypted)) {
      direct++;
      found.push(child);
    } else if (inNamespaceOf(stanza, child, "error")) {
      const inner = childrenNamed(child, "c", ns.encrypted);
      inError += inner.length;
      found.push(...inner);
    }
  }
  if (direct > 1 || inError > 1 || (inError > 0 && stanza.attrs.type !== "error"))
    refuse("the stanza has too many <c/>");
  return found;
}

export interface Extra {
  readonly new?: number | undefined;
  readonly key?: string | undefined;
  readonly old?: readonly string[] | undefined;
}

/** What follows `<data/>` in a `<c/>`, as [name, text], in the order in which we send it. */
function extraPairs(extra: Extra): [string, string][] {
  return [
    ...(extra.new === undefined ? [] : [["new", String(extra.new)] as [string, string]]),
    ...(extra.key === undefined ? [] : [["key", extra.key] as [string, string]]),
    ...(extra.old ?? []).map((text): [string, string] => ["old", text]),
  ];
}

/** The same as the text that the MAC covers. */
export function serializeExtra(extra: Extra): string {
  return extraPairs(extra)
    .map(([name, text]) => `<${name}>${text}</${name}>`)
    .join("");
}

/** A `<c/>` from what the core has sealed. */
export function buildC(parts: { data?: string | undefined; extra?: Extra; mac: string }): Element {
  const c = element("c", { xmlns: ns.encrypted });
  if (parts.data !== undefined) c.append(element("data", {}, parts.data));
  for (const [name, text] of extraPairs(parts.extra ?? {})) c.append(element(name, {}, text));
  c.append(element("mac", {}, parts.mac));
  return c;
}
