/**
 * The strict, bounded way into XML (XML 1.0, Namespaces in XML 1.0, RFC 6120 §11): text in, elements out.
 * The XML package reads laxly (text behind a comment vanishes, a DOCTYPE stalls it, duplicate attributes pass), so no
 * decrypted text and no stanza given as text goes to it. An error names the place and the rule, never the content.
 * White space between top-level elements is dropped: the end of a plaintext may be padded with it (XEP-0200 §6).
 */
import { SaxesParser } from "saxes";
import { EsessionError } from "../errors.js";
import { firstDisallowed, isWhite, utf8Length } from "./characters.js";
import type { Element } from "./element.js";
import { element } from "./element.js";
import type { XmlLimits } from "./limits.js";
import { contentLimits, stanzaLimits } from "./limits.js";
import { ns } from "./namespaces.js";
import { parsePlain } from "./plain-xml.js";

export interface ContentOptions {
  /** The stanza's own default namespace, which is in scope. Default `jabber:client`. */
  defaultNamespace?: string;
  limits?: XmlLimits;
  /** Let `<c/>` of XEP-0200 stand inside: not for plaintext, which may not contain it. Default false. */
  allowEncrypted?: boolean;
}

/** What stands in a decrypted stanza: any number of elements. */
export function parseContent(text: string, options: ContentOptions = {}): Element[] {
  const { defaultNamespace = ns.client, limits = contentLimits, allowEncrypted = false } = options;
  return parse(text, limits, defaultNamespace, allowEncrypted);
}

/** One stanza. */
export function parseStanza(text: string, limits: XmlLimits = stanzaLimits): Element {
  const [stanza, second] = parse(text, limits, undefined, true);
  if (stanza === undefined || second !== undefined)
    throw new EsessionError(
      "xml-malformed",
      `a stanza is one element, and this text has ${second ? "more" : "none"}`,
    );
  return stanza;
}

function parse(
  text: string,
  limits: XmlLimits,
  defaultNamespace: string | undefined,
  allowEncrypted: boolean,
): Element[] {
  // the number of units first: it costs nothing, and there are one to three octets for each
  if (text.length > limits.bytes || (3 * text.length > limits.bytes && utf8Length(text) > limits.bytes))
    throw new EsessionError("xml-limit", `the XML is longer than ${limits.bytes} octets`);
  const bad = firstDisallowed(text);
  if (bad >= 0)
    throw new EsessionError(
      "xml-malformed",
      `the XML has a character that XML does not allow at offset ${bad}`,
    );
  return (
    parsePlain(text, limits, allowEncrypted) ?? parseStrictly(text, limits, defaultNamespace, allowEncrypted)
  );
}

/** Any XML, and every error. Exported for tests, which compare. */
export function parseStrictly(
  text: string,
  limits: XmlLimits,
  defaultNamespace: string | undefined,
  allowEncrypted: boolean,
): Element[] {
  const parser = new SaxesParser({
    xmlns: true,
    fragment: true,
    ...(defaultNamespace === undefined ? {} : { additionalNamespaces: { "": defaultNamespace } }),
  });
  const place = () => `at line ${parser.line}, column ${parser.columnIndex}`;
  const refuse = (rule: string): never => {
    throw new EsessionError("xml-malformed", `malformed XML ${place()}: ${rule}`);
  };
  const exceed = (what: string, limit: number): never => {
    throw new EsessionError("xml-limit", `the XML has more than ${limit} ${what} ${place()}`);
  };

  const top: Element[] = [];
  const open: Element[] = [];
  let elements = 0;
  let attributes = 0;

  const characters = (data: string): void => {
    const parent = open.at(-1);
    if (!parent) {
      if (!isWhite(data)) refuse("text outside of the elements");
      return;
    }
    const last = parent.children.length - 1;
    const before = parent.children[last];
    // CDATA beside text is one text: two readers may not differ over it
    if (typeof before === "string") parent.children[last] = before + data;
    else if (data !== "") parent.children.push(data);
  };

  // The parser's sentence is "line:column: rule: what was found"; only the rule is passed on.
  parser.on("error", (error) => refuse(error.message.replace(/^\d+:\d+: /, "").replace(/(: .*)?\.?$/s, "")));
  parser.on("comment", () => refuse("a comment"));
  parser.on("processinginstruction", () => refuse("a processing instruction"));
  parser.on("doctype", () => refuse("a document type declaration"));
  parser.on("text", characters);
  parser.on("cdata", characters);
  parser.on("opentagstart", () => {
    if (++elements > limits.elements) exceed("elements", limits.elements);
    if (open.length >= limits.depth) exceed("elements inside one another", limits.depth);
    attributes = 0;
  });
  parser.on("attribute", ({ prefix, name, value }) => {
    if (++attributes > limits.attributes) exceed("attributes in one element", limits.attributes);
    // the parser trims it, other readers do not
    if ((prefix === "xmlns" || name === "xmlns") && value !== value.trim())
      refuse("white space around a namespace");
    // an object cannot hold it as an attribute: it would vanish
    if (name === "__proto__") refuse("a forbidden attribute name");
  });
  parser.on("opentag", (tag) => {
    if (!allowEncrypted && tag.local === "c" && tag.uri === ns.encrypted) refuse("encrypted content inside");
    const made = element(tag.name);
    for (const { name, value } of Object.values(tag.attributes)) made.attrs[name] = value;
    const parent = open.at(-1);
    if (parent) parent.append(made);
    else top.push(made);
    open.push(made);
  });
  parser.on("closetag", () => void open.pop());
  parser.write(text).close();
  return top;
}
