/**
 * The form of a message: strictly where it can be read so, and else as far as it goes, because what else is in a refused
 * form is what its author wants to know. The lax reading is bounded by the limits of the strict one.
 */
import type { Element } from "../wire/element.js";
import { parseForm, type Field, type Form, type FormType } from "../wire/forms.js";
import { formLimits } from "../wire/limits.js";
import { FORM_TYPE, childrenNamed, ns } from "../wire/namespaces.js";
import { readPayload, type Payload, type Wrapper } from "../wire/negotiation.js";
import { meanings } from "./fields.js";
import type { Sheet } from "./sheet.js";

export interface ReadForm {
  readonly wrapper: Wrapper;
  readonly form: Form;
}

const WRAPPERS: Readonly<Record<Wrapper, string>> = { feature: ns.featureNeg, init: ns.init };
/** Fields that no other protocol's form has: with one of them it is a negotiation that forgot its FORM_TYPE. */
const TELLING = ["my_nonce", "nonce", "dhkeys", "dhhashes", "srshash", "rshashes", "terminate"];

/** undefined if the stanza has no form of a negotiation. */
export function readForm(stanza: Element, sheet: Sheet): ReadForm | undefined {
  const payload = payloadOf(stanza, sheet);
  if (!payload) return undefined;
  const { wrapper, x } = payload;
  const strict = sheet.attempt("form", undefined, () => parseForm(x));
  const form = strict ?? readLax(x);
  const type = form.fields.find((field) => field.var === "FORM_TYPE")?.values;
  if (type !== undefined && !type.includes(FORM_TYPE))
    sheet.wrong("form-type", `FORM_TYPE is not ${FORM_TYPE}`);
  return { wrapper, form };
}

function payloadOf(stanza: Element, sheet: Sheet): Payload | undefined {
  const forms = candidates(stanza);
  const read = sheet.attempt("form", undefined, () => readPayload(stanza));
  if (read || stanza.attrs.type === "error") return read;
  return forms.find(
    ({ x }) => namesOf(x).some((name) => name === "FORM_TYPE" && isOurs(x)) || looksLikeOurs(x),
  );
}

function candidates(stanza: Element): Payload[] {
  return (["feature", "init"] as const).flatMap((wrapper) =>
    childrenNamed(stanza, wrapper, WRAPPERS[wrapper]).flatMap((parent) =>
      childrenNamed(parent, "x", ns.data).map((x) => ({ wrapper, x })),
    ),
  );
}

const namesOf = (x: Element): string[] =>
  childrenNamed(x, "field", ns.data).flatMap((field) => field.attrs.var ?? []);
const looksLikeOurs = (x: Element): boolean => namesOf(x).filter((name) => TELLING.includes(name)).length > 0;
/** Reached where readPayload() refused several forms or wrappers: the first of ours is shown. */
const isOurs = (x: Element): boolean =>
  childrenNamed(x, "field", ns.data).some((field) => valuesOf(field).includes(FORM_TYPE));

function valuesOf(parent: Element): string[] {
  return childrenNamed(parent, "value", ns.data).map((value) => value.getText());
}

/** The first of each name. */
function readLax(x: Element): Form {
  const fields = new Map<string, Field>();
  for (const one of childrenNamed(x, "field", ns.data)) {
    const name = (one.attrs.var ?? "").slice(0, formLimits.attributeLength);
    if (fields.size === formLimits.fields) break;
    if (fields.has(name)) continue;
    const options = childrenNamed(one, "option", ns.data).slice(0, formLimits.values);
    fields.set(name, {
      var: name,
      ...(one.attrs.type === undefined ? {} : { type: one.attrs.type }),
      values: valuesOf(one).slice(0, formLimits.values),
      options: options.flatMap((option) => valuesOf(option).slice(0, 1)),
      required: childrenNamed(one, "required", ns.data).length > 0,
    });
  }
  return { type: x.attrs.type as FormType, fields: [...fields.values()], element: x };
}

/** Whether the table of meanings has the field: its names come from outside. */
export function isKnown(name: string): boolean {
  return Object.hasOwn(meanings, name);
}
