/**
 * Characters and names of XML 1.0 (§2.2, §2.3) and their length in UTF-8.
 */

// XML 1.0 §2.2, production Char. With the flag u an unpaired surrogate counts as a character, and is not allowed.
const DISALLOWED = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

const NAME_START =
  "A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F" +
  "\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}";
const NCNAME = `[${NAME_START}][${NAME_START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`;
/** Nearly all names; decided sooner than the whole production. */
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const QNAME = new RegExp(`^(?:${NCNAME}:)?${NCNAME}$`, "u");

/** Where the first character stands that XML cannot carry; -1 if there is none. */
export function firstDisallowed(text: string): number {
  return text.search(DISALLOWED);
}

/** Only space, tab, CR, LF (XML 1.0 §2.3), or nothing at all. */
export function isWhite(text: string): boolean {
  return !/[^ \t\r\n]/.test(text);
}

/** A node that is nothing to write: white space, or one of the holes that the XML package skips. */
export function isBlank(node: unknown): boolean {
  return node === null || node === undefined || (typeof node === "string" && isWhite(node));
}

/** Whether it can be the name of an element or an attribute: with one prefix at most (Namespaces in XML §4). */
export function isQName(name: string): boolean {
  return PLAIN_NAME.test(name) || QNAME.test(name);
}

/** The number of octets of a text in UTF-8. An unpaired surrogate counts three, as the replacement character. */
export function utf8Length(text: string): number {
  let octets = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    octets += unit < 0x800 ? 1 : 2;
    // a pair is four octets for two units
    if ((unit & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
  }
  return octets;
}

/**
 * The same text with nothing behind it: engines cut texts out of larger ones without copying, so that an address of
 * twenty characters keeps the whole stanza alive that it was read from. For what outlives its stanza.
 */
export function ownCopy(text: string): string {
  return ` ${text}`.slice(1);
}
