/**
 * Error stanzas of a negotiation (XEP-0116 §4.4 to §4.7, XEP-0155 §4.3, RFC 6120 §8.3).
 * They never repeat the form: a deployed client would take it for a new one.
 */
import type { Condition } from "../errors.js";
import type { Element } from "./element.js";
import { element } from "./element.js";
import { childrenNamed, inNamespaceOf, namespaceOf, ns } from "./namespaces.js";

export type StanzaKind = "message" | "iq" | "presence";
export type ErrorType = "cancel" | "modify" | "wait" | "auth" | "continue";

/** The codes of before RFC 3920 (XEP-0086), which the XEPs' examples and the deployed clients write, and the usual type. */
const CONDITIONS: Readonly<Record<Condition, { code: string; type: ErrorType }>> = {
  "bad-request": { code: "400", type: "modify" },
  "feature-not-implemented": { code: "501", type: "cancel" },
  "not-acceptable": { code: "406", type: "cancel" },
  "service-unavailable": { code: "503", type: "cancel" },
  "internal-server-error": { code: "500", type: "cancel" },
};
const ERROR_TYPES: readonly string[] = ["cancel", "modify", "wait", "auth", "continue"];
const MAX_FIELDS = 128;
const MAX_TEXT = 1_024;

export interface ErrorAddress {
  readonly to: string;
  readonly from?: string | undefined;
  readonly id?: string | undefined;
  readonly thread?: string | undefined;
  readonly kind: StanzaKind;
}

export interface ErrorOptions {
  /** Names of the offending fields. */
  readonly fields?: readonly string[];
  readonly errorType?: ErrorType;
  readonly text?: string | undefined;
}

export function errorStanza(
  address: ErrorAddress,
  condition: Condition,
  options: ErrorOptions = {},
): Element {
  const { fields = [], text } = options;
  const { code, type } = CONDITIONS[condition];
  const error = element(
    "error",
    { type: options.errorType ?? type, code },
    element(condition, { xmlns: ns.stanzaErrors }),
  );
  if (text !== undefined) error.append(element("text", { xmlns: ns.stanzaErrors }, text));
  if (fields.length > 0)
    error.append(
      element("feature", { xmlns: ns.featureNeg }, ...fields.map((name) => element("field", { var: name }))),
    );

  const attrs: Record<string, string> = { xmlns: ns.client, type: "error", to: address.to };
  if (address.from !== undefined) attrs.from = address.from;
  if (address.id !== undefined) attrs.id = address.id;
  const stanza = element(address.kind, attrs);
  if (address.thread !== undefined) stanza.append(element("thread", {}, address.thread));
  stanza.append(error);
  return stanza;
}

export interface StanzaError {
  /** As it came; `undefined-condition` where there is none. */
  readonly condition: string;
  readonly type: ErrorType;
  readonly fields: readonly string[];
  readonly text: string | undefined;
}

/** What an error stanza says; undefined if the stanza is none. Lenient: nothing of it is trusted, and all of it bounded. */
export function readError(stanza: Element): StanzaError | undefined {
  if (stanza.attrs.type !== "error") return undefined;
  const error = stanza.children.find((child) => inNamespaceOf(stanza, child, "error"));
  const children = (error?.children ?? []).filter((child): child is Element => typeof child === "object");
  const conditions = children.filter((child) => namespaceOf(child) === ns.stanzaErrors);
  const condition =
    conditions.find((child) => child.getName() !== "text")?.getName() ?? ofCode(error?.attrs.code);
  const fields = children
    .filter((child) => child.getName() === "feature" && namespaceOf(child) === ns.featureNeg)
    .flatMap((feature) => childrenNamed(feature, "field", ns.featureNeg))
    .map((field) => field.attrs.var)
    .filter((name): name is string => name !== undefined && name.length <= MAX_TEXT);
  const text = conditions.find((child) => child.getName() === "text")?.getText();
  const type = error?.attrs.type ?? "";
  return {
    condition,
    type: ERROR_TYPES.includes(type) ? (type as ErrorType) : "cancel",
    fields: fields.slice(0, MAX_FIELDS),
    text: text?.slice(0, MAX_TEXT),
  };
}

/**
 * The same of a stanza that was opened, if it names fields: those were protected, and whoever changes the type of a
 * stanza on its way cannot make them. undefined: it names none.
 */
export function protectedError(opened: Element): StanzaError | undefined {
  const error = readError(opened);
  return error && error.fields.length > 0 ? error : undefined;
}

function ofCode(code: string | undefined): string {
  const known = Object.entries(CONDITIONS).find(([, legacy]) => legacy.code === code);
  return known ? known[0] : "undefined-condition";
}
