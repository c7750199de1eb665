/**
 * The forms of a renegotiation (XEP-0155 §6), as the content of a sealed message, and what may be in them: the
 * parameters of the encryption stay what they are, every other one may be changed if both sides want it.
 */
import { EsessionError } from "../errors.js";
import type { Logging, NegotiationPolicy } from "../negotiation/policy.js";
import { knownFields } from "../negotiation/ssn-fields.js";
import { parseBoolean } from "../wire/booleans.js";
import { ownCopy } from "../wire/characters.js";
import { element, type Element } from "../wire/element.js";
import { buildForm, field, offered, single, type Field, type FieldInit, type Form } from "../wire/forms.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { wrapForm } from "../wire/negotiation.js";

/** Values of fields, by their names. */
export type Values = Readonly<Record<string, readonly string[]>>;

/** A field to ask about; `required`, which is the default: an answer must have a value for it. */
export type AskedField = FieldInit & { readonly required?: boolean };

/** Those that say what the form is. */
const OWN: ReadonlySet<string> = new Set(["FORM_TYPE", "renegotiate"]);
/** XEP-0155 §8, as far as the engine answers for them. */
const PARAMETERS: ReadonlySet<string> = new Set(["logging", "disclosure", "security", "multisession"]);

/** Of the encryption, of its negotiation, or of another form: no renegotiation changes them. */
const isFixed = (name: string): boolean =>
  name === "continue" || (knownFields.has(name) && !PARAMETERS.has(name) && !OWN.has(name));

/** What we may agree to in the fields that are the engine's, best liked first. Others are the application's. */
function acceptable(name: string, policy: NegotiationPolicy): readonly string[] | undefined {
  if (name === "logging") return policy.logging;
  if (name === "disclosure") return ["never"];
  if (name === "security") return ["e2e"];
  if (name === "multisession") return policy.multisession ? ["1", "0"] : ["0"];
  return undefined;
}

/** What is agreed, of what a renegotiation can change. */
export interface Terms {
  readonly logging: Logging;
  readonly multisession: "1" | "0";
}

export const parametersOf = ({ fields }: Form): Field[] => fields.filter((one) => !OWN.has(one.var));

/** Asks. Throws option-invalid, form-malformed. */
export function requestContent(fields: readonly AskedField[], policy: NegotiationPolicy): Element {
  for (const { var: name, values = [], options = [] } of fields) {
    if (isFixed(name) || OWN.has(name)) throw invalid(name, "cannot be renegotiated");
    const allowed = acceptable(name, policy);
    if (allowed && ![...values, ...options].every((value) => allowed.includes(value)))
      throw invalid(name, `asks for what the policy does not allow; it may ask for: ${allowed.join(", ")}`);
  }
  if (fields.length === 0) throw new EsessionError("option-invalid", "there is nothing to renegotiate");
  if (new Set(fields.map((one) => one.var)).size !== fields.length)
    throw new EsessionError("option-invalid", "one field is there twice");
  const x = buildForm("form", [
    { var: "FORM_TYPE", type: "hidden", values: [FORM_TYPE] },
    { var: "renegotiate", type: "boolean", values: ["1"] },
    ...fields,
  ]);
  const required = new Set(fields.filter((one) => one.required ?? true).map((one) => one.var));
  for (const one of x.getChildren("field"))
    if (one.attrs.var === "renegotiate" || required.has(one.attrs.var!)) one.append(element("required"));
  return wrapForm("feature", x);
}

/** XEP-0155 §6: accepts with values, or rejects. */
export function answerContent(accepts: boolean, values: Values = {}): Element {
  return wrapForm(
    "feature",
    buildForm("submit", [
      { var: "FORM_TYPE", values: [FORM_TYPE] },
      { var: "renegotiate", values: [accepts ? "1" : "0"] },
      ...Object.entries(values).map(([name, some]) => ({ var: name, values: some })),
    ]),
  );
}

/** `answer`: whether it accepts. undefined: no form of a renegotiation. */
export function kindOf(form: Form): { readonly asks: true } | { readonly answer: boolean } | undefined {
  const value = parseBoolean(single(form, "renegotiate"));
  if (form.type === "form" && value === true) return { asks: true };
  return form.type === "submit" && value !== undefined ? { answer: value } : undefined;
}

