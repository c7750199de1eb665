/** What a stanza is: an error, a form, sealed, in clear on a thread that is known, or nothing to do with sessions. */
import type { Role } from "../core/types.js";
import { element, type Element } from "../wire/element.js";
import { findC } from "../wire/encrypted.js";
import { parseContent } from "../wire/gate.js";
import { named, namespaceOf, ns } from "../wire/namespaces.js";
import { readError } from "../wire/stanza-errors.js";
import { checkSealed } from "./check-sealed.js";
import { kindOf, titleOf } from "./classify.js";
import { lookAtForm } from "./look-at-form.js";
import {
  isOtherResource,
  senderIn,
  type Address,
  type Negotiation,
  type Negotiations,
} from "./negotiations.js";
import { checkOrder } from "./order.js";
import { readForm } from "./read-form.js";
import type { Sheet } from "./sheet.js";
import type { InspectOptions, Kind } from "./types.js";

export interface State extends InspectOptions {
  readonly negotiations: Negotiations;
}

export interface Found {
  readonly kind: Kind;
  readonly name?: string;
  readonly one: Negotiation | undefined;
  readonly content?: string | undefined;
}

export function look(state: State, stanza: Element, address: Address, sheet: Sheet): Found | undefined {
  if (stanza.attrs.type === "error") return lookAtError(state, stanza, address, sheet);
  const read = readForm(stanza, sheet);
  if (read) return lookAtForm(state, read, address, sheet);
  const sealed = lookAtSealed(state, stanza, address, sheet);
  if (sealed) return sealed;
  const one = address.thread === undefined ? undefined : state.negotiations.find(address);
  if (!one) return undefined;
  sheet.note("clear", "in clear, on the thread of the negotiation: a server may have written it");
  return { kind: "clear", one };
}

function lookAtSealed(state: State, stanza: Element, address: Address, sheet: Sheet): Found | undefined {
  const one = state.negotiations.find(address);
  const sender = one && senderIn(one, address);
  const sealed = checkSealed(state.core, stanza, one, sender, sheet);
  if (!sealed) return undefined;
  if (!one) sheet.note("no-negotiation", "sealed for a session whose negotiation is not in the capture");
  else checkOrder("sealed", one, sender, sheet);
  const { content } = sealed;
  const inside =
    one && content !== undefined ? terminationIn(content, stanza, one, sender, sheet) : undefined;
  const names = sheet.fields.map(({ name }) => name);
  const rekey = [
    names.includes("new") ? " under new keys" : "",
    names.includes("key") ? ": a re-key exchange" : "",
    names.includes("old") ? ", old MAC keys published" : "",
  ].join("");
  return {
    kind: inside ?? "sealed",
    name: inside ? `sealed ${titleOf(inside, "four").name}` : `sealed stanza${rekey}`,
    one,
    content,
  };
}

/** What was decrypted may be a form that ends the session; that it is XML at all is checked on the way. */
function terminationIn(
  content: string,
  stanza: Element,
  one: Negotiation,
  sender: Role | undefined,
  sheet: Sheet,
): "termination" | "acknowledgement" | undefined {
  const inside = sheet.attempt("content", undefined, () =>
    parseContent(content, { defaultNamespace: namespaceOf(stanza) ?? ns.client }),
  );
  if (!inside) return undefined;
  const read = readForm(element("message", { xmlns: ns.client }, ...inside), sheet);
  const kind = read && kindOf(read.wrapper, read.form).kind;
  if (kind !== "termination" && kind !== "acknowledgement") return undefined;
  checkOrder(kind, one, sender, sheet);
  if (kind === "termination") one.terminated ??= sender;
  return kind;
}

/** An error on the thread of a negotiation, or one that names its fields, or that returns a sealed stanza. */
function lookAtError(state: State, stanza: Element, address: Address, sheet: Sheet): Found | undefined {
  const one = address.thread === undefined ? undefined : state.negotiations.find(address);
  const error = readError(stanza);
  const sealed = sheet.attempt("c", undefined, () => findC(stanza)) ?? [];
  if (!error || (!one && sealed.length === 0)) return undefined;
  if (sealed.length > 0) {
    const which = lookAtSealed(state, stanza, address, sheet);
    return which && { ...which, name: `${which.name ?? "sealed stanza"}, in an error` };
  }
  const { condition, fields, text } = error;
  const about = fields.length > 0 ? `, for ${fields.join(", ")}` : "";
  sheet.note("refused", `${condition}${about}${text === undefined ? "" : `: ${text}`}`);
  if (
    stanza.children.some((child) =>
      ["feature", "init"].some((name) => named(child, name, ns.featureNeg) || named(child, name, ns.init)),
    )
  )
    sheet.note("form-in-error", "repeats a form, which deployed clients read as a new one");
  const sender = one && senderIn(one, address);
  if (one && !one.final && !isOtherResource(one, address, sender))
    one.ended ??= { by: sender, how: `refused with ${condition}` };
  return { kind: "refusal", one };
}
