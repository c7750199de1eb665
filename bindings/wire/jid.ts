/**
 * JIDs (RFC 7622 §3), over `@xmpp/jid`, which folds case but checks little: empty parts, control characters and lengths
 * are checked here. Bare and full JIDs are types of their own, since one in place of the other would go unnoticed.
 */
// @ts-expect-error the package has no type declarations; the interface below is what is used of it
import { parse as parsePackage } from "@xmpp/jid";
import { EsessionError } from "../errors.js";
import { firstDisallowed, utf8Length } from "./characters.js";

declare const kind: unique symbol;
/** `local@domain` or `domain`, case folded. */
export type BareJid = string & { readonly [kind]: "bare" };
/** With a resource. */
export type FullJid = string & { readonly [kind]: "full" };

export interface Jid {
  readonly bare: BareJid;
  /** undefined for a bare JID. */
  readonly full: FullJid | undefined;
  readonly resource: string | undefined;
}

// RFC 7622 §3.1: each part at most 1,023 octets.
const MAX_PART = 1_023;
const MAX = 3_071;
// RFC 7622 §3.3.1, and no white space or control characters in localpart and domainpart
const NOT_IN_LOCAL = /["&'/:<>@\s\u0000-\u001f\u007f-\u009f]/;
const NOT_IN_DOMAIN = /["&'/<>@\\\s\u0000-\u001f\u007f-\u009f]/;
const NOT_IN_RESOURCE = /[\u0000-\u001f\u007f-\u009f]/;

const parse = parsePackage as (text: string) => { local: string; domain: string; resource: string };

/** Throws jid-malformed. */
export function parseJid(text: string): Jid {
  const refuse = (fault: string): never => {
    throw new EsessionError("jid-malformed", `the JID ${fault}`);
  };
  if (typeof text !== "string" || text === "") refuse("is missing");
  if (text.length > MAX || utf8Length(text) > MAX) refuse(`is longer than ${MAX} octets`);
  if (firstDisallowed(text) >= 0) refuse("has a character that XML does not allow");

  // the package takes "user@host/" and "@host" for JIDs without the empty part
  const slash = text.indexOf("/");
  const beforeSlash = slash < 0 ? text : text.slice(0, slash);
  if (slash === text.length - 1) refuse("has an empty resource");
  if (beforeSlash.startsWith("@")) refuse("has an empty localpart");
  if (beforeSlash === "" || beforeSlash.endsWith("@")) refuse("has no domain");

  const at = beforeSlash.indexOf("@");
  if (at >= 0 && NOT_IN_LOCAL.test(beforeSlash.slice(0, at)))
    refuse("has a forbidden character in the localpart");
  const { local, domain, resource } = parse(text);
  if (NOT_IN_DOMAIN.test(domain)) refuse("has a forbidden character in the domain");
  if (NOT_IN_RESOURCE.test(resource)) refuse("has a control character in the resource");
  // the package would escape what the server wrote unescaped, and then it is another JID
  if (at >= 0 && local.length !== at)
    refuse("has a backslash in the localpart that escapes nothing (XEP-0106)");
  if ([local, domain, resource].some((part) => utf8Length(part) > MAX_PART))
    refuse(`has a part of more than ${MAX_PART} octets`);

  const bare = (local === "" ? domain : `${local}@${domain}`) as BareJid;
  return resource === ""
    ? { bare, full: undefined, resource: undefined }
    : { bare, full: `${bare}/${resource}` as FullJid, resource };
}

/** The bare JID of a JID of either kind. Throws jid-malformed. */
export function bareOf(text: string): BareJid {
  return parseJid(text).bare;
}

/** A JID that must have a resource. Throws jid-malformed. */
export function fullOf(text: string): FullJid {
  const { full } = parseJid(text);
  if (full === undefined)
    throw new EsessionError("jid-malformed", "the JID has no resource, and needs one here");
  return full;
}