/**
 * Whether a request can be put to the application. Throws options-unacceptable (not-acceptable) with the names of the
 * fields that stay what they are, or of which no option can be accepted.
 */
export function mustBeAcceptable(request: Form, policy: NegotiationPolicy): void {
  const refused = parametersOf(request).filter((one) => {
    if (isFixed(one.var)) return true;
    const allowed = acceptable(one.var, policy);
    return one.required && allowed !== undefined && !allowed.some((value) => choices(one).includes(value));
  });
  const names = refused.length > 0 ? refused.map((one) => one.var) : ["renegotiate"];
  if (refused.length > 0 || parametersOf(request).length === 0) throw unacceptable(names);
}

/**
 * The values of an acceptance: those that the application gives, and for the engine's own required fields what is
 * agreed already, or else what the policy likes best. Throws option-invalid.
 */
export function completeAnswer(
  request: Form,
  given: Readonly<Record<string, string | readonly string[]>>,
  policy: NegotiationPolicy,
  agreed: Terms,
): Values {
  const values: Record<string, readonly string[]> = {};
  for (const [name, some] of Object.entries(given)) {
    const asked = OWN.has(name) ? undefined : field(request, name);
    if (!asked) throw invalid(name, "was not asked about");
    values[name] = typeof some === "string" ? [some] : some;
    const allowed = acceptable(name, policy);
    if (!fits(asked, values[name]) || (allowed && !values[name].every((value) => allowed.includes(value))))
      throw invalid(name, "cannot have the value given: it was not offered, or the policy does not allow it");
  }
  for (const asked of parametersOf(request)) {
    if (!asked.required || asked.var in values) continue;
    const liked = acceptable(asked.var, policy);
    if (!liked) throw invalid(asked.var, "is required and needs a value; else refuse it by unsupported()");
    const kept = [agreed[asked.var as keyof Terms] ?? "", ...liked];
    values[asked.var] = [kept.find((value) => choices(asked).includes(value))!];
  }
  return values;
}

/**
 * The values of an acceptance that came. Throws options-unacceptable: they are none that were offered, or, since a
 * boolean and a text leave the peer free, none that the policy allows.
 */
export function readAnswer(answer: Form, asked: Form, policy: NegotiationPolicy): Values {
  const given = parametersOf(answer);
  const wrong = given.filter(({ var: name, values }) => {
    const one = OWN.has(name) ? undefined : field(asked, name);
    const allowed = acceptable(name, policy);
    return (
      !one || !fits(one, values) || (allowed && !values.every((value) => allowed.includes(plain(one, value))))
    );
  });
  const missing = parametersOf(asked).filter((one) => one.required && !field(answer, one.var));
  if (wrong.length + missing.length > 0) throw unacceptable([...wrong, ...missing].map((one) => one.var));
  return Object.fromEntries(given.map(({ var: name, values }) => [ownCopy(name), values.map(ownCopy)]));
}

/** A boolean has two ways of writing each value. */
const plain = ({ type }: Field, value: string): string =>
  type === "boolean" ? (parseBoolean(value) ? "1" : "0") : value;

/** A boolean is both, whichever is preferred. */
const choices = (asked: Field): readonly string[] => (asked.type === "boolean" ? ["1", "0"] : offered(asked));

/** Whether values may answer a field (XEP-0004 §3.3). */
function fits(asked: Field, values: readonly string[]): boolean {
  if (values.length === 0 || values.some((value) => value === "")) return false;
  if (values.length > 1 && !/-multi$/.test(asked.type ?? "")) return false;
  if (asked.type === "boolean") return values.every((value) => parseBoolean(value) !== undefined);
  // a text is free; everything else is chosen
  if (/^(text|jid)-/.test(asked.type ?? "")) return true;
  return values.every((value) => (asked.options.length > 0 ? asked.options : asked.values).includes(value));
}

function invalid(name: string, what: string): EsessionError {
  return new EsessionError("option-invalid", `the field '${name}' ${what}`);
}

function unacceptable(fields: readonly string[]): EsessionError {
  return new EsessionError("options-unacceptable", `cannot be renegotiated like this: ${fields.join(", ")}`, {
    condition: "not-acceptable",
    fields,
  });
}
