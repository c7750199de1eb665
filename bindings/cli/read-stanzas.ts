/**
 * Stanzas out of a file: `.jsonl`, a stanza a line as a JSON string or as the member `xml` of an object; `.xml`, stanzas
 * one after the other or inside any root. What is broken is reported with its line, and the rest is read.
 */
import { readFileSync } from "node:fs";
import type { Element } from "../wire/element.js";
import { parseStanza } from "../wire/gate.js";
import { isStanzaName, readXml } from "./read-xml.js";

export interface FoundStanza {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly stanza: Element;
}

export interface Problem {
  readonly line: number;
  readonly what: string;
}

export interface StanzaFile {
  readonly stanzas: FoundStanza[];
  readonly problems: Problem[];
  /** Elements where stanzas were expected, as `<stream:features/>`. */
  otherElements: number;
}

/** Which reader a file name asks for; undefined: none. */
export function readerOf(path: string): ((octets: Uint8Array) => StanzaFile) | undefined {
  if (/\.(?:jsonl|ndjson)$/i.test(path)) return readJsonl;
  if (/\.xml$/i.test(path)) return readXmlOctets;
  return undefined;
}

/** Throws what the file system says, and a plain error for a name that neither reader knows. */
export function readStanzaFile(path: string): StanzaFile {
  const read = readerOf(path);
  if (!read) throw new Error("the name must end in .jsonl or .xml");
  return read(readFileSync(path));
}

export function readJsonl(octets: Uint8Array): StanzaFile {
  const file: StanzaFile = { stanzas: [], problems: [], otherElements: 0 };
  for (const { line, text, isUtf8 } of linesOf(octets)) {
    if (text.trim() === "") continue;
    try {
      if (!isUtf8) throw new Error(NOT_UTF8);
      file.stanzas.push({ line, stanza: stanzaIn(text) });
    } catch (error) {
      file.problems.push({ line, what: messageOf(error) });
    }
  }
  return file;
}

function stanzaIn(text: string): Element {
  const value = parsedJson(text);
  const xml: unknown = typeof value === "object" && value !== null && "xml" in value ? value.xml : value;
  if (typeof xml !== "string")
    throw new Error("neither a JSON string nor an object with a member `xml` that is one");
  const stanza = parseStanza(xml);
  if (!isStanzaName(stanza.name))
    throw new Error(`<${stanza.name}/> is not a stanza: it must be message, presence or iq`);
  return stanza;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`not JSON: ${messageOf(error)}`, { cause: error });
  }
}

/** `most`: the reading ends with so many stanzas. */
export function readXmlOctets(octets: Uint8Array, most = Infinity): StanzaFile {
  const lines = linesOf(octets);
  const file = readXml(lines.map(({ text }) => text).join("\n"), most);
  for (const { line, isUtf8 } of lines) if (!isUtf8) file.problems.push({ line, what: NOT_UTF8 });
  file.problems.sort((a, b) => a.line - b.line);
  return file;
}

export const NOT_UTF8 = "not UTF-8";

/** By line, so that one damaged octet costs one line. */
export function linesOf(octets: Uint8Array): { line: number; text: string; isUtf8: boolean }[] {
  const lax = new TextDecoder();
  const strict = new TextDecoder("utf-8", { fatal: true });
  const lines: { line: number; text: string; isUtf8: boolean }[] = [];
  for (let start = 0; start <= octets.length;) {
    const newline = octets.indexOf(0x0a, start);
    const end = newline < 0 ? octets.length : newline;
    const piece = octets.subarray(start, end);
    const line = lines.length + 1;
    try {
      lines.push({ line, text: strict.decode(piece), isUtf8: true });
    } catch {
      lines.push({ line, text: lax.decode(piece), isUtf8: false });
    }
    start = end + 1;
  }
  return lines;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
