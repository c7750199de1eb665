/** Sealed stanzas (XEP-0200): the children of `<c/>`, what stands beside them in clear, and re-keys. */
import type { Core, Dialect, Role, StanzaContext } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { NO_REKEY } from "../negotiation/agreed.js";
import { decodeBase64 } from "../wire/base64.js";
import type { Element } from "../wire/element.js";
import { findC, readC, type EncryptedContent } from "../wire/encrypted.js";
import { field, single } from "../wire/forms.js";
import { addCounter, padCounter, xorTopBit } from "../wire/integers.js";
import { clearResidue } from "../wire/stanza-split.js";
import { cipherOf, dialectGuess, groupOf, hashOctets, isCommonSuite, octetsIn } from "./choices.js";
import { sealedMeanings } from "./fields.js";
import { contextFrom, dialectOf } from "./keys.js";
import type { Negotiation } from "./negotiations.js";
import { checkPublicValue } from "./public-values.js";
import { sentenceOf, type Sheet } from "./sheet.js";

const BLOCK = 16;
/** Of one <c/>: more are refused when it is read. */
const MAX_ROWS = 32;
/** MACs remembered for each negotiation, to tell copies. */
const MAX_MACS = 4_096;
/** XEP-0200 §14, a sequence; the examples of §9 and §10 write <mac/> last. */
const SCHEMA = ["data", "key", "mac", "new", "old"];

/** The `<c/>` of a stanza, read or not; undefined where it has none. What was decrypted, where keys were recorded. */
export function checkSealed(
  core: Core,
  stanza: Element,
  one: Negotiation | undefined,
  sender: Role | undefined,
  sheet: Sheet,
): { readonly content: string | undefined } | undefined {
  const found = sheet.attempt("c", undefined, () => findC(stanza));
  if (found?.length === 0) return undefined;
  const c = found?.[0];
  if (!c) return { content: undefined };
  const children = c.children.filter((child) => typeof child === "object");
  const names = children.map((child) => child.getName());
  for (const name of new Set(names.slice(0, MAX_ROWS))) {
    const [meaning, section] = Object.hasOwn(sealedMeanings, name) ? sealedMeanings[name]! : ["no child of <c/>", "XEP-0200 §14"]; // prettier-ignore
    const same = children.filter((child) => child.getName() === name).slice(0, MAX_ROWS);
    sheet.row(
      name,
      same.map((child) => child.getText()),
      meaning,
      section,
    );
  }
  checkOrder(names, sheet);
  checkBeside(stanza, one, sheet);
  const dialect = dialectFor(one);
  const parts = sheet.attempt("c", undefined, () => readC(c, dialect));
  if (!parts) return { content: undefined };
  checkParts(core, parts, one, dialect, sheet);
  if (!one) return { content: undefined };
  one.sealed += 1;
  if (one.macs.has(parts.mac)) {
    sheet.note("copy", "a copy of an earlier stanza, or one that a server returned");
    return { content: undefined };
  }
  if (one.macs.size < MAX_MACS) one.macs.add(parts.mac);
  return { content: decrypt(core, parts, one, sender, sheet) };
}

const dialectFor = (one: Negotiation | undefined): Dialect =>
  (one?.response && dialectGuess(one.response)) ?? "xep";

function checkOrder(names: readonly string[], sheet: Sheet): void {
  const schema = [...names].sort((a, b) => SCHEMA.indexOf(a) - SCHEMA.indexOf(b));
  const examples = names.at(-1) === "mac" && !names.slice(1).includes("data");
  if (!examples && names.join() !== schema.join())
    sheet.note(
      "order-in-c",
      `the children stand as neither the schema nor the examples have them: ${names.slice(0, MAX_ROWS).join(", ")}`,
    );
}

/** XEP-0200 §5: what stays in clear is what servers act on. */
function checkBeside(stanza: Element, one: Negotiation | undefined, sheet: Sheet): void {
  const kind = stanza.getName();
  const agreed = (one?.response && field(one.response, "stanzas"))?.values;
  if (agreed && agreed.length > 0 && !agreed.includes(kind))
    sheet.wrong("stanza-kind", `<${kind}/> is not among the kinds agreed on: ${agreed.join(", ")}`);
  const residue = clearResidue(stanza).map((child) => child.getName());
  const [bodies, others] = [
    residue.filter((name) => name === "body"),
    residue.filter((name) => name !== "body"),
  ];
  if (bodies.length > 0)
    sheet.note("clear-beside", "a <body/> in clear, for clients that cannot read the rest; not protected");
  if (others.length > 0)
    sheet.note(
      "clear-beside",
      `in clear, although it should be inside: ${[...new Set(others)].slice(0, MAX_ROWS).join(", ")}`,
    );
}

