/**
 * A capture out of a file whose kind its first character tells: XML, stanzas one after the other or inside any root; JSON
 * lines, a stanza each as a string or as the member `xml` or `text` of an object that may have `from`, `to` and `time`
 * beside it; or one JSON document that holds such a list. What is broken keeps its place.
 */
import type { Captured, RecordedKeys } from "../inspect/index.js";
import { readKeys } from "../inspect/index.js";
import { NOT_UTF8, linesOf, readXmlOctets } from "./read-stanzas.js";

/** A day of a busy client is a few MiB; a file is read as a whole. */
export const MAX_FILE = 8_388_608;
/** Of what a JSON document holds; more stanzas than are inspected. */
const MAX_ITEMS = 20_001;

export interface Capture {
  readonly captured: readonly Captured[];
  /** Of a recorded test run. */
  readonly keys: RecordedKeys | undefined;
}

/** Throws a plain error for what is no capture at all. */
export function readCapture(octets: Uint8Array): Capture {
  if (octets.length > MAX_FILE) throw new Error(`larger than ${MAX_FILE} octets`);
  const first = new TextDecoder().decode(octets.subarray(0, 4_096)).trimStart()[0];
  const capture =
    first === "<"
      ? fromXml(octets)
      : first !== undefined && '{["'.includes(first)
        ? fromJson(octets)
        : undefined;
  if (!capture) throw new Error("neither XML nor JSON");
  if (capture.captured.length === 0) throw new Error("no stanza is in it");
  return capture;
}

function fromXml(octets: Uint8Array): Capture {
  const { stanzas, problems } = readXmlOctets(octets, MAX_ITEMS);
  const found = [
    ...stanzas.map(({ line, stanza }) => ({ line, stanza })),
    ...problems.map(({ line, what }) => ({ line, stanza: undefined, problem: what })),
  ].sort((a, b) => a.line - b.line);
  return { captured: found.map(({ line, ...one }) => ({ ...one, place: `line ${line}` })), keys: undefined };
}

function fromJson(octets: Uint8Array): Capture {
  const document = parsed(new TextDecoder().decode(octets));
  if (typeof document !== "object" || document === null || isItem(document)) return fromLines(octets);
  return { captured: fromDocument(document), keys: readKeys(document) };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

function fromLines(octets: Uint8Array): Capture {
  const captured: Captured[] = [];
  for (const { line, text, isUtf8 } of linesOf(octets)) {
    if (captured.length === MAX_ITEMS) break;
    if (text.trim() === "") continue;
    const value = isUtf8 ? parsed(text) : undefined;
    captured.push(fromItem(value, `line ${line}`, isUtf8 ? "not JSON" : NOT_UTF8));
  }
  return { captured, keys: undefined };
}

/** A recording, or the report of `esession demo --wire --json`: the list under one of these names, or the document. */
function fromDocument(document: object): Captured[] {
  const { stanzas, traffic, messages } = document as Partial<Record<string, unknown>>;
  const list =
    [document, stanzas, traffic, messages].find((one): one is unknown[] => Array.isArray(one)) ?? [];
  const parties = partiesOf(document);
  const items = list.slice(0, MAX_ITEMS).flatMap(wireOf).slice(0, MAX_ITEMS);
  return items.map((item, at) => {
    const one = fromItem(item, `stanza ${at + 1}`, "no stanza");
    return { ...one, from: parties(one.from), to: parties(one.to) };
  });
}

/** A list of scenarios has its stanzas one level deeper. */
function wireOf(item: unknown): readonly unknown[] {
  const wire: unknown = typeof item === "object" && item !== null && "wire" in item ? item.wire : undefined;
  return Array.isArray(wire) ? wire.slice(0, MAX_ITEMS) : [item];
}

/** Recordings name their parties, and the stanzas have the addresses. */
function partiesOf(document: object): (name: string | undefined) => string | undefined {
  const { jids } = document as { jids?: unknown };
  return (name) => {
    if (typeof jids !== "object" || jids === null || name === undefined || !Object.hasOwn(jids, name))
      return name;
    const jid = (jids as Record<string, unknown>)[name];
    return typeof jid === "string" ? jid : name;
  };
}

/** As it arrived, before as it was sent: what a server or a test changed on the way counts. */
const MEMBERS = ["delivered", "received", "xml", "text", "sent"];

function isItem(value: object): boolean {
  return MEMBERS.some((name) => name in value);
}

function fromItem(item: unknown, place: string, otherwise: string): Captured {
  if (typeof item === "string") return { stanza: item, place };
  if (typeof item !== "object" || item === null) return { stanza: undefined, place, problem: otherwise };
  const members = item as Partial<Record<string, unknown>>;
  const text = (name: string) => (typeof members[name] === "string" ? members[name] : undefined);
  const stanza = MEMBERS.map(text).find((one) => one !== undefined);
  const problem = "neither a JSON string nor an object with a member `xml` or `text` that is one";
  return {
    stanza,
    place,
    from: text("from"),
    to: text("to"),
    time: text("time"),
    ...(stanza === undefined && { problem }),
  };
}
