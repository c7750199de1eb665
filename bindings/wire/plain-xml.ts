/**
 * The plain part of XML, read at several times the speed of the strict parser: elements and attributes whose names are
 * ASCII and without prefix (but for `xml:lang`), text, the five named references and a few by number.
 * That is what nearly all stanzas are made of. Of anything else (CDATA, comments, prefixes, line ends to normalise,
 * errors) nothing is said here: the answer is undefined, and the strict parser decides (gate.ts).
 * What is read here is what the strict parser reads, to the last text node; the tests compare the two.
 */
import type { Element } from "./element.js";
import { element } from "./element.js";
import type { XmlLimits } from "./limits.js";

const REFERENCES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  // those that serialize.ts writes
  "&#x9;": "\t",
  "&#xA;": "\n",
  "&#xD;": "\r",
  "&#x85;": "\u0085",
  "&#x2028;": "\u2028",
  "&#x2029;": "\u2029",
};

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/** 1: may begin a name, 2: may go on in one (Namespaces in XML §3, ASCII only). */
const NAME = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") NAME[char.charCodeAt(0)] = 3;
for (const char of "0123456789-.") NAME[char.charCodeAt(0)] = 2;

/**
 * The top-level elements of a text whose characters are all allowed, or undefined. `c`: an element of that name may
 * stand in it, whatever its namespace is.
 */
export function parsePlain(text: string, limits: XmlLimits, c: boolean): Element[] | undefined {
  const top: Element[] = [];
  let open: Element | null = null;
  let depth = 0;
  let elements = 0;
  let at = 0;
  while (at < text.length) {
    if (text.charCodeAt(at) !== LT) {
      const next = text.indexOf("<", at);
      const end = next < 0 ? text.length : next;
      if (!open) {
        at = endOfSpace(text, at);
        if (at < end) return undefined;
        continue;
      }
      const data = plainText(text.slice(at, end));
      if (data === undefined) return undefined;
      open.children.push(data);
      at = end;
      continue;
    }
    if (text.charCodeAt(at + 1) === SLASH) {
      if (!open) return undefined;
      const { name }: Element = open;
      if (!text.startsWith(name, at + 2) || text.charCodeAt(at + 2 + name.length) !== GT) return undefined;
      at += name.length + 3;
      open = open.parent;
      depth--;
      continue;
    }

    const nameEnd = endOfName(text, at + 1);
    const name = text.slice(at + 1, nameEnd);
    if (name === "" || (name === "c" && !c)) return undefined;
    if (++elements > limits.elements || ++depth > limits.depth) return undefined;
    const made = element(name);
    at = readAttributes(text, nameEnd, made, limits.attributes);
    if (at < 0) return undefined;
    if (open) {
      made.parent = open;
      open.children.push(made);
    } else top.push(made);
    if (text.charCodeAt(at) === GT) {
      open = made;
      at++;
    } else if (text.charCodeAt(at) === SLASH && text.charCodeAt(at + 1) === GT) {
      depth--;
      at += 2;
    } else return undefined;
  }
  return open ? undefined : top;
}

/** Where the name that begins at `at` ends; `at` itself if none begins there. */
function endOfName(text: string, at: number): number {
  let end = at;
  for (let kind = 1; ; kind = 2, end++) {
    const code = text.charCodeAt(end);
    if (!(code < 128) || (NAME[code]! & kind) === 0) return end;
  }
}

/** Where white space ends, line ends that need no normalising (XML 1.0 §2.11) included. */
function endOfSpace(text: string, at: number): number {
  for (let end = at; ; end++) {
    const code = text.charCodeAt(end);
    if (code !== 0x20 && code !== 0x0a && code !== 0x09) return end;
  }
}

/** Puts the attributes that begin at `at` into the element. Gives where they end, -1 if they are not plain. */
function readAttributes(text: string, from: number, { attrs }: Element, limit: number): number {
  let at = from;
  for (let count = 1; ; count++) {
    const start = endOfSpace(text, at);
    const next = text.charCodeAt(start);
    if (next === GT || next === SLASH) return start;
    if (start === at) return -1;
    const end = text.startsWith("xml:lang=", start) ? start + 8 : endOfName(text, start);
    const name = text.slice(start, end);
    const quote = text.charCodeAt(end + 1);
    if (count > limit || name === "" || text.charCodeAt(end) !== EQUALS) return -1;
    if (quote !== QUOTE && quote !== APOSTROPHE) return -1;
    const close = text.indexOf(quote === QUOTE ? '"' : "'", end + 2);
    if (close < 0) return -1;
    const value = plainValue(text.slice(end + 2, close));
    // A namespace may be reserved, or none: the strict parser knows.
    if (value === undefined || name in attrs || (name === "xmlns" && !isPlainNamespace(value))) return -1;
    attrs[name] = value;
    at = close + 1;
  }
}

/** Namespaces in XML §3. */
const RESERVED: readonly string[] = ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"];

/** Not those of XML itself, nothing that is trimmed. */
function isPlainNamespace(uri: string): boolean {
  return uri !== "" && uri === uri.trim() && !RESERVED.includes(uri);
}

function plainText(text: string): string | undefined {
  if (!/[&\r\]]/.test(text)) return text;
  return /\r|]]>/.test(text) ? undefined : dereferenced(text);
}

function plainValue(text: string): string | undefined {
  if (!/[&<\t\n\r]/.test(text)) return text;
  return /[<\t\n\r]/.test(text) ? undefined : dereferenced(text);
}

function dereferenced(text: string): string | undefined {
  let known = true;
  const read = text.replace(/&[^&;]*;?/g, (reference) => {
    const char = REFERENCES[reference];
    known &&= char !== undefined;
    return char ?? "";
  });
  return known ? read : undefined;
}