function checkParts(
  core: Core,
  parts: EncryptedContent,
  one: Negotiation | undefined,
  dialect: Dialect,
  sheet: Sheet,
): void {
  const { content, data, mac, key, old } = parts;
  const lengths = hashOctets(one?.response);
  const macOctets = sheet.attempt("mac", "mac", () => decodeBase64(mac));
  if (macOctets && !lengths.includes(macOctets.length))
    sheet.wrong("mac", `holds ${macOctets.length} octets, not ${lengths.join(" or ")}`, "mac");
  if (data) {
    const text = content.slice(data.start, data.end);
    const octets = sheet.attempt("data", "data", () => decodeBase64(text));
    if (octets && dialect === "deployed" && octets.length % BLOCK !== 0)
      sheet.note("data", "not in whole blocks: deployed clients pad (all but Gajim 1.0)", "data");
  }
  for (const text of old) {
    const octets = sheet.attempt("old", "old", () => decodeBase64(text));
    if (octets && !lengths.includes(octets.length))
      sheet.wrong("old", `holds ${octets.length} octets, not ${lengths.join(" or ")}`, "old");
  }
  if (key !== undefined) checkRekey(core, key, one, sheet);
  if (parts.new !== undefined) {
    const known = one?.keys ? ": those of the recording open nothing more" : "";
    sheet.note("rekey", `new keys are in use from this stanza on${known}`, "new");
    if (one) leaveKeys(one);
  }
}

/** What comes after may be under the old keys or the new ones: neither is tried. */
function leaveKeys(one: Negotiation): void {
  one.sealed = 0;
  for (const role of ["initiator", "responder"] as const) {
    const context = one.contexts[role];
    if (context !== undefined && context !== "none") context.wipe();
    one.contexts[role] = "none";
  }
}

function checkRekey(core: Core, key: string, one: Negotiation | undefined, sheet: Sheet): void {
  const octets = sheet.attempt("key", "key", () => decodeBase64(key));
  const group = groupOf(one?.response);
  if (octets && group !== undefined) checkPublicValue(core, group, octets, "key", sheet);
  const least = Number((one?.response && single(one.response, "rekey_freq")) ?? 1);
  if (least === NO_REKEY) sheet.wrong("rekey", "rekey_freq says that keys are never exchanged again", "key");
  else if (one && one.sealed + 1 < least)
    sheet.wrong(
      "rekey",
      `rekey_freq asks for ${least} stanzas between key exchanges; the capture has ${one.sealed + 1}`,
      "key",
    );
}

/** With the keys of a test run. A stanza that does not match moves no counter. */
function decrypt(
  core: Core,
  parts: EncryptedContent,
  one: Negotiation,
  sender: Role | undefined,
  sheet: Sheet,
): string | undefined {
  if (!one.keys || !sender) return undefined;
  try {
    const context = (one.contexts[sender] ??= openContext(core, one, sender) ?? "none");
    if (context === "none") return undefined;
    const content = core.stanza.open(context, parts.content, parts.data, parts.mac) ?? "";
    sheet.ok("opened", "its MAC matches under the keys of the recording", "mac");
    return content;
  } catch (error) {
    if (!EsessionError.is(error)) throw error;
    const what = EsessionError.is(error, "stanza-mac")
      ? "does not match: changed, out of order, or one before it is missing from the capture"
      : sentenceOf(error);
    sheet.wrong("opened", what, "mac");
    return undefined;
  }
}

/** The first stanza goes on where the identity ended (XEP-0116 §4.6.3): so many blocks as it has begun. */
function openContext(core: Core, one: Negotiation, sender: Role): StanzaContext | undefined {
  const { keys, response, identity, final, flow } = one;
  const cipher = cipherOf(response);
  const counterA = padCounter(octetsIn(response, "counter") ?? new Uint8Array());
  const responders = flow === "three" ? response : final;
  const proof = octetsIn(sender === "initiator" ? identity : responders, "identity");
  if (!keys || !cipher || !counterA || !proof || !isCommonSuite(response)) return undefined;
  const first = sender === "initiator" ? counterA : xorTopBit(counterA);
  const counter = addCounter(first, Math.ceil(proof.length / BLOCK));
  return contextFrom(core, keys, sender, counter, dialectOf(keys, cipher));
}
