/**
 * Stanzas out of XML: one after the other, or the children of any root (a recorded stream, say). saxes finds where each
 * begins and ends, the strict parser of stanzas reads it. After a fault the reading goes on behind the broken stanza.
 */
import { SaxesParser } from "saxes";
import { parseStanza } from "../wire/gate.js";
import { stanzaLimits } from "../wire/limits.js";
import { escapeAttribute } from "../wire/serialize.js";
import type { StanzaFile } from "./read-stanzas.js";

export function isStanzaName(name: string): boolean {
  return name === "message" || name === "presence" || name === "iq";
}
/** The strict parser tells how deep a stanza may be. Here it is what the reading takes that is bounded. */
const MAX_DEPTH = 2 * stanzaLimits.depth;
/** After each broken stanza the text is read again from behind it: a file of nothing else would take too long. */
const MAX_BROKEN = 256;
/** Each makes an error, and a text that is no XML has one for each character. */
const MAX_COMPLAINTS = 100_000;
const MAX_ROOT = 16_384;
/** Tags of its own name that a broken stanza may have in it. */
const MAX_TAGS = 10_000;
const STANZA_TAG = /<(?:message|presence|iq)(?=[\s/>])/g;

/** Found where there is an end: looking for one from every beginning would take the square of the length. */
const ENDS: Readonly<Record<string, string>> = { "<![CDATA[": "]]>", "<!--": "-->", "<?": "?>" };
const BARE_AMPERSAND = /<!\[CDATA\[|<!--|<\?|&(?!(?:#\d+|#x[\da-f]+|[\p{L}_:][\p{L}\p{N}_:.-]*);)/giu;
const FORBIDDEN = "\uFFFF";

/** An `&` that begins no reference makes the parser search for a `;` far away: it is marked, in one unit, by what XML forbids. */
function marking(text: string): string {
  const endless = new Set<string>();
  let skipped = 0;
  return text.replace(BARE_AMPERSAND, (match, at: number) => {
    if (at < skipped) return match;
    if (match === "&") return FORBIDDEN;
    const end = endless.has(match) ? -1 : text.indexOf(ENDS[match.toUpperCase()]!, at + match.length);
    if (end < 0) endless.add(match);
    else skipped = end;
    return match;
  });
}

interface Root {
  /** Its start tag on one line, written again before a text that is read from its middle. */
  readonly tag: string;
  readonly prefixes: Readonly<Record<string, string>>;
}

interface OpenStanza {
  readonly name: string;
  readonly start: number;
  readonly line: number;
  /** Elements open around it. */
  readonly depth: number;
}

/** Thrown through the parser: reading goes on at `resume`. */
class BrokenStanza extends Error {
  constructor(
    readonly line: number,
    readonly what: string,
    readonly resume: number,
  ) {
    super(what);
  }
}

/** `most`: the reading ends with so many stanzas. */
export function readXml(text: string, most = Infinity): StanzaFile {
  const file: StanzaFile = { stanzas: [], problems: [], otherElements: 0 };
  const marked = marking(text);
  const state: { at: number; root: Root | undefined } = { at: prologLength(text), root: undefined };
  let [brokenStanzas, complaints] = [0, 0];
  const counted = { at: 0, lines: 0 };
  while (state.at < text.length) {
    try {
      readFrom(state.at, state.root);
      break;
    } catch (error) {
      if (!(error instanceof BrokenStanza)) throw error;
      file.problems.push({ line: error.line, what: error.what });
      if (++brokenStanzas === MAX_BROKEN) {
        file.problems.push({ line: error.line, what: `the rest is not read, after ${MAX_BROKEN} faults` });
        break;
      }
      state.at = error.resume;
    }
  }
  return file;

  function readFrom(from: number, root: Root | undefined): void {
    const parser = new SaxesParser({ xmlns: true, fragment: true });
    const before = root?.tag ?? "";
    for (let at = text.indexOf("\n", counted.at); at >= 0 && at < from; at = text.indexOf("\n", at + 1)) {
      counted.lines += 1;
      counted.at = at + 1;
    }
    const lineBefore = counted.lines;
    const offset = () => parser.position - before.length + from;
    const line = () => lineBefore + parser.line;
    let depth = 0;
    let tagStart = 0;
    let stanza: OpenStanza | undefined;
    let ending = false;

    const broken = (what: string): never => {
      const at = offset();
      throw new BrokenStanza(ending ? stanza!.line : line(), what, resumeAfter(text, stanza!, at));
    };
    const tooDeep = (): never => {
      const what = `more than ${MAX_DEPTH} elements inside one another`;
      if (stanza) return broken(what);
      STANZA_TAG.lastIndex = offset();
      throw new BrokenStanza(line(), what, STANZA_TAG.exec(text)?.index ?? text.length);
    };
    const outside = (what: string, at = line()): void => {
      if (++complaints === MAX_COMPLAINTS)
        throw new BrokenStanza(at, "hardly anything here is XML", text.length);
      // one fault makes several complaints
      if (file.problems.at(-1)?.line !== at) file.problems.push({ line: at, what });
    };

    parser.on("error", (error) => {
      const bare = marked[offset() - 1] === FORBIDDEN && text[offset() - 1] === "&";
      const what = bare
        ? "an & that begins no reference; write &amp;"
        : error.message.replace(/^\d+:\d+: /, "").replace(/\.$/, "");
      if (stanza) broken(what);
      else outside(what);
    });
    parser.on("comment", () => stanza && broken("a comment inside a stanza"));
    parser.on("processinginstruction", () => stanza && broken("a processing instruction inside a stanza"));
    parser.on("doctype", () => outside("a document type declaration"));
    parser.on("text", (data) => {
      // told when it ends, reported where it begins
      const linesBack = data.trimStart().split("\n").length - 1;
      if (!stanza && data.trim() !== "") outside("text outside of the stanzas", line() - linesBack);
    });
    parser.on("opentagstart", ({ name }) => {
      tagStart = text.lastIndexOf("<", offset() - 1);
      // the parser looks namespaces up through all that is open
      if (depth > MAX_DEPTH) tooDeep();
      if (!isStanzaName(name)) return;
      if (!stanza && depth <= 1) stanza = { name, start: tagStart, line: line(), depth };
      else if (stanza && depth === stanza.depth + 1)
        throw new BrokenStanza(stanza.line, `the <${stanza.name}> that begins here is not closed`, tagStart);
    });
    parser.on("opentag", (tag) => {
      if (!stanza && depth === 0 && offset() > from)
        state.root = rootOf(text.slice(tagStart, offset()), tag.ns);
      else if (!stanza && depth === 1) file.otherElements += 1;
      depth += 1;
    });
    parser.on("closetag", (tag) => {
      // the parser closes what is open before it complains
      const name = /^<\/(\S*)\s*>$/.exec(text.slice(text.lastIndexOf("<", offset() - 1), offset()))?.[1];
      if (stanza && name !== undefined && name !== tag.name)
        broken(`</${name}> where </${tag.name}> was expected`);
      depth -= 1;
      if (stanza && depth === stanza.depth) {
        const { start, line } = stanza;
        const xml = withPrefixes(text.slice(start, offset()), stanza.name, state.root?.prefixes ?? {});
        stanza = undefined;
        try {
          file.stanzas.push({ line, stanza: parseStanza(xml) });
        } catch (error) {
          file.problems.push({ line, what: `in the stanza that begins here: ${(error as Error).message}` });
        }
        if (file.stanzas.length >= most)
          throw new BrokenStanza(line, `the rest is not read, after ${most} stanzas`, text.length);
      } else if (depth === 0) state.root = undefined;
    });

    parser.write(before + marked.slice(from));
    ending = true;
    parser.close();
  }
}

/** undefined: too large to be written again for every stanza. */
function rootOf(tag: string, prefixes: Readonly<Record<string, string>>): Root | undefined {
  if (tag.length > MAX_ROOT || Object.keys(prefixes).length > stanzaLimits.attributes) return undefined;
  return { tag: tag.replace(/\s/g, " "), prefixes: { ...prefixes } };
}

/** The byte order mark and the XML declaration, which belongs to documents. */
function prologLength(text: string): number {
  return /^\uFEFF?(?:\s*<\?xml\s[^>]*\?>)?/.exec(text)![0].length;
}

/** Declarations of the root go onto the stanza where their prefixes are used. */
function withPrefixes(xml: string, name: string, prefixes: Readonly<Record<string, string>>): string {
  const tag = xml.slice(0, xml.indexOf(">"));
  const declarations = Object.entries(prefixes)
    .filter(
      ([prefix]) =>
        prefix !== "" && prefix !== "xmlns" && xml.includes(`${prefix}:`) && !tag.includes(`xmlns:${prefix}`),
    )
    .map(([prefix, uri]) => ` xmlns:${prefix}="${escapeAttribute(uri)}"`);
  return `<${name}${declarations.join("")}${xml.slice(name.length + 1)}`;
}

/** Behind the end tag that belongs to the broken stanza by its name; else where the next stanza seems to begin. */
function resumeAfter(text: string, stanza: OpenStanza, fault: number): number {
  const tags = new RegExp(`<(/?)${stanza.name}(?=[\\s/>])[^<>]*?(/?)>`, "g");
  tags.lastIndex = stanza.start;
  let [depth, seen] = [0, 0];
  for (let tag = tags.exec(text); tag && ++seen <= MAX_TAGS; tag = tags.exec(text)) {
    if (tag[1] === "/") depth -= 1;
    else if (tag[2] === "") depth += 1;
    if (depth <= 0) return tags.lastIndex;
  }
  STANZA_TAG.lastIndex = Math.max(fault, stanza.start + 1);
  return STANZA_TAG.exec(text)?.index ?? text.length;
}
